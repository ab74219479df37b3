"""What rivals sell, the shares of the market, and what consumers do at empty shelves."""

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
STOCKOUTS = Table(
    "stockouts",
    "one outlet, product and day with unmet demand or with buyers from elsewhere",
    ("day", "outlet", "product"),
    (
        Column("day", "int64", "day", "day of the simulation, 0 = start date"),
        Column("outlet", "int64", "row", "outlet"),
        Column("product", "int64", "row", "product"),
        Column("unmet", "int64", "units", "walk-in demand that the shelf did not serve"),
        Column("waiting", "int64", "units", "of it, come again tomorrow"),
        Column("to_products", "int64", "units", "of it, look at other products"),
        Column("to_outlets", "int64", "units", "of it, go to the nearest other outlet"),
        Column("bought_instead", "int64", "units", "of this product, by lookers of others"),
        Column("came", "int64", "units", "of this product, wanted by those from other outlets"),
        Column("bought_by_others", "int64", "units", "of that, served"),
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
