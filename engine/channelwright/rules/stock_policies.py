"""Stock policies: from an average and its spread to levels, from a position to an order.

Optimiser, simulator and forecast use the same functions (the arithmetic is in
`rules/stock_kernels.py`). All arrays are flat, one value per stocking point and product, or
grids (points, products); goods in units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.stock import (
    BASE_STOCK,
    ORDER_UP_TO,
    REORDER_QUANTITY,
    REORDER_UP_TO,
)
from channelwright.rules.stock_kernels import REAL, WHOLE, orders_of, targets_of
from channelwright.rules.stock_service import cycle_factors


@dataclass(frozen=True)
class Need:
    """What levels are computed from: (n,) each.

    Attributes
    ----------
    average, deviation : float64, units a day and its standard deviation
    lead : int64, days to receipt; review : days between reviews
    cover : float64, days of demand that the reorder point covers without a service target
    horizon : float64, days whose demand an order must cover until the next one has arrived
    lead_deviation : float64, days
    cover_days : float64; service : int64; target : float64
    reorder, level, quantity : int64, given numbers; -1 = to be computed
    case : int64, units of a case
    """

    average: FloatArray
    deviation: FloatArray
    lead: IntArray
    review: IntArray | FloatArray
    lead_deviation: FloatArray
    cover: FloatArray
    horizon: FloatArray
    cover_days: FloatArray
    service: IntArray
    target: FloatArray
    reorder: IntArray
    level: IntArray
    quantity: IntArray
    case: IntArray


@dataclass(frozen=True)
class Targets:
    """Numbers that an order is made from: (n,) int64 units each.

    Attributes
    ----------
    reorder : order at or below it; level : order up to it
    quantity : whole cases of one fixed order
    """

    reorder: IntArray
    level: IntArray
    quantity: IntArray


@dataclass(frozen=True)
class Numbers:
    """The columns of points and products in two blocks, as the kernels read them.

    Attributes
    ----------
    whole : (6, n, P) int64; real : (7, n, P) float64
    """

    whole: IntArray
    real: FloatArray

    @classmethod
    def of(cls, policy: IntArray, need: Need) -> Numbers:
        """Return the blocks of a need, flat or a grid; ``policy`` are rows of POLICIES."""
        columns = {name: getattr(need, name) for name in (*WHOLE[1:], *REAL[:-1])}
        columns |= {"policy": policy, "factor": cycle_factors(need.service, need.target)}
        shape = (policy.size // policy.shape[-1], policy.shape[-1]) if policy.size else (0, 0)
        blocks = []
        for names, dtype in ((WHOLE, np.int64), (REAL, np.float64)):
            block = np.empty((len(names), *shape), dtype=dtype)
            for row, name in enumerate(names):
                block[row] = np.asarray(columns[name]).reshape(shape)
            blocks.append(block)
        return cls(*blocks)

    def targets(self, rows: IntArray, average: FloatArray, deviation: FloatArray) -> Targets:
        """Return the numbers of some rows for their demand: (n, P) each."""
        average, deviation = np.ascontiguousarray(average), np.ascontiguousarray(deviation)
        return Targets(*targets_of(self.whole, self.real, rows, average, deviation))

    def orders(self, rows: IntArray, position: IntArray, targets: Targets) -> IntArray:
        """Return units that some rows order, in whole cases: (n, P)."""
        found = (targets.reorder, targets.level, targets.quantity)
        return orders_of(self.whole, rows, np.ascontiguousarray(position), found)


class StockPolicy(Protocol):
    """When and how much a stocking point orders."""

    number: int

    def targets(self, need: Need) -> Targets:
        """Return the numbers of the policy, the given ones as they are."""
        ...

    def order(self, position: IntArray, need: Need, targets: Targets) -> IntArray:
        """Return units to order at a review, in whole cases."""
        ...

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """Return the mean position at 24:00, in units."""
        ...


class _Computed:
    """Numbers and orders by the kernels: flat arrays."""

    number: int

    def targets(self, need: Need) -> Targets:
        """Return the numbers of the policy, the given ones as they are."""
        found = self._numbers(need).targets(_FIRST, need.average[None], need.deviation[None])
        return Targets(found.reorder[0], found.level[0], found.quantity[0])

    def order(self, position: IntArray, need: Need, targets: Targets) -> IntArray:
        """Return units to order at a review, in whole cases."""
        grid = Targets(targets.reorder[None], targets.level[None], targets.quantity[None])
        return np.asarray(self._numbers(need).orders(_FIRST, position[None], grid)[0])

    def _numbers(self, need: Need) -> Numbers:
        return Numbers.of(np.full(need.level.shape, self.number, dtype=np.int64), need)


class OrderUpTo(_Computed):
    """(R, S): at every review up to S, which covers lead and review time and safety stock."""

    number = ORDER_UP_TO

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """S after a review, less half of what the days until the next one ask for."""
        return np.asarray(targets.level - _between(need))


class BaseStock(OrderUpTo):
    """Base-stock: (R, S) that is reviewed every day, whatever the site's review days."""

    number = BASE_STOCK


class ReorderUpTo(_Computed):
    """(s, S): at a review at or below s, up to S, one batch of cover days above s."""

    number = REORDER_UP_TO

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """Half-way between s and S, and half a review's demand above as it starts from S."""
        centre = (targets.reorder + targets.level + need.review * need.average) / 2
        return np.asarray(np.minimum(centre, targets.level) - _between(need))


class ReorderQuantity(_Computed):
    """(s, Q): at a review at or below s, the least number of lots of Q that lifts above s.

    Q is whole cases; what s + Q reaches stands as level.
    """

    number = REORDER_QUANTITY

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """Uniform on the cases above s up to s + Q after a review (Zipkin 2000, 6.2.3)."""
        centre = targets.reorder + (targets.quantity + need.case) / 2
        return np.asarray(centre - _between(need))


MEMBERS: tuple[StockPolicy, ...] = (OrderUpTo(), BaseStock(), ReorderUpTo(), ReorderQuantity())
_FIRST = np.zeros(1, dtype=np.int64)


def _between(need: Need) -> FloatArray:
    """Return half of what the days between two reviews ask for."""
    return np.asarray((need.review - 1) / 2 * need.average)
