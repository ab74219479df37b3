"""Execution in full, from docs/world/execution.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.foundation.random import Purpose
from channelwright.model.market import Market

if TYPE_CHECKING:
    from tests.reference.state import State


class Shop:
    """What one outlet shows and lists."""

    def __init__(self, state: State, outlet: int) -> None:
        self.state, self.outlet = state, outlet
        self.plan = state.market.execution
        lows, highs = self.plan.parts.low, self.plan.parts.high
        self.spans = [(low, high - low) for low, high in zip(lows, highs, strict=True)]
        self.fades = [2.0 ** (-1.0 / half_life) for half_life in self.plan.parts.half_life]
        self.shares = list(self.plan.parts.opening)
        self.multiplier = self.level_of_parts()
        self.listed = [
            self.plan.range is None
            or state.uniform(Purpose.RANGE_OPENING, 0, outlet, product) < self.plan.range.opening
            for product in state.products
        ]

    def level_of_parts(self) -> float:
        """Return what the parts make of demand."""
        level = 1.0
        for (low, span), share in zip(self.spans, self.shares, strict=True):
            level *= low + span * share
        return level

    def chance_to_list(self, day: int) -> None:
        """A chance to order: missing products may come in."""
        if self.plan.range is None:
            return
        chance = min(1.0, self.plan.range.gain * self.lift())
        for product in self.state.products:
            if self.state.uniform(Purpose.RANGE_GAIN, day, self.outlet, product) < chance:
                self.listed[product] = True

    def ordered(self) -> None:
        """An order restores a share of what is missing of each part."""
        for part, relative in enumerate(self.plan.parts.lift):
            gain = min(1.0, self.lift() * relative)
            self.shares[part] += gain * (1 - self.shares[part])
        self.multiplier = self.level_of_parts()

    def lift(self) -> float:
        """Return the lift of the outlet's mode at the effort of its people."""
        mode = self.state.mode_of(self.outlet)
        return self.state.market.modes.lift[mode] * self.state.effort[mode]

    def night(self, day: int) -> None:
        """Half is lost in every half-life."""
        for part, fade in enumerate(self.fades):
            self.shares[part] *= fade
        self.multiplier = self.level_of_parts()
        if self.plan.range is None:
            return
        lost = 1 - 2.0 ** (-1.0 / self.plan.range.half_life)
        for product in self.state.products:
            if self.state.uniform(Purpose.RANGE_LOSS, day, self.outlet, product) < lost:
                self.listed[product] = False


def opening_multiplier(market: Market) -> float:
    """Return the multiplier that planners expect on day 0."""
    if market.execution is None:
        behaviour = market.behaviour
        width = behaviour.ceiling - behaviour.floor
        return behaviour.floor + width * behaviour.opening_execution
    parts, level = market.execution.parts, 1.0
    for part in range(len(parts)):
        low, high = parts.low[part], parts.high[part]
        level *= low + (high - low) * parts.opening[part]
    return level if market.execution.range is None else level * market.execution.range.opening
