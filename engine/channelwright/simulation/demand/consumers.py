"""18:00: consumers buy from the shelf, walk-in first, then online."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_NEGATIVE_BINOMIAL
from channelwright.simulation import laws
from channelwright.simulation.demand.demand_laws import demand_counts
from channelwright.simulation.demand.guiding import NO_GUIDE, guide_of
from channelwright.simulation.demand.nearby_shelves import Fills, NearbyShelves
from channelwright.simulation.demand.stockouts import Settled, Stockouts
from channelwright.simulation.network import Network
from channelwright.simulation.orders.shelves import sell
from channelwright.simulation.state import State, plain_demand

_MARKET = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True)
class Sales:
    """Units of one day by covered outlet and product: (C, P) int64 each.

    ``settled``: what became of unmet demand, None where all of it is lost. ``fills``: what
    of ``online_sold`` was served for others, None where nobody does so.
    """

    demanded: IntArray
    sold: IntArray
    online_demanded: IntArray
    online_sold: IntArray
    settled: Settled | None = None
    fills: Fills | None = None


class Consumers:
    """Draws the demand of a replication; ``online`` : bool, some outlets sell online."""

    def __init__(self, network: Network, address: Address, nearby: NearbyShelves) -> None:
        self._network = network
        self._address = address
        self._nearby = nearby
        self._shocks = np.ones((1, 1))
        self._week = -1
        rows = network.covered
        self._products = network.rate.shape[1]
        law = network.market.products.law
        self._laws = (law.copy(), network.market.products.dispersion.copy())
        self._plain = bool((law <= LAW_NEGATIVE_BINOMIAL).all())
        self._guide = guide_of(*self._laws) if self._plain else NO_GUIDE
        self._online = network.design.outlets.o2o[rows]
        self.online = bool(self._online.any())
        self._nothing = np.zeros((len(rows), self._products), dtype=np.int64)
        stockout = network.market.stockout
        self._stockouts = None if stockout is None else Stockouts(network, address, stockout)

    def buy(self, state: State) -> Sales:
        """Serve one day of demand from the shelves of the covered outlets."""
        network = self._network
        rows = network.covered
        mean = self._mean(state)
        share = network.market.behaviour
        walk_in = mean
        if self.online:
            walk_in = np.where(self._online[:, None], mean * (1 - share.online_shift), mean)
        demanded = self._draw(Purpose.CONSUMER_DEMAND, walk_in, state.day)
        online = self._nothing
        if self.online:
            extra = mean * (share.online_shift + share.online_new)
            online = self._draw(Purpose.ONLINE_DEMAND, extra, state.day, self._online)
        wanted = demanded if state.waiting is None else demanded + state.waiting
        sold, online_sold = sell(state.shelf, rows, wanted, online)
        fills = self._nearby.serve(state.shelf, online, online - online_sold)
        if fills is not None:
            helped = np.zeros_like(state.shelf)
            np.add.at(helped, (self._nearby.helpers(fills), fills.product), fills.units)
            online_sold = online_sold + helped[rows]
        if self._stockouts is None:
            return Sales(demanded, sold, online, online_sold, fills=fills)
        left = state.shelf[rows]
        settled = self._stockouts.settle(state.day, left, wanted - sold)
        state.shelf[rows] = left - settled.bought
        state.waiting = settled.waiting
        return Sales(demanded, sold + settled.bought, online, online_sold, settled, fills)

    def _mean(self, state: State) -> FloatArray:
        rows = self._network.covered
        mean = plain_demand(self._network, state, rows, state.day)
        mean *= self._shock(state.day)
        return mean if state.shops is None else state.shops.wanted(mean, state.shelf[rows])

    def _shock(self, day: int) -> FloatArray:
        calendar = self._network.market.calendar
        week = day // calendar.shock_days
        if week != self._week:
            self._week = week
            rows, products = self._network.covered, np.arange(self._products)
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

    def _draw(
        self, purpose: Purpose, mean: FloatArray, day: int, where: np.ndarray | None = None
    ) -> IntArray:
        network = self._network
        rows = network.covered if where is None else network.covered[where]
        chosen = mean if where is None else mean[where]
        uniform = self._address.grid(purpose, day, rows, chosen.shape[1])
        if self._plain:
            law, size = self._laws
            drawn = laws.counts(law, chosen, size, uniform, self._guide)
        else:
            drawn = demand_counts(network.market, chosen, uniform)
        if where is None:
            return drawn
        result = np.zeros(mean.shape, dtype=np.int64)
        result[where] = drawn
        return result
