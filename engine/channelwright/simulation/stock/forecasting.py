"""What sites expect of a day: from orders or from shared sales (docs/world/stock.md)."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from scipy.special import ndtri

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.stock import EXPONENTIAL, ORDERS, SELL_OUT, StockForecast
from channelwright.simulation.network import DEFAULT_WINDOW, Network
from channelwright.simulation.state import State

_SITES = 1  # sub of REPORTING: sites; 0: outlets
_HALF_STEP = 2.0**-54
_BLOCK_DAYS = 28
_NO_SALES = np.zeros((0, 0))


#: Rows of the outlets that report, sites of covered outlets, which sites report, which sites look
#: at what outlets sell.
Who: TypeAlias = tuple[IntArray, IntArray, BoolArray, BoolArray]
#: Units ordered and units reported by day (K, S, P); whether reports are used and the days until
#: they are known (S, P); days of the moving average (S,); mean and variance of the days before the
#: first one (S, P); which sites smooth, their weight of the newest day (S,), and the mean and the
#: variance that they remember (S, P), changed.
Forecast: TypeAlias = tuple[
    tuple[IntArray, IntArray],
    tuple[BoolArray, IntArray],
    IntArray,
    tuple[FloatArray, FloatArray],
    tuple[BoolArray, FloatArray, FloatArray, FloatArray],
]


class Forecasting:
    """The forecasts of a replication; without a plan the moving average of 28 days of orders."""

    def __init__(self, network: Network, address: Address, state: State) -> None:
        self._network, self._address, self._state = network, address, state
        stock = network.design.stock
        self._plan = None if stock is None else stock.forecast
        opening = network.opening_demand
        self._mean, self._variance = opening.copy(), network.opening_variance.copy()
        self._sold = np.zeros((len(network.covered), opening.shape[1]), dtype=np.int64)
        if self._plan is None:
            self.rules = self._plain()
            return
        self._prepare_reports(self._plan)
        self.rules = self._planned(self._plan)

    def note_sales(self, units: IntArray) -> None:
        """Keep what covered outlets sold today: (C, P) units."""
        self._sold = units

    def start_evening(self) -> None:
        """Turn today's sales into reports, before sites order from each other."""
        if self._plan is None or not self._listens:
            return
        day, rings = self._state.day, (self._state.demand, self._reports)
        factors = self._expansion, self._wrong, self._errors(day)
        # Where no site looks at what outlets sell, nobody reads it.
        sold = self._sold.astype(np.float64) if self._looks_down else _NO_SALES
        _report(day, rings, sold, self._who, self._tree, factors)

    def _plain(self) -> Forecast:
        """Return the forecast of a design that says nothing."""
        network = self._network
        sites, products = network.opening_demand.shape
        window, delay = np.full(sites, DEFAULT_WINDOW), np.zeros((sites, products), dtype=np.int64)
        shared, smooth = (
            np.zeros((sites, products), dtype=np.bool_),
            np.zeros(sites, dtype=np.bool_),
        )
        rings = self._state.demand, self._state.demand
        opening = network.opening_demand, network.opening_variance
        memory = smooth, np.zeros(sites), self._mean, self._variance
        return rings, (shared, delay), window, opening, memory

    def _planned(self, plan: StockForecast) -> Forecast:
        rings, opening = (self._state.demand, self._reports), self._network.opening_demand
        smooth = plan.method == EXPONENTIAL
        memory = smooth, plan.alpha.copy(), self._mean, self._variance
        moments = opening, self._network.opening_variance
        return rings, (self._shared, self._delay), plan.window.copy(), moments, memory

    # ------------------------------------------------------------ reports
    def _prepare_reports(self, plan: StockForecast) -> None:
        """Draw who reports, and the factors from what is reported to all."""
        network = self._network
        covered = network.covered
        site = network.design.outlets.site[covered]
        uniform = self._uniforms(covered.max(initial=-1) + 1, 0)[covered]
        outlets = np.flatnonzero(uniform < plan.reporting[site])
        reports = self._uniforms(len(plan), _SITES) < plan.reporting
        sites = np.concatenate([*network.tiers, np.zeros(0, dtype=np.int64)])
        self._tree = (sites, network.design.sites.parent[sites])
        self._who = (outlets, site, reports, plan.signal == SELL_OUT)
        told = np.empty_like(network.opening_own)
        _told(network.opening_own, network.opening_units, self._who, self._tree, told)
        self._looks_down = bool(self._who[3].any())
        self._listens = bool((plan.signal != ORDERS).any())
        self._shared = (plan.signal != ORDERS)[:, None] & (told > 0)
        everything = network.opening_demand
        self._expansion = np.divide(everything, told, out=np.zeros_like(told), where=told > 0)
        self._delay = np.where(self._shared, plan.delay[:, None], 0)
        self._reports = np.zeros((network.days_kept, *everything.shape), dtype=np.int64)
        self._wrong = np.flatnonzero(plan.error > 0)
        self._sigma = plan.error[self._wrong][:, None]
        self._block, self._factors = -1, np.zeros((0, 0, 0))

    def _uniforms(self, size: int, sub: int) -> FloatArray:
        return self._address.uniforms(Purpose.REPORTING, 0, int(size), sub)

    def _errors(self, day: int) -> FloatArray:
        """Return the factors by which today's reports of some sites are wrong: (n, P)."""
        block, place = divmod(day, _BLOCK_DAYS)
        if block != self._block:
            self._block, first = block, day - place
            self._factors = self._factors_of(range(first, first + _BLOCK_DAYS))
        factors: FloatArray = self._factors[place]
        return factors

    def _factors_of(self, days: range) -> FloatArray:
        """Return the factors of some days: (days, n, P); drawn at once, as few are cheap."""
        sites, products, sigma = self._wrong, self._shared.shape[1], self._sigma
        uniform = [self._address.grid(Purpose.REPORT_ERROR, day, sites, products) for day in days]
        return np.asarray(np.exp(sigma * ndtri(np.stack(uniform) + _HALF_STEP) - sigma * sigma / 2))


