"""Output table of stock and ordering by site (docs/world/stock.md)."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


STOCK_CELLS = Table(
    "stock_cells",
    "one period and site; all columns add up",
    ("period", "site"),
    (
        _whole("period", "7 days", "from the end of the warm-up; negative before it"),
        _whole("site", "row", "site"),
        _whole("asked", "cases", "ordered by outlets and child sites"),
        _whole("asked_squared", "cases^2", "square of a day's sum, added over days"),
        _whole("ordered", "cases", "ordered from the parent"),
        _whole("ordered_squared", "cases^2", "square of a day's sum, added over days"),
        _whole("empty_days", "product-days", "with less than a case at 24:00"),
        _whole("product_days", "product-days", "of products that are asked for"),
        _whole("bought_late", "cases", "shipped in on the last ten days of a calendar month"),
        _whole("direct", "cases", "delivered to outlets from an own site"),
        _whole("direct_late", "cases", "of these on the last ten days of a calendar month"),
    ),
)
FLOW_CELLS = Table(
    "flow_cells",
    "one period of the whole channel; all columns add up",
    ("period",),
    (
        _whole("period", "7 days", "from the end of the warm-up; negative before it"),
        _whole("asked", "0.01 cases", "asked for by consumers at outlets and of parcels"),
        _whole("asked_squared", "10^-4 cases^2", "square of a day's sum, added over days"),
        _whole(
            "exposure_days",
            "tick-days",
            "owed and ordered on terms by accounts with a limit above 0",
        ),
        _whole("limit_days", "tick-days", "limits of these accounts, at 24:00"),
        _whole("ordered", "cases", "ordered from plants by sites"),
        _whole("ordered_squared", "cases^2", "square of a day's sum, added over days"),
    ),
)
