"""Stock policies of shelves drawn into a random market, on or off."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import NO_POLICY, POLICIES, SERVICES, ShelfStock, StockPlan
from tests.support.dice import Dice


def with_shelves(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with policies of shelves in some of the markets."""
    if not dice.some(0.4):
        return market, design
    shape = (len(market.segments), 3, len(market.products))
    case = market.products.units_per_case

    def sometimes(low: int, high: int) -> np.ndarray:
        """Whole cases as often as not, so that positions meet reorder points exactly."""
        unit = np.where(dice.flags(0.5, shape), case, 1)
        number = dice.wholes(low, high, shape) // unit * unit
        return np.where(dice.flags(0.5, shape), number, -1)

    policy = dice.wholes(0, len(POLICIES) - 1, shape)
    shelves = ShelfStock(
        policy=np.where(dice.flags(0.25, shape), NO_POLICY, policy),
        reorder=sometimes(0, 40),
        level=sometimes(20, 120),
        quantity=sometimes(0, 40),
        cover_days=dice.reals(0.5, 9.0, shape),
        service=dice.wholes(0, len(SERVICES) - 1, shape),
        target=dice.reals(0.6, 0.995, shape),
    )
    plan = replace(design.stock or StockPlan(), shelves=shelves)
    return market, replace(design, stock=plan)
