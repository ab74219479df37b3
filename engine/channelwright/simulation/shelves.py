"""Kernels of the shelf: what consumers take from it, what an outlet wants for it, its sums.

Each passes once over outlets and products where a batch would pass once per operation.
"""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray


@kernel
def sell(
    shelf: IntArray, rows: IntArray, demanded: IntArray, online: IntArray
) -> tuple[IntArray, IntArray]:
    """Sell to those at the door, then to those online; lowers the shelf.

    Parameters
    ----------
    shelf : (O, P) units, changed
    rows : (n,) outlets
    demanded, online : (n, P) units asked for

    Returns
    -------
    sold, sold online : (n, P) units each
    """
    sold, sold_online = np.empty_like(demanded), np.empty_like(demanded)
    for row in range(len(rows)):
        for product in range(demanded.shape[1]):
            held = shelf[rows[row], product]
            first = min(held, demanded[row, product])
            second = min(held - first, online[row, product])
            sold[row, product], sold_online[row, product] = first, second
            shelf[rows[row], product] = held - first - second
    return sold, sold_online


@kernel
def suggest(
    cover: FloatArray, expected: FloatArray, position: IntArray, unit: IntArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the cases up to the level of each shelf, to the nearest case.

    Parameters
    ----------
    cover : (n,) days
    expected : (n, P) units a day
    position : (n, P) units on the shelf and on order
    unit : (P,) units per case

    Returns
    -------
    cases : (n, P)
    position, expected : (n,) sums over products
    """
    cases = np.zeros(position.shape, dtype=np.int64)
    held, wanted = np.zeros(len(position), dtype=np.int64), np.zeros(len(position))
    for row in range(len(position)):
        for product in range(len(unit)):
            level = np.int64(math.floor(cover[row] * expected[row, product] + 0.5))
            gap = level - position[row, product]
            if gap > 0:
                cases[row, product] = (2 * gap + unit[product]) // (2 * unit[product])
            held[row] += position[row, product]
            wanted[row] += expected[row, product]
    return cases, held, wanted


@kernel
def add_sums(total: IntArray, rows: IntArray, units: IntArray) -> None:
    """Add the units of all products to the totals of outlets: (O,), (n,), (n, P)."""
    for row in range(len(rows)):
        units_of_row = np.int64(0)
        for product in range(units.shape[1]):
            units_of_row += units[row, product]
        total[rows[row]] += units_of_row


@kernel
def add_stock(stocked: IntArray, total: IntArray, rows: IntArray, shelf: IntArray) -> None:
    """Add the number of products on the shelf and their units: (O,), (O,), (n,), (O, P)."""
    for row in rows:
        for product in range(shelf.shape[1]):
            units = shelf[row, product]
            stocked[row] += units > 0
            total[row] += units
