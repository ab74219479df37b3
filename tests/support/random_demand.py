"""The consumer side of random markets: laws of demand and what moves it, on and off at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.demand import Empirical
from channelwright.model.design import Design
from channelwright.model.market import LAW_EMPIRICAL, LAW_NORMAL, Market
from tests.support.dice import Dice
from tests.support.random_catchment import with_catchment
from tests.support.random_execution import with_execution
from tests.support.random_offers import with_offers
from tests.support.random_stockout import with_stockout

#: Draws of their own, so that the rest of a random market stays as it is.
STREAM = 20_000_000_000


def with_demand(market: Market, design: Design, seed: int) -> tuple[Market, Design]:
    """Return the pair with some mechanisms of demand switched on."""
    dice = Dice(STREAM + seed)
    if dice.some(0.4):
        market = _other_laws(market, dice)
    if dice.some(0.4):
        market, design = with_offers(market, design, dice)
    if dice.some(0.4):
        market = with_execution(market, dice)
    if dice.some(0.3):
        market = with_catchment(market, dice)
    if dice.some(0.4):
        market = with_stockout(market, dice)
    return market, design


def _other_laws(market: Market, dice: Dice) -> Market:
    """Give some products a normal or an empirical law."""
    products = market.products
    chosen = dice.flags(0.6, len(products))
    law = np.where(chosen, dice.choices((LAW_NORMAL, LAW_EMPIRICAL), len(products)), products.law)
    width = np.where(law == LAW_NORMAL, dice.reals(0.05, 1.5, len(products)), products.dispersion)
    rows = np.flatnonzero(law == LAW_EMPIRICAL)
    values = [_values(dice) for _ in rows]
    empirical = Empirical(
        product=np.repeat(rows, [len(ratio) for ratio, _ in values]).astype(np.int64),
        ratio=np.concatenate([np.zeros(0), *(ratio for ratio, _ in values)]),
        cumulative=np.concatenate([np.zeros(0), *(total for _, total in values)]),
    )
    return replace(
        market, products=replace(products, law=law, dispersion=width), empirical=empirical
    )


def _values(dice: Dice) -> tuple[np.ndarray, np.ndarray]:
    count = dice.whole(1, 5)
    weight = dice.reals(0.1, 1.0, count)
    weight /= weight.sum()
    value = np.sort(dice.reals(0.0, 9.0, count)) + 1e-3
    return value / (value * weight).sum(), np.cumsum(weight)
