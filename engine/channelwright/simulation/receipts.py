"""What came in and when: under first in, first out this says how old the stock is."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray


class Window:
    """Units received in the last days, a number of days for each product.

    What leaves is always the oldest, so stock beyond the receipts of the last n days is
    older than n days: no lot has to be kept.
    """

    def __init__(self, days: IntArray, opening: IntArray) -> None:
        self._days = days
        self._recent = np.zeros_like(opening)
        self._log: dict[int, list[tuple[IntArray, IntArray, IntArray]]] = {}
        self.receive(0, opening)

    def receive(self, day: int, units: IntArray) -> None:
        """Add the receipts of a day: (places, P) units."""
        place, product = np.nonzero(units)
        amount = units[place, product]
        self._recent[place, product] += amount
        self._log.setdefault(day, []).append((place, product, amount))

    def roll(self, day: int) -> None:
        """Begin a day: receipts that are as many days old as the product's number drop out."""
        for days in np.unique(self._days[self._days > 0]).tolist():
            for place, product, amount in self._log.get(day - days, []):
                mine = self._days[product] == days
                self._recent[place[mine], product[mine]] -= amount[mine]
        self._log.pop(day - int(self._days.max(initial=0)), None)

    def old(self, stock: IntArray) -> IntArray:
        """Return the units that were received before: (places, P), 0 for products without days."""
        return np.where(self._days > 0, np.maximum(0, stock - self._recent), 0)


class History:
    """All receipts of sites, for the age of their stock."""

    def __init__(self, opening: IntArray) -> None:
        self._received = [opening.copy()]

    def receive(self, day: int, units: IntArray) -> None:
        """Add the receipts of a day: (S, P) units; days come in order."""
        while len(self._received) <= day:
            self._received.append(np.zeros_like(units))
        self._received[day] += units

    def age(self, day: int, stock: IntArray) -> IntArray:
        """Return unit-days since receipt of a stock: (S, P)."""
        left, total = stock.copy(), np.zeros_like(stock)
        for then in range(day, -1, -1):
            if then < len(self._received):
                lot = np.minimum(left, self._received[then])
                total += lot * (day - then)
                left -= lot
            if not left.any():
                break
        return total
