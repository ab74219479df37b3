"""Pairs whose order does not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from channelwright.foundation.units import IntArray


def unordered(pairs: IntArray) -> set[tuple[int, int]]:
    """Return the pairs (k, 2) as a set, the smaller number of each first."""
    ordered = np.sort(pairs.reshape(-1, 2), axis=1)
    return set(zip(ordered[:, 0].tolist(), ordered[:, 1].tolist(), strict=True))
