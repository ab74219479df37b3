"""Random consumers and rivals."""

from dataclasses import replace

import numpy as np

from channelwright.model.catchment import Catchment, Consumers, Reach, Rivals
from channelwright.model.market import Market
from tests.support.dice import Dice


def with_catchment(market: Market, dice: Dice) -> Market:
    """Return the market with consumers who choose among outlets and rivals."""
    places, rivals = dice.whole(1, 8), dice.whole(0, 4)
    week = (market.outlets.rate / market.products.units_per_case).sum() * 7
    catchment = Catchment(
        consumers=Consumers(
            tuple(f"place_{z}" for z in range(places)),
            dice.reals(0.0, 2.0, places) * week / places,
        ),
        rivals=Rivals(
            tuple(f"rival_{r}" for r in range(rivals)),
            dice.wholes(0, len(market.areas) - 1, rivals),
        ),
        none=dice.one_of((0.0, 0.5, 2.0)),
        outlets=_reach(dice, places, len(market.outlets)),
        rivals_reach=_reach(dice, places, rivals),
    )
    return replace(market, catchment=catchment)


def _reach(dice: Dice, places: int, sellers: int) -> Reach:
    consumer, place = np.nonzero(dice.flags(0.6, (places, sellers)))
    return Reach(consumer, place, dice.reals(0.01, 3.0, len(consumer)))
