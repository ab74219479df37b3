"""What parcels to consumers mean for demand, prices and sites (docs/world/parcels.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import PPM, FloatArray, IntArray, share
from channelwright.model.design import Design
from channelwright.model.market import LAW_FIXED, Market
from channelwright.model.parcels import NEVER_FREE, ParcelShop

#: What a parcel holds: billionths.
PARCEL_ROOM = 10**9


def parcel_shop(design: Design) -> ParcelShop | None:
    """Return how a design sells to consumers, None where it does not."""
    return None if design.goods is None else design.goods.parcels


def answers(market: Market, shop: ParcelShop) -> FloatArray:
    """Return what the price online makes of demand: (P,), 1 without elasticities."""
    if market.elasticity is None:
        return np.ones(len(market.products))
    # As an array: a power of two scalars is rounded by another routine.
    price = np.full(len(market.products), shop.price / PPM)
    return np.asarray(price**market.elasticity.own)


def zone_demand(market: Market, shop: ParcelShop) -> FloatArray:
    """Return units a day asked for online at factor 1: (Z, P)."""
    of_area = np.zeros((len(market.areas), len(market.products)))
    np.add.at(of_area, market.outlets.area, market.outlets.rate)
    zones = shop.zones
    return np.asarray(zones.demand[:, None] * of_area[zones.area] * answers(market, shop))


def kept_share(market: Market, shop: ParcelShop) -> FloatArray:
    """Return what outlets keep of their demand: (A, P), 1 in areas without parcels."""
    zones = shop.zones
    taken = zones.demand[:, None] * answers(market, shop) * zones.cannibalised[:, None]
    kept = np.ones((len(market.areas), len(market.products)))
    kept[zones.area] = 1.0 - np.minimum(1.0, taken)
    return kept


def mean_orders(market: Market, shop: ParcelShop) -> FloatArray:
    """Return orders a day at factor 1 by their first product: (Z, P)."""
    picks = zone_demand(market, shop) / (shop.pack_units * shop.packs)
    return np.asarray(picks / shop.basket)


def further_picks(shop: ParcelShop, orders: FloatArray) -> FloatArray:
    """Return mean picks beyond the first in an order of each zone: (Z, P).

    Parameters
    ----------
    orders : (Z, P) float64, orders a day by their first product
    """
    return _further(orders, shop.basket - 1.0)


@kernel
def _further(orders: FloatArray, more: float) -> FloatArray:
    """Return ``more`` picks split as the orders (Z, P) of each zone are: (Z, P)."""
    result = np.zeros(orders.shape)
    for zone in range(orders.shape[0]):
        every = 0.0
        for product in range(orders.shape[1]):  # one after the other, as the page sums them
            every += orders[zone, product]
        for product in range(orders.shape[1]):
            if every > 0:
                result[zone, product] = more * orders[zone, product] / every
    return result


def unit_prices(market: Market, shop: ParcelShop) -> IntArray:
    """Return ticks per unit that consumers pay: (P,)."""
    return np.asarray(share(market.products.consumer_price, shop.price))


def delivery_fees(shop: ParcelShop, value: IntArray) -> IntArray:
    """Return what consumers pay for the delivery of orders of some values: ticks."""
    if shop.free_from == NEVER_FREE:
        return np.full_like(value, shop.fee)
    return np.where(value >= shop.free_from, 0, shop.fee)


def parcels_of(shop: ParcelShop, units: IntArray) -> IntArray:
    """Return into how many parcels orders go: (..., P) units to (...)."""
    filled = (units * (PARCEL_ROOM // shop.parcel_units)).sum(axis=-1)
    return np.asarray(-(-filled // PARCEL_ROOM))


def by_case(units: IntArray, cost: IntArray, case: IntArray) -> IntArray:
    """Return the cost of units at a cost per case, rounded half up: ticks."""
    return np.asarray((units * cost + case // 2) // case)


def site_demand(
    market: Market, design: Design, factor: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Return mean and variance of a day's units asked of sites: (S, P) each; None = of none.

    Parameters
    ----------
    factor : (P,) float64, calendar factor of the day
    """
    shop = parcel_shop(design)
    if shop is None:
        return None
    orders = mean_orders(market, shop) * factor
    mean, variance = (np.zeros((len(market.sites), len(market.products))) for _ in range(2))
    picked = shop.pack_units * shop.packs * shop.basket
    np.add.at(mean, shop.zones.site, orders * picked)
    np.add.at(variance, shop.zones.site, _variance(market, shop, orders))
    return mean, variance


def _variance(market: Market, shop: ParcelShop, orders: FloatArray) -> FloatArray:
    """Return the variance of a day's units: (Z, P); of a compound sum over baskets."""
    fixed, more = market.products.law == LAW_FIXED, further_picks(shop, orders)
    square = shop.packs * shop.packs
    drawn = np.where(fixed, 0.0, orders).sum(axis=1, keepdims=True)
    with_first = np.where(fixed, -orders, 2.0 * more * orders)
    spread = shop.basket * orders * (shop.packs - 1.0 + square)
    spread += square * (more * more * drawn + with_first)
    return np.asarray(shop.pack_units**2 * spread)
