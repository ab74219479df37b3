"""Collecting at calls: who asks for overdue money and what outlets answer.

docs/world/collecting.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class CollectingRules(Columns):
    """When people of a mode ask for money (M rows).

    Attributes
    ----------
    asks : (M,) bool, money is asked for at the calls of the mode
    seconds : (M,) int64, that this takes at a call
    overdue_days : (M,) int64, days past due from which on it is asked for, less one
    minimum : (M,) int64, ticks of the least overdue that is asked for
    after : (M,) bool, the order is placed before the money is asked for
    refuse : (M,) bool, no order is taken where nothing is given
    """

    asks: BoolArray
    seconds: IntArray
    overdue_days: IntArray
    minimum: IntArray
    after: BoolArray
    refuse: BoolArray


@dataclass(frozen=True)
class CollectingResponse(Columns):
    """What outlets of a segment answer (G rows, the market's segments).

    Attributes
    ----------
    pays : (G,) float64, probability that a part is paid at once
    pay_share : (G,) int64, ppm of each overdue bill that this part is
    promises : (G,) float64, probability that payment is promised
    kept : (G,) float64, share of the promises that are kept
    promise_days : (G,) int64, days until the promised day, at least 1
    """

    pays: FloatArray
    pay_share: IntArray
    promises: FloatArray
    kept: FloatArray
    promise_days: IntArray
