"""Sums by group, with the type that the rest of the search expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sums_by(
    group: NDArray[np.int64], weights: NDArray[np.float64], groups: int
) -> NDArray[np.float64]:
    """Return the sum of the weights of each group, (groups,).

    Parameters
    ----------
    group : (n,) int
        Group of each entry.
    weights : (n,)
        What is summed.
    groups : int
        Number of groups.
    """
    return np.bincount(group, weights=weights, minlength=groups).astype(np.float64, copy=False)
