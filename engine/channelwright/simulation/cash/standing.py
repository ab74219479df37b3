"""Postings between the same parties on every day: only what they amount to is new."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from channelwright.foundation.units import IntArray


class Standing:
    """All postings of one account, whose keys never change.

    What consumers pay is posted for every outlet on every day: it would be most of the postings.
    """

    def __init__(self, rows: IntArray) -> None:
        """Take (7, n) rows with different keys, the columns of `Postings.post`, amounts unread."""
        self._rows = rows
        self._today = np.zeros(rows.shape[1], dtype=np.int64)
        self._period = np.zeros_like(self._today)

    def post(self, amount: IntArray) -> None:
        """Post the amounts of today, in ticks, in the order of the rows that were given: (n,)."""
        self._today = amount
        self._period += amount

    def today(self) -> IntArray:
        """Return the postings of today, sorted by key, zeros left out: (7, m)."""
        amount = self._today[self._order]
        posted = amount != 0
        rows = self._sorted[:, posted]
        rows[-1] = amount[posted]
        return rows

    @cached_property
    def _order(self) -> IntArray:
        return np.lexsort(self._rows[-2::-1])

    @cached_property
    def _sorted(self) -> IntArray:
        return self._rows[:, self._order]

    def close_period(self) -> IntArray:
        """Return the sums of the period, (7, n), good until the next day, and forget them."""
        self._rows[-1] = self._period
        self._period[:] = 0
        return self._rows
