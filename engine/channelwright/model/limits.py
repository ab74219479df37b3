"""What binds the purchases of a site: its owner's cash, and what it can take in."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.columns import Columns


@dataclass(frozen=True)
class SiteLimits(Columns):
    """Limits of sites (S rows, the market's sites).

    Attributes
    ----------
    cash : (S,) bool, the owner buys only what it can pay
    opening_cash, credit_line : (S,) int64, ticks
    interest : (S,) int64, ppm per year on what is drawn of the credit line
    capacity : (S,) bool, `Sites.capacity_cases` binds what is taken in within seven days
    """

    cash: BoolArray
    opening_cash: IntArray
    credit_line: IntArray
    interest: IntArray
    capacity: BoolArray
