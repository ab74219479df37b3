"""Consumer prices, elasticity and promotions as demand sees them.

docs/world/prices_promotions.md is the exact statement; sources stand there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from channelwright.foundation.units import PPM, BoolArray, FloatArray, IntArray, share
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.offers import ANY, Promotions
from channelwright.rules.catchment import catchment_rate
from channelwright.rules.parcels import kept_share, parcel_shop


def shelf_prices(market: Market, design: Design) -> IntArray:
    """Return the regular consumer price of every outlet and product: (O, P) ticks per unit."""
    shape = market.outlets.rate.shape
    price = np.broadcast_to(market.products.consumer_price, shape)
    table = design.offers.prices if design.offers is not None else None
    if table is None:
        return price
    price = price.copy()
    named = 3 * (table.outlet != ANY) + (table.mode != ANY) + (table.area != ANY)
    plan, outlets = design.outlets, market.outlets
    for row in np.argsort(named, kind="stable").tolist():
        fits = _among(plan.mode, table.mode[row]) & _among(outlets.area, table.area[row])
        fits &= _among(np.arange(len(outlets)), table.outlet[row])
        price[fits, table.product[row]] = table.price[row]
    return price


def base_rate(market: Market, design: Design) -> FloatArray:
    """Return mean demand at factor 1 and multiplier 1 under the design's offers: (O, P).

    Its prices, and parcels that consumers order in the place of going to an outlet.
    """
    rate, shop = _priced_rate(market, design), parcel_shop(design)
    return rate if shop is None else rate * kept_share(market, shop)[market.outlets.area]


def _priced_rate(market: Market, design: Design) -> FloatArray:
    rate = catchment_rate(market, design)
    priced = design.offers is not None and design.offers.prices is not None
    if market.elasticity is None or not priced:
        return rate
    reference = np.broadcast_to(market.products.consumer_price, rate.shape)
    price = shelf_prices(market, design)
    relative = np.divide(price, reference, out=np.ones(rate.shape), where=reference > 0)
    return np.asarray(rate * relative**market.elasticity.own)


def uplifts(market: Market, promotions: Promotions) -> FloatArray:
    """Return the demand multiplier of every promotion and product: (K, P)."""
    own = np.zeros(len(market.products)) if market.elasticity is None else market.elasticity.own
    kept = 1 - promotions.price_cut / PPM
    lifted = np.where(
        promotions.uplift[:, None] > 0, promotions.uplift[:, None], kept[:, None] ** own
    )
    return np.where(promotions.products, lifted, 1.0)


def dips(market: Market, promotions: Promotions) -> FloatArray:
    """Return the multiplier of the days after every promotion: (K, P); below 0 = impossible."""
    lifted = uplifts(market, promotions)
    result = np.ones(lifted.shape)
    factor = market.calendar.factor
    horizon = len(factor)
    for row in range(len(promotions)):
        first, last = int(promotions.first[row]), int(promotions.last[row])
        inside = range(first, min(last + 1, horizon))
        if not inside:
            continue
        after = range(last + 1, min(last + 1 + int(promotions.dip_days[row]), horizon))
        beyond = int(promotions.dip_days[row]) - len(after)
        for product in np.flatnonzero(promotions.products[row]).tolist():
            gained = sum(float(factor[day, product]) for day in inside)
            held = sum(float(factor[day, product]) for day in after)
            held += beyond * gained / len(inside)
            extra = float(promotions.borrowed[row]) * (float(lifted[row, product]) - 1) * gained
            if held > 0:
                result[row, product] = 1 - extra / held
            elif extra > 0:
                result[row, product] = -np.inf
    return result


@dataclass(frozen=True)
class Campaign:
    """The promotions of a design, laid over its outlets.

    Attributes
    ----------
    table : Promotions
    outlets : (K, O) bool
    uplift, dip : (K, P) float64
    """

    table: Promotions
    outlets: BoolArray
    uplift: FloatArray
    dip: FloatArray

    def active(self, day: int) -> list[int]:
        """Return the promotions that run on a day."""
        return [row for row, (first, last, _) in enumerate(self._days) if first <= day <= last]

    @cached_property
    def _days(self) -> list[tuple[int, int, int]]:
        """First and last day of each promotion, and the last day of its dip."""
        table = self.table
        days = (table.first, table.last, table.last + table.dip_days)
        return list(zip(*(column.tolist() for column in days), strict=True))

    def factor(self, day: int) -> FloatArray | None:
        """Return what promotions make of demand on a day: (O, P); None = nothing."""
        touched = [row for row, (first, _, end) in enumerate(self._days) if first <= day <= end]
        if not touched:
            return None
        result = np.ones((self.outlets.shape[1], self.uplift.shape[1]))
        for row in touched:
            level = self.uplift if day <= self.table.last[row] else self.dip
            result[self.outlets[row]] *= level[row]
        return result


def campaign(market: Market, design: Design) -> Campaign | None:
    """Return the promotions of a design, None without any."""
    table = design.offers.promotions if design.offers is not None else None
    if table is None or not len(table):
        return None
    plan, outlets = design.outlets, market.outlets
    rows = [
        _among(plan.mode, table.mode[row])
        & _among(outlets.area, table.area[row])
        & _among(outlets.segment, table.segment[row])
        & (plan.mode >= 0)
        for row in range(len(table))
    ]
    return Campaign(
        table, np.stack(rows), uplifts(market, table), np.maximum(dips(market, table), 0.0)
    )


def consumer_cut(promotions: Promotions, row: int, price: IntArray) -> IntArray:
    """Return ticks per unit off the regular price under a promotion."""
    return share(price, promotions.price_cut[row])


def refund(promotions: Promotions, row: int, price: IntArray) -> IntArray:
    """Return ticks per unit that the funder pays back to the outlet."""
    return share(consumer_cut(promotions, row, price), promotions.funded[row])


def _among(values: IntArray, wanted: int) -> BoolArray:
    return np.ones(len(values), dtype=bool) if wanted == ANY else np.asarray(values == wanted)
