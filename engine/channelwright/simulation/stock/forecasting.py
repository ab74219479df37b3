"""What sites expect of a day: from orders or from shared sales (docs/world/stock.md)."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass
class _Memory:
    """Reports of the last days and smoothed values.

    Attributes
    ----------
    reports : (K, S, P) int64, units of shared sales by day (ring)
    sold : (C, P) int64, units that covered outlets sold today
    mean, variance : (S, P) float64, exponential forecast
    """

    reports: IntArray
    sold: IntArray
    mean: FloatArray
    variance: FloatArray


class Forecasting:
    """The forecasts of a replication; without a plan the moving average of 28 days of orders."""

    def __init__(self, network: Network, address: Address) -> None:
        self._network = network
        self._address = address
        stock = network.design.stock
        self._plan = None if stock is None else stock.forecast
        if self._plan is None:
            return
        opening = network.opening_demand
        kept = network.days_kept
        self._memory = _Memory(
            reports=np.zeros((kept, *opening.shape), dtype=np.int64),
            sold=np.zeros((len(network.covered), opening.shape[1]), dtype=np.int64),
            mean=opening.copy(),
            variance=network.opening_variance.copy(),
        )
        self._prepare_reports(self._plan)

    @property
    def remembers(self) -> bool:
        """Whether every day must be forecast, due or not."""
        return self._plan is not None

    def note_sales(self, units: IntArray) -> None:
        """Keep what covered outlets sold today: (C, P) units."""
        if self._plan is not None:
            self._memory.sold = units

    def start_evening(self, state: State) -> None:
        """Turn today's sales into reports, before sites order from each other."""
        if self._plan is None or not (self._plan.signal != ORDERS).any():
            return
        memory, plan = self._memory, self._plan
        asked = state.demand[state.day % len(state.demand)].astype(np.float64)
        who = (self._outlets, self._site, self._reports, plan.signal == SELL_OUT)
        units = _told(asked, memory.sold.astype(np.float64), who, self._tree)
        factor = self._expansion * self._errors(state.day, plan)
        memory.reports[state.day % len(memory.reports)] = np.floor(units * factor + 0.5)

    def forecast(self, state: State, sites: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of a day's demand of some sites: (n, P) each.

        The deviation is 0 where no policy aims at a service.
        """
        if self._plan is None:
            return self._plain(state, sites)
        network, memory, plan = self._network, self._memory, self._plan
        average, variance, newest = _moving(
            state.day,
            sites,
            (state.demand, memory.reports),
            (self._shared, self._delay),
            plan.window,
            (network.opening_demand, network.opening_variance),
        )
        smooth = plan.method[sites] == EXPONENTIAL
        if smooth.any():
            self._smooth(state.day, sites, newest)
            mine = smooth[:, None]
            average = np.where(mine, memory.mean[sites], average)
            variance = np.where(mine, memory.variance[sites], variance)
        return average, np.sqrt(np.maximum(0.0, variance))

    def _plain(self, state: State, sites: IntArray) -> tuple[FloatArray, FloatArray]:
        network = self._network
        early = max(0, DEFAULT_WINDOW - 1 - state.day)
        if not network.stock.aims:
            average = _moving_average(state.demand, sites, network.opening_demand, early)
            return average, np.zeros(average.shape)
        seen = state.demand[:, sites]
        opening = network.opening_demand[sites]
        average = (seen.sum(axis=0) + early * opening) / DEFAULT_WINDOW
        squares = (seen * seen).sum(axis=0)
        squares = squares + early * (opening**2 + network.opening_variance[sites])
        return average, np.sqrt(np.maximum(0.0, squares / DEFAULT_WINDOW - average**2))

    def _smooth(self, day: int, sites: IntArray, newest: IntArray) -> None:
        """Take the newest known day (n, P) into the exponential forecast of the sites."""
        assert self._plan is not None
        memory = self._memory
        alpha = self._plan.alpha[sites][:, None]
        before, spread = memory.mean[sites], memory.variance[sites]
        known = self._delay[sites] <= day
        mean = alpha * newest + (1 - alpha) * before
        variance = alpha * (newest - before) ** 2 + (1 - alpha) * spread
        memory.mean[sites] = np.where(known, mean, before)
        memory.variance[sites] = np.where(known, variance, spread)

    # ------------------------------------------------------------ reports
    def _prepare_reports(self, plan: StockForecast) -> None:
        """Draw who reports, and the factors from what is reported to all."""
        network = self._network
        covered = network.covered
        self._site = network.design.outlets.site[covered]
        uniform = self._uniforms(covered.max(initial=-1) + 1, 0)[covered]
        self._outlets = np.flatnonzero(uniform < plan.reporting[self._site])
        self._reports = self._uniforms(len(plan), _SITES) < plan.reporting
        sites = np.concatenate([*network.tiers, np.zeros(0, dtype=np.int64)])
        self._tree = (sites, network.design.sites.parent[sites])
        who = (self._outlets, self._site, self._reports, plan.signal == SELL_OUT)
        told = _told(network.opening_own, network.opening_units, who, self._tree)
        self._shared = (plan.signal != ORDERS)[:, None] & (told > 0)
        everything = network.opening_demand
        self._expansion = np.divide(everything, told, out=np.zeros_like(told), where=told > 0)
        self._delay = np.where(self._shared, plan.delay[:, None], 0)

    def _uniforms(self, size: int, sub: int) -> FloatArray:
        return self._address.uniforms(Purpose.REPORTING, 0, int(size), sub)

    def _errors(self, day: int, plan: StockForecast) -> FloatArray:
        """Return the factors by which today's reports are wrong: (S, P)."""
        shape = self._shared.shape
        factor = np.ones(shape)
        wrong = np.flatnonzero(plan.error > 0)
        if wrong.size:
            uniform = self._address.grid(Purpose.REPORT_ERROR, day, wrong, shape[1])
            sigma = plan.error[wrong][:, None]
            factor[wrong] = np.exp(sigma * ndtri(uniform + _HALF_STEP) - sigma * sigma / 2)
        return factor


@kernel
def _told(
    own: FloatArray,
    sold: FloatArray,
    who: tuple[IntArray, IntArray, BoolArray, BoolArray],
    tree: tuple[IntArray, IntArray],
) -> FloatArray:
    """Return what is known at every site of itself and of those below it: (S, P) units.

    Parameters
    ----------
    own : (S, P) what sites know of themselves; sold : (C, P) by covered outlets
    who : rows of the outlets that report, sites of covered outlets, which sites report,
        which sites look at what outlets sell
    tree : sites, those below before those above, and their parents
    """
    outlets, site, reports, sell_out = who
    out, through, result = np.zeros_like(own), np.zeros_like(own), own.copy()
    for product in range(own.shape[1]):
        for row in outlets:
            out[site[row], product] += sold[row, product]
        for row in range(len(own)):
            if reports[row]:
                through[row, product] = own[row, product]
        for place in range(len(tree[0])):
            below, above = tree[0][place], tree[1][place]
            out[above, product] += out[below, product]
            through[above, product] += through[below, product]
        for row in range(len(own)):
            if sell_out[row]:
                result[row, product] = out[row, product]
            else:
                result[row, product] = through[row, product]
                if not reports[row]:
                    result[row, product] += own[row, product]
    return result


@kernel
def _moving(
    day: int,
    sites: IntArray,
    rings: tuple[IntArray, IntArray],
    sharing: tuple[BoolArray, IntArray],
    window: IntArray,
    opening: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return mean and variance of the last known days, and the newest of them: (n, P) each.

    Parameters
    ----------
    rings : (K, S, P) units ordered and units reported by day
    sharing : (S, P), (S, P) whether reports are used, and days until they are known
    window : (S,) days
    opening : (S, P), (S, P) mean and variance of days before the first one
    """
    shared, delay = sharing
    shape = (len(sites), shared.shape[1])
    average, variance = np.empty(shape), np.empty(shape)
    newest = np.zeros(shape, dtype=np.int64)
    kept = len(rings[0])
    for place in range(len(sites)):
        site = sites[place]
        days = window[site]
        for product in range(shape[1]):
            late = delay[site, product]
            total, squares, known = np.int64(0), np.int64(0), np.int64(0)
            for age in range(late, min(late + days, day + 1, kept)):
                then = (day - age) % kept
                units = rings[0][then, site, product]
                if shared[site, product]:
                    units = rings[1][then, site, product]
                if age == late:
                    newest[place, product] = units
                total += units
                squares += units * units
                known += 1
            early, mean = days - known, opening[0][site, product]
            level = (total + early * mean) / days
            spread = squares + early * (mean * mean + opening[1][site, product])
            average[place, product] = level
            variance[place, product] = spread / days - level * level
    return average, variance, newest


@kernel
def _moving_average(
    demand: IntArray, sites: IntArray, opening: FloatArray, early: int
) -> FloatArray:
    """Return the mean of the days kept and of early ones, which are as opening: (n, P) units a day.

    Parameters
    ----------
    demand : (K, S, P) units of the last days; opening : (S, P) units a day
    """
    average = np.empty((len(sites), demand.shape[2]))
    for row in range(len(sites)):
        for product in range(demand.shape[2]):
            seen = np.int64(0)
            for day in range(demand.shape[0]):
                seen += demand[day, sites[row], product]
            units = seen + early * opening[sites[row], product]
            average[row, product] = units / DEFAULT_WINDOW
    return average
