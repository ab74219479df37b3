"""18:00: consumers buy from the shelf, walk-in first, then online."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.simulation import laws
from channelwright.simulation.demand.drawing import Draws
from channelwright.simulation.demand.expecting import consumers_expected
from channelwright.simulation.demand.nearby_shelves import NearbyShelves
from channelwright.simulation.demand.selling import (
    DEMANDED,
    ONLINE_DEMANDED,
    ONLINE_SOLD,
    SOLD,
    Sales,
    sell,
)
from channelwright.simulation.demand.stockouts import Stockouts
from channelwright.simulation.network import Network
from channelwright.simulation.state import State, expecting

_MARKET = np.zeros(1, dtype=np.int64)
_NOBODY = np.zeros(0, dtype=np.int64)
_ONLINE = slice(ONLINE_DEMANDED, ONLINE_SOLD + 1)


class Consumers:
    """Draws and serves the demand of a replication; ``online`` : bool, some outlets sell online."""

    def __init__(
        self, network: Network, address: Address, nearby: NearbyShelves, *, detail: bool
    ) -> None:
        self._network = network
        self._address = address
        self._nearby = nearby
        self._shocks = np.ones((1, 1))
        self._week = -1
        rows = network.covered
        shape = (len(rows), network.rate.shape[1])
        self._draws = Draws(network.market, address, len(rows))
        sells_online = network.design.outlets.o2o[rows]
        online = np.flatnonzero(sells_online)
        self.online = bool(online.size)
        self._door, self._net = (rows, np.arange(len(rows))), (rows[online], online)
        self._means = np.zeros((2, *shape))
        self._units = np.zeros((4, *shape), dtype=np.int64)
        self._static = (rows, network.rate, sells_online)
        shift, more = network.market.behaviour.online_shift, network.market.behaviour.online_new
        self._share = (1 - shift, shift + more)
        stockout = network.market.stockout
        self._stockouts = None
        self._reacting: tuple[IntArray, IntArray] = (self._units[0, :0], _NOBODY)
        if stockout is not None:
            self._stockouts = Stockouts(network, address, stockout, detail=detail)
            self._reacting = (self._stockouts.waiting, self._stockouts.short)

    def buy(self, state: State) -> Sales:
        """Serve one day of demand from the shelves of the covered outlets."""
        units, shelf = self._units, state.shelf
        self._expect(state)
        draw, means = self._draws.draw, self._means
        draw(Purpose.CONSUMER_DEMAND, state.day, self._door, means[0], units[DEMANDED])
        if self.online:
            draw(Purpose.ONLINE_DEMAND, state.day, self._net, means[1], units[ONLINE_DEMANDED])
        rows, online = self._network.covered, self._static[-1]
        short, unmet = sell(shelf, rows, units, online, *self._reacting)
        fills = self._nearby.serve(shelf, units[_ONLINE], int(unmet))
        if self._stockouts is None:
            return Sales(units, online, fills=fills)
        settled = self._stockouts.settle(state.day, short, shelf, units[SOLD])
        state.waiting = self._stockouts.waiting
        return Sales(units, online, settled, fills)

    def _expect(self, state: State) -> None:
        """Write what consumers want at the door and online."""
        factors, listed, shown = expecting(self._network, state, state.day)
        shocks, offered = self._shock(state.day), (listed, state.shelf)
        consumers_expected(self._means, self._static, factors, shocks, offered, shown, self._share)

    def _shock(self, day: int) -> FloatArray:
        calendar = self._network.market.calendar
        week = day // calendar.shock_days
        if week != self._week:
            self._week = week
            rows, products = self._network.covered, np.arange(self._network.rate.shape[1])
            common = self._lognormal(Purpose.MARKET_SHOCK, week, _MARKET, calendar.market_shock)
            product = self._lognormal(Purpose.PRODUCT_SHOCK, week, products, calendar.product_shock)
            outlet = self._lognormal(Purpose.OUTLET_SHOCK, week, rows, calendar.outlet_shock)
            self._shocks = common[0] * product[None, :] * outlet[:, None]
        return self._shocks

    def _lognormal(
        self, purpose: Purpose, week: int, entities: IntArray, sigma: float
    ) -> FloatArray:
        if sigma == 0:
            return np.ones(len(entities))
        return laws.shock(self._address.at(purpose, week, entities), sigma)
