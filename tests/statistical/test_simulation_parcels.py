"""Parcels to consumers: each decision moves what it should, and orders follow their laws."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import poisson

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import LAW_POISSON, Elasticity, Market
from channelwright.model.parcels import ParcelShop
from channelwright.rules.expected_parcels import parcel_flows
from channelwright.rules.kpi import kpi_table
from channelwright.rules.parcels import mean_orders
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.simulation.orders.parcel_orders import ParcelOrders
from channelwright.stats import paired_interval
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.support.tiny_market import MT
from tests.support.twin_parcels import own_site, with_parcels
from tests.unit.test_parcels import sold_online

DAYS, REPLICATIONS = 42, 3
Change = tuple[tuple[str, object], ...]


@cache
def flagship() -> tuple[Market, Design, ParcelShop]:
    """The flagship's today with a shop that asks for 4 % of its demand, at scarce stock."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    market, design = shorten(pack.market, DAYS), pack.designs["today"]
    shop = with_parcels(market, design)[1].goods.parcels
    zones, case = shop.zones, market.products.units_per_case
    zones = replace(
        zones,
        demand=np.full(len(zones), 0.04),
        cannibalised=np.full(len(zones), 0.5),
        promise_days=zones.days + 1,
    )
    shop = replace(
        shop,
        zones=zones,
        pack_units=case,
        packs=1.6,
        parcel_units=2 * case,
        cutoff=57_600,
        before_outlets=False,
        free_from=900_000,
        returns=20_000,
    )
    safety = design.sites.safety_days.copy()
    safety[own_site(market, design)] = 0.0
    market = replace(market, elasticity=Elasticity(own=np.full(len(case), -1.8)))
    return market, replace(design, sites=replace(design.sites, safety_days=safety)), shop


def world(changes: Change) -> tuple[Market, Design]:
    market, design, shop = flagship()
    named = dict(changes)
    for name in ("demand", "cannibalised"):
        if name in named:
            column = np.full(len(shop.zones), named.pop(name))
            shop = replace(shop, zones=replace(shop.zones, **{name: column}))
    return market, replace(design, goods=GoodsPolicy(parcels=replace(shop, **named)))


