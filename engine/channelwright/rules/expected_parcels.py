"""Expected money and goods of parcels to consumers (docs/world/parcels.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

from channelwright.foundation.units import PPM, TICKS_PER_UNIT, FloatArray, IntArray, share
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.parcels import NEVER_FREE, ParcelShop
from channelwright.rules import parcels as rules
from channelwright.rules.baskets import Baskets
from channelwright.tables.codes import Account, Party

_LARGEST = 1_000  # of the count law
_TAIL = 1e-12

#: Account, payer, payee (kinds), sites (n,), ticks a day (n,).
Row = tuple[Account, Party, Party, IntArray, FloatArray]


def parcel_flows(market: Market, design: Design, factor: FloatArray) -> Iterator[Row]:
    """Yield the money of parcels a day, by zone.

    Parameters
    ----------
    factor : (P,) float64, mean calendar factor of the days
    """
    shop = rules.parcel_shop(design)
    if shop is None:
        return
    zones, maker, outside = shop.zones, Party.MANUFACTURER, Party.OUTSIDE
    mean = _means(market, shop, rules.mean_orders(market, shop) * factor)
    yield Account.GOODS, outside, maker, zones.site, mean.value + mean.fees
    yield Account.PLATFORM, maker, outside, zones.site, mean.platform
    tariff = zones.tariff_parcel * mean.parcels + mean.by_weight
    back = shop.returns / PPM
    cost = tariff + back * mean.parcels * shop.return_cost
    yield Account.DELIVERY, maker, outside, zones.site, cost
    yield Account.RETURN_GOOD, maker, outside, zones.site, back * mean.value
    handling = mean.parcels * shop.packing + mean.work
    yield Account.HANDLING, maker, outside, zones.site, handling


@dataclass(frozen=True)
class _Means:
    """Of a day, (Z,) each: ticks of goods, fees, payments, tariff and work by case; parcels."""

    value: FloatArray
    fees: FloatArray
    platform: FloatArray
    by_weight: FloatArray
    work: FloatArray
    parcels: FloatArray


def _means(market: Market, shop: ParcelShop, orders: FloatArray) -> _Means:
    """Return what the orders of a day (Z, P, by first product) are expected to bring."""
    return (_of_one_product if shop.basket == 1 else _of_baskets)(market, shop, orders)


def _of_one_product(market: Market, shop: ParcelShop, orders: FloatArray) -> _Means:
    """Sum over the sizes that orders can have, with every rounding."""
    packs, chance = _sizes(shop)
    units = shop.pack_units[:, None] * packs
    case, zones = market.products.units_per_case[:, None], shop.zones

    def a_day(amount: IntArray) -> FloatArray:
        """Return the sum over the orders of a day of an amount by product and size: (Z,)."""
        return np.asarray((orders * (amount * chance).sum(axis=-1)).sum(axis=1))

    value = units * rules.unit_prices(market, shop)[:, None]
    fees = rules.delivery_fees(shop, value)
    alone = units.T[:, :, None] * np.eye(len(units), dtype=np.int64)
    handling = market.sites.handling_cost[zones.site]
    return _Means(
        value=a_day(value),
        fees=a_day(fees),
        platform=a_day(share(value + fees, shop.payment_fee)),
        by_weight=a_day(rules.by_case(units, zones.tariff_case[:, None, None], case)),
        work=a_day(rules.by_case(units, handling[:, None, None], case)),
        parcels=a_day(rules.parcels_of(shop, alone).T),
    )


def _of_baskets(market: Market, shop: ParcelShop, orders: FloatArray) -> _Means:
    """Take values and parcels by the law of a basket; roundings of single postings are left out."""
    every, zones = orders.sum(axis=1), shop.zones
    units = orders * (shop.basket * shop.packs) * shop.pack_units
    cases = (units / market.products.units_per_case).sum(axis=1)
    value = (units * rules.unit_prices(market, shop)).sum(axis=1)
    baskets = Baskets(orders, shop.packs, shop.basket)
    pack = shop.pack_units * rules.unit_prices(market, shop)
    below = 1.0 if shop.free_from == NEVER_FREE else baskets.below(pack, shop.free_from)
    fees = every * shop.fee * below
    return _Means(
        value=value,
        fees=fees,
        platform=(value + fees) * (shop.payment_fee / PPM),
        by_weight=cases * zones.tariff_case,
        work=cases * market.sites.handling_cost[zones.site],
        parcels=every * baskets.rounded_up(shop.pack_units, shop.parcel_units),
    )


def parcel_cases(market: Market, design: Design, factor: FloatArray) -> FloatArray | None:
    """Return cases a day that parcels take from sites, less what comes back: (S, P)."""
    shop, found = rules.parcel_shop(design), rules.site_demand(market, design, factor)
    if shop is None or found is None:
        return None
    return np.asarray(found[0] / market.products.units_per_case * (1 - shop.returns / PPM))


def cases_per_sale(market: Market, design: Design) -> float:
    """Return cases that stay with consumers per currency unit that they pay, 0 without any."""
    plain = np.ones(len(market.products))
    cases = parcel_cases(market, design, plain)
    paid = [row[-1].sum() for row in parcel_flows(market, design, plain) if row[0] is Account.GOODS]
    if cases is None or sum(paid) <= 0:
        return 0.0
    return float(cases.sum() / (sum(paid) / TICKS_PER_UNIT))


def _sizes(shop: ParcelShop) -> tuple[IntArray, FloatArray]:
    """Return the packs that an order can have and their chances: (K,) each."""
    more = shop.packs - 1.0
    most = min(_LARGEST, int(poisson.isf(_TAIL, more)) + 1) if more > 0 else 0
    packs = np.arange(1, most + 2)
    return packs, np.asarray(poisson.pmf(packs - 1, more) if more > 0 else np.ones(1))
