"""Deposits on cases and the empties that come back."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class Empties(Columns):
    """Deposits (P rows).

    Attributes
    ----------
    deposit : (P,) int64, ticks per case, charged on delivery and credited for empties
    returned : (P,) int64, ppm of the units sold whose empties consumers bring back
    """

    deposit: IntArray
    returned: IntArray