@cache
def values(changes: Change) -> list[dict[str, float]]:
    market, design = world(changes)
    result = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(61, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        whole = table[(table["area"] == "all") & (table["mode"] == "all")]
        result.append(dict(zip(whole["kpi"], whole["value"], strict=True)))
    return result


def kpi(name: str, **changes: object) -> np.ndarray:
    return np.array([run[name] for run in values(tuple(changes.items()))])


@pytest.mark.parametrize(
    ("name", "less", "more"),
    [
        ("sell_out_units", {"cannibalised": 1.0}, {}),
        ("delivered_cases", {"cannibalised": 1.0}, {}),
        ("parcel_orders", {"demand": 0.02}, {}),
        ("parcel_orders", {"price": 1_200_000}, {}),
        ("parcel_fees", {"free_from": 500_000}, {}),
        ("parcel_lost_rate", {"wait_days": 3}, {}),
        ("parcel_lost_rate", {"before_outlets": True}, {}),
        ("case_fill_rate", {"before_outlets": True}, {}),
        ("parcel_on_time", {"packers": 1, "pack_seconds": 3_600}, {}),
        ("parcel_days", {}, {"cutoff": 28_800}),
        ("parcel_sales", {"returns": 200_000}, {}),
        ("parcel_cost_per_order", {}, {"packing": 40_000}),
    ],
)
def test_direction(name: str, less: dict[str, object], more: dict[str, object]) -> None:
    assert paired_interval(kpi(name, **more), kpi(name, **less)).low > 0


def test_nobody_asked_is_no_parcels() -> None:
    """All tables, bit for bit."""
    market, design = world((("demand", 0.0),))
    without, nobody = MemorySink(), MemorySink()
    replicate(market, replace(design, goods=None), Address(3, 0), without, keep="orders")
    replicate(market, design, Address(3, 0), nobody, keep="orders")
    for name in without.names():
        for column, cells in without.table(name).items():
            np.testing.assert_array_equal(cells, nobody.table(name)[column])


def drawn_days() -> tuple[np.ndarray, ParcelShop, float]:
    """Units of every order of 2,500 days by day; the shop; orders a day."""
    market, design = sold_online(packs=2.5)
    products = replace(market.products, law=np.array([LAW_POISSON]))
    days = 2_500
    calendar = replace(market.calendar, factor=np.ones((days, 1)))
    market = replace(market, products=products, calendar=calendar)
    shop = design.goods.parcels
    draw = ParcelOrders(market, shop, Address(5, 0))
    units = [draw.of_day(day)["units"].copy() for day in range(days)]
    return np.array(units, dtype=object), shop, float(mean_orders(market, shop)[0, 0])


def test_units_of_a_day_are_compound_poisson() -> None:
    """Mean m E[S], variance m E[S^2] with S = 10 (1 + Poisson(1.5)): Ross, Probability Models."""
    units, shop, orders = drawn_days()
    total = np.array([one.sum() for one in units], dtype=np.float64)
    more = shop.packs - 1.0
    second = 100 * (more + (1 + more) ** 2)
    assert orders == pytest.approx(30 / 25)
    spread = np.sqrt(orders * second)
    assert total.mean() == pytest.approx(30.0, abs=4 * spread / np.sqrt(len(total)))
    assert total.var() == pytest.approx(orders * second, rel=0.12)


def test_orders_below_a_value_are_as_many_as_their_law_says() -> None:
    units, shop, _ = drawn_days()
    every = np.concatenate(units).astype(np.int64)
    expected = poisson.cdf(1, shop.packs - 1.0)  # at most two packs
    bound = 4 * np.sqrt(expected * (1 - expected) / len(every))
    assert (every <= 20).mean() == pytest.approx(expected, abs=bound)


@pytest.mark.parametrize(
    "account",
    [Account.GOODS, Account.PLATFORM, Account.DELIVERY, Account.HANDLING, Account.RETURN_GOOD],
    ids=lambda account: account.name,
)
def test_forecast_is_the_mean_of_the_simulated_ledger(account: Account) -> None:
    """Sizes, fees below a threshold and returns, with stock for everybody."""
    expected, simulated = long_run()
    drift = np.array([run[account] for run in simulated]) - expected[account]
    found = paired_interval(drift, np.zeros(len(drift)), confidence=0.999)
    assert found.covers(0.0)
    assert found.half_width < 0.3 * expected[account]


@cache
def long_run() -> tuple[dict[Account, float], list[dict[Account, float]]]:
    """Ticks a day by account of the parcels: forecast, and six long replications."""
    market, design = sold_online(packs=1.8, free_from=300_000, returns=500_000, return_days=3)
    days, warmup = 320, 20
    calendar = replace(
        market.calendar,
        horizon_days=days,
        warmup_days=warmup,
        factor=np.ones((days, 1)),
        month=np.arange(days) // 30,
        working=np.ones(days, dtype=bool),
    )
    products = replace(market.products, law=np.array([LAW_POISSON]))
    market = replace(market, calendar=calendar, products=products)
    ample = replace(design.sites, level=np.array([[-1], [1_000]]))
    design = replace(design, sites=ample)
    rows = list(parcel_flows(market, design, np.ones(1)))
    expected = {row[0]: float(row[-1].sum()) for row in rows}
    measured = []
    for replication in range(6):
        sink = MemorySink()
        replicate(market, design, Address(9, replication), sink, keep="orders")
        posted = sink.table("postings")
        mine = (posted["mode"] == MT) & (posted["outlet"] < 0) & (posted["day"] >= warmup)
        sums = {
            account: float(posted["amount"][mine & (posted["account"] == account)].sum())
            for account in expected
        }
        measured.append({account: amount / (days - warmup) for account, amount in sums.items()})
    return expected, measured
