"""What came in and when: under first in, first out this says how old the stock is."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray

_DAYS = 32  # room at the start; doubled when a run is longer
_ALL = 1 << 60
Lots: TypeAlias = IntArray  # (3, n): places, products and units


class Window:
    """Units received in the last days, a number of days for each product.

    What leaves is always the oldest, so stock beyond the receipts of the last n days is
    older than n days: no lot has to be kept.

    Attributes
    ----------
    days : (P,) int64, that units count as recent, 0 or less = no window
    recent : (places, P) int64, units received in them; without a window more than any stock, so
        that nothing is old
    """

    def __init__(self, days: IntArray, opening: IntArray) -> None:
        self.days = days
        self.recent = np.zeros_like(opening)
        self.recent[:, days <= 0] = _ALL
        self._log: dict[int, list[Lots]] = {}
        self._lengths = np.unique(days[days > 0]).tolist()
        self.receive(0, came(opening, np.zeros_like(opening)))

    def receive(self, day: int, lots: Lots) -> None:
        """Add the receipts of a day."""
        if self._lengths and lots.shape[1]:
            _add(self.recent, lots)
            self._log.setdefault(day, []).append(lots)

    def roll(self, day: int) -> None:
        """Begin a day: receipts that are as many days old as the product's number drop out."""
        for days in self._lengths:
            for lots in self._log.get(day - days, ()):
                _drop(self.recent, lots, self.days, days)
        if self._lengths:
            self._log.pop(day - self._lengths[-1], None)

    def any_old(self, stock: IntArray) -> bool:
        """Return whether any of a stock (places, P) was received before."""
        return bool(self._lengths) and _any_above(stock, self.recent)

    def old(self, stock: IntArray) -> IntArray:
        """Return the units that were received before: (places, P), 0 for products without days."""
        return np.asarray(np.maximum(0, stock - self.recent))


@kernel
def came(now: IntArray, before: IntArray) -> Lots:
    """Return the differences of two stocks (places, P): places, products and units."""
    count = 0
    for row in range(now.shape[0]):
        for product in range(now.shape[1]):
            count += now[row, product] != before[row, product]
    lots, used = np.empty((3, count), dtype=np.int64), 0
    for row in range(now.shape[0]):
        for product in range(now.shape[1]):
            if now[row, product] != before[row, product]:
                lots[0, used], lots[1, used] = row, product
                lots[2, used] = now[row, product] - before[row, product]
                used += 1
    return lots


@kernel
def _add(recent: IntArray, lots: Lots) -> None:
    for lot in range(lots.shape[1]):
        recent[lots[0, lot], lots[1, lot]] += lots[2, lot]


@kernel
def _drop(recent: IntArray, lots: Lots, lengths: IntArray, days: int) -> None:
    """Take receipts of the products off that count so many days."""
    for lot in range(lots.shape[1]):
        if lengths[lots[1, lot]] == days:
            recent[lots[0, lot], lots[1, lot]] -= lots[2, lot]


@kernel
def _any_above(stock: IntArray, recent: IntArray) -> bool:
    """Return whether a stock is above another somewhere; in one stretch, without a branch."""
    one, other, count = stock.ravel(), recent.ravel(), 0
    for place in range(len(one)):
        count += one[place] > other[place]
    return count > 0


class History:
    """All receipts of sites, for the age of their stock."""

    def __init__(self, opening: IntArray) -> None:
        self._received = np.zeros((_DAYS, *opening.shape), dtype=np.int64)
        self._received[0] = opening

    def receive(self, day: int, lots: Lots) -> None:
        """Add the receipts of a day; nothing is received on a day before the first."""
        if lots.shape[1]:
            while day >= len(self._received):
                self._received = np.concatenate([self._received, np.zeros_like(self._received)])
            _add(self._received[day], lots)

    def age(self, day: int, stock: IntArray) -> IntArray:
        """Return unit-days since receipt of a stock: (S, P)."""
        return _age(self._received, day, stock)


@kernel
def _age(received: IntArray, day: int, stock: IntArray) -> IntArray:
    """Return unit-days since receipt of a stock (S, P), received on the days before: (n, S, P)."""
    total = np.zeros_like(stock)
    for site in range(stock.shape[0]):
        for product in range(stock.shape[1]):
            left = stock[site, product]
            then = min(day, len(received) - 1)
            while left > 0 and then >= 0:
                lot = min(left, received[then, site, product])
                total[site, product] += lot * (day - then)
                left -= lot
                then -= 1
    return total
