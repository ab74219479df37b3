"""Who may send what back (docs/world/returns.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import Columns

RETURN_POLICIES = ("none", "expiry", "full")
NO_RETURNS, OLD_ONLY, FULL = range(3)
AS_MODE = -1


@dataclass(frozen=True)
class Returns(Columns):
    """Rights of modes (rows 0 to M - 1), then of chains (M to M + C - 1).

    Attributes
    ----------
    policy : (M + C,) int64, NO_RETURNS, OLD_ONLY or FULL; AS_MODE = a chain whose stores have
        the rights of their modes
    review_days : (M + C,) int64, days between returns of good stock
    above_days : (M + C,) float64, days of expected demand that stay on the shelf
    limit : (M + C,) int64, ppm of what was delivered since the last review
    credit : (M + C,) int64, ppm of the price
    collect_case : (M + C,) int64, ticks per case of collecting, paid by the seller
    """

    policy: IntArray
    review_days: IntArray
    above_days: FloatArray
    limit: IntArray
    credit: IntArray
    collect_case: IntArray
