"""What vehicles can do in a day beyond one tour, and how often nobody takes the goods."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Delivery(Columns):
    """Further tours of a vehicle (V rows, the market's vehicles) and failed stops.

    Attributes
    ----------
    load_seconds : (V,) int64, loading between two tours; -1 = one tour a day
    day_seconds : (V,) int64, from the first leaving to the last return; at least the shift
    failure : (G,) float64, probability that nobody of a segment's outlet takes the goods
    """

    _other_axes = ("failure",)

    load_seconds: IntArray
    day_seconds: IntArray
    failure: FloatArray
