"""Money of a day, summed by key, and the ledger of a period."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.cash.outlet_ledger import OutletLedger, add_outlets
from channelwright.simulation.cash.standing import Standing
from channelwright.simulation.grouping import SumTable, enter_sums, group_sums
from channelwright.simulation.network import Network
from channelwright.tables.codes import PARTY_STRIDE, Account, Party
from channelwright.tables.outputs import LEDGER, POSTINGS
from channelwright.tables.sink import Chunk

Scalar = int | IntArray
BUYER, OWNER = -1, -2  # who pays or is paid: the account of the outlet, the owner of the site

_COLUMNS = POSTINGS.names[1:]  # account, payer, payee, mode, site, outlet, amount
_ROWS = 4_000  # room at the start; columns a power of two apart would share lines of the cache
_LEDGER_FULL, _OUTLETS_FULL = -1, -2


class Postings:
    """Collects postings; amounts are ticks, one per row."""

    def __init__(self, network: Network) -> None:
        market = network.market
        self._parties = (network.payer, network.owner)
        self._rows = np.empty((len(_COLUMNS), _ROWS), dtype=np.int64)
        self._used = 0
        self._period = SumTable()
        self._standing: list[Standing] = []
        self.outlets = OutletLedger(network)
        self._warmup = market.calendar.warmup_days
        sizes = (len(Party), len(Party), len(market.areas) + 1, len(market.modes) + 1)
        self._sizes = np.array([*sizes, len(market.sites) + 1], dtype=np.int64)
        areas = market.outlets.area.astype(np.int64), market.sites.area.astype(np.int64)
        self._places = (*areas, self._sizes)

    def post(
        self,
        account: Account,
        payer: Scalar,
        payee: Scalar,
        mode: Scalar,
        site: Scalar,
        outlet: Scalar,
        amount: IntArray,
    ) -> None:
        """Post money on one account; scalars stand for every row of ``amount``."""
        rows = self.room(len(amount))
        rows[0], rows[1], rows[2], rows[3] = int(account), payer, payee, mode
        rows[4], rows[5], rows[6] = site, outlet, amount

    def again(self, rows: IntArray) -> None:
        """Post what `same_day` returned."""
        self.room(rows.shape[1])[:] = rows

    def trade(
        self,
        account: Account,
        payer: int,
        payee: int,
        places: tuple[IntArray, ...],
        amount: IntArray,
    ) -> int:
        """Post money between outlets, sites and others; return its sum.

        Parameters
        ----------
        payer, payee : BUYER, OWNER or the number of a party
        places : (n,) mode, site and outlet
        """
        who = (int(account), payer, payee)
        begin = self._grown(len(amount))
        return int(_trade(self._rows, begin, who, self._parties, places, amount))

    def standing(
        self, account: Account, payer: int, payee: int, places: tuple[IntArray, ...]
    ) -> Standing:
        """Return all postings of an account, which are alike on every day; as of `trade`."""
        nothing = np.zeros(len(places[0]), dtype=np.int64)
        rows = np.empty((len(_COLUMNS), len(nothing)), dtype=np.int64)
        _trade(rows, 0, (int(account), payer, payee), self._parties, places, nothing)
        self._standing.append(Standing(rows))
        return self._standing[-1]

    def room(self, count: int) -> IntArray:
        """Return new postings for the caller to write: (7, count), the columns of `post`."""
        begin = self._grown(count)
        return self._rows[:, begin : begin + count]

    def _grown(self, count: int) -> int:
        """Make room for new postings; return the place of the first."""
        begin = self._used
        self._used += count
        while self._used > self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)], axis=1)
        return begin

    def today(self) -> IntArray:
        """Return the postings of the day so far: (7, n), the columns of `post` as rows.

        Those of `standing` are not among them.
        """
        return self._rows[:, : self._used]

    def close_day(self, day: int, detailed: bool) -> Chunk:
        """Add the day to its period; return its rows of `postings`, summed by key, if wanted."""
        rows, used = self._rows, self._used
        self._used = 0
        self._add(rows, used, measured=day >= self._warmup)
        if not detailed:
            return {}
        sums = group_sums(rows, used)
        for standing in self._standing:
            sums = _merged(sums, standing.today())
        chunk = {"day": np.full(sums.shape[1], day, dtype=np.int64)}
        return chunk | dict(zip(_COLUMNS, sums, strict=True))

    def _add(self, rows: IntArray, used: int, *, measured: bool) -> None:
        """Add the first postings of (7, n) to the sums of the period and, if wanted, of outlets."""
        done = np.zeros(2, dtype=np.int64)
        period, outlets, places = self._period, self.outlets, self._places
        while True:
            ledger = (*period.entries, period.used)
            full = _book(rows, done, used, ledger, outlets.entries, places, measured)
            if full == _LEDGER_FULL:
                period.grow()
            elif full == _OUTLETS_FULL:
                outlets.grow()
            else:
                return

    def close_period(self, period: int) -> Chunk:
        """Return the period's rows of `ledger` and forget them; below 0 it is the warm-up."""
        for standing in self._standing:
            rows = standing.close_period()
            self._add(rows, rows.shape[1], measured=period >= 0)
        key, sums = self._period.take()
        columns = []
        for size in self._sizes[::-1]:
            key, column = np.divmod(key, size)
            columns.append(column)
        site, mode, area, payee, payer = columns
        keys = (key, payer, payee, area - 1, mode - 1, site - 1)
        chunk = {"period": np.full(len(sums), period, dtype=np.int64)}
        chunk |= dict(zip(LEDGER.names[1:-1], keys, strict=True))
        chunk["amount"] = sums
        return chunk


