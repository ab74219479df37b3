"""Money of a day, summed by key, and the ledger of a period."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.simulation.network import Network
from channelwright.tables.codes import PARTY_STRIDE, Account
from channelwright.tables.outputs import LEDGER, POSTINGS
from channelwright.tables.sink import Chunk

Scalar = int | IntArray


def group_sums(keys: list[IntArray], amount: IntArray) -> tuple[list[IntArray], IntArray]:
    """Sum amounts over equal keys; groups come back sorted by key.

    Parameters
    ----------
    keys : list of (n,) int64 columns, first column sorts first
    amount : (n,) int64
    """
    order = np.lexsort(keys[::-1])
    columns = [key[order] for key in keys]
    change = np.zeros(len(order), dtype=bool)
    change[:1] = True
    for column in columns:
        change[1:] |= column[1:] != column[:-1]
    first = np.flatnonzero(change)
    sums = np.add.reduceat(amount[order], first) if first.size else amount[:0]
    return [column[first] for column in columns], sums


class Postings:
    """Collects postings; amounts are ticks, one per row."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._day: list[tuple[IntArray, ...]] = []
        self._period: list[tuple[IntArray, ...]] = []

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
        if not len(amount):
            return
        columns = (int(account), payer, payee, mode, site, outlet)
        rows = len(amount)
        self._day.append(
            tuple(
                column if isinstance(column, np.ndarray) else np.full(rows, column, dtype=np.int64)
                for column in (*columns, amount)
            )
        )

    def close_day(self, day: int) -> Chunk:
        """Return the day's rows of `postings`, summed by key, and keep them for the period."""
        if not self._day:
            return _empty_day()
        columns = [np.concatenate(parts) for parts in zip(*self._day, strict=True)]
        self._day.clear()
        keys, amount = group_sums(columns[:-1], columns[-1])
        kept = amount != 0
        rows = [key[kept] for key in keys]
        self._period.append((*rows, amount[kept]))
        names = ("account", "payer", "payee", "mode", "site", "outlet")
        chunk = {"day": np.full(int(kept.sum()), day, dtype=np.int64)}
        chunk |= dict(zip(names, rows, strict=True))
        chunk["amount"] = amount[kept]
        return {name: chunk[name] for name in POSTINGS.names}

    def close_period(self, period: int) -> Chunk:
        """Return the period's rows of `ledger` and forget them."""
        columns = [np.concatenate(parts) for parts in zip(*self._period, strict=True)]
        self._period.clear()
        account, payer, payee, mode, site, outlet, amount = columns
        area = self._areas(outlet, site)
        keys = [account, payer // PARTY_STRIDE, payee // PARTY_STRIDE, area, mode, site]
        groups, sums = group_sums(keys, amount)
        kept = sums != 0
        chunk = {"period": np.full(int(kept.sum()), period, dtype=np.int64)}
        for name, group in zip(LEDGER.names[1:-1], groups, strict=True):
            chunk[name] = group[kept]
        chunk["amount"] = sums[kept]
        return chunk

    def _areas(self, outlet: IntArray, site: IntArray) -> IntArray:
        market = self._network.market
        by_outlet = market.outlets.area[np.maximum(outlet, 0)]
        by_site = market.sites.area[np.maximum(site, 0)]
        return np.where(outlet >= 0, by_outlet, np.where(site >= 0, by_site, -1))


def _empty_day() -> Chunk:
    return {name: np.zeros(0, dtype=np.int64) for name in POSTINGS.names}
