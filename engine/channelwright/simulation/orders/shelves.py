"""Kernels of the shelf: what consumers take from it and its sums.

Each passes once over outlets and products where a batch would pass once per operation.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray


@kernel
def sell(shelf: IntArray, rows: IntArray, demanded: IntArray, online: IntArray) -> IntArray:
    """Sell to those at the door, then to those online; lowers the shelf.

    Parameters
    ----------
    shelf : (O, P) units, changed
    rows : (n,) outlets
    demanded, online : (n, P) units asked for

    Returns
    -------
    (2, n, P) units sold, and sold online
    """
    sold = np.empty((2, demanded.shape[0], demanded.shape[1]), dtype=np.int64)
    for row in range(len(rows)):
        for product in range(demanded.shape[1]):
            held = shelf[rows[row], product]
            first = min(held, demanded[row, product])
            second = min(held - first, online[row, product])
            sold[0, row, product], sold[1, row, product] = first, second
            shelf[rows[row], product] = held - first - second
    return sold


@kernel
def worth(sold: IntArray, online_sold: IntArray, price: IntArray) -> tuple[IntArray, IntArray]:
    """Return what was sold at the door and online, and its value.

    Parameters
    ----------
    sold, online_sold : (n, P) units
    price : (n, P) ticks per unit

    Returns
    -------
    units : (n, P)
    value and units sold online : (2, n) ticks and units
    """
    units = np.empty_like(sold)
    worth = np.zeros((2, len(sold)), dtype=np.int64)
    for row in range(sold.shape[0]):
        for product in range(sold.shape[1]):
            units[row, product] = sold[row, product] + online_sold[row, product]
            worth[0, row] += units[row, product] * price[row, product]
            worth[1, row] += online_sold[row, product]
    return units, worth
