"""Kernels of expected demand (docs/architecture.md, section 6): one pass over all shelves."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray

NO_FACTORS = np.zeros((0, 0))
NO_PARTS = np.zeros(0)
ALL_PRODUCTS = np.zeros((0, 0), dtype=np.bool_)

#: Units a day (O, P), products in the contract (O, P) or ``ALL_PRODUCTS``, outlets that sell online
#: (O,), and the factor of their demand.
Demand: TypeAlias = tuple[FloatArray, BoolArray, BoolArray, float]
#: Whether execution is in parts; (O,) execution, the multiplier at 0 and what full execution adds;
#: (C, O) parts, (C,) of each the multiplier at 0 and what the full part adds.
Shown: TypeAlias = tuple[bool, FloatArray, float, float, FloatArray, FloatArray, FloatArray]


@kernel
def expect_all(
    rows: IntArray,
    demand: Demand,
    factors: tuple[FloatArray, FloatArray],
    listed: BoolArray,
    shown: Shown,
) -> FloatArray:
    """Return what outlets (n,) expect to sell of what they offer: (n, P) units a day.

    Parameters
    ----------
    factors : (P,) of the day, (O, P) what promotions make of it, ``NO_FACTORS`` = nothing
    listed : (O, P) products on the list, ``ALL_PRODUCTS`` = all
    """
    rate, carried, online, growth = demand
    factor, promoted = factors
    levels, result = _shown_levels(rows, shown), np.empty((len(rows), len(factor)))
    for row in range(len(rows)):
        outlet = rows[row]
        for product in range(len(factor)):
            units = rate[outlet, product] * factor[product] * levels[row]
            if len(promoted):
                units *= promoted[outlet, product]
            if len(listed) and not listed[outlet, product]:
                units = 0.0
            if len(carried) and not carried[outlet, product]:
                units = 0.0
            if online[outlet]:
                units *= growth
            result[row, product] = units
    return result


@kernel
def consumers_expected(
    means: FloatArray,
    static: tuple[IntArray, FloatArray, BoolArray],
    factors: tuple[FloatArray, FloatArray],
    shocks: FloatArray,
    offered: tuple[BoolArray, IntArray],
    shown: Shown,
    share: tuple[float, float],
) -> None:
    """Write the units that consumers want of covered outlets today.

    Parameters
    ----------
    means : (2, C, P) at the door and online, written; online where an outlet sells online
    static : (C,) outlets, (O, P) rate, (C,) bool: sells online
    factors : (P,) of the day, (O, P) what promotions make of it, ``NO_FACTORS`` = nothing
    shocks : (C, P) factors of the week
    offered : (O, P) what outlets list, ``ALL_PRODUCTS`` = all, and their shelves, units: nothing is
        wanted of what is neither listed nor there
    share : of the demand of an outlet that sells online, what stays at the door and what is online
    """
    (rows, rate, online), (factor, promoted), (listed, shelf) = static, factors, offered
    levels, (stays, extra) = _shown_levels(rows, shown), share
    for row in range(len(rows)):
        outlet, level = rows[row], levels[row]
        for product in range(len(factor)):
            units = rate[outlet, product] * factor[product] * level
            if len(promoted):
                units *= promoted[outlet, product]
            units *= shocks[row, product]
            if len(listed) and not listed[outlet, product] and shelf[outlet, product] <= 0:
                units = 0.0
            means[0, row, product] = units
            if online[row]:
                means[0, row, product] = units * stays
                means[1, row, product] = units * extra


@kernel
def _shown_levels(rows: IntArray, shown: Shown) -> FloatArray:
    """Return what the execution of outlets makes of their demand: (n,)."""
    full, execution, floor, span, parts, low, width = shown
    levels = np.ones(len(rows))
    for row in range(len(rows)):
        if full:
            for part in range(len(low)):
                levels[row] *= low[part] + width[part] * parts[part, rows[row]]
        else:
            levels[row] = floor + span * execution[rows[row]]
    return levels