@kernel
def _report(
    day: int,
    rings: tuple[IntArray, IntArray],
    sold: FloatArray,
    who: Who,
    tree: tuple[IntArray, IntArray],
    factors: tuple[FloatArray, IntArray, FloatArray],
) -> None:
    """Write what is reported of today to every site: units, expanded to all, and wrong.

    Parameters
    ----------
    factors : expansion (S, P); sites that hear something wrong (n,) and its factors (n, P)
    """
    demand, reports = rings
    told: FloatArray = np.empty(factors[0].shape)
    _told(demand[day % len(demand)].astype(np.float64), sold, who, tree, told)
    expansion, wrong, errors = factors
    today = reports[day % len(reports)]
    for site in range(told.shape[0]):
        for product in range(told.shape[1]):
            units = told[site, product] * expansion[site, product]
            today[site, product] = math.floor(units + 0.5)
    for place in range(len(wrong)):
        for product in range(told.shape[1]):
            site = wrong[place]
            factor = expansion[site, product] * errors[place, product]
            today[site, product] = math.floor(told[site, product] * factor + 0.5)


@kernel
def _told(
    own: FloatArray,
    sold: FloatArray,
    who: Who,
    tree: tuple[IntArray, IntArray],
    result: FloatArray,
) -> None:
    """Find what is known at every site of itself and of those below it: (S, P) units.

    Parameters
    ----------
    own : (S, P) what sites know of themselves; sold : (C, P) by covered outlets
    tree : sites, those below before those above, and their parents
    """
    outlets, site, reports, sell_out = who
    out, through = np.zeros(own.shape), np.zeros(own.shape)
    if np.any(sell_out):
        for row in outlets:
            for product in range(own.shape[1]):
                out[site[row], product] += sold[row, product]
    for row in range(len(own)):
        if reports[row]:
            for product in range(own.shape[1]):
                through[row, product] = own[row, product]
    for place in range(len(tree[0])):
        below, above = tree[0][place], tree[1][place]
        for product in range(own.shape[1]):
            out[above, product] += out[below, product]
            through[above, product] += through[below, product]
    for row in range(len(own)):
        for product in range(own.shape[1]):
            result[row, product] = out[row, product] if sell_out[row] else through[row, product]
            if not sell_out[row] and not reports[row]:
                result[row, product] += own[row, product]


@kernel
def is_smooth(forecast: Forecast, site: int) -> bool:
    """Return whether a site's forecast takes in every day, due or not."""
    smooth: bool = forecast[4][0][site]
    return smooth


@kernel
def expected(day: int, site: int, product: int, forecast: Forecast) -> tuple[float, float]:
    """Return mean and standard deviation of a day's demand: of the last known days, or smoothed."""
    rings, (shared, delay), window, opening, (smooth, alpha, means, variances) = forecast
    told, late, days = shared[site, product], delay[site, product], window[site]
    total, squares, known, newest = np.int64(0), np.int64(0), 0, np.int64(0)
    kept = len(rings[0])
    then = (day - late) % kept
    for age in range(late, min(late + days, day + 1, kept)):
        units = rings[1][then, site, product] if told else rings[0][then, site, product]
        if age == late:
            newest = units
        total += units
        squares += units * units
        known += 1
        then = then - 1 if then > 0 else kept - 1
    if smooth[site]:
        weight, mean = alpha[site], means[site, product]
        if late <= day:
            step = newest - mean
            means[site, product] = weight * newest + (1 - weight) * mean
            spread = weight * (step * step) + (1 - weight) * variances[site, product]
            variances[site, product] = spread
        return means[site, product], math.sqrt(max(0.0, variances[site, product]))
    early, mean = days - known, opening[0][site, product]
    level = (total + early * mean) / days
    spread = squares + early * (mean * mean + opening[1][site, product])
    return level, math.sqrt(max(0.0, spread / days - level * level))
