"""Random choices that read like sentences."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Shape = int | tuple[int, ...]


class Dice:
    """A seeded generator with the few questions that builders ask."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def some(self, probability: float) -> bool:
        """Return True with a probability."""
        return bool(self._rng.random() < probability)

    def one_of(self, items: Sequence[Item]) -> Item:
        """Return one item."""
        return items[int(self._rng.integers(len(items)))]

    def whole(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return int(self._rng.integers(low, high + 1))

    def real(self, low: float, high: float) -> float:
        """Return a real number."""
        return float(self._rng.uniform(low, high))

    def wholes(self, low: int, high: int, shape: Shape) -> np.ndarray:
        """Return whole numbers, both ends included."""
        return self._rng.integers(low, high + 1, shape, dtype=np.int64)

    def reals(self, low: float, high: float, shape: Shape) -> np.ndarray:
        """Return real numbers."""
        return self._rng.uniform(low, high, shape)

    def flags(self, probability: float, shape: Shape) -> np.ndarray:
        """Return True with a probability, for each place."""
        return self._rng.random(shape) < probability

    def choices(self, items: Sequence[float], shape: Shape) -> np.ndarray:
        """Return an item for each place; whole items give int64."""
        return self._rng.choice(np.array(items), shape)

    def order(self, length: int) -> np.ndarray:
        """Return a permutation of 0 .. length - 1."""
        return self._rng.permutation(length).astype(np.int64)
