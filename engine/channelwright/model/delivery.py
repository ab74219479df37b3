"""What vehicles do in a day beyond one tour, and when and how often outlets take goods."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Delivery(Columns):
    """Further tours and routes of vehicles (V rows, the market's), failed stops and hours.

    Attributes
    ----------
    load_seconds : (V,) int64, loading between two tours; -1 = one tour a day
    day_seconds : (V,) int64, from the first leaving to the last return; at least the shift
    failure : (G,) float64, probability that nobody of a segment's outlet takes the goods
    daily_route : (V,) bool, tours are driven in an order of the day's own stops; None = none are
    receive_open, receive_close : (G,) int64, seconds after midnight; a stop at a segment's outlet
        begins from the one to the other; None = at any time
    """

    _other_axes = ("failure", "receive_open", "receive_close")

    load_seconds: IntArray
    day_seconds: IntArray
    failure: FloatArray
    receive_open: IntArray | None = None
    receive_close: IntArray | None = None
    daily_route: BoolArray | None = None
