"""Output tables of the approval desk; written only where a design names one."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


APPROVALS = Table(
    "approvals",
    "one request for a discount above authority",
    ("day", "outlet"),
    (
        _whole("day", "day", "day on which the order was placed"),
        _whole("outlet", "row", "outlet"),
        _whole("mode", "row", "mode"),
        _whole("second", "s", "second of the day on which it was placed"),
        _whole("begin", "s", "begin of the decision, seconds since 00:00 of the order day"),
        _whole("end", "s", "end of the decision, seconds since 00:00 of the order day"),
        _whole("granted", "flag", "1 = granted"),
    ),
)
APPROVAL_CELLS = Table(
    "approval_cells",
    "one period and mode, by day of the order; all columns add up",
    ("period", "mode"),
    (
        _whole("period", "7 days", "from the end of the warm-up; negative before it"),
        _whole("mode", "row", "mode"),
        _whole("requests", "orders", "that asked for a discount above authority"),
        _whole("granted", "orders", "of them granted"),
        _whole("wait", "s", "from the order to the begin of the decision"),
    ),
)
