"""Deposits are charged with the goods and credited for the empties that trucks take back."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import PPM, IntArray
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.cash.settling import OUTSIDE
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.tables.codes import Account


class Crates:
    """Counts empties of every outlet; does nothing where products carry no deposit."""

    def __init__(self, network: Network, postings: Postings) -> None:
        self._network, self._postings = network, postings
        self._rules = network.market.empties
        shape = network.market.outlets.rate.shape
        self._sold = np.zeros(shape, dtype=np.int64)
        self._collected = np.zeros(shape, dtype=np.int64)

    def delivered(self, loads: Rows) -> None:
        """06:00: charge the deposit of what came, credit whole cases of empties that leave."""
        rules, network = self._rules, self._network
        if rules is None:
            return
        outlet, site, mode = loads["outlet"], loads["site"], loads["mode"]
        owner, payer, post = network.owner[site], network.payer[outlet], self._postings.post
        charged = (loads["cases"] * rules.deposit).sum(axis=1)
        post(Account.DEPOSIT, payer, owner, mode, site, outlet, charged)
        # Of several sites that come to an outlet on a day, the first takes the empties.
        order = np.lexsort((site, outlet))
        first = order[np.append(True, np.diff(outlet[order]) > 0)]
        rows, unit = outlet[first], network.market.products.units_per_case
        cases = (self._brought(rows) - self._collected[rows]) // unit
        self._collected[rows] += cases * unit
        credit = (cases * rules.deposit).sum(axis=1)
        post(Account.DEPOSIT, owner[first], payer[first], mode[first], site[first], rows, credit)

    def sold(self, units: IntArray) -> None:
        """18:00: consumers leave the deposit of what they do not bring back; units (C, P)."""
        rules, network = self._rules, self._network
        if rules is None:
            return
        rows = network.covered
        before = self._kept(rows)
        self._sold[rows] += units
        left = (self._kept(rows) - before).sum(axis=1)
        plan = network.design.outlets
        mode, site, payer = plan.mode[rows], plan.site[rows], network.payer[rows]
        self._postings.post(Account.DEPOSIT, OUTSIDE, payer, mode, site, rows, left)

    def _brought(self, rows: IntArray) -> IntArray:
        assert self._rules is not None
        return np.asarray(self._sold[rows] * self._rules.returned // PPM)

    def _kept(self, rows: IntArray) -> IntArray:
        """Return the deposit that consumers have left so far, in ticks: (n, P)."""
        assert self._rules is not None
        unit = self._network.market.products.units_per_case
        return np.asarray((self._sold[rows] - self._brought(rows)) * self._rules.deposit // unit)
