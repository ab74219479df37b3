"""What the kernels of an evening tell each other: the orders handled today, in sequence."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.units import IntArray

#: A block of numbers (k, n) and one of grids (g, n, P).
Table: TypeAlias = tuple[IntArray, IntArray]

#: Row of the table of open orders; 1 at the first attempt; 1 if refused; cases given now.
ROW, NEW, REFUSED, GIVEN = range(4)
#: Cases that the credit check held back, that are missing before the allocation, given from
#: stock (those in place of others are added), cut now, replaced by others, in place of others.
HELD, WANTED, GIVE, ENDED, REPLACED, OTHERS = range(6)
_MARKS, _LINES = 4, 6
_ROOM = 256


class Work:
    """Room for the orders of an evening, kept from day to day."""

    def __init__(self, products: int) -> None:
        self._products = products
        self._make(_ROOM)

    def of(self, count: int) -> Table:
        """Return marks (4, room) and lines (6, room, P) for a number of orders at least."""
        if count > self.table[0].shape[1]:
            self._make(2 * count)
        return self.table

    def _make(self, room: int) -> None:
        marks = np.empty((_MARKS, room), dtype=np.int64)
        lines = np.empty((_LINES, room, self._products), dtype=np.int64)
        self.table = marks, lines
