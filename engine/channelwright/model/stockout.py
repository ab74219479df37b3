"""What consumers do at an empty shelf (docs/world/stockouts.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Neighbours(Columns):
    """Pairs of outlets within the radius, by origin, then road distance, then place.

    Attributes
    ----------
    origin, place : (K,) int64, outlets; never the same
    """

    origin: IntArray
    place: IntArray


@dataclass(frozen=True)
class Stockout:
    """Shares of unmet demand that sum to at most 1; the rest is lost. None = all is lost.

    Attributes
    ----------
    wait, product, outlet : float, come again tomorrow, take another product, go elsewhere
    """

    wait: float
    product: float
    outlet: float
    neighbours: Neighbours
