"""Input tables of credit rules, reminders and payment behaviour; all are optional."""

from __future__ import annotations

from channelwright.tables.columns import LARGE_MONEY, clock, flag, maybe_text, number, text, whole
from channelwright.tables.schema import Column, Table

DESIGN_CREDIT = Table(
    "design_credit",
    "credit rules of one mode; a mode without a row holds orders",
    ("mode",),
    (
        text("mode", "mode", "modes.id"),
        Column(
            "action",
            "str",
            "",
            "above the limit or overdue: refuse, release part, or deliver against payment",
            required=False,
            default="hold",
            choices=("hold", "partial", "cash"),
        ),
        number("cash_share", "share", "of outlets that can pay at the door", 0, 1, 1.0),
        whole("prepay_days", "days", "before the promised delivery; -1 = later", -1, 365, -1),
        number("deposit", "share", "of an outlet's limit, lodged with the seller", 0, 10, 0.0),
        number("deposit_interest", "per year", "that the seller pays on it", 0, 1, 0.0),
        whole("review_days", "days", "between reviews of the limits; 0 = never", 0, 365, 0),
        number("limit_low", "share", "of the limit at a score of 0", 0, 10, 1.0),
        number("limit_high", "share", "of the limit at a score of 1,000", 0, 10, 1.0),
    ),
)
DESIGN_ACCOUNT_CREDIT = Table(
    "design_account_credit",
    "credit of one account: an outlet that pays for itself, or a chain",
    ("outlet", "chain"),
    (
        maybe_text("outlet", "outlet; empty where the row is a chain's", "outlets.id"),
        maybe_text("chain", "chain; empty where the row is an outlet's", "chains.id"),
        number("limit", "currency", "with VAT; -1 = by the terms of its mode", -1, default=-1.0),
        Column(
            "action",
            "str",
            "",
            "above the limit or overdue; mode = as its mode does",
            required=False,
            default="mode",
            choices=("mode", "hold", "partial", "cash"),
        ),
        whole("overdue_grace", "days", "past due; -1 = as its mode", -1, 3650, -1),
    ),
)
DESIGN_DUNNING = Table(
    "design_dunning",
    "one reminder of overdue invoices",
    ("days",),
    (
        whole("days", "days", "past due", 1, 3650),
        number("cost", "currency", "of a letter or visit, paid by the seller", default=0.0),
        number("effect", "share", "of the remaining delay that it saves", 0, 1),
    ),
)
DESIGN_APPROVAL = Table(
    "design_approval",
    "the desk for discounts above authority of one mode",
    ("mode",),
    (
        text("mode", "mode", "modes.id"),
        number("ask", "share", "of orders that ask for a discount", 0, 1),
        number("discount", "share", "of the value of the order", 0, 1),
        number("granted", "share", "of the requests", 0, 1),
        whole("clerks", "people", "who decide; 0 = nobody waits", 0, 10_000, 1),
        number("minutes", "min", "mean time of a decision", 0, 100_000, 0.0),
        Column(
            "law",
            "str",
            "",
            "of that time",
            required=False,
            default="exponential",
            choices=("fixed", "exponential"),
        ),
        clock("opens", "first decision of a day begins", "08:00"),
        clock("closes", "no decision begins from then on", "18:00"),
    ),
)
SITE_LIMITS = Table(
    "site_limits",
    "one site whose purchases are limited",
    ("site",),
    (
        text("site", "site", "sites.id"),
        flag("cash", "its owner buys only what it can pay", default=False),
        number(
            "opening_cash",
            "currency",
            "on day 0; -1 = working_capital",
            -1,
            LARGE_MONEY,
            -1.0,
        ),
        number(
            "credit_line",
            "currency",
            "by which it may be overdrawn",
            high=LARGE_MONEY,
            default=0.0,
        ),
        number("interest", "per year", "on what is drawn", 0, 10, 0.0),
        flag("capacity", "capacity_cases binds what it takes in", default=False),
    ),
)
PAYMENT_BEHAVIOUR = Table(
    "payment_behaviour",
    "how the outlets of one segment pay; a segment without a row pays after its mode's delay",
    ("segment",),
    (
        text("segment", "segment", "segments.id"),
        number("delay_factor", "", "times the mean delay of the mode", 0, 100, 1.0),
        number("spread", "", "sigma of the lognormal factor of each account", 0, 3, 0.0),
        number("part_chance", "share", "of invoices of which a part is paid when due", 0, 1, 0.0),
        number("part_share", "share", "of the invoice that this part is", 0, 1, 0.0),
        number("default_rate", "per month", "chance that an account stops paying", 0, 1, 0.0),
        whole("default_days", "days", "until it is back in business", 0, 3650, 90),
        whole("write_off_days", "days", "past due; 0 = never", 0, 3650, 0),
        number("recovered", "share", "of what is open then", 0, 1, 0.0),
    ),
)
