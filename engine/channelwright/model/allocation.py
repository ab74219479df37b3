"""How short stock is shared: who comes first, how complete, what may stand in, how long to wait."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import IntArray
from channelwright.model.columns import Columns

FILLS = ("partial", "line", "order")


@dataclass(frozen=True)
class Allocation(Columns):
    """Rules per mode (M rows) and places of outlets in the queue.

    Attributes
    ----------
    cancel_days : (M,) int64, days after the first attempt at which waiting cases are cut;
        -1 = they wait on
    fill : (M,) int64, row of FILLS: any cases, whole lines only, or the whole order only
    substitute : (M,) int64, ppm of a line's missing cases that another product of its
        family may replace
    priority : (O,) int64, added to the priority of the mode
    """

    _other_axes = ("priority",)

    cancel_days: IntArray
    fill: IntArray
    substitute: IntArray
    priority: IntArray
