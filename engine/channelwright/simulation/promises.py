"""Orders are judged on the last day of their promise, whenever they were delivered before."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows

Book = dict[int, list[IntArray]]


class Promises:
    """Keeps the outlets of orders by the day on which their promise ends."""

    def __init__(self, network: Network) -> None:
        self._days = network.design.service.promise_days
        self._given: Book = {}
        self._kept: Book = {}

    def give(self, day: int, outlet: IntArray, mode: IntArray) -> None:
        """Note the orders placed on a day."""
        self._note(self._given, outlet, day + self._days[mode])

    def keep(self, loads: Rows, whole: BoolArray) -> None:
        """Note the orders that were delivered whole and in time."""
        end = loads["order_day"] + self._days[loads["mode"]]
        self._note(self._kept, loads["outlet"][whole], end[whole])

    def _note(self, book: Book, outlet: IntArray, end: IntArray) -> None:
        for day in np.unique(end).tolist():
            book.setdefault(day, []).append(outlet[end == day])

    def judge(self, day: int) -> tuple[IntArray, IntArray]:
        """Return the outlets of the orders whose promise ends, and of those that kept it."""
        return _joined(self._given.pop(day, [])), _joined(self._kept.pop(day, []))


def _joined(parts: list[IntArray]) -> IntArray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
