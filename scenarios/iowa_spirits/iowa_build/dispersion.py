"""Spread of weekly orders: what is common, what is a brand's, a city's, and what is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from iowa_build.history import FloatArray, Orders
from iowa_build.holidays import short_weeks
from iowa_build.profile import fit_state

#: Weeks that are measured, window of the brands' local level, smallest cell (litres a week).
MEASURED_WEEKS, LOCAL_WEEKS, CELL_LITRES = 78, 13, 16.0
#: Variance that whole cases add to a cell, litres (over its mean).
CASE_LITRES = 5.0
_LEAST = 0.03


@dataclass(frozen=True)
class Spread:
    """Relative variances of weekly orders.

    Attributes
    ----------
    market, product, outlet : float, common to all; to a brand (weighted by share squared, so
        that the state's total is right); to a city
    cell : (brands,) float64, of a city and brand, volume-weighted, all sources together
    """

    market: float
    product: float
    outlet: float
    cell: FloatArray


def measure(orders: Orders) -> Spread:
    """Measure the spread over the last weeks that no short week touches."""
    clean = _clean_weeks(orders)
    state = fit_state(orders).mean(orders.weeks, short_weeks(orders))
    level = orders.litres[:, :, clean] / (state[clean] / state[clean].mean())
    brand = pd.DataFrame(level.sum(axis=0).T)
    local = brand.rolling(LOCAL_WEEKS, center=True, min_periods=5).mean().to_numpy().T
    level = level / (local / local.mean(axis=1, keepdims=True))
    mean, variance = level.mean(axis=2), level.var(axis=2, ddof=1)
    return Spread(
        market=_between(level.sum(axis=0)),
        product=_weighted([_between(level[:, i]) for i in range(len(mean[0]))], mean.sum(axis=0)),
        outlet=_outlet(level, mean),
        cell=np.array([_cell(mean[:, i], variance[:, i]) for i in range(len(mean[0]))]),
    )


def _clean_weeks(orders: Orders) -> np.ndarray:
    near = {week + pd.Timedelta(weeks=k) for week in short_weeks(orders) for k in (-1, 0, 1)}
    clean = np.array([week not in near for week in orders.weeks])
    return np.flatnonzero(clean)[-MEASURED_WEEKS:]


def _between(series: FloatArray) -> float:
    """Return the mean covariance of the rows over the product of their means."""
    mean, variance = series.mean(axis=1), series.var(axis=1, ddof=1)
    total = series.sum(axis=0).var(ddof=1)
    return float((total - variance.sum()) / (mean.sum() ** 2 - (mean**2).sum()))


def _weighted(values: list[float], volume: FloatArray) -> float:
    return float(np.average(values, weights=volume**2))


def _outlet(level: FloatArray, mean: FloatArray) -> float:
    big = np.flatnonzero(mean.sum(axis=1) > CELL_LITRES)
    return float(np.median([_between(level[city]) for city in big]))


def _cell(mean: FloatArray, variance: FloatArray) -> float:
    big = mean > CELL_LITRES
    spread = np.maximum(variance[big] / mean[big] ** 2 - CASE_LITRES / mean[big], 0.0)
    return float(np.average(spread, weights=mean[big]))


@dataclass(frozen=True)
class Shocks:
    """What the simulator draws.

    Attributes
    ----------
    market, product, outlet : float, sigma of the weekly lognormal shocks
    dispersion : (brands,) float64, size of the daily negative binomial
    """

    market: float
    product: float
    outlet: float
    dispersion: FloatArray


def shocks_of(spread: Spread, days_before: float) -> Shocks:
    """Turn spread of orders into spread of demand.

    An order holds `days_before` days of one weekly shock and 7 - `days_before` of the next,
    which averages two draws: the variance of the demand shock is the larger one.
    """
    kept = (days_before / 7.0) ** 2 + (1.0 - days_before / 7.0) ** 2
    common = spread.market
    product = max(spread.product - common, 0.0)
    outlet = max(spread.outlet - common, 0.0)
    left = np.maximum(spread.cell - common - product - outlet, _LEAST)
    return Shocks(
        market=_sigma(common / kept),
        product=_sigma(product / kept),
        outlet=_sigma(outlet / kept),
        dispersion=1.0 / (7.0 * left),
    )


def _sigma(variance: float) -> float:
    """Return sigma of the mean-one lognormal with a variance."""
    return float(np.sqrt(np.log1p(variance)))
