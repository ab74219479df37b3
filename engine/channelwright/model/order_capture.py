"""How orders are taken beyond the plain visit: missed calls, smallest value, travel, counting.

Off where `Market.field_work` and `Design.capture` are None (docs/world/order-capture.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Travel(Columns):
    """Given travel times of people (T rows); pairs that are not listed go by distance.

    Attributes
    ----------
    start, end : (T,) int64, outlet row, or number of outlets + area row (where people start)
    seconds : (T,) int64
    """

    start: IntArray
    end: IntArray
    seconds: IntArray

    @cached_property
    def by_pair(self) -> tuple[int, IntArray, IntArray]:
        """A span above all ends, start x span + end in ascending order, and its seconds."""
        span = int(self.end.max(initial=0)) + 1
        pair = self.start * span + self.end
        order = np.argsort(pair, kind="stable")
        return span, pair[order], self.seconds[order]


@dataclass(frozen=True)
class FieldWork:
    """What a call takes and how well it reads the shelf.

    Attributes
    ----------
    call_seconds : (K, G) int64, time in an outlet of a segment by role; -1 = by its grade
    count_error : (M,) float64, sigma of the lognormal error of a caller's shelf count
    travel : Travel
    """

    call_seconds: IntArray
    count_error: FloatArray
    travel: Travel


@dataclass(frozen=True)
class OrderCapture(Columns):
    """Rules of a design on missed calls and small orders (M rows).

    Attributes
    ----------
    carry_over : (M,) bool, calls that do not fit go to the person's next working day
    minimum_value : (M,) int64, ticks of the smallest order
    """

    carry_over: BoolArray
    minimum_value: IntArray
