"""Expected money and goods of parcels to consumers (docs/world/parcels.md)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import poisson

from channelwright.foundation.units import PPM, TICKS_PER_UNIT, FloatArray, IntArray, share
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.parcels import ParcelShop
from channelwright.rules import parcels as rules
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
    orders = rules.mean_orders(market, shop) * factor
    packs, chance = _sizes(shop)
    product = np.arange(len(market.products))[:, None]
    units = shop.pack_units[:, None] * packs
    case = market.products.units_per_case[:, None]

    def a_day(amount: IntArray) -> FloatArray:
        """Return the sum over the orders of a day of an amount by product and size: (Z,)."""
        return np.asarray((orders * (amount * chance).sum(axis=-1)).sum(axis=1))

    value = units * rules.unit_prices(market, shop)[:, None]
    invoice = value + rules.delivery_fees(shop, value)
    boxes = rules.parcels_of(shop, product, units)
    yield Account.GOODS, outside, maker, zones.site, a_day(invoice)
    fee = a_day(share(invoice, shop.payment_fee))
    yield Account.PLATFORM, maker, outside, zones.site, fee
    by_weight = rules.by_case(units, zones.tariff_case[:, None, None], case)
    tariff = zones.tariff_parcel * a_day(boxes) + a_day(by_weight)
    back = shop.returns / PPM
    cost = tariff + back * a_day(boxes * shop.return_cost)
    yield Account.DELIVERY, maker, outside, zones.site, cost
    yield Account.RETURN_GOOD, maker, outside, zones.site, back * a_day(value)
    work = rules.by_case(units, market.sites.handling_cost[zones.site][:, None, None], case)
    yield Account.HANDLING, maker, outside, zones.site, a_day(boxes * shop.packing + work)


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
