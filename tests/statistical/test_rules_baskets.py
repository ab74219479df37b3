"""Baskets of consumers: what is drawn has the means and variances that the page states."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import LAW_FIXED, LAW_POISSON
from channelwright.model.parcels import ParcelShop
from channelwright.rules import parcels as rules
from channelwright.rules.baskets import Baskets
from channelwright.rules.expected_parcels import parcel_flows
from channelwright.simulation.orders.parcel_orders import ParcelOrders
from channelwright.tables.codes import Account
from tests.statistical.test_simulation_parcels import flagship

DAYS, BASKET = 1_200, 2.4


@cache
def drawn(pack: str = "case"):
    """The flagship's shop with baskets, and the orders of many days without shocks."""
    market, design, shop = flagship()
    case = market.products.units_per_case
    one = pack == "unit"
    zones = replace(shop.zones, demand=shop.zones.demand * (0.05 if one else 1.0))
    shop = replace(
        shop,
        zones=zones,
        basket=BASKET,
        pack_units=np.ones_like(case) if one else case,
        free_from=120_000 if one else 900_000,
        parcel_units=case * (1 if one else 2),
    )
    law = np.where(np.arange(len(case)) % 2, LAW_FIXED, LAW_POISSON)
    products = replace(market.products, law=law)
    calendar = market.calendar
    calendar = replace(calendar, market_shock=0.0, product_shock=0.0)
    calendar = replace(calendar, factor=np.ones((DAYS, len(case))))
    market = replace(market, products=products, calendar=calendar)
    orders = ParcelOrders(market, shop, Address(17, 0))
    return market, design, shop, [orders.of_day(day) for day in range(DAYS)]


def daily_units(shop: ParcelShop, days) -> np.ndarray:
    """Units by day and product."""
    return np.array([orders["units"].sum(axis=0) for orders in days], dtype=np.float64)


def test_as_many_units_are_asked_for_as_without_baskets() -> None:
    market, _, shop, days = drawn()
    units = daily_units(shop, days)
    # A fixed number of orders is rounded: what is expected has the same number.
    orders = rules.mean_orders(market, shop)
    fixed = market.products.law == LAW_FIXED
    counted = np.where(fixed, np.floor(orders + 0.5), orders)
    first = counted.sum(axis=0)
    more = (counted.sum(axis=1)[:, None] * rules.further_picks(shop, orders)).sum(axis=0)
    expected = (first + more) * shop.packs * shop.pack_units
    error = units.std(axis=0) / np.sqrt(DAYS)
    assert (np.abs(units.mean(axis=0) - expected) < 4 * error).all()
    plain = rules.zone_demand(market, shop).sum(axis=0)
    whole = (orders.sum(axis=1)[:, None] * rules.further_picks(shop, orders)).sum(axis=0)
    whole = (orders.sum(axis=0) + whole) * shop.packs * shop.pack_units
    np.testing.assert_allclose(whole, plain)


def test_variance_of_a_site_is_that_of_the_orders() -> None:
    """All products drawn: fixed numbers are rounded, which the formula does not know."""
    market, design, shop, _ = drawn()
    law = np.full(len(market.products), LAW_POISSON)
    market = replace(market, products=replace(market.products, law=law))
    orders = ParcelOrders(market, shop, Address(18, 0))
    units = daily_units(shop, [orders.of_day(day) for day in range(DAYS)])
    sold = replace(design, goods=GoodsPolicy(parcels=shop))
    found = rules.site_demand(market, sold, np.ones(len(law)))[1].sum(axis=0)
    np.testing.assert_allclose(units.var(axis=0), found, rtol=0.2)
    assert np.mean(units.var(axis=0) / found) == pytest.approx(1.0, abs=0.05)


def of_orders(pack: str):
    """Values, parcels and zones of all orders."""
    market, _, shop, days = drawn(pack)
    units = np.concatenate([orders["units"] for orders in days])
    zone = np.concatenate([orders["zone"] for orders in days])
    value = (units * rules.unit_prices(market, shop)).sum(axis=1)
    return market, shop, value, rules.parcels_of(shop, units), zone


@pytest.mark.parametrize("pack", ["case", "unit"])
def test_fees_and_parcels_follow_the_law_of_a_basket(pack: str) -> None:
    """Of every zone, its first products weighted as they were drawn."""
    market, shop, value, parcels, zone = of_orders(pack)
    orders = rules.mean_orders(market, shop)
    fixed = market.products.law == LAW_FIXED
    counted = np.where(fixed, np.floor(orders + 0.5), orders)
    pack_value = shop.pack_units * rules.unit_prices(market, shop)
    checked = 0
    for place in range(len(shop.zones)):
        mine = zone == place
        many = mine.sum()
        if many < 500:
            continue
        checked += 1
        # Baskets take one mix for first and further picks: where fixed numbers are rounded the
        # first ones differ, so that each first product is looked at by itself.
        law = Baskets(orders[[place]], shop.packs, shop.basket)
        drift = np.abs(counted[place] / counted[place].sum() - orders[place] / orders[place].sum())
        slack = drift.sum() / 2
        below = law.below(pack_value, shop.free_from)[0]
        error = np.sqrt(below * (1 - below) / many)
        assert (value[mine] < shop.free_from).mean() == pytest.approx(below, abs=4 * error + slack)
        mean = law.rounded_up(shop.pack_units, shop.parcel_units)[0]
        bound = 4 * parcels[mine].std() / np.sqrt(many) + slack * parcels[mine].mean()
        assert parcels[mine].mean() == pytest.approx(mean, abs=bound)
    assert checked >= 5


def test_baskets_of_one_product_are_the_exact_sum() -> None:
    """The two ways meet: the law at 1.0000001 picks and the sum over sizes at one."""
    market, design, shop, _ = drawn()
    result = []
    for basket in (1.0, 1.0 + 1e-9):
        goods = replace(shop, basket=basket)
        sold = replace(design, goods=GoodsPolicy(parcels=goods))
        result.append(
            [row[-1] for row in parcel_flows(market, sold, np.ones(len(shop.pack_units)))]
        )
    for one, other in zip(*result, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)


def test_larger_baskets_go_in_fewer_parcels_and_pay_fewer_fees() -> None:
    market, design, shop, _ = drawn("unit")
    costs = []
    for basket in (1.0, 1.5, 3.0):
        sold = replace(design, goods=GoodsPolicy(parcels=replace(shop, basket=basket)))
        rows = parcel_flows(market, sold, np.ones(len(shop.pack_units)))
        costs.append({row[0]: float(row[-1].sum()) for row in rows})
    for account in (Account.DELIVERY, Account.HANDLING, Account.GOODS):
        assert costs[0][account] > costs[1][account] > costs[2][account]
