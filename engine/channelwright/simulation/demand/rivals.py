"""Rivals' sell-out and the shares of the market (docs/world/catchment.md)."""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_POISSON
from channelwright.rules.catchment import rival_cases
from channelwright.simulation import laws
from channelwright.simulation.demand.guiding import guide_of
from channelwright.simulation.network import Network
from channelwright.simulation.scatter import add_at
from channelwright.tables.sink import Sink

_THOUSAND = 1_000
_MARKET = np.zeros(1, dtype=np.int64)
_POISSON = np.array([LAW_POISSON], dtype=np.int64)
_ANY_SIZE = np.ones(1)


def _daily_cases(network: Network) -> FloatArray:
    """Return what consumers buy at every rival at factor 1: (R,) cases a day."""
    catchment = network.market.catchment
    return np.zeros(0) if catchment is None else rival_cases(catchment, network.design) / 7


class RivalSales:
    """Sells at rivals every evening; does nothing without a catchment."""

    def __init__(self, network: Network, address: Address, sink: Sink, *, detail: bool) -> None:
        self._network = network
        self._address = address
        self._sink = sink
        self._detail = detail
        catchment = network.market.catchment
        self._daily = network.once(_daily_cases)
        if catchment is not None:
            self._rows = np.arange(len(self._daily))
            self._guide = guide_of(_POISSON, _ANY_SIZE)
            self._area = network.market.outlets.area[network.covered]
            self._level, self._week = 1.0, -1
        areas = len(network.market.areas)
        self._own, self._theirs = (np.zeros(areas, dtype=np.int64) for _ in range(2))

    def evening(self, day: int, units: IntArray) -> None:
        """Sell at rivals, and count own sales; ``units`` sold at covered outlets: (C, P)."""
        market = self._network.market
        if market.catchment is None:
            return
        _add_own(self._own, self._area, units, market.products.units_per_case)
        cases = self._cases(day)
        add_at(self._theirs, market.catchment.rivals.area, cases * _THOUSAND)
        if not self._detail:
            return
        sold = np.flatnonzero(cases)
        if sold.size:
            days = np.full(len(sold), day, dtype=np.int64)
            self._sink.append("rival_sales", {"day": days, "rival": sold, "cases": cases[sold]})

    def _cases(self, day: int) -> IntArray:
        calendar = self._network.market.calendar
        if day // calendar.shock_days != self._week:
            self._week = day // calendar.shock_days
            drawn = self._address.at(Purpose.MARKET_SHOCK, self._week, _MARKET)
            self._level = float(laws.shock(drawn, calendar.market_shock)[0])
        factor = calendar.factor[day]
        level = self._level * (np.add.reduce(factor) / len(factor))
        uniform = self._address.grid(Purpose.RIVAL_DEMAND, day, self._rows, 1)
        mean = (self._daily * level)[:, None]
        return laws.counts(_POISSON, mean, _ANY_SIZE, uniform, self._guide)[:, 0]

    def close(self, period: int) -> None:
        """Write the shares of a period and start the next one."""
        if self._network.market.catchment is None:
            return
        areas = len(self._own)
        columns = {
            "period": np.full(areas, period, dtype=np.int64),
            "area": np.arange(areas),
            "own": self._own.copy(),
            "rivals": self._theirs.copy(),
        }
        self._sink.append("market_cells", columns)
        self._own[:] = 0
        self._theirs[:] = 0


@kernel
def _add_own(own: IntArray, area: IntArray, units: IntArray, unit: IntArray) -> None:
    """Add units sold (n, P) of outlets in areas (n,) to thousandths of cases by area."""
    for row in range(len(units)):
        cases = 0.0
        for product in range(len(unit)):
            cases += units[row, product] / unit[product]
        own[area[row]] += math.floor(cases * _THOUSAND + 0.5)
