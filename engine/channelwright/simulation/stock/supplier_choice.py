"""23:00: market wholesalers choose their source (docs/world/market-wholesalers.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import PPM, BoolArray, IntArray, share, share_of
from channelwright.model.stock import Suppliers
from channelwright.rules.suppliers import choosers
from channelwright.simulation.network import Network
from channelwright.simulation.plain import PLANT
from channelwright.simulation.state import State


class SupplierChoice:
    """From whom every site buys today.

    Attributes
    ----------
    parent, lead, index : (S,) int64, source, its lane days and what it asks (ppm of the ladder)
    chooses : (S,) bool, sites that choose
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        plan, stock = network.design.sites, network.design.stock
        self._given = None if stock is None else stock.suppliers
        self.parent, self.lead = plan.parent.copy(), network.lead.copy()
        self.index = np.full(len(plan), PPM, dtype=np.int64)
        self.chooses = choosers(network.design)
        self._ladder = self._asked(np.arange(len(plan)), self.parent, self.index)
        if self._given is not None:
            self._begin = np.searchsorted(self._given.site, np.arange(len(plan) + 1))
            self._plant = network.market.sites.kind == PLANT
            self._terms = self._offers(self._given)

    def choose(self, state: State, tier: IntArray, ordered: IntArray, blocked: BoolArray) -> None:
        """Let the sites of a tier choose for what they ordered: (n, P) units.

        Parameters
        ----------
        blocked : (K,) bool, rows of the sources whose lane is out today
        """
        if self._given is None:
            return
        rows = np.flatnonzero(self.chooses[tier] & (ordered > 0).any(axis=1))
        if not rows.size:
            return
        market, sites = self._network.market, tier[rows]
        unit = market.products.units_per_case
        lanes = (self._begin[sites], self._begin[sites + 1], self._given.source, blocked)
        best = _best(ordered[rows] // unit, lanes, state.stock // unit, self._plant, self._terms)
        source = self._given.source[best]
        self.parent[sites], self.index[sites] = source, self._given.index[best]
        self.lead[sites] = market.sites.lead_days[sites, source]

    def prices(self, sites: IntArray) -> IntArray:
        """Return ticks per case that owners pay their source of today: (n, P)."""
        if self._given is None:
            return np.asarray(self._ladder[sites])
        return self._asked(sites, self.parent[sites], self.index[sites])

    def _asked(self, sites: IntArray, source: IntArray, index: IntArray) -> IntArray:
        """Return the ladder's price times the index; the manufacturer buying back pays the same."""
        network = self._network
        mode, terms = network.design.sites.mode[sites], network.design.terms
        own = network.own[source][:, None]
        ladder = np.where(own, terms.price_account[mode], terms.price_tier2[mode])
        return np.asarray(ladder if self._given is None else share(ladder, index[:, None]))

    def _offers(self, given: Suppliers) -> tuple[IntArray, IntArray, IntArray]:
        """Return what never changes of every offer: price (K, P), rebate and lane cost (K,)."""
        network, terms = self._network, self._network.design.terms
        price = self._asked(given.site, given.source, given.index)
        rebate = terms.account_rebate[network.design.sites.mode[given.site]]
        rebate = np.where(network.own[given.source], rebate, 0)
        cost = network.market.sites.lane_cost[given.site, given.source]
        return np.ascontiguousarray(price), rebate, cost


@kernel
def _best(
    cases: IntArray,
    lanes: tuple[IntArray, IntArray, IntArray, BoolArray],
    stock: IntArray,
    plant: BoolArray,
    terms: tuple[IntArray, IntArray, IntArray],
) -> IntArray:
    """Return the row of the best offer of each order: most on hand, then cheapest, then first.

    Parameters
    ----------
    cases : (n, P) ordered
    lanes : first and last row of the offers of each order, sources (K,), whether they are out (K,)
    stock : (S, P) cases; plant : (S,) bool, always has all
    terms : price (K, P), rebate in ppm (K,), lane cost (K,) in ticks per case
    """
    begin, end, source, blocked = lanes
    price, rebate, lane_cost = terms
    best = np.empty(len(cases), dtype=np.int64)
    for row in range(len(cases)):
        most, least = -1, 0
        for offer in range(begin[row], end[row]):
            held, worth, total = 0, 0, 0
            for product in range(cases.shape[1]):
                asked = cases[row, product]
                total += asked
                worth += asked * price[offer, product]
                if plant[source[offer]]:
                    held += asked
                else:
                    held += min(asked, stock[source[offer], product])
            held = 0 if blocked[offer] else held
            cost = worth - share_of(worth, rebate[offer]) + total * lane_cost[offer]
            if held > most or (held == most and cost < least):
                most, least, best[row] = held, cost, offer
    return best
