"""The four figures that say how well simulated orders follow history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iowa_build.history import FloatArray

QUARTER_WEEKS = 13


@dataclass(frozen=True)
class Score:
    """Figures over a year of 52 weeks, in litres.

    Attributes
    ----------
    state_week, naive_week : float, WAPE of the simulated mean and of the same week a year ago
    city_quarter, naive_quarter : float, WAPE per city and 13 weeks, and of last year's quarter
    inside : float, share of weeks inside the simulated 90 % band
    variance_ratio : float, mean variance of the simulated state weeks over the actual one
    bias : float, simulated over actual litres of the year, less 1
    width : float, mean width of the band over the mean
    """

    state_week: float
    naive_week: float
    city_quarter: float
    naive_quarter: float
    inside: float
    variance_ratio: float
    bias: float
    width: float


def score(simulated: FloatArray, actual: FloatArray, year_before: FloatArray) -> Score:
    """Compare simulated with actual orders.

    Parameters
    ----------
    simulated : (replications, cities, 52) litres
    actual, year_before : (cities, 52) litres
    """
    state, weeks = simulated.sum(axis=1, dtype=np.float64), actual.sum(axis=0)
    mean = state.mean(axis=0)
    low, high = np.quantile(state, [0.05, 0.95], axis=0)
    quarter = _quarters(actual)
    return Score(
        state_week=_wape(mean, weeks),
        naive_week=_wape(year_before.sum(axis=0), weeks),
        city_quarter=_wape(_quarters(simulated.mean(axis=0, dtype=np.float64)), quarter),
        naive_quarter=_wape(_quarters(year_before), quarter),
        inside=float(((weeks >= low) & (weeks <= high)).mean()),
        variance_ratio=float(state.var(axis=1, ddof=1).mean() / weeks.var(ddof=1)),
        bias=float(mean.sum() / weeks.sum() - 1.0),
        width=float(((high - low) / mean).mean()),
    )


def _wape(estimate: FloatArray, actual: FloatArray) -> float:
    return float(np.abs(estimate - actual).sum() / actual.sum())


def _quarters(cities: FloatArray) -> FloatArray:
    return np.asarray(cities.reshape(len(cities), -1, QUARTER_WEEKS).sum(axis=2))
