"""A plain generator of orders by the engine's own rule, for calibration and cross-checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from iowa_build.demand import (
    UNIT_LITRES,
    UNITS_PER_CASE,
    WARMUP_WEEKS,
    Demand,
    with_target,
)
from iowa_build.dispersion import Shocks
from iowa_build.history import FloatArray

_WORKDAYS = (1, 2, 3, 4, 5)  # day 0 of a week is a Sunday
_ROUNDS, _REPLICATIONS, _STEP = 4, 12, 0.8


def weekly_litres(
    demand: Demand,
    brands: tuple[str, ...],
    shocks: Shocks,
    cover_days: float,
    replications: int,
    seed: int,
) -> FloatArray:
    """Generate orders of the 52 weeks after the warm-up.

    Returns
    -------
    (replications, cities, brands, weeks) float64, litres
    """
    factor = demand.factor(brands)
    cities = len(demand.rates)
    shape = (replications, cities, len(brands), len(factor))
    out = np.zeros(shape, dtype=np.float64)
    for number in range(replications):
        random = np.random.default_rng([seed, number])
        out[number] = _one(demand, factor, shocks, cover_days, random)
    return out[..., WARMUP_WEEKS:]


def calibrated(
    demand: Demand, brands: tuple[str, ...], shocks: Shocks, cover_days: float, seed: int
) -> Demand:
    """Correct the weekly events until mean generated orders meet the target.

    Whole cases, empty shelves and levels that fall below the stock make mean orders differ
    from the linear rule; a few rounds of the generator take that up.
    """
    wanted = demand.target
    asked = wanted.copy()
    # Common shocks would make the ratio of a few replications noise; they are left out.
    local = replace(shocks, market=0.0, product=0.0)
    for _ in range(_ROUNDS):
        litres = weekly_litres(demand, brands, local, cover_days, _REPLICATIONS, seed)
        ratio = wanted[WARMUP_WEEKS:] / litres.sum(axis=(1, 2)).mean(axis=0)
        asked[WARMUP_WEEKS:] *= ratio**_STEP
        demand = with_target(demand, brands, asked, cover_days)
    return demand


def _one(
    demand: Demand,
    factor: FloatArray,
    shocks: Shocks,
    cover_days: float,
    random: np.random.Generator,
) -> FloatArray:
    rates, size = demand.rates, shocks.dispersion
    weeks = len(factor)
    due = _order_days(demand)
    shelf = np.floor(0.5 * cover_days * rates * factor[0] + 0.5)
    coming = np.zeros_like(rates)
    litres = np.zeros((*rates.shape, weeks))
    for week in range(weeks):
        common = _lognormal(random, shocks.market, 1) * _lognormal(
            random, shocks.product, len(size)
        )
        local = _lognormal(random, shocks.outlet, len(rates))[:, None] * common
        mean = rates * factor[week] * local
        level = np.floor(cover_days * rates * factor[week] + 0.5)
        for day in range(7):
            shelf += coming
            gap = level - shelf
            cases = np.floor((2 * gap + UNITS_PER_CASE) / (2 * UNITS_PER_CASE))
            coming = np.where(due[:, day, None] & (gap > 0), cases, 0.0) * UNITS_PER_CASE
            litres[:, :, week] += coming * UNIT_LITRES
            drawn = random.poisson(random.gamma(np.broadcast_to(size, mean.shape), mean / size))
            shelf -= np.minimum(shelf, drawn)
    return litres


def _order_days(demand: Demand) -> np.ndarray:
    """Return on which days of a week each city orders, (cities, 7) bool."""
    due = np.zeros((len(demand.rates), 7), dtype=bool)
    due[demand.metro, 1:6] = True
    weekly = np.flatnonzero(~demand.metro)
    due[weekly, np.resize(_WORKDAYS, len(weekly))] = True
    return due


def _lognormal(random: np.random.Generator, sigma: float, size: int) -> FloatArray:
    return np.exp(sigma * random.standard_normal(size) - sigma**2 / 2.0)
