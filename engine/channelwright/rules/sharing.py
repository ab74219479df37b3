"""Sharing out what is short among parties that want it: (n,) cases of one product."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray


@kernel
def in_turn(wanted: IntArray, left: int) -> None:
    """Cut what is wanted to what each gets if the first is served in full before the next.

    Parameters
    ----------
    wanted : (n,) int64, changed
    left : cases to give
    """
    for row in range(len(wanted)):
        wanted[row] = min(wanted[row], left)
        left -= wanted[row]


@kernel
def in_proportion(wanted: IntArray, left: int) -> None:
    """Cut what is wanted to shares in proportion to it, whole cases.

    Rounded down; what is left over goes one by one to the largest remainders, the first row
    first where they are equal.

    Parameters
    ----------
    wanted : (n,) int64, changed
    left : cases to give
    """
    total = wanted.sum()
    if total <= left:
        return
    remainder, over = np.empty_like(wanted), left
    for row in range(len(wanted)):
        scaled = wanted[row] * left
        wanted[row], remainder[row] = scaled // total, scaled % total
        over -= wanted[row]
    for _ in range(over):
        largest = np.argmax(remainder)
        remainder[largest] = -1
        wanted[largest] += 1
