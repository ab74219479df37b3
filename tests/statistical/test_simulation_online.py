"""Nearby shelves serve online orders that the own shelf cannot; a longer reach serves more."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import Market
from channelwright.model.online import NearbyShelves
from channelwright.rules import geography
from channelwright.rules.kpi import kpi_table
from channelwright.rules.nearby import nearby
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 42, 3
FEE, UNIT, KM = 1_000, 2_000, 3_000


@cache
def flagship() -> tuple[Market, Design]:
    """The flagship's online design with shelves that hold half as much."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    design = pack.designs["hybrid_online"]
    scarce = replace(design.service, cover_days=design.service.cover_days * 0.5)
    return shorten(pack.market, DAYS), replace(design, service=scarce)


def within(radius: float) -> tuple[Market, Design]:
    market, design = flagship()
    rows = np.flatnonzero(design.outlets.o2o)
    points = geography.outlet_points(market).take(rows)
    origin, helper, metres = nearby(market.geography, points, points, radius)
    kept = origin != helper
    origin, helper, metres = origin[kept], helper[kept], metres[kept]
    order = np.lexsort((helper, metres, origin))
    pairs = rows[origin[order]], rows[helper[order]], metres[order]
    return market, replace(design, goods=GoodsPolicy(nearby=NearbyShelves(*pairs, FEE, UNIT, KM)))


@cache
def runs(radius: float) -> list[MemorySink]:
    sinks = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        pair = within(radius) if radius else flagship()
        replicate(*pair, Address(41, replication), sink, keep="orders")
        sinks.append(sink)
    return sinks


def kpi(name: str, radius: float) -> np.ndarray:
    market, design = within(radius) if radius else flagship()
    values = []
    for sink in runs(radius):
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        mine = table[(table["area"] == "all") & (table["mode"] == "all") & (table["kpi"] == name)]
        values.append(float(mine["value"].iloc[0]))
    return np.array(values)


def test_a_longer_reach_serves_more_online() -> None:
    near, far = kpi("online_service", 500.0), kpi("online_service", 3_000.0)
    assert kpi("online_nearby_share", 500.0).min() > 0
    assert paired_interval(far, near).low > 0
    assert paired_interval(kpi("lost_units", 3_000.0), kpi("lost_units", 0.0)).high < 0


def test_without_anybody_in_reach_no_unit_moves() -> None:
    for plain, alone in zip(runs(0.0), runs(0.001), strict=True):
        for name in plain.names():
            for column, values in plain.table(name).items():
                np.testing.assert_array_equal(values, alone.table(name)[column])


def test_what_is_served_for_others_is_paid_for() -> None:
    """Fees by unit; couriers by unit and kilometre of each pair, to the tick, on the first day."""
    _, design = within(3_000.0)
    assert design.goods is not None
    pairs = design.goods.nearby
    assert pairs is not None
    places = zip(pairs.origin.tolist(), pairs.helper.tolist(), strict=True)
    metres = dict(zip(places, pairs.metres.tolist(), strict=True))
    sink, plain = runs(3_000.0)[0], runs(0.0)[0]
    fills, postings = sink.table("online_fills"), sink.table("postings")
    fee = postings["amount"][postings["account"] == int(Account.NEARBY_FEE)].sum()
    assert fee == FEE * fills["units"].sum()
    # Until the first help both worlds are the same, so what they pay on its day is comparable.
    first = int(fills["day"].min())
    ways: Counter[tuple[int, int]] = Counter()
    today = fills["day"] == first
    columns = (fills[name][today].tolist() for name in ("outlet", "helper", "units"))
    for origin, helper, units in zip(*columns, strict=True):
        ways[origin, helper] += units
    courier = sum(
        units * UNIT + (units * metres[way] * KM + 500) // 1000 for way, units in ways.items()
    )
    assert courier > 0
    assert delivery_cost(postings, first) - delivery_cost(plain.table("postings"), first) == courier


def delivery_cost(postings: dict[str, np.ndarray], day: int) -> int:
    mine = (postings["account"] == int(Account.DELIVERY)) & (postings["day"] == day)
    return int(postings["amount"][mine].sum())
