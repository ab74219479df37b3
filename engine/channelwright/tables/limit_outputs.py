"""Output table of sites whose purchases are limited; written only where a pack names limits."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


LIMIT_CELLS = Table(
    "limit_cells",
    "one period and site; all columns add up",
    ("period", "site"),
    (
        _whole("period", "7 days", "from the end of the warm-up; negative before it"),
        _whole("site", "row", "site"),
        _whole("cases_cut_cash", "cases", "not ordered for want of cash"),
        _whole("days_cut_cash", "days", "on which that happened"),
        _whole("cases_cut_capacity", "cases", "not ordered for want of capacity"),
        _whole("days_cut_capacity", "days", "on which that happened"),
        _whole("drawn_days", "tick-days", "drawn of the credit line at 24:00"),
    ),
)
