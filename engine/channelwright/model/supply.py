"""What limits supply between sites: capacity of plants, lanes, outages (docs/world/supply.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import Columns

UNLIMITED = -1
ALL_CHILDREN = -1


@dataclass(frozen=True)
class Outages(Columns):
    """Days on which a site ships nothing to other sites (n rows).

    Attributes
    ----------
    site : (n,) int64; child : (n,) int64, only on the lane to this site, -1 = on all lanes
    first, last : (n,) int64, days of the simulation
    """

    site: IntArray
    child: IntArray
    first: IntArray
    last: IntArray


@dataclass(frozen=True)
class Supply(Columns):
    """Limits of supply (S rows, the market's sites).

    Attributes
    ----------
    capacity : (S, P) int64, units that a plant can ship in a period, -1 = unlimited
    capacity_days : (S,) int64, length of that period: 1 = day, 7 = calendar week
    lead_deviation : (S, S) float64, days, standard deviation of the lead time from parent
        (column) to child (row)
    overtaking : (S, S) bool, a later shipment of the lane may arrive before an earlier one
    outages : Outages
    """

    _other_axes = ("outages",)

    capacity: IntArray
    capacity_days: IntArray
    lead_deviation: FloatArray
    overtaking: BoolArray
    outages: Outages
