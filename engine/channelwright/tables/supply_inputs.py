"""Tables of what limits supply between sites (docs/world/supply.md)."""

from __future__ import annotations

from channelwright.tables.columns import maybe_text, number, text, whole
from channelwright.tables.schema import Column, Table

CAPACITY = Table(
    "capacity",
    "what one plant can ship of one product, or of each product without a row (*)",
    ("plant", "product"),
    (
        text("plant", "plant", "sites.id"),
        text("product", "product, * = each without a row"),
        number("cases", "cases/period", "to all sites together"),
        whole("days", "days", "length of the period: 1 = day, 7 = calendar week", 1, 7, 1),
    ),
)
OUTAGES = Table(
    "outages",
    "days on which one site ships nothing to other sites",
    ("site", "child", "first"),
    (
        text("site", "site that does not ship", "sites.id"),
        maybe_text("child", "only on the lane to this site; empty = on all lanes", "sites.id"),
        Column("first", "date", "", "first day"),
        Column("last", "date", "", "last day"),
    ),
)
SUPPLY_TABLES = (CAPACITY, OUTAGES)
SUPPLY_NAMES = frozenset(table.name for table in SUPPLY_TABLES)
