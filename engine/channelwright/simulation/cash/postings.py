"""Money of a day, summed by key, and the ledger of a period."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.cash.outlet_ledger import OutletLedger
from channelwright.simulation.cash.standing import Standing
from channelwright.simulation.grouping import SumTable, group_sums
from channelwright.simulation.network import Network
from channelwright.tables.codes import PARTY_STRIDE, Account, Party
from channelwright.tables.outputs import LEDGER, POSTINGS
from channelwright.tables.sink import Chunk

Scalar = int | IntArray
BUYER, OWNER = -1, -2  # who pays or is paid: the account of the outlet, the owner of the site

_COLUMNS = POSTINGS.names[1:]  # account, payer, payee, mode, site, outlet, amount
_ROWS = 1 << 12  # room at the start; doubled when a day needs more


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
        self._areas = (market.outlets.area.astype(np.int64), market.sites.area.astype(np.int64))
        sizes = (len(Party), len(Party), len(market.areas) + 1, len(market.modes) + 1)
        self._sizes = np.array([*sizes, len(market.sites) + 1], dtype=np.int64)

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
        columns = (int(account), payer, payee, mode, site, outlet, amount)
        _fill(self.room(len(amount)), columns)

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
        return int(_trade(self.room(len(amount)), who, self._parties, places, amount))

    def standing(
        self, account: Account, payer: int, payee: int, places: tuple[IntArray, ...]
    ) -> Standing:
        """Return all postings of an account, which are alike on every day; as of `trade`."""
        nothing = np.zeros(len(places[0]), dtype=np.int64)
        rows = np.empty((len(_COLUMNS), len(nothing)), dtype=np.int64)
        _trade(rows, (int(account), payer, payee), self._parties, places, nothing)
        self._standing.append(Standing(rows))
        return self._standing[-1]

    def room(self, count: int) -> IntArray:
        """Return new postings for the caller to write: (7, count), the columns of `post`."""
        begin = self._used
        self._used += count
        while self._used > self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)], axis=1)
        return self._rows[:, begin : self._used]

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
        keys = _ledger_keys(rows, used, *self._areas, self._sizes)
        self._period.add(keys, rows[-1, :used])
        if measured:
            self.outlets.add(rows, used)

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
    _fill(rows, (int(account), payer, payee, mode, site, outlet, amount))
    return rows


def _merged(sums: IntArray, rows: IntArray) -> IntArray:
    """Return sorted rows with those of another account, sorted too: (7, n)."""
    if not rows.shape[1]:
        return sums
    place = np.searchsorted(sums[0], rows[0, 0])
    return np.concatenate([sums[:, :place], rows, sums[:, place:]], axis=1)


def _fill(rows: IntArray, columns: tuple[Scalar, ...]) -> None:
    for place, column in enumerate(columns):
        rows[place] = column


@kernel
def _trade(
    rows: IntArray,
    who: tuple[int, int, int],
    parties: tuple[IntArray, IntArray],
    places: tuple[IntArray, ...],
    amount: IntArray,
) -> np.int64:
    """Write postings (7, n) as `Postings.trade` says; return the sum of the amounts."""
    account, payer, payee = who
    buyers, owners = parties
    mode, site, outlet = places
    total = np.int64(0)
    for row in range(len(amount)):
        buyer, owner = buyers[outlet[row]], owners[site[row]]
        rows[0, row] = account
        rows[1, row] = payer if payer >= 0 else (buyer if payer == BUYER else owner)
        rows[2, row] = payee if payee >= 0 else (buyer if payee == BUYER else owner)
        rows[3, row], rows[4, row], rows[5, row] = mode[row], site[row], outlet[row]
        rows[6, row] = amount[row]
        total += amount[row]
    return total


@kernel
def _ledger_keys(
    rows: IntArray, used: int, outlet_area: IntArray, site_area: IntArray, sizes: IntArray
) -> IntArray:
    """Return one number per posting that sorts as the key of the ledger: (used,)."""
    result = np.empty(used, dtype=np.int64)
    for row in range(used):
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
        result[row] = key * sizes[4] + site + 1
    return result
