"""Input tables about goods on shelves: returns, consignment."""

from __future__ import annotations

from channelwright.tables.columns import maybe_text, number, text, whole
from channelwright.tables.schema import Table

DESIGN_RETURNS = Table(
    "design_returns",
    "what the outlets of a mode, or the stores of a chain, may send back",
    ("mode", "chain"),
    (
        maybe_text("mode", "mode; empty where the row is a chain's", "modes.id"),
        maybe_text("chain", "chain; empty where the row is a mode's", "chains.id"),
        text(
            "policy", "nothing, what got old, or good stock too", choices=("none", "expiry", "full")
        ),
        whole("review_days", "days", "between returns of good stock", 1, 364, 28),
        number("above_days", "days", "of demand that stay on the shelf", 0, 3650, 0.0),
        number("limit", "share", "of purchases since the last review", 0, 1, 0.0),
        number("credit", "share", "of the price", 0, 1, 1.0),
        number("collect_case", "currency/case", "of collecting, paid by the seller", default=0.0),
    ),
)
DESIGN_CONSIGNMENT = Table(
    "design_consignment",
    "outlets of a mode, or stores of a chain, whose goods are the seller's until they are sold",
    ("mode", "chain"),
    (
        maybe_text("mode", "mode; empty where the row is a chain's", "modes.id"),
        maybe_text("chain", "chain; empty where the row is a mode's", "chains.id"),
        whole("settle_days", "days", "between settlements; 0 = not on consignment", 0, 364),
    ),
)
GOODS_TABLES = (DESIGN_RETURNS, DESIGN_CONSIGNMENT)