def same_day(
    account: Account,
    payer: Scalar,
    payee: Scalar,
    mode: Scalar,
    site: Scalar,
    outlet: Scalar,
    amount: IntArray,
) -> IntArray:
    """Return postings that are the same on every day: (7, n), the columns of `Postings.post`."""
    rows = np.empty((len(_COLUMNS), len(amount)), dtype=np.int64)
    for place, column in enumerate((int(account), payer, payee, mode, site, outlet, amount)):
        rows[place] = column
    return rows


def _merged(sums: IntArray, rows: IntArray) -> IntArray:
    """Return sorted rows with those of one account, sorted too: (7, n)."""
    if not rows.shape[1]:
        return sums
    first, end = np.searchsorted(sums[0], rows[0, 0]), np.searchsorted(sums[0], rows[0, 0] + 1)
    if end > first:  # others post on the account as well
        rows = np.concatenate([sums[:, first:end], rows], axis=1)
        rows = group_sums(rows, rows.shape[1])
    return np.concatenate([sums[:, :first], rows, sums[:, end:]], axis=1)


@kernel
def _trade(
    rows: IntArray,
    begin: int,
    who: tuple[int, int, int],
    parties: tuple[IntArray, IntArray],
    places: tuple[IntArray, ...],
    amount: IntArray,
) -> np.int64:
    """Write postings (7, ...) from a place on as `Postings.trade` says; return their sum."""
    account, payer, payee = who
    buyers, owners = parties
    mode, site, outlet = places
    total = np.int64(0)
    for row in range(len(amount)):
        at, buyer, owner = begin + row, buyers[outlet[row]], owners[site[row]]
        rows[0, at] = account
        rows[1, at] = payer if payer >= 0 else (buyer if payer == BUYER else owner)
        rows[2, at] = payee if payee >= 0 else (buyer if payee == BUYER else owner)
        rows[3, at], rows[4, at], rows[5, at] = mode[row], site[row], outlet[row]
        rows[6, at] = amount[row]
        total += amount[row]
    return total


@kernel
def _book(
    rows: IntArray,
    done: IntArray,
    used: int,
    ledger: tuple[IntArray, IntArray, IntArray],
    outlets: tuple[IntArray, IntArray, IntArray, IntArray],
    places: tuple[IntArray, IntArray, IntArray],
    measured: bool,
) -> int:
    """Add postings to the sums of the ledger and, if they are measured, to those of outlets.

    Parameters
    ----------
    rows : (7, capacity) postings, ``used`` of them
    done : (2,) postings that the ledger and the outlets have already; changed
    ledger : keys and sums by place and number of keys, as of `SumTable`
    outlets : as of `OutletLedger`
    places : areas of outlets (O,) and of sites (S,), number of values of the parts of a key (5,)

    Returns
    -------
    0 when all are added, or which of the two has no room for the next
    """
    outlet_area, site_area, sizes = places
    table, sums, count = ledger
    keys = _ledger_keys(rows, done[0], used, outlet_area, site_area, sizes)
    done[0] += enter_sums(table, sums, count, keys, rows[-1, done[0] : used])
    if done[0] < used:
        return _LEDGER_FULL
    if measured:
        by_outlet, shared, slot, slots = outlets
        done[1] = add_outlets(rows, done[1], used, slot, slots, by_outlet, shared, sizes[4])
        if done[1] < used:
            return _OUTLETS_FULL
    return 0


@kernel
def _ledger_keys(
    rows: IntArray,
    first: int,
    used: int,
    outlet_area: IntArray,
    site_area: IntArray,
    sizes: IntArray,
) -> IntArray:
    """Return one number per posting that sorts as the key of the ledger: (used - first,)."""
    result = np.empty(used - first, dtype=np.int64)
    for row in range(first, used):
        account, payer, payee = rows[0, row], rows[1, row], rows[2, row]
        mode, site, outlet = rows[3, row], rows[4, row], rows[5, row]
        area = np.int64(-1)
        if outlet >= 0:
            area = outlet_area[outlet]
        elif site >= 0:
            area = site_area[site]
        key = account * sizes[0] + payer // PARTY_STRIDE
        key = key * sizes[1] + payee // PARTY_STRIDE
        key = key * sizes[2] + area + 1
        key = key * sizes[3] + mode + 1
        result[row - first] = key * sizes[4] + site + 1
    return result
