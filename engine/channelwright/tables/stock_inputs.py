"""Tables of a design that say how stocking points order (docs/world/stock.md)."""

from __future__ import annotations

from channelwright.tables.columns import number, text, whole
from channelwright.tables.schema import Column, Table

ALL_PRODUCTS = "*"
POLICIES = ("order_up_to", "base_stock", "reorder_up_to", "reorder_quantity")
SERVICES = ("none", "cycle", "fill")


def _word(name: str, meaning: str, choices: tuple[str, ...]) -> Column:
    return Column(name, "str", "", meaning, choices=choices, required=False, default=choices[0])


_POLICY = (
    _word("policy", "when and how much is ordered", POLICIES),
    whole("reorder", "units", "order at or below; -1 = computed", -1, default=-1),
    whole("level", "units", "order up to; -1 = computed", -1, default=-1),
    whole("quantity", "units", "of one fixed order; -1 = computed", -1, default=-1),
    number("cover_days", "days", "of demand in one order of a reorder policy", 0, 365, 7.0),
    _word("service", "what safety stock aims at; none = safety days", SERVICES),
    number("target", "share", "cycles without shortage, or demand from stock", 0, 0.99999, 0.0),
)
DESIGN_STOCK = Table(
    "design_stock",
    "the stock policy of one site for one product, or for all others (*)",
    ("site", "product"),
    (
        text("site", "site", "sites.id"),
        text("product", "product, * = all without a row"),
        *_POLICY,
    ),
)
