"""The expected seasonal level of demand, by the periods of the KPI tables."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import Market

PERIOD_DAYS = 7


def seasonal_level(market: Market, periods: IntArray) -> FloatArray:
    """Return the plain volume of periods over that of a mean period: season, events and trend.

    A period that the horizon cuts short has a level in proportion, so that output divided by it is
    free of both.

    Parameters
    ----------
    market : Market
    periods : (n,) int, numbered from the end of the warm-up as in table `cells`

    Returns
    -------
    (n,) share, 1 = a mean whole period; 0 for a period outside the horizon
    """
    calendar = market.calendar
    by_day = calendar.factor @ market.outlets.rate.sum(axis=0)
    day = np.arange(calendar.horizon_days) - calendar.warmup_days
    mine = np.floor_divide(day, PERIOD_DAYS)
    sums = np.array([by_day[mine == period].sum() for period in periods])
    mean = by_day.mean() * PERIOD_DAYS
    return np.asarray(sums / mean) if mean > 0.0 else np.zeros(len(periods))
