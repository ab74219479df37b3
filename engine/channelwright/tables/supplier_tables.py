"""Tables of sites that choose where they buy (docs/world/market-wholesalers.md)."""

from __future__ import annotations

from channelwright.tables.columns import number, text
from channelwright.tables.schema import Column, Table


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


DESIGN_SUPPLIERS = Table(
    "design_suppliers",
    "one source, besides its parent, of a site that chooses where it buys",
    ("site", "source"),
    (
        text("site", "independent site that chooses", "sites.id"),
        text("source", "open site that it may buy from", "sites.id"),
        number("index", "", "what the source asks over the ladder", 0.01, 10, 1.0),
    ),
)
SUPPLY_CELLS = Table(
    "supply_cells",
    "one period, site that chooses and source; all columns add up",
    ("period", "site", "source"),
    (
        _whole("period", "7 days", "from the end of the warm-up; negative before it"),
        _whole("site", "row", "site that bought"),
        _whole("source", "row", "site that it bought from"),
        _whole("shipments", "shipments", "with at least a case"),
        _whole("cases", "cases", "shipped"),
        _whole("cases_late", "cases", "of these on the last ten days of a calendar month"),
        _whole("value", "ticks", "invoiced"),
        _whole("freight", "ticks", "paid by the site for the lane"),
    ),
)
