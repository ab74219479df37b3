"""What sites expect of a day: from orders or from shared sales (docs/world/stock.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
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
        asked = state.demand[state.day % len(state.demand)]
        sold = np.zeros_like(asked)
        rows = self._outlets
        np.add.at(sold, self._site[rows], memory.sold[rows])
        out, through = self._tree_sums(sold), self._through(asked)
        units = np.where((plan.signal == SELL_OUT)[:, None], out, through)
        factor = self._expansion * self._errors(state.day, plan)
        memory.reports[state.day % len(memory.reports)] = np.floor(units * factor + 0.5)

    def forecast(self, state: State, sites: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of a day's demand of some sites: (n, P) each.

        The deviation is 0 where no policy aims at a service.
        """
        if self._plan is None:
            return self._plain(state, sites)
        series = self._series(state, sites)
        average, variance = self._moving(state.day, sites, series)
        smooth = self._plan.method[sites] == EXPONENTIAL
        if smooth.any():
            self._smooth(state.day, sites, series)
            mine = smooth[:, None]
            average = np.where(mine, self._memory.mean[sites], average)
            variance = np.where(mine, self._memory.variance[sites], variance)
        return average, np.sqrt(np.maximum(0.0, variance))

    def _plain(self, state: State, sites: IntArray) -> tuple[FloatArray, FloatArray]:
        network = self._network
        early = max(0, DEFAULT_WINDOW - 1 - state.day)
        seen = state.demand[:, sites]
        opening = network.opening_demand[sites]
        average = (seen.sum(axis=0) + early * opening) / DEFAULT_WINDOW
        if not network.stock.aims:
            return average, np.zeros_like(average)
        squares = (seen * seen).sum(axis=0)
        squares = squares + early * (opening**2 + network.opening_variance[sites])
        return average, np.sqrt(np.maximum(0.0, squares / DEFAULT_WINDOW - average**2))

    # ------------------------------------------------------------ what is known
    def _series(self, state: State, sites: IntArray) -> IntArray:
        """Return the units of today, yesterday, ... that sites forecast from: (K, n, P)."""
        assert self._plan is not None
        kept = len(self._memory.reports)
        days = (state.day - np.arange(kept)) % kept
        from_orders = state.demand[days][:, sites]
        if not (self._plan.signal[sites] != ORDERS).any():
            return from_orders
        reports = self._memory.reports[days][:, sites]
        return np.where(self._shared[sites][None], reports, from_orders)

    def _moving(self, day: int, sites: IntArray, series: IntArray) -> tuple[FloatArray, FloatArray]:
        assert self._plan is not None
        network = self._network
        window, delay = self._plan.window[sites], self._delay[sites]
        age = np.arange(len(series))[:, None, None]
        inside = (age >= delay) & (age < delay + window[:, None]) & (age <= day)
        units = np.where(inside, series, 0)
        days = window[:, None]
        early = days - inside.sum(axis=0)
        opening = network.opening_demand[sites]
        average = (units.sum(axis=0) + early * opening) / days
        squares = (units * units).sum(axis=0)
        squares = squares + early * (opening**2 + network.opening_variance[sites])
        return average, squares / days - average**2

    def _smooth(self, day: int, sites: IntArray, series: IntArray) -> None:
        """Take the newest known day into the exponential forecast of the sites."""
        assert self._plan is not None
        memory, delay = self._memory, self._delay[sites]
        newest = np.take_along_axis(series, delay[None], axis=0)[0]
        alpha = self._plan.alpha[sites][:, None]
        before, spread = memory.mean[sites], memory.variance[sites]
        known = delay <= day
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
        own = network.opening_own
        told = np.zeros_like(own)
        rows = self._outlets
        np.add.at(told, self._site[rows], network.opening_units[rows])
        out, through = self._tree_sums(told), self._through(own)
        told = np.where((plan.signal == SELL_OUT)[:, None], out, through)
        self._shared = (plan.signal != ORDERS)[:, None] & (told > 0)
        everything = network.opening_demand
        self._expansion = np.divide(everything, told, out=np.zeros_like(told), where=told > 0)
        self._delay = np.where(self._shared, plan.delay[:, None], 0)

    def _uniforms(self, size: int, sub: int) -> FloatArray:
        return self._address.uniforms(Purpose.REPORTING, 0, int(size), sub)

    def _through(self, own: np.ndarray) -> np.ndarray:
        """Return what a site knows of its own and what reporting sites below tell: (S, P)."""
        silent = ~self._reports[:, None]
        return np.asarray(self._tree_sums(np.where(silent, 0, own)) + np.where(silent, own, 0))

    def _tree_sums(self, own: np.ndarray) -> np.ndarray:
        total = own.copy()
        for tier in self._network.tiers:
            np.add.at(total, self._network.design.sites.parent[tier], total[tier])
        return total

    def _errors(self, day: int, plan: StockForecast) -> FloatArray:
        """Return the factors by which today's reports are wrong: (S, P)."""
        shape = self._shared.shape
        if not (plan.error > 0).any():
            return np.ones(shape)
        uniform = self._address.grid(Purpose.REPORT_ERROR, day, np.arange(shape[0]), shape[1])
        sigma = plan.error[:, None]
        return np.asarray(np.exp(sigma * ndtri(uniform + _HALF_STEP) - sigma * sigma / 2))
