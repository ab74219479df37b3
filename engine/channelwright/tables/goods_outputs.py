"""What happens to goods on shelves beside sales at the door: returns, online help, consignment."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table

RETURNS = Table(
    "returns",
    "good stock of one product that one outlet sent back; only with return rights",
    ("day", "outlet", "product"),
    (
        Column("day", "int64", "day", "day of the simulation, 0 = start date"),
        Column("outlet", "int64", "row", "outlet"),
        Column("product", "int64", "row", "product"),
        Column("site", "int64", "row", "site that took it"),
        Column("cases", "int64", "cases", "sent back"),
        Column("value", "int64", "ticks", "at the price that the site asks"),
    ),
)
RETURN_CELLS = Table(
    "return_cells",
    "one period, area and mode with returns of good stock",
    ("period", "area", "mode"),
    (
        Column("period", "int64", "7 days", "from the end of the warm-up; negative before it"),
        Column("area", "int64", "row", "area"),
        Column("mode", "int64", "row", "mode of the outlets"),
        Column("cases", "int64", "cases", "sent back"),
        Column("value", "int64", "ticks", "at the price that the site asks"),
    ),
)
ONLINE_FILLS = Table(
    "online_fills",
    "units of one product that one outlet served online for another; only with nearby shelves",
    ("day", "outlet", "helper", "product"),
    (
        Column("day", "int64", "day", "day of the simulation, 0 = start date"),
        Column("outlet", "int64", "row", "outlet of which they were asked"),
        Column("helper", "int64", "row", "outlet that served them"),
        Column("product", "int64", "row", "product"),
        Column("units", "int64", "units", "served"),
    ),
)
ONLINE_CELLS = Table(
    "online_cells",
    "one period, area and mode with online orders; only with nearby shelves",
    ("period", "area", "mode"),
    (
        Column("period", "int64", "7 days", "from the end of the warm-up; negative before it"),
        Column("area", "int64", "row", "area"),
        Column("mode", "int64", "row", "mode of the outlets that were asked"),
        Column("asked", "int64", "units", "asked for online"),
        Column("own", "int64", "units", "of them, served from the own shelf"),
        Column("nearby", "int64", "units", "of them, served from another shelf"),
    ),
)
SETTLEMENTS = Table(
    "settlements",
    "units of one product that one outlet sold from consignment, invoiced; only with consignment",
    ("day", "outlet", "product"),
    (
        Column("day", "int64", "day", "day of the simulation, 0 = start date"),
        Column("outlet", "int64", "row", "outlet"),
        Column("product", "int64", "row", "product"),
        Column("units", "int64", "units", "sold since the last settlement"),
        Column("value", "int64", "ticks", "invoiced"),
    ),
)
CONSIGNMENT_CELLS = Table(
    "consignment_cells",
    "one period, area and mode; only with consignment",
    ("period", "area", "mode"),
    (
        Column("period", "int64", "7 days", "from the end of the warm-up; negative before it"),
        Column("area", "int64", "row", "area"),
        Column("mode", "int64", "row", "mode of the outlets"),
        Column("value_days", "int64", "tick-days", "on consignment at 24:00, at buying prices"),
        Column("settled", "int64", "ticks", "invoiced at settlements"),
    ),
)
