"""The calendar of a market: season, weekday, trend and events of every day and product."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import Calendar
from channelwright.tables.cells import Cells, TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.shapes import CalendarShape

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL_FAMILIES = "*"
_LONGEST_YEAR = 366
_YEAR_DAYS = 365.0


def weekday_numbers(text: str) -> tuple[int, ...]:
    """Return the weekdays (Monday = 0) of ``'mon,thu'`` or ``'all'``; empty if it is neither."""
    words = [word for word in re.split(r"[,;\s]+", text.strip().lower()) if word]
    if words == ["all"]:
        return tuple(range(7))
    if not words or any(word not in WEEKDAYS for word in words):
        return ()
    return tuple(sorted({WEEKDAYS.index(word) for word in words}))


def build_calendar(shape: CalendarShape, tables: Mapping[str, TypedTable]) -> Calendar:
    """Return the calendar; factor = season x weekday x trend x events."""
    days = [shape.start + datetime.timedelta(days=day) for day in range(shape.horizon_days)]
    weekday = np.array([day.weekday() for day in days], dtype=np.int64)
    works = np.array([name in shape.working_days for name in WEEKDAYS], dtype=np.bool_)
    holidays = set(shape.holidays)
    free = np.array([day in holidays for day in days], dtype=np.bool_)
    factor = np.array(shape.weekday, dtype=np.float64)[weekday]
    factor *= (1.0 + shape.trend_per_year) ** (np.arange(len(days)) / _YEAR_DAYS)
    families = tables["products"]["family"]
    return Calendar(
        start=shape.start,
        horizon_days=shape.horizon_days,
        warmup_days=shape.warmup_days,
        factor=factor[:, None] * _by_family(tables, families, days),
        month=_months(days),
        working=works[weekday] & ~free,
        shock_days=shape.shocks.days,
        market_shock=float(shape.shocks.market),
        product_shock=float(shape.shocks.product),
        outlet_shock=float(shape.shocks.outlet),
    )


def _months(days: list[datetime.date]) -> IntArray:
    number = np.array([day.year * 12 + day.month for day in days], dtype=np.int64)
    return np.asarray(number - number[0])


def _by_family(
    tables: Mapping[str, TypedTable], families: Cells, days: list[datetime.date]
) -> FloatArray:
    distinct = sorted(set(families))
    curves = {name: _season(tables["season"], name, days) for name in distinct}
    if "events" in tables:
        dates = np.array(days, dtype="M8[D]")
        curves = {name: curves[name] * _events(tables["events"], name, dates) for name in distinct}
    return np.stack([curves[name] for name in families], axis=1)


def _season(table: TypedTable, family: str, days: list[datetime.date]) -> FloatArray:
    """Interpolate between the family's own knots, else between those of all families."""
    own = table["family"] == family
    rows = np.flatnonzero(own if own.any() else table["family"] == ALL_FAMILIES)
    if not len(rows):
        return np.ones(len(days), dtype=np.float64)
    at = np.array([day.timetuple().tm_yday for day in days], dtype=np.float64)
    knots, factor = table["day_of_year"][rows], table["factor"][rows]
    return np.asarray(np.interp(at, knots, factor, period=_LONGEST_YEAR), dtype=np.float64)


def _events(table: TypedTable, family: str, dates: Cells) -> FloatArray:
    factor = np.ones(len(dates), dtype=np.float64)
    for row in range(len(table)):
        if table["family"][row] in (family, ALL_FAMILIES):
            inside = (dates >= table["first"][row]) & (dates <= table["last"][row])
            factor[inside] *= table["factor"][row]
    return factor
