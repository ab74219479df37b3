"""Stock policies: from an average and its spread to levels, from a position to an order.

Optimiser, simulator and forecast use the same functions. All arrays are flat, one value per
stocking point and product; goods in units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.stock import NO_TARGET
from channelwright.rules.stock_service import safety_stock


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


class StockPolicy(Protocol):
    """When and how much a stocking point orders."""

    name: str

    def targets(self, need: Need) -> Targets:
        """Return the numbers of the policy, the given ones as they are."""
        ...

    def order(self, position: IntArray, targets: Targets) -> IntArray:
        """Return units to order at a review; not yet rounded up to cases."""
        ...

    def cycle(self, need: Need) -> FloatArray:
        """Return units expected to be asked for between two orders."""
        ...

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """Return the mean position at 24:00, in units."""
        ...


class OrderUpTo:
    """(R, S): at every review up to S."""

    name = "order_up_to"

    def targets(self, need: Need) -> Targets:
        """S covers lead and review time and the safety stock."""
        level = _given(need.level, _point(need, self.cycle(need)))
        return Targets(level, level, need.case)

    def order(self, position: IntArray, targets: Targets) -> IntArray:
        """Order what is missing to S."""
        return np.asarray(np.maximum(0, targets.level - position))

    def cycle(self, need: Need) -> FloatArray:
        """One review period."""
        return np.asarray(need.review * need.average)

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """S after a review, less half of what the days until the next one ask for."""
        return np.asarray(targets.level - _between(need))


class BaseStock(OrderUpTo):
    """Base-stock: (R, S) that is reviewed every day, whatever the site's review days."""

    name = "base_stock"


class ReorderUpTo:
    """(s, S): at a review at or below s, up to S."""

    name = "reorder_up_to"

    def targets(self, need: Need) -> Targets:
        """S lies one batch above s."""
        reorder = _given(need.reorder, _point(need, self.cycle(need)))
        level = _given(need.level, reorder + _batch(need))
        return Targets(reorder, level, need.case)

    def order(self, position: IntArray, targets: Targets) -> IntArray:
        """Order what is missing to S."""
        missing = np.maximum(0, targets.level - position)
        return np.where(position <= targets.reorder, missing, 0)

    def cycle(self, need: Need) -> FloatArray:
        """One batch of cover days."""
        return np.asarray(need.cover_days * need.average)

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """Half-way between s and S, and half a review's demand above as it starts from S."""
        centre = (targets.reorder + targets.level + need.review * need.average) / 2
        return np.asarray(np.minimum(centre, targets.level) - _between(need))


class ReorderQuantity:
    """(s, Q): at a review at or below s, the least number of lots of Q that lifts above s."""

    name = "reorder_quantity"

    def targets(self, need: Need) -> Targets:
        """Q is whole cases; what s + Q reaches stands as level."""
        reorder = _given(need.reorder, _point(need, self.cycle(need)))
        quantity = _given(need.quantity, _batch(need))
        quantity = np.maximum(1, -(-quantity // need.case)) * need.case
        return Targets(reorder, reorder + quantity, quantity)

    def order(self, position: IntArray, targets: Targets) -> IntArray:
        """Order whole lots."""
        lots = (targets.reorder - position) // targets.quantity + 1
        return np.where(position <= targets.reorder, lots * targets.quantity, 0)

    def cycle(self, need: Need) -> FloatArray:
        """One lot."""
        asked = need.cover_days * need.average
        return np.where(need.quantity >= 0, need.quantity, asked).astype(np.float64)

    def mean_position(self, need: Need, targets: Targets) -> FloatArray:
        """Uniform on the cases above s up to s + Q after a review (Zipkin 2000, 6.2.3)."""
        centre = targets.reorder + (targets.quantity + need.case) / 2
        return np.asarray(centre - _between(need))


MEMBERS: tuple[StockPolicy, ...] = (OrderUpTo(), BaseStock(), ReorderUpTo(), ReorderQuantity())


def _between(need: Need) -> FloatArray:
    """Return half of what the days between two reviews ask for."""
    return np.asarray((need.review - 1) / 2 * need.average)


def _given(given: IntArray, computed: IntArray) -> IntArray:
    return np.where(given >= 0, given, computed)


def _point(need: Need, cycle: FloatArray) -> IntArray:
    """Return demand of lead and review time and the safety stock, rounded, at least 0."""
    plain = need.cover * need.average
    days = need.horizon
    spread = np.sqrt(days * need.deviation**2 + (need.average * need.lead_deviation) ** 2)
    aimed = days * need.average + safety_stock(need.service, need.target, spread, cycle)
    point = np.where(need.service == NO_TARGET, plain, aimed)
    return np.asarray(np.maximum(0, np.floor(point + 0.5)).astype(np.int64))


def _batch(need: Need) -> IntArray:
    batch = np.floor(need.cover_days * need.average + 0.5)
    return np.asarray(np.maximum(1, batch).astype(np.int64))
