"""Output tables of credit, payment behaviour and authority; written only where they are named."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


RECEIPTS = Table(
    "receipts",
    "one payment or write-off of an invoice that was not paid on its own day",
    ("day", "invoice_day", "payer", "payee", "outlet", "site", "kind"),
    (
        _whole("day", "day", "day of the payment"),
        _whole("invoice_day", "day", "day of the invoice"),
        _whole("payer", "party", "who pays"),
        _whole("payee", "party", "who is paid"),
        _whole("outlet", "row", "outlet"),
        _whole("site", "row", "site that sold"),
        _whole("kind", "code", "ReceiptKind"),
        _whole("amount", "ticks", "money, ex VAT"),
    ),
)
CREDIT_CELLS = Table(
    "credit_cells",
    "one period, area and mode; all columns add up",
    ("period", "area", "mode"),
    (
        _whole("period", "7 days", "from the end of the warm-up; negative before it"),
        _whole("area", "row", "area"),
        _whole("mode", "row", "mode"),
        _whole("due", "ticks", "invoices of outlets and chains that fell due"),
        _whole("collected", "ticks", "paid by outlets and chains"),
        _whole("owed_days", "tick-days", "open at 24:00"),
        _whole("overdue_days", "tick-days", "open at 24:00 of the due day or later"),
        _whole("on_terms", "ticks", "invoices that are not paid on their own day"),
        _whole("own_on_terms", "ticks", "of these, from sites of the manufacturer"),
        _whole("own_owed_days", "tick-days", "open at 24:00 to sites of the manufacturer"),
        _whole("written_off", "ticks", "written off"),
        _whole("reminders", "reminders", "sent"),
        _whole("orders_part", "orders", "released in part by the credit check"),
        _whole("cases_held", "cases", "held back from them"),
        _whole("orders_cash", "orders", "accepted against payment at the door"),
        _whole("orders_prepaid", "orders", "paid before delivery"),
    ),
)
