"""Goods that stay the seller's until they are sold (docs/world/consignment.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Consignment(Columns):
    """Agreements of modes (rows 0 to M - 1), then of chains (M to M + C - 1).

    Attributes
    ----------
    settle_days : (M + C,) int64, days between settlements; 0 = not on consignment, -1 = a chain
        whose stores are as their modes
    """

    settle_days: IntArray
