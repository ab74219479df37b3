"""Random elasticities, consumer prices and promotions."""

from dataclasses import replace

import numpy as np

from channelwright.model.demand import Elasticity
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.offers import ANY, ConsumerPrices, Offers, Promotions
from tests.support.dice import Dice


def with_offers(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with prices, elasticities and promotions, some of them left out."""
    count = len(market.products)
    if dice.some(0.7):
        own = np.where(dice.flags(0.8, count), dice.reals(-4.0, 0.0, count), 0.0)
        market = replace(market, elasticity=Elasticity(own))
    prices = _prices(market, dice) if dice.some(0.6) else None
    promotions = _promotions(market, dice) if dice.some(0.8) else None
    return market, replace(design, offers=Offers(prices, promotions))


def _any_or(dice: Dice, rows: int, count: int) -> np.ndarray:
    """Row numbers below `rows`, about half of them ANY."""
    return np.where(dice.flags(0.5, count), ANY, dice.wholes(0, rows - 1, count))


def _prices(market: Market, dice: Dice) -> ConsumerPrices:
    count = dice.whole(1, 5)
    product = dice.wholes(0, len(market.products) - 1, count)
    change = dice.reals(0.6, 1.5, count)
    return ConsumerPrices(
        mode=_any_or(dice, len(market.modes), count),
        area=_any_or(dice, len(market.areas), count),
        outlet=np.where(
            dice.flags(0.7, count), ANY, dice.wholes(0, len(market.outlets) - 1, count)
        ),
        product=product,
        price=np.ceil(market.products.consumer_price[product] * change).astype(np.int64),
    )


def _promotions(market: Market, dice: Dice) -> Promotions:
    """Promotions one after the other, so that no two of them meet; dips run into the next."""
    horizon = market.calendar.horizon_days
    first, last, day = [], [], dice.whole(0, 8)
    while day < horizon and len(first) < 4:
        first.append(day)
        last.append(day + dice.whole(0, 9))
        day = last[-1] + dice.whole(1, 9)
    count = len(first)
    return Promotions(
        ids=tuple(f"promotion_{k}" for k in range(count)),
        mode=_any_or(dice, len(market.modes), count),
        area=_any_or(dice, len(market.areas), count),
        segment=_any_or(dice, len(market.segments), count),
        products=dice.flags(0.7, (count, len(market.products))),
        first=np.array(first, dtype=np.int64),
        last=np.array(last, dtype=np.int64),
        price_cut=dice.wholes(0, 400_000, count),
        uplift=np.where(dice.flags(0.5, count), 0.0, dice.reals(1.0, 3.0, count)),
        borrowed=dice.reals(0.0, 1.0, count),
        dip_days=dice.wholes(1, 20, count),
        funded=dice.choices((0, 500_000, 1_000_000), count),
        funder=dice.wholes(0, 1, count),
        outlet_cut=dice.choices((0, 60_000, 200_000), count),
    )
