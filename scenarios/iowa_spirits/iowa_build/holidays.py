"""Short weeks: public holidays on which the warehouse drops a delivery day or more."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from iowa_build.history import Orders

#: Share of the usual number of ordering cities below which a week is short, or very short.
SHORT_SHARE, LONG_SHARE = 0.8, 0.6
_MONDAY, _THURSDAY = 0, 3


def week_of(day: datetime.date) -> pd.Timestamp:
    """Return the Sunday on which the week of a day starts."""
    stamp = pd.Timestamp(day)
    return stamp - pd.Timedelta(days=(stamp.weekday() + 1) % 7)


def public_holidays(year: int) -> dict[str, datetime.date]:
    """Return the days on which state offices close, as observed.

    Source: Iowa Code section 1C.2; a Saturday is observed on Friday, a Sunday on Monday.
    """
    fixed = {
        "new_year": datetime.date(year, 1, 1),
        "independence": datetime.date(year, 7, 4),
        "veterans": datetime.date(year, 11, 11),
        "christmas": datetime.date(year, 12, 25),
    }
    moving = {
        "king": _nth(year, 1, _MONDAY, 3),
        "memorial": _nth(year, 6, _MONDAY, 1) - datetime.timedelta(days=7),
        "labor": _nth(year, 9, _MONDAY, 1),
        "thanksgiving": _nth(year, 11, _THURSDAY, 4),
    }
    # Memorial Day is the last Monday of May: a week before the first of June.
    return {name: _observed(day) for name, day in fixed.items()} | moving


def short_weeks(orders: Orders) -> dict[pd.Timestamp, str]:
    """Find the weeks in which far fewer cities ordered: ``"short"`` or ``"long"`` closures."""
    active = pd.Series((orders.litres.sum(axis=1) > 0).sum(axis=0), index=orders.weeks)
    usual = active.rolling(13, center=True, min_periods=7).median()
    share = active / usual
    kind = np.where(share < LONG_SHARE, "long", "short")
    return {
        week: str(name)
        for week, name, low in zip(orders.weeks, kind, share < SHORT_SHARE, strict=True)
        if low
    }


def expected_short_weeks(orders: Orders) -> dict[pd.Timestamp, str]:
    """Repeat last year's closures at the dates of the same holidays in the year to come."""
    end = orders.weeks[-1] + pd.Timedelta(weeks=1)
    last = {w: k for w, k in short_weeks(orders).items() if w >= end - pd.Timedelta(weeks=52)}
    found: dict[pd.Timestamp, str] = {}
    for year in (end.year - 1, end.year):
        for name, day in public_holidays(year).items():
            kind = last.get(week_of(day))
            if kind is not None:
                found[week_of(public_holidays(year + 1)[name])] = kind
    return dict(sorted(found.items()))


def _nth(year: int, month: int, weekday: int, number: int) -> datetime.date:
    first = datetime.date(year, month, 1)
    offset = (weekday - first.weekday()) % 7 + 7 * (number - 1)
    return first + datetime.timedelta(days=offset)


def _observed(day: datetime.date) -> datetime.date:
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)
    return day + datetime.timedelta(days=shift)
