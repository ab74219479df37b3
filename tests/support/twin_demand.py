"""What the consumer side adds to the deterministic twin, in numbers that stay whole."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from channelwright.model.catchment import Catchment, Consumers, Reach, Rivals
from channelwright.model.demand import Elasticity
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.offers import ANY, ConsumerPrices, Offers, Promotions

Change = Callable[[Market, Design], tuple[Market, Design]]


def chosen(market: Market, design: Design) -> tuple[Market, Design]:
    """Half the consumers at every outlet's door buy there: twice what its rates say."""
    outlets = len(market.outlets)
    week = 7 * (market.outlets.rate / market.products.units_per_case).sum(axis=1)
    rows, none = np.arange(outlets), np.zeros(0, dtype=np.int64)
    catchment = Catchment(
        consumers=Consumers(market.outlets.ids, 4 * week),
        rivals=Rivals((), none),
        none=1.0,
        outlets=Reach(rows, rows, np.ones(outlets)),
        rivals_reach=Reach(none, none, np.zeros(0)),
    )
    return replace(market, catchment=catchment), design


def promoted(market: Market, design: Design) -> tuple[Market, Design]:
    """Half the regular price doubles demand; two promotions double it and give half of it back.

    Each promotion lasts 14 days at twice the demand; it borrows all of that from 14 days
    without any, and what is on the shelves by then lasts. Odd products are not promoted.
    """
    products = len(market.products)
    half = ConsumerPrices(
        mode=np.full(products, ANY),
        area=np.full(products, ANY),
        outlet=np.full(products, ANY),
        product=np.arange(products),
        price=market.products.consumer_price // 2,
    )
    even = market.products.consumer_price // 2 * 2
    market = replace(
        market,
        products=replace(market.products, consumer_price=even),
        elasticity=Elasticity(np.full(products, -1.0)),
    )
    promotions = Promotions(
        ids=("spring", "autumn"),
        mode=np.array([ANY, ANY]),
        area=np.array([ANY, 0]),
        segment=np.array([ANY, ANY]),
        products=np.tile(np.arange(products) % 2 == 0, (2, 1)),
        first=np.array([120, 260]),
        last=np.array([133, 273]),
        price_cut=np.array([500_000, 200_000]),
        uplift=np.array([0.0, 2.0]),
        borrowed=np.array([1.0, 1.0]),
        dip_days=np.array([14, 14]),
        funded=np.array([1_000_000, 500_000]),
        funder=np.array([0, 1]),
        outlet_cut=np.array([0, 0]),
    )
    return market, replace(design, offers=Offers(half, promotions))
