"""Rules for short stock, at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.allocation import FILLS, Allocation
from channelwright.model.design import Design
from channelwright.model.market import Market
from tests.support.dice import Dice


def with_allocation(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with rules for short stock, or as it is."""
    if dice.some(0.4):
        return market, design
    modes, outlets = len(market.modes), len(market.outlets)
    rules = Allocation(
        cancel_days=dice.choices((-1, 0, 1, 3), modes),
        fill=np.where(dice.flags(0.5, modes), dice.wholes(0, len(FILLS) - 1, modes), 0),
        substitute=dice.choices((0, 500_000, 1_000_000), modes),
        priority=dice.wholes(0, 1, outlets),
    )
    return market, replace(design, service=replace(design.service, allocation=rules))
