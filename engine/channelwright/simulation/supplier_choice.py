"""23:00: market wholesalers choose their source (docs/world/market-wholesalers.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import PPM, BoolArray, IntArray, share
from channelwright.rules.suppliers import best_source, choosers
from channelwright.simulation.network import PLANT, Network
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

    def choose(self, state: State, tier: IntArray, ordered: IntArray, blocked: BoolArray) -> None:
        """Let the sites of a tier choose for what they ordered: (n, P) units.

        Parameters
        ----------
        blocked : (K,) bool, rows of the sources whose lane is out today
        """
        if self._given is None:
            return
        for row in np.flatnonzero(self.chooses[tier] & (ordered > 0).any(axis=1)).tolist():
            site, given = int(tier[row]), self._given
            rows = np.flatnonzero(given.site == site)
            cases = ordered[row] // self._network.market.products.units_per_case
            source, index = given.source[rows], given.index[rows]
            held = np.where(blocked[rows], 0, self._on_hand(state, source, cases))
            best = best_source(held, self._landed(site, source, index, cases))
            self.parent[site], self.index[site] = source[best], index[best]
            self.lead[site] = self._network.market.sites.lead_days[site, source[best]]

    def prices(self, sites: IntArray) -> IntArray:
        """Return ticks per case that owners pay their source of today: (n, P)."""
        return self._asked(sites, self.parent[sites], self.index[sites])

    def _asked(self, sites: IntArray, source: IntArray, index: IntArray) -> IntArray:
        """Return the ladder's price times the index; the manufacturer buying back pays the same."""
        network = self._network
        mode, terms = network.design.sites.mode[sites], network.design.terms
        own = network.own[source][:, None]
        ladder = np.where(own, terms.price_account[mode], terms.price_tier2[mode])
        return np.asarray(ladder if self._given is None else share(ladder, index[:, None]))

    def _on_hand(self, state: State, source: IntArray, cases: IntArray) -> IntArray:
        stock = state.stock[source] // self._network.market.products.units_per_case
        held = np.minimum(cases[None, :], stock).sum(axis=1)
        plant = self._network.market.sites.kind[source] == PLANT
        return np.asarray(np.where(plant, cases.sum(), held))

    def _landed(self, site: int, source: IntArray, index: IntArray, cases: IntArray) -> IntArray:
        network = self._network
        sites = np.full_like(source, site)
        value = (cases * self._asked(sites, source, index)).sum(axis=1)
        rebate = network.design.terms.account_rebate[network.design.sites.mode[site]]
        paid = value - np.where(network.own[source], share(value, rebate), 0)
        return np.asarray(paid + cases.sum() * network.market.sites.lane_cost[site, source])
