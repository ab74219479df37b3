"""The columns of the tables of unpaid invoices, as kernels find them in their blocks."""

from __future__ import annotations

#: Invoices of outlets and chains that are followed singly (`empty_bills`).
BILL_COLUMNS = (
    "account",
    "outlet",
    "site",
    "mode",
    "day",
    "due",
    "paid",
    "amount",
    "open",
    "part",
)
ACCOUNT, OUTLET, SITE, MODE, DAY, DUE, PAID, AMOUNT, OPEN, PART = range(10)

#: Invoices that are or may become overdue, where they are not (`empty_invoices`).
LATE_COLUMNS = ("account", "due", "paid")
LATE_ACCOUNT, LATE_DUE, LATE_PAID = range(3)
