"""Orders are judged on the last day of their promise, whenever they were delivered before."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows

_NONE = np.zeros(0, dtype=np.int64)


class Promises:
    """Keeps the outlets of orders by the day on which their promise ends."""

    def __init__(self, network: Network) -> None:
        self._days = network.design.service.promise_days
        self._given = Rows(outlet=_NONE, end=_NONE)
        self._kept = Rows(outlet=_NONE, end=_NONE)

    def give(self, day: int, outlet: IntArray, mode: IntArray) -> None:
        """Note the orders placed on a day."""
        self._given.append(outlet=outlet, end=day + self._days[mode])

    def keep(self, loads: Rows, whole: BoolArray) -> None:
        """Note the orders that were delivered whole and in time."""
        if whole.any():
            end = loads["order_day"] + self._days[loads["mode"]]
            self._kept.append(outlet=loads["outlet"][whole], end=end[whole])

    def judge(self, day: int, promised: IntArray, kept: IntArray) -> None:
        """Count by outlet (O,) the orders whose promise ends, and those that kept it."""
        for book, total in ((self._given, promised), (self._kept, kept)):
            later = _count_ended(book["outlet"], book["end"], day, total)
            book.keep(later)


@kernel
def _count_ended(outlet: IntArray, end: IntArray, day: int, total: IntArray) -> BoolArray:
    """Count the orders whose promise ends on a day; return which ones end later."""
    later = np.ones(len(end), dtype=np.bool_)
    for row in range(len(end)):
        if end[row] == day:
            total[outlet[row]] += 1
            later[row] = False
    return later
