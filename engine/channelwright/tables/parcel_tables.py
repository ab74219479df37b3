"""Tables of parcels to consumers: what a design gives, and what is written."""

from __future__ import annotations

from channelwright.tables.columns import number, text, whole
from channelwright.tables.schema import Column, Table

DESIGN_PARCELS = Table(
    "design_parcels",
    "one area whose consumers can order online and get parcels",
    ("area",),
    (
        text("area", "zone", "areas.id"),
        text("site", "own open site that ships, no plant", "sites.id"),
        number("demand", "share", "of the demand of the area's outlets, asked for online", 0, 10),
        number("cannibalised", "share", "of that, lost by the outlets of the area", 0, 1, 0.0),
        whole("days", "days", "from the end of packing to delivery", 1, 365, 1),
        whole("promise_days", "days", "from order to delivery that count as on time", 0, 365, 3),
        number("tariff_parcel", "currency/parcel", "of the carrier", default=0.0),
        number("tariff_case", "currency/case", "of the carrier, by weight", default=0.0),
    ),
)
PARCELS = Table(
    "parcels",
    "one order of a consumer; only with parcels",
    ("day", "area", "product", "number"),
    (
        Column("day", "int64", "day", "day of the order, 0 = start date"),
        Column("area", "int64", "row", "area of the consumer"),
        Column("product", "int64", "row", "first product"),
        Column("number", "int64", "", "of the orders of the day, area and first product"),
        Column("second", "int64", "s", "after midnight"),
        Column("site", "int64", "row", "site that ships"),
        Column("lines", "int64", "lines", "different products"),
        Column("units", "int64", "units", "ordered, of all products"),
        Column("parcels", "int64", "parcels", "in which they go"),
        Column("value", "int64", "ticks", "of the goods"),
        Column("fee", "int64", "ticks", "for the delivery, paid by the consumer"),
        Column("sent_day", "int64", "day", "on which it left the stock; -1 = not"),
        Column("delivered_day", "int64", "day", "-1 = not before the horizon"),
        Column("returned", "int64", "flag", "1 = delivered and sent back"),
        Column("state", "int64", "code", "LineState: OPEN_AT_HORIZON, DELIVERED or CUT (lost)"),
    ),
)
PARCEL_LINES = Table(
    "parcel_lines",
    "one product of an order of a consumer; only with parcels",
    ("day", "area", "first", "number", "product"),
    (
        Column("day", "int64", "day", "day of the order, 0 = start date"),
        Column("area", "int64", "row", "area of the consumer"),
        Column("first", "int64", "row", "first product of the order"),
        Column("number", "int64", "", "of the orders of the day, area and first product"),
        Column("product", "int64", "row", "product"),
        Column("units", "int64", "units", "ordered"),
        Column("value", "int64", "ticks", "of them"),
    ),
)
PARCEL_CELLS = Table(
    "parcel_cells",
    "one period, area and product; only with parcels",
    ("period", "area", "product"),
    (
        Column("period", "int64", "7 days", "from the end of the warm-up; negative before it"),
        Column("area", "int64", "row", "area of the consumers"),
        Column("product", "int64", "row", "product; the first one where orders are counted"),
        Column("orders", "int64", "orders", "placed"),
        Column("asked", "int64", "units", "ordered"),
        Column("lost_orders", "int64", "orders", "given up for want of stock"),
        Column("lost", "int64", "units", "in them"),
        Column("delivered_orders", "int64", "orders", "delivered"),
        Column("lines", "int64", "lines", "of them with this product"),
        Column("delivered", "int64", "units", "in them"),
        Column("parcels", "int64", "parcels", "in which they went"),
        Column("on_time", "int64", "orders", "delivered within the promised days"),
        Column("days", "int64", "days", "from order to delivery, summed"),
        Column("free", "int64", "orders", "delivered without a fee"),
        Column("value", "int64", "ticks", "of the goods delivered"),
        Column("fees", "int64", "ticks", "paid by consumers for deliveries"),
        Column("returned_orders", "int64", "orders", "that came back"),
        Column("returned", "int64", "units", "in them"),
        Column("refunded", "int64", "ticks", "paid back"),
        Column("handling", "int64", "ticks", "cost of packing and work by case, when it left"),
        Column("delivery", "int64", "ticks", "cost of carriers, there and back"),
        Column("platform", "int64", "ticks", "payment fees"),
    ),
)
