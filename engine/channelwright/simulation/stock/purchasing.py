"""23:00: what a site can take in and pay; cash of the owners (docs/world/cash.md)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.limits import SiteLimits
from channelwright.simulation.network import Network
from channelwright.simulation.state import State
from channelwright.tables.codes import PARTY_STRIDE, Account, Party
from channelwright.tables.limit_outputs import LIMIT_CELLS
from channelwright.tables.sink import Chunk

WEEK = 7
_GOODS, _WRITE_OFF = int(Account.GOODS), int(Account.WRITE_OFF)
_OWNER = int(Party.OWNER)


#: Sites with limited room and with limited cash, their room in cases and credit line in ticks
#: (S,), cases that came in the last days (7, S); sums (S,), changed: cases cut for want of cash,
#: days with that, cases cut for want of room, days with that.
Limits: TypeAlias = tuple[
    BoolArray,
    BoolArray,
    IntArray,
    IntArray,
    IntArray,
    IntArray,
    IntArray,
    IntArray,
    IntArray,
]
_COUNTS = ("cases_cut_cash", "days_cut_cash", "cases_cut_capacity", "days_cut_capacity")


class Purchasing:
    """Cuts orders of sites to their limits, and counts what was cut."""

    def __init__(self, network: Network, limits: SiteLimits) -> None:
        self._network, self._limits = network, limits
        sites = len(network.market.sites)
        self._room = np.floor(network.market.sites.capacity_cases).astype(np.int64)
        self._taken = np.zeros((WEEK, sites), dtype=np.int64)
        names = LIMIT_CELLS.names[2:]
        self._sums = np.zeros((len(names), sites), dtype=np.int64)
        self._cell = {name: self._sums[row] for row, name in enumerate(names)}

    @property
    def limits(self) -> Limits:
        """What `cut` reads and counts in."""
        given = self._limits
        flags = given.capacity.copy(), given.cash.copy()
        counts = tuple(self._cell[name] for name in _COUNTS)
        return *flags, self._room, given.credit_line.copy(), self._taken, *counts

    def begin_day(self, day: int) -> None:
        """Forget what was shipped a week ago."""
        self._taken[day % WEEK] = 0

    def draw(self, state: State) -> None:
        """Note what is drawn of the credit lines at the start of 24:00."""
        _draw(self._limits.cash, state.cash, state.drawn_days, self._cell["drawn_days"])

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
def _draw(limited: BoolArray, cash: IntArray, month: IntArray, period: IntArray) -> None:
    """Add what sites (S,) whose cash is limited have drawn to sums of the month and the period."""
    for site in range(len(cash)):
        if limited[site] and cash[site] < 0:
            month[site] -= cash[site]
            period[site] -= cash[site]


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


def no_limits() -> Limits:
    """Return the limits of sites where none has any."""
    flags, none = np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64)
    return flags, flags, none, none, np.zeros((WEEK, 0), dtype=np.int64), none, none, none, none


@kernel
def cut(
    tier: IntArray,
    ordered: IntArray,
    price: IntArray,
    limits: Limits,
    money: tuple[IntArray, IntArray, IntArray],
    unit: IntArray,
) -> None:
    """Cut what the sites of a tier order to what they have room for and can pay.

    Parameters
    ----------
    ordered : (S, P) units, whole cases, changed
    price : (S, P) ticks per case; zeros where the parent has the same owner
    money : (S,) cash, what is owed, and money of customers for goods that are still to come
    """
    by_room, by_cash, room, line, taken = limits[:5]
    if len(by_room) == 0:
        return
    cash, payable, advanced = money
    for site in tier:
        if by_room[site]:
            free = room[site]
            for day in range(len(taken)):
                free -= taken[day, site]
            lost = _within(ordered[site], price[site], unit, max(0, free), paid=False)
            limits[7][site] += lost
            limits[8][site] += lost > 0
        if by_cash[site]:
            means = cash[site] - payable[site] + line[site] + advanced[site]
            lost = _within(ordered[site], price[site], unit, max(0, means), paid=True)
            limits[5][site] += lost
            limits[6][site] += lost > 0


@kernel
def _within(ordered: IntArray, price: IntArray, unit: IntArray, free: int, paid: bool) -> np.int64:
    """Cut an order (P,) to what fits into an amount, product by product in pack order.

    Parameters
    ----------
    free : ticks, or cases where the goods are not ``paid``

    Returns
    -------
    cases that do not fit
    """
    lost = np.int64(0)
    for product in range(len(unit)):
        cases, cost = ordered[product] // unit[product], price[product] if paid else 1
        fits = min(cases, free // cost) if cost != 0 else cases
        free -= fits * cost
        lost += cases - fits
        ordered[product] = fits * unit[product]
    return lost
