"""Execution in full: what a call leaves behind in an outlet (docs/world/execution.md)."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import FloatArray
from channelwright.model.columns import Columns

PARTS = ("display", "cold", "price")


@dataclass(frozen=True)
class Parts(Columns):
    """Shares in [0, 1] that multiply demand (C rows).

    Attributes
    ----------
    names : (C,) str, some of PARTS in their order
    half_life : (C,) float64, days in which half is lost without orders
    low, high : (C,) float64, demand multiplier at share 0 and 1
    opening : (C,) float64, share on day 0
    lift : (C,) float64, of the missing share that an order restores, over the mode's lift
    """

    names: tuple[str, ...]
    half_life: FloatArray
    low: FloatArray
    high: FloatArray
    opening: FloatArray
    lift: FloatArray


@dataclass(frozen=True)
class Range:
    """Which products an outlet lists.

    Attributes
    ----------
    half_life : float, days in which half of the listings are lost without calls
    opening : float, share of products listed on day 0
    gain : float, chance that an order day lists a missing product, over the mode's lift
    """

    half_life: float
    opening: float
    gain: float


@dataclass(frozen=True)
class Execution:
    """Display, cold space, price compliance and range; None = every product is listed."""

    parts: Parts
    range: Range | None = None
