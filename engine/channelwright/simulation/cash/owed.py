"""Invoices of outlets that are paid whole on a known day, where they are not followed singly."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.grouping import Whole

ACCOUNT, SITE, AMOUNT, PAID, DUE = range(5)
_ROOM = 1024


class Owed:
    """The invoices, one column each.

    Attributes
    ----------
    table : (5, room) int64, account, site, ticks, paid and due day; the first columns are in use
    """

    __slots__ = ("_used", "table")

    def __init__(self) -> None:
        self.table = np.empty((DUE + 1, _ROOM), dtype=np.int64)
        self._used = 0

    def __len__(self) -> int:
        """Return the number of invoices."""
        return self._used

    def room(self, count: int) -> IntArray:
        """Return the table with room for more columns, which the caller writes."""
        if self._used + count > self.table.shape[1]:
            wider = np.empty((len(self.table), 2 * (self._used + count)), dtype=np.int64)
            wider[:, : self._used] = self.table[:, : self._used]
            self.table = wider
        return self.table

    def grow(self, used: Whole) -> None:
        """Say how many columns are in use now."""
        self._used = int(used)

    def settle(self, day: int, money: tuple[IntArray, ...]) -> int:
        """Let the invoices be paid whose day has come; return their sum in ticks.

        Parameters
        ----------
        money : ticks owed by accounts and to sites, cash of sites, changed
        """
        if not self._used:
            return 0
        used, paid = _settle(self.table, self._used, day, money)
        self._used = int(used)
        return int(paid)

    def overdue(self, first: int) -> IntArray:
        """Return account, due and paid day of the columns from one on that are paid too late."""
        late = np.empty((3, self._used - first), dtype=np.int64)
        return late[:, : _overdue(self.table, first, self._used, late)]


@kernel
def _settle(
    table: IntArray, used: int, day: int, money: tuple[IntArray, ...]
) -> tuple[Whole, Whole]:
    """Take the invoices out that are paid on a day; return how many stay, and the ticks paid."""
    receivable, site_receivable, cash = money
    stays, total = 0, np.int64(0)
    for column in range(used):
        if table[PAID, column] != day:
            if stays < column:
                for row in range(table.shape[0]):
                    table[row, stays] = table[row, column]
            stays += 1
            continue
        site, amount = table[SITE, column], table[AMOUNT, column]
        receivable[table[ACCOUNT, column]] -= amount
        site_receivable[site] -= amount
        cash[site] += amount
        total += amount
    return stays, total


@kernel
def _overdue(table: IntArray, first: int, used: int, late: IntArray) -> int:
    """Write account, due and paid day of columns that are paid too late; return their number."""
    count = 0
    for column in range(first, used):
        if table[PAID, column] > table[DUE, column]:
            late[0, count], late[1, count] = table[ACCOUNT, column], table[DUE, column]
            late[2, count] = table[PAID, column]
            count += 1
    return count
