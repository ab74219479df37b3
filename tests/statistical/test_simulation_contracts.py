"""Penalties grow as trucks go, DCs save drops, what is not listed is not sold, fees cost."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from channelwright.foundation.random import Address
from channelwright.model.contracts import Contracts
from channelwright.model.design import Design
from channelwright.model.market import CARRIERS, Market
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 56, 3
World = tuple[Market, Design]


@pytest.fixture(scope="module")
def flagship() -> World:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def contracts(market: Market, **other: object) -> Contracts:
    """Contracts without any effect but those named."""
    chains = len(market.chain_ids)
    zero = np.zeros(chains, dtype=np.int64)
    none = np.zeros((chains, 0), dtype=np.int64)
    plain = Contracts(
        listed=np.ones((chains, len(market.products)), dtype=bool),
        days=zero - 1,
        tier_value=none,
        tier_rebate=none,
        allowance=zero,
        display_fee=zero,
        leaflet_fee=zero,
        entry_fee=zero,
        penalty=zero,
        dc_days=zero,
        window_days=zero + 127,
    )
    arrays = {
        name: np.full(chains, value, dtype=np.int64) if isinstance(value, int) else value
        for name, value in other.items()
    }
    return replace(plain, **arrays)


def runs(market: Market, design: Design) -> list[MemorySink]:
    sinks = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(23, replication), sink, keep="orders")
        sinks.append(sink)
    return sinks


def paid(sinks: list[MemorySink], account: Account) -> np.ndarray:
    """Money on an account in ticks: (replications,)."""
    tables = [sink.table("postings") for sink in sinks]
    return np.array([float(t["amount"][t["account"] == account].sum()) for t in tables])


def kpi(market: Market, design: Design, sinks: list[MemorySink], name: str) -> np.ndarray:
    values = []
    for sink in sinks:
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        mine = table[(table["area"] == "all") & (table["mode"] == "MT") & (table["kpi"] == name)]
        values.append(float(mine["value"].iloc[0]))
    return np.array(values)


def by_truck(world: World, vehicles: int) -> World:
    """Modern trade is served by trucks with four stops a tour, so many at each of its sites."""
    market, design = world
    mode = market.modes.ids.index("MT")
    carrier = market.modes.carrier.copy()
    carrier[mode] = CARRIERS.index("truck")
    sites = np.unique(design.outlets.site[design.outlets.mode == mode])
    count = design.sites.vehicles.copy()
    count[sites] = vehicles
    agreed = contracts(market, penalty=30_000)
    return (
        replace(
            market,
            modes=replace(market.modes, carrier=carrier),
            vehicles=replace(market.vehicles, drops=np.minimum(market.vehicles.drops, 4)),
        ),
        replace(design, sites=replace(design.sites, vehicles=count), contracts=agreed),
    )


def test_penalties_grow_as_trucks_go(flagship: World) -> None:
    many, few = (runs(*by_truck(flagship, vehicles)) for vehicles in (60, 1))
    grown, usual = paid(few, Account.PENALTY), paid(many, Account.PENALTY)
    assert paired_interval(grown, usual).low > 0
    assert (grown > 3 * usual).all()


def test_without_a_penalty_nothing_is_charged(flagship: World) -> None:
    market, design = by_truck(flagship, 1)
    design = replace(design, contracts=contracts(market))
    assert not paid(runs(market, design), Account.PENALTY).any()


def test_a_dc_saves_drops_and_brings_goods_later(flagship: World) -> None:
    market, design = flagship
    promise = np.minimum(design.service.promise_days, 2)
    design = replace(design, service=replace(design.service, promise_days=promise))
    stores = runs(market, design)
    over_dc = replace(design, contracts=contracts(market, dc_days=2))
    dc = runs(market, over_dc)
    size = kpi(market, over_dc, dc, "drop_size")
    assert (size > 2 * kpi(market, design, stores, "drop_size")).all()
    on_time = kpi(market, over_dc, dc, "otif")
    assert paired_interval(on_time, kpi(market, design, stores, "otif")).high < 0


def test_what_a_chain_does_not_list_its_stores_do_not_sell(flagship: World) -> None:
    market, design = flagship
    listed = np.ones((len(market.chain_ids), len(market.products)), dtype=bool)
    listed[:, 0] = False
    sinks = runs(market, replace(design, contracts=contracts(market, listed=listed)))
    for sink in sinks:
        shelf = pd.DataFrame(sink.table("shelf"))
        owned = (market.outlets.chain >= 0)[shelf["outlet"]]
        first = shelf["product"] == 0
        assert shelf["demanded"][owned & first].sum() > 0
        assert shelf["sold"][owned & first].sum() == 0
        assert shelf["sold"][~owned & first].sum() > 0


def test_only_tiers_that_are_reached_pay(flagship: World) -> None:
    market, design = flagship

    def rebates(start: int) -> np.ndarray:
        chains = len(market.chain_ids)
        tiers = np.full((chains, 1), start, dtype=np.int64)
        agreed = contracts(market, tier_value=tiers, tier_rebate=np.full_like(tiers, 50_000))
        return paid(runs(market, replace(design, contracts=agreed)), Account.REBATE)

    usual = paid(runs(market, design), Account.REBATE)
    assert np.array_equal(rebates(10**15), usual)
    assert paired_interval(rebates(0), usual).low > 0


def test_fees_are_a_cost_of_the_manufacturer_and_of_serving(flagship: World) -> None:
    market, design = flagship
    agreed = contracts(market, display_fee=3_000_000, allowance=20_000)
    charged = replace(design, contracts=agreed)
    sinks, plain = runs(market, charged), runs(market, design)
    fee, allowance = (
        kpi(market, charged, sinks, "trade_fees"),
        kpi(market, charged, sinks, "logistics_allowance"),
    )
    assert (fee > 0).all()
    assert (allowance > 0).all()
    cases = kpi(market, charged, sinks, "delivered_cases")
    serve = kpi(market, charged, sinks, "cost_to_serve_per_case")
    more = serve - kpi(market, design, plain, "cost_to_serve_per_case")
    assert more == pytest.approx((fee + allowance) / cases)
    lost = kpi(market, charged, sinks, "contribution") - kpi(market, design, plain, "contribution")
    assert lost == pytest.approx(-(fee + allowance))
