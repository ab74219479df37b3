"""What rivals sell, and the shares of the market."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table

RIVAL_SALES = Table(
    "rival_sales",
    "one rival point of sale and day with sales; only with a catchment",
    ("day", "rival"),
    (
        Column("day", "int64", "day", "day of the simulation, 0 = start date"),
        Column("rival", "int64", "row", "rival"),
        Column("cases", "int64", "cases", "sold to consumers"),
    ),
)
MARKET_CELLS = Table(
    "market_cells",
    "one period and area; only with a catchment",
    ("period", "area"),
    (
        Column("period", "int64", "7 days", "from the end of the warm-up; negative before it"),
        Column("area", "int64", "row", "area"),
        Column("own", "int64", "0.001 cases", "own sell-out"),
        Column("rivals", "int64", "0.001 cases", "sell-out of rivals"),
    ),
)
