"""23:00: what a site can take in and pay; cash of the owners (docs/world/cash.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.model.limits import SiteLimits
from channelwright.simulation.evening.credit import advances
from channelwright.simulation.network import Network
from channelwright.simulation.state import State
from channelwright.tables.codes import PARTY_STRIDE, Account, Party
from channelwright.tables.limit_outputs import LIMIT_CELLS
from channelwright.tables.sink import Chunk

WEEK = 7
_GOODS, _WRITE_OFF = int(Account.GOODS), int(Account.WRITE_OFF)
_OWNER = int(Party.OWNER)


class Purchasing:
    """Cuts orders of sites to their limits, and counts what was cut."""

    def __init__(self, network: Network, limits: SiteLimits) -> None:
        self._network, self._limits = network, limits
        sites = len(network.market.sites)
        self._limited = limits.capacity | limits.cash
        self._room = np.floor(network.market.sites.capacity_cases).astype(np.int64)
        self._taken = np.zeros((WEEK, sites), dtype=np.int64)
        names = LIMIT_CELLS.names[2:]
        self._sums = np.zeros((len(names), sites), dtype=np.int64)
        self._cell = {name: self._sums[row] for row, name in enumerate(names)}

    def cut(self, state: State, sites: IntArray, ordered: IntArray, price: IntArray) -> IntArray:
        """Return what some sites order within their limits: (n, P) units.

        Parameters
        ----------
        ordered : (n, P) int64, units that their policies ask for, whole cases
        price : (n, P) int64, ticks per case; zeros where the parent has the same owner
        """
        rows = np.flatnonzero(self._limited[sites] & (ordered > 0).any(axis=1))
        if not rows.size:
            return ordered
        unit = self._network.market.products.units_per_case
        cases = ordered // unit
        means = state.cash[sites] - state.site_payable[sites] + self._limits.credit_line[sites]
        if self._limits.cash[sites[rows]].any():
            means += advances(self._network, state)[sites]
        for row in rows.tolist():
            cases[row] = self._within(int(sites[row]), cases[row], price[row], int(means[row]))
        return cases * unit

    def _within(self, site: int, cases: IntArray, price: IntArray, means: int) -> IntArray:
        """Return what one site has room for and can pay: (P,) cases."""
        if self._limits.capacity[site]:
            free = max(0, int(self._room[site] - self._taken[:, site].sum()))
            cases = self._count("capacity", site, cases, np.ones_like(cases), free)
        if self._limits.cash[site]:
            cases = self._count("cash", site, cases, price, max(0, means))
        return cases

    def _count(self, why: str, site: int, cases: IntArray, price: IntArray, free: int) -> IntArray:
        taken = within(cases, price, free)
        lost = int((cases - taken).sum())
        self._cell[f"cases_cut_{why}"][site] += lost
        self._cell[f"days_cut_{why}"][site] += lost > 0
        return taken

    def shipped(self, day: int, sites: IntArray, cases: IntArray) -> None:
        """Note what was shipped to some sites today: (n,) cases."""
        self._taken[day % WEEK, sites] += cases

    def begin_day(self, day: int) -> None:
        """Forget what was shipped a week ago."""
        self._taken[day % WEEK] = 0

    def draw(self, state: State) -> None:
        """Note what is drawn of the credit lines at the start of 24:00."""
        drawn = np.where(self._limits.cash, np.maximum(0, -state.cash), 0)
        state.drawn_days += drawn
        self._cell["drawn_days"] += drawn

    def pay(self, state: State, postings: IntArray) -> None:
        """Move cash by the postings of a day that are not paid by invoice."""
        _pay(state.cash, postings)

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        rows = np.flatnonzero((self._sums != 0).any(axis=0))
        chunk = {"period": np.full(len(rows), period, dtype=np.int64), "site": rows}
        chunk |= {name: column[rows] for name, column in self._cell.items()}
        self._sums[:] = 0
        return chunk


@kernel
def _pay(cash: IntArray, postings: IntArray) -> None:
    """Move cash (S,) by postings (7, n) that are not paid by invoice."""
    for row in range(postings.shape[1]):
        if postings[0, row] == _GOODS or postings[0, row] == _WRITE_OFF:
            continue
        payer, payee, amount = postings[1, row], postings[2, row], postings[-1, row]
        if payee // PARTY_STRIDE == _OWNER:
            cash[payee % PARTY_STRIDE] += amount
        if payer // PARTY_STRIDE == _OWNER:
            cash[payer % PARTY_STRIDE] -= amount


def within(cases: IntArray, price: IntArray, free: int) -> IntArray:
    """Return the cases that fit into an amount, product by product in pack order: (P,)."""
    taken = np.zeros_like(cases)
    for product in np.flatnonzero(cases).tolist():
        cost = int(price[product])
        taken[product] = min(int(cases[product]), free // cost) if cost else cases[product]
        free -= int(taken[product]) * cost
    return taken
