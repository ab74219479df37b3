"""Online orders served from a nearby shelf (docs/world/online.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class NearbyShelves(Columns):
    """Pairs of outlets by origin, then road distance, then helper; and what help costs.

    Attributes
    ----------
    origin, helper : (K,) int64, outlets; never the same
    metres : (K,) int64, by road
    outlet_fee : int, ticks per unit, manufacturer -> helper
    courier_unit, courier_km : int, ticks per unit, and per unit and km, manufacturer -> outside
    """

    _other_axes = ("outlet_fee", "courier_unit", "courier_km")

    origin: IntArray
    helper: IntArray
    metres: IntArray
    outlet_fee: int
    courier_unit: int
    courier_km: int
