"""Input tables of contracts with chains (docs/world/chains.md)."""

from __future__ import annotations

from channelwright.tables.columns import LARGE_MONEY, clock, maybe_text, number, text, whole
from channelwright.tables.schema import Table

DESIGN_CONTRACTS = Table(
    "design_contracts",
    "what is agreed with one chain",
    ("chain",),
    (
        text("chain", "chain", "chains.id"),
        whole("payment_days", "days", "payment terms; -1 = those of the mode", -1, 365, -1),
        number("allowance", "share", "of purchases, for the chain's logistics", 0, 1, 0.0),
        number("display_fee", "currency/month", "per store", default=0.0),
        number("leaflet_fee", "currency/month", "per chain", default=0.0),
        number("entry_fee", "currency/year", "per store and listed product", default=0.0),
        number("penalty", "share", "of the value of lines that are late or short", 0, 1, 0.0),
        whole("dc_days", "days", "from the chain's DC to its stores; 0 = to stores", 0, 30, 0),
        maybe_text(
            "accept_days", "weekdays on which goods are taken, or 'all' (tariff)", default="all"
        ),
        clock("accept_open", "stores take goods from; with 24:00 as in the segment", "00:00"),
        clock("accept_close", "to", "24:00"),
    ),
)
DESIGN_LISTING = Table(
    "design_listing",
    "a product that a chain lists; a chain without rows lists all",
    ("chain", "product"),
    (
        text("chain", "chain", "chains.id"),
        text("product", "product", "products.id"),
    ),
)
DESIGN_REBATE_TIERS = Table(
    "design_rebate_tiers",
    "a rebate on all purchases of a month from a value on",
    ("chain", "from_value"),
    (
        text("chain", "chain", "chains.id"),
        number(
            "from_value",
            "currency/month",
            "purchases of the chain, with VAT",
            high=LARGE_MONEY,
        ),
        number("share", "share", "of all purchases of the month", 0, 1),
    ),
)
CONTRACT_TABLES = (DESIGN_CONTRACTS, DESIGN_LISTING, DESIGN_REBATE_TIERS)
