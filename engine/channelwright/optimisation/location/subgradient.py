"""Climbing the Lagrangian bound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.lagrangian import Pricing, Relaxation

    Floats = NDArray[np.float64]

_MEMORY = 0.3
_STALL = 15
_SHRINK = 0.7
_SMALLEST_STEP = 2e-3


@dataclass(frozen=True, eq=False)
class Climb:
    """Result of a climb.

    Attributes
    ----------
    best : Pricing
        Pricing with the highest bound.
    popularity : (n_sites,)
        How often each site was opened lately, a guide for rounding.
    steps : int
        Steps taken.
    """

    best: Pricing
    popularity: Floats
    steps: int


def climb(
    relaxation: Relaxation,
    price: Floats,
    steps: int,
    ceiling: Callable[[Pricing], float],
    enough: Callable[[float], bool],
    stride: float = 1.5,
) -> Climb:
    """Raise the bound by subgradient steps with memory.

    Parameters
    ----------
    relaxation : Relaxation
        What to price.
    price : (n_customers,)
        Where to start.
    steps : int
        Steps at most.
    ceiling : callable
        Called at each pricing; returns the objective of the best answer known (it may look for a
        better one, guided by the pricing).
    enough : callable
        True when a bound is good enough to stop.
    stride : float
        First factor of the Polyak step.
    """
    pricing = relaxation.price_at(price)
    best, popularity = pricing, pricing.opened.astype(np.float64)
    move = np.zeros_like(price)
    stalled, taken = 0, 0
    while taken < steps:
        taken += 1
        goal = ceiling(pricing)
        if enough(best.value) or stride < _SMALLEST_STEP:
            break
        move = (1.0 - _MEMORY) * pricing.slack + _MEMORY * move
        norm = float(move @ move)
        if norm <= 1e-18:
            break
        target = goal + 0.02 * abs(goal - best.value) + 1e-9 * abs(goal)
        step = stride * max(target - pricing.value, 1e-12) / norm
        pricing = relaxation.price_at(pricing.price + step * move)
        popularity = 0.95 * popularity + 0.05 * pricing.opened
        if pricing.value > best.value + 1e-12 * abs(best.value):
            stalled = 0
            best = pricing
        else:
            stalled += 1
        if stalled >= _STALL:
            stride, stalled, pricing, move = stride * _SHRINK, 0, best, np.zeros_like(move)
    return Climb(best, popularity, taken)
