"""What an order of several products is worth and holds: the law of a compound sum.

An order has a first pick and a Poisson number of further ones, each 1 + Poisson packs of a
product (docs/world/parcels.md). The law of a sum of amounts per pack follows from its transform:
that of the first pick times that of a compound Poisson sum (Feller, An Introduction to
Probability Theory and Its Applications II, XVII), inverted on a lattice.
"""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray

_POINTS = 2**15
_PARTS = 4_096  # of a parcel, at most
_TAIL = 12.0  # standard deviations


class Baskets:
    """Orders of some zones.

    Parameters
    ----------
    orders : (Z, P) float64, orders a day by first product
    packs : float, mean packs of a pick
    basket : float, mean picks of an order
    """

    def __init__(self, orders: FloatArray, packs: float, basket: float) -> None:
        every = orders.sum(axis=1, keepdims=True)
        none = np.zeros_like(orders)
        self._chance = np.divide(orders, every, out=none, where=every > 0)
        self._packs, self._more = packs - 1.0, basket - 1.0

    def below(self, amount: IntArray, limit: int) -> FloatArray:
        """Return the chance that an order is worth less than a limit: (Z,).

        Parameters
        ----------
        amount : (P,) int64, ticks of a pack; their sum is taken to 1 / 32,768 of its range
        """
        step = (limit + self._reach(amount)) / _POINTS
        law = self._law(np.round(amount / step), _POINTS)
        return np.asarray(law[:, : math.ceil(limit / step - 0.5)].sum(axis=1))

    def rounded_up(self, filled: IntArray, whole: IntArray) -> FloatArray:
        """Return the mean number of wholes into which an order goes: (Z,).

        Parameters
        ----------
        filled, whole : (P,) int64, units of a pack and of the largest parcel
        """
        parts = min(math.lcm(*(whole // np.gcd(filled, whole)).tolist()), _PARTS)
        amount = np.maximum(1, np.round(parts * filled / whole))
        points = 2 ** math.ceil(math.log2(self._reach(amount) + parts))
        count = -(-np.arange(points) // parts)
        return np.asarray(self._law(amount, points) @ count)

    def _reach(self, amount: FloatArray | IntArray) -> float:
        """Return what orders are hardly ever worth: the mean and many standard deviations."""
        largest, picks = float(amount.max()), 1.0 + self._more
        square = self._packs + (1.0 + self._packs) ** 2
        return largest * (picks * (1.0 + self._packs) + _TAIL * math.sqrt(picks * square))

    def _law(self, amount: FloatArray, points: int) -> FloatArray:
        """Return the chances of the sums 0 ... points - 1 of whole amounts: (Z, points)."""
        turn = -2j * np.pi * np.arange(points // 2 + 1) / points
        pack = np.exp(turn * amount[:, None])
        pick = self._chance @ (pack * np.exp(self._packs * (pack - 1.0)))
        order = pick * np.exp(self._more * (pick - 1.0))
        return np.fft.irfft(order, points, axis=1)
