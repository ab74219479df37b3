"""Random stock policies for a random market."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import (
    FORECASTS,
    ORDERS,
    POLICIES,
    RATIONING,
    SERVICES,
    SIGNALS,
    ShortageRules,
    SiteStock,
    StockForecast,
    StockPlan,
)
from channelwright.model.supply import UNLIMITED, Outages, Supply
from tests.support.dice import Dice

#: Beside the seed of the market, so that its other draws stay as they are.
OWN_SEED = 7_100_000


def with_random_stock(market: Market, design: Design, seed: int) -> tuple[Market, Design]:
    """Return the pair with stock mechanisms on and off at random."""
    dice = Dice(OWN_SEED + seed)
    if dice.some(0.5):
        return market, design
    plan = StockPlan(
        sites=_site_stock(market, dice) if dice.some(0.8) else None,
        forecast=_forecast(len(market.sites), dice) if dice.some(0.6) else None,
        shortage=_shortage(len(market.sites), dice) if dice.some(0.6) else None,
    )
    supply = _supply(market, dice) if dice.some(0.5) else None
    return replace(market, supply=supply), replace(design, stock=plan)


def _site_stock(market: Market, dice: Dice) -> SiteStock:
    shape = (len(market.sites), len(market.products))
    case = market.products.units_per_case

    def sometimes(low: int, high: int) -> np.ndarray:
        """Whole cases as often as not, so that positions meet reorder points exactly."""
        unit = np.where(dice.flags(0.5, shape), case, 1)
        number = dice.wholes(low, high, shape) // unit * unit
        return np.where(dice.flags(0.5, shape), number, -1)

    return SiteStock(
        policy=dice.wholes(0, len(POLICIES) - 1, shape),
        reorder=sometimes(0, 150),
        level=sometimes(100, 400),
        quantity=sometimes(0, 120),
        cover_days=dice.reals(0.5, 9.0, shape),
        service=dice.wholes(0, len(SERVICES) - 1, shape),
        target=dice.reals(0.6, 0.995, shape),
    )


def _forecast(count: int, dice: Dice) -> StockForecast:
    signal = dice.wholes(0, len(SIGNALS) - 1, count)
    return StockForecast(
        method=dice.wholes(0, len(FORECASTS) - 1, count),
        window=dice.choices((1, 5, 28, 40), count),
        alpha=dice.reals(0.05, 1.0, count),
        signal=signal,
        reporting=dice.choices((0.0, 0.5, 1.0), count),
        delay=dice.choices((0, 1, 4), count) * (signal != ORDERS),
        error=dice.choices((0.0, 0.2), count),
    )


def _shortage(count: int, dice: Dice) -> ShortageRules:
    return ShortageRules(
        backorder=dice.flags(0.6, count),
        rationing=dice.wholes(0, len(RATIONING) - 1, count),
        priority=dice.wholes(0, 2, count),
    )


def _supply(market: Market, dice: Dice) -> Supply:
    count, products = len(market.sites), len(market.products)
    daily = market.outlets.rate.sum(axis=0)
    days = dice.choices((1, 7), count)
    capacity = (dice.reals(0.3, 2.0, (count, products)) * daily * days[:, None]).astype(np.int64)
    spread = dice.choices((0.0, 0.0, 1.5), (count, count)) if dice.some(0.5) else 0.0
    outages = dice.whole(0, 3)
    first = dice.wholes(0, market.calendar.horizon_days - 1, outages)
    return Supply(
        capacity=np.where(dice.flags(0.5, capacity.shape), capacity, UNLIMITED),
        capacity_days=days,
        lead_deviation=np.zeros((count, count)) + spread,
        overtaking=dice.flags(0.5, (count, count)),
        outages=Outages(
            site=dice.wholes(0, count - 1, outages),
            child=dice.wholes(-1, count - 1, outages),
            first=first,
            last=first + dice.wholes(0, 9, outages),
        ),
    )
