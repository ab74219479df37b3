"""Table of a request that holds a calibration: multipliers on what its optimiser expects."""

from __future__ import annotations

from channelwright.tables.codes import Account
from channelwright.tables.columns import maybe_text, number, text
from channelwright.tables.schema import Column, Table

#: Heads that are no account.
VOLUME, CALLS, ORDERS = "volume", "calls", "orders"
ACCOUNTS = tuple(account.name.lower() for account in Account if account != Account.CONSUMER)
HEADS = (VOLUME, CALLS, ORDERS, *ACCOUNTS)

DESIGN_CALIBRATION = Table(
    "design_calibration",
    "one multiplier on the forecast, as channelwright improve writes it",
    ("head", "area", "mode"),
    (
        Column(
            "head",
            "str",
            "",
            "cases (volume), calls made, orders per call or order day, or an account",
            choices=HEADS,
        ),
        maybe_text("area", "area of the outlets; volume only", "areas.id"),
        text("mode", "mode", "modes.id"),
        number("multiplier", "", "on the forecast; 1 changes nothing", 0.05, 20),
    ),
)
CALIBRATION_TABLES = (DESIGN_CALIBRATION,)
