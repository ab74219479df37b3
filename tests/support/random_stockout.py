"""Random reactions to empty shelves."""

from dataclasses import replace

import numpy as np

from channelwright.model.market import Market
from channelwright.model.stockout import Neighbours, Stockout
from tests.support.dice import Dice


def with_stockout(market: Market, dice: Dice) -> Market:
    """Return the market in which consumers react; some shares are 0, some sum to 1."""
    weight = dice.reals(0.1, 1.0, 4) * dice.flags(0.75, 4)
    wait, product, outlet = (weight / max(weight.sum(), 0.1))[:3].tolist()
    count = len(market.outlets)
    origin, place = np.nonzero(dice.flags(0.5, (count, count)) & ~np.eye(count, dtype=bool))
    order = np.lexsort((dice.reals(0.0, 1.0, len(origin)), origin))
    neighbours = Neighbours(origin[order], place[order])
    return replace(market, stockout=Stockout(wait, product, outlet, neighbours))
