"""Kernels of expected demand (docs/architecture.md, section 6): one pass over all shelves."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray

NO_FACTORS = np.zeros((0, 0))
ALL_PRODUCTS = np.zeros((0, 0), dtype=np.bool_)


@kernel
def execution_levels(
    execution: FloatArray, rows: IntArray, floor: float, span: float
) -> FloatArray:
    """Return what execution (O,) makes of the demand of some outlets: (n,)."""
    levels = np.empty(len(rows))
    for row in range(len(rows)):
        levels[row] = floor + span * execution[rows[row]]
    return levels


@kernel
def expected_units(
    rows: IntArray,
    rate: FloatArray,
    factor: FloatArray,
    level: FloatArray,
    promoted: FloatArray,
) -> FloatArray:
    """Return expected units a day of some outlets: (n, P).

    Parameters
    ----------
    rows : (n,) outlets; level : (n,) what execution makes of their demand
    rate : (O, P) units a day; factor : (P,) of the day
    promoted : (O, P) what promotions make of it, ``NO_FACTORS`` = nothing
    """
    result = np.empty((len(rows), len(factor)))
    for row in range(len(rows)):
        for product in range(len(factor)):
            units = rate[rows[row], product] * factor[product] * level[row]
            if len(promoted):
                units *= promoted[rows[row], product]
            result[row, product] = units
    return result


@kernel
def offer(
    expected: FloatArray,
    rows: IntArray,
    listed: BoolArray,
    carried: BoolArray,
    online: BoolArray,
    growth: float,
) -> None:
    """Leave what outlets offer of their expected demand (n, P), and add what comes online.

    Parameters
    ----------
    listed, carried : (O, P) products on the list and in the contract, ``ALL_PRODUCTS`` = all
    online : (O,) outlets that sell online; growth : factor of their demand
    """
    for row in range(len(rows)):
        outlet = rows[row]
        for product in range(expected.shape[1]):
            if len(listed) and not listed[outlet, product]:
                expected[row, product] = 0.0
            if len(carried) and not carried[outlet, product]:
                expected[row, product] = 0.0
            if online[outlet]:
                expected[row, product] *= growth
