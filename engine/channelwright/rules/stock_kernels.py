"""The numbers and the order of one stocking point and product, row by row of two blocks.

`rules/stock_policies.py` says what the policies are; site and shelf, forecast and simulation
all come here.
"""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.stock import NO_POLICY, NO_TARGET, REORDER_QUANTITY, REORDER_UP_TO
from channelwright.rules.stock_service import safety_stock

WHOLE = ("policy", "service", "reorder", "level", "quantity", "case")
POLICY, _SERVICE, _REORDER, _LEVEL, _QUANTITY, CASE = range(len(WHOLE))
REAL = ("review", "lead_deviation", "cover", "horizon", "cover_days", "target", "factor")
_REVIEW, _LEAD_DEVIATION, _COVER, _HORIZON, _COVER_DAYS, _TARGET, _FACTOR = range(len(REAL))


@kernel
def numbers_of(
    whole: IntArray, real: FloatArray, row: int, product: int, average: float, deviation: float
) -> tuple[int, int, int]:
    """Return reorder point, level and quantity of one point and product, given ones as they are.

    Parameters
    ----------
    whole, real : (6, n, P), (7, n, P), rows as in `WHOLE` and `REAL`
    average, deviation : units a day and its standard deviation
    """
    policy, case = whole[POLICY, row, product], whole[CASE, row, product]
    given_level, given_quantity = whole[_LEVEL, row, product], whole[_QUANTITY, row, product]
    if policy == NO_POLICY:
        return 0, 0, 0
    asked = real[_COVER_DAYS, row, product] * average
    if policy in (REORDER_UP_TO, REORDER_QUANTITY):
        reorder = whole[_REORDER, row, product]
        if reorder < 0:
            cycle = asked
            if policy == REORDER_QUANTITY and given_quantity >= 0:
                cycle = float(given_quantity)
            reorder = _point(whole, real, row, product, average, deviation, cycle)
        batch = max(1, math.floor(asked + 0.5))
        if policy == REORDER_UP_TO:
            level = given_level if given_level >= 0 else reorder + batch
            return reorder, level, case
        quantity = given_quantity if given_quantity >= 0 else batch
        quantity = max(1, -(-quantity // case)) * case
        return reorder, reorder + quantity, quantity
    level = given_level
    if level < 0:
        cycle = real[_REVIEW, row, product] * average
        level = _point(whole, real, row, product, average, deviation, cycle)
    return level, level, case


@kernel
def _point(
    whole: IntArray,
    real: FloatArray,
    row: int,
    product: int,
    average: float,
    deviation: float,
    cycle: float,
) -> int:
    """Return demand of lead and review time and the safety stock, rounded, at least 0."""
    service = whole[_SERVICE, row, product]
    if service == NO_TARGET:
        point = real[_COVER, row, product] * average
    else:
        days, late = real[_HORIZON, row, product], average * real[_LEAD_DEVIATION, row, product]
        spread = math.sqrt(days * (deviation * deviation) + late * late)
        target, factor = real[_TARGET, row, product], real[_FACTOR, row, product]
        point = days * average + safety_stock(service, target, factor, spread, cycle)
    whole_units: int = max(0, math.floor(point + 0.5))
    return whole_units


@kernel
def order_of(policy: int, position: int, reorder: int, level: int, quantity: int) -> int:
    """Return the units that a policy orders at a review; not yet rounded up to cases."""
    if policy == NO_POLICY:
        return 0
    if policy == REORDER_QUANTITY:
        if position > reorder:
            return 0
        return ((reorder - position) // quantity + 1) * quantity
    if policy == REORDER_UP_TO and position > reorder:
        return 0
    return max(0, level - position)


@kernel
def targets_of(
    whole: IntArray, real: FloatArray, rows: IntArray, average: FloatArray, deviation: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return reorder points, levels and quantities of some points: (n, P) each."""
    shape = average.shape
    reorder, level = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    quantity = np.empty(shape, dtype=np.int64)
    for place in range(shape[0]):
        for product in range(shape[1]):
            found = numbers_of(
                whole,
                real,
                rows[place],
                product,
                average[place, product],
                deviation[place, product],
            )
            reorder[place, product], level[place, product], quantity[place, product] = found
    return reorder, level, quantity


@kernel
def orders_of(
    whole: IntArray,
    rows: IntArray,
    position: IntArray,
    targets: tuple[IntArray, IntArray, IntArray],
) -> IntArray:
    """Return units that some points order, in whole cases: (n, P)."""
    reorder, level, quantity = targets
    ordered = np.empty(position.shape, dtype=np.int64)
    for place in range(position.shape[0]):
        for product in range(position.shape[1]):
            case = whole[CASE, rows[place], product]
            units = order_of(
                whole[POLICY, rows[place], product],
                position[place, product],
                reorder[place, product],
                level[place, product],
                quantity[place, product],
            )
            ordered[place, product] = -(-units // case) * case
    return ordered
