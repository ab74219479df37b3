"""Goods that get old or go missing, at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.empties import Empties
from channelwright.model.market import Market
from channelwright.model.perishing import Perishing
from tests.support.dice import Dice


def with_empties(market: Market, dice: Dice) -> Market:
    """Return the market with deposits on cases, or as it is."""
    if dice.some(0.5):
        return market
    products = len(market.products)
    returned = dice.choices((0, 700_000, 987_654, 1_000_000), products)
    return replace(market, empties=Empties(dice.wholes(0, 90_000, products), returned))


def with_perishing(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with short lives and losses, or as it is."""
    market = with_empties(market, dice)
    if dice.some(0.4):
        return market, design
    products, modes = len(market.products), len(market.modes)
    shelf = dice.choices((0, 3, 6, 12), products)
    last = np.minimum(dice.choices((0, 1, 4), products), np.maximum(shelf - 1, 0))
    rules = Perishing(
        site_days=dice.choices((0, 2, 5, 9), products),
        shelf_days=shelf,
        sell_off_days=last,
        sell_off_cut=dice.choices((100_000, 500_000), products),
        site_shrinkage=dice.choices((0, 20_000, 300_000), len(market.sites)),
        shelf_shrinkage=dice.choices((0, 20_000, 300_000), len(market.segments)),
    )
    market = replace(market, perishing=rules)
    if dice.some(0.3):
        return market, design
    service = replace(
        design.service,
        return_credit=dice.choices((0, 500_000, 1_000_000), modes),
        collect_case=dice.wholes(0, 5_000, modes),
    )
    return market, replace(design, service=service)
