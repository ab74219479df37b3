"""Expected tours of a day: the last truck of a day leaves however empty it is.

A site whose drops of a day would fill X trucks sends ceil(X) of them. X is a sum of drops that come
or do not, each worth its share of a tour, so that it is taken as normal:

    E[ceil(X)] = sum over j >= 0 of P(X > j),  P(X > 0) = 1 - prod over outlets of (1 - p)

with half a drop of continuity. What leaves out: how orders of different size fit into what is left
of a truck, and trucks that are short, whose drops wait for another day.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import Market

_LEAST = 1e-9
#: Parts of a year by season.
_PARTS = 12


def tours_per_full_tour(
    market: Market,
    design: Design,
    rows: IntArray,
    orders: FloatArray,
    share: FloatArray,
    by_cases: BoolArray,
) -> float:
    """Return expected tours over those that would do if all were full; 1 where nothing is due.

    Parameters
    ----------
    rows : (n,) int64
        Outlets that one site delivers by truck.
    orders : (n,) float64
        Drops a week of each.
    share : (n,) float64
        Of a full tour that a drop takes on a day of mean season.
    by_cases : (n,) bool
        Where a truck is full by its cases, so that a drop takes more of it in season.
    """
    chance = _chances(market, design, rows, orders)
    some = 1.0 - np.prod(1.0 - chance, axis=0)
    half = 0.5 * float(np.average(share, weights=chance.sum(axis=1) + _LEAST))
    full = tours = 0.0
    for level in _levels(market):
        taken = np.where(by_cases, share * level, share)
        mean = chance.T @ taken
        drawn = np.where(by_cases, taken, 0.0) @ chance * market.calendar.market_shock
        variance = (chance * (1.0 - chance)).T @ taken**2 + drawn**2
        full += float(mean.sum())
        tours += float(_expected_ceiling(mean, np.sqrt(variance), some, half).sum())
    return max(1.0, tours / full) if full > _LEAST else 1.0


def _levels(market: Market) -> FloatArray:
    """Return volume over that of a mean day, at the middle of equal parts of the measured days."""
    calendar = market.calendar
    factor = calendar.factor[calendar.warmup_days :].mean(axis=1)
    if factor.mean() <= 0.0:
        return np.ones(1)
    parts = (np.arange(_PARTS) + 0.5) / _PARTS
    level = np.quantile(factor / factor.mean(), parts)
    return np.asarray(level / level.mean())


def _expected_ceiling(
    mean: FloatArray, deviation: FloatArray, some: FloatArray, half: float
) -> FloatArray:
    """Return E[ceil(X)] of every day: (d,).

    Parameters
    ----------
    mean, deviation : (d,) of X, in full tours
    some : (d,), probability that there is a drop at all
    half : half a drop, in full tours
    """
    most = int(np.ceil((mean + 6.0 * deviation).max(initial=0.0))) + 1
    more = np.arange(1, most)[:, None]
    beyond = ndtr((mean - more - half) / np.maximum(deviation, _LEAST))
    return np.asarray(some + np.minimum(beyond, some).sum(axis=0))


def _chances(market: Market, design: Design, rows: IntArray, orders: FloatArray) -> FloatArray:
    """Return the probability of a drop on every day of the cycle that has tours: (n, days).

    Orders of an order day go out on the next day with tours; without order days they are spread
    evenly.
    """
    bits = (design.outlets.order_days[rows, None] >> np.arange(CYCLE_DAYS)) & 1
    tours = _tour_days(market)
    next_day = np.array([min((t - d - 1) % CYCLE_DAYS for t in tours) for d in range(CYCLE_DAYS)])
    target = (np.arange(CYCLE_DAYS) + 1 + next_day) % CYCLE_DAYS
    due = np.zeros((rows.size, CYCLE_DAYS))
    np.add.at(due.T, target, bits.T.astype(np.float64))
    due = due[:, tours]
    due[due.sum(axis=1) == 0.0] = 1.0
    each = orders * (CYCLE_DAYS / 7) / due.sum(axis=1)
    return np.asarray(np.clip(each[:, None] * due, 0.0, 1.0))


def _tour_days(market: Market) -> IntArray:
    """Return the days of the cycle that usually have tours."""
    calendar = market.calendar
    weekday = (np.arange(calendar.horizon_days) + calendar.start.weekday()) % 7
    worked = np.bincount(weekday, weights=calendar.working, minlength=7)
    usual = 2 * worked > np.bincount(weekday, minlength=7)
    days = np.flatnonzero(usual[np.arange(CYCLE_DAYS) % 7])
    return days.astype(np.int64) if days.size else np.arange(CYCLE_DAYS)
