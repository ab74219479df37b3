"""Output tables of collecting; written only where a design names it (docs/world/collecting.md)."""

from __future__ import annotations

from channelwright.tables.schema import Column, Table


def _whole(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


COLLECTIONS = Table(
    "collections",
    "one call at which overdue money was asked for",
    ("day", "outlet"),
    (
        _whole("day", "day", "day of the call"),
        _whole("rep", "row", "rep of the design"),
        _whole("outlet", "row", "outlet"),
        _whole("overdue", "ticks", "asked for"),
        _whole("result", "code", "CollectResult"),
        _whole("paid", "ticks", "paid at once"),
        _whole("promised_day", "day", "day of a promise, -1 = none"),
    ),
)
COLLECTING_CELLS = Table(
    "collecting_cells",
    "one period, area and mode; all columns add up",
    ("period", "area", "mode"),
    (
        _whole("period", "7 days", "from the end of the warm-up; negative before it"),
        _whole("area", "row", "area"),
        _whole("mode", "row", "mode"),
        _whole("calls", "calls", "at which money was asked for"),
        _whole("calls_paid", "calls", "at which some was paid"),
        _whole("calls_promised", "calls", "at which it was promised, kept or not"),
        _whole("calls_no_order", "calls", "that took no order because nothing was given"),
        _whole("seconds", "s", "spent on asking"),
        _whole("asked", "ticks", "overdue at these calls"),
        _whole("collected", "ticks", "paid at them"),
        _whole("promised", "ticks", "overdue where a day was promised"),
    ),
)
