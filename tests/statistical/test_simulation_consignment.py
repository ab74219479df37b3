"""On consignment the seller carries stock, interest and loss; longer settlements cost it more."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from channelwright.foundation.random import Address
from channelwright.model.consignment import Consignment
from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import Market
from channelwright.model.perishing import Perishing
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 56, 3


@cache
def flagship() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def settled_every(days: int, shrinkage: int = 0) -> tuple[Market, Design]:
    """Direct outlets hold goods on consignment; 0 days = nobody does."""
    market, design = flagship()
    if shrinkage:
        market = replace(market, perishing=missing(market, shrinkage))
    if not days:
        return market, design
    agreed = np.append(np.zeros(len(market.modes)), np.full(len(market.chain_ids), -1.0))
    agreed[market.modes.ids.index("DSD")] = days
    goods = GoodsPolicy(consignment=Consignment(agreed.astype(np.int64)))
    return market, replace(design, goods=goods)


def missing(market: Market, ppm: int) -> Perishing:
    none = np.zeros(len(market.products), dtype=np.int64)
    sites = np.zeros(len(market.sites), dtype=np.int64)
    shelves = np.full(len(market.segments), ppm, dtype=np.int64)
    return Perishing(none, none, none, none, sites, shelves)


@cache
def runs(days: int, shrinkage: int = 0) -> list[MemorySink]:
    sinks = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(*settled_every(days, shrinkage), Address(43, replication), sink, keep="orders")
        sinks.append(sink)
    return sinks


def kpi(name: str, days: int, shrinkage: int = 0, mode: str = "all") -> np.ndarray:
    market, design = settled_every(days, shrinkage)
    values = []
    for sink in runs(days, shrinkage):
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        mine = table[(table["area"] == "all") & (table["mode"] == mode) & (table["kpi"] == name)]
        values.append(float(mine["value"].iloc[0]))
    return np.array(values)


def test_the_longer_the_wait_the_more_the_seller_carries() -> None:
    week, month = kpi("consigned_stock", 7), kpi("consigned_stock", 28)
    assert week.min() > 0
    assert paired_interval(month, week).low > 0
    interest = [kpi("interest", days) for days in (0, 7, 28)]
    assert paired_interval(interest[1], interest[0]).low > 0
    assert paired_interval(interest[2], interest[1]).low > 0


def test_what_is_invoiced_is_what_was_sold() -> None:
    """Units sold up to the evening before the last settlement, at the price of the ladder."""
    market, design = settled_every(7)
    mode = market.modes.ids.index("DSD")
    single = (design.outlets.options[:, 1:] < 0).all(axis=1)
    mine = np.flatnonzero((design.outlets.mode == mode) & single)
    for sink in runs(7):
        shelf, settled = sink.table("shelf"), sink.table("settlements")
        last = (DAYS - 1) // 7 * 7
        counted = np.isin(shelf["outlet"], mine) & (shelf["day"] < last)
        units = (shelf["sold"] + shelf["online_sold"])[counted].sum()
        assert settled["units"].sum() == units
        postings = pd.DataFrame(sink.table("postings"))
        goods = postings[postings["account"] == int(Account.GOODS)]
        invoiced = goods[np.isin(goods["outlet"], mine)]
        assert invoiced["amount"].sum() == settled["value"].sum()
        assert set(invoiced["day"] % 7) == {0}


def test_what_goes_missing_is_the_sellers_loss() -> None:
    """The same units are missing either way, and only without consignment outlets pay for them."""
    lost = [kpi("shelf_shrinkage_rate", days, 100_000, "DSD") for days in (0, 7)]
    assert lost[1] == pytest.approx(lost[0], rel=0.1)
    gain = kpi("profit_outlets", 7, 100_000) - kpi("profit_outlets", 7)
    pain = kpi("profit_outlets", 0, 100_000) - kpi("profit_outlets", 0)
    assert paired_interval(gain, pain).low > 0


def test_agreements_with_nobody_change_no_table() -> None:
    market, design = flagship()
    nobody = np.append(np.zeros(len(market.modes)), np.full(len(market.chain_ids), -1.0))
    goods = GoodsPolicy(consignment=Consignment(nobody.astype(np.int64)))
    sink = MemorySink()
    replicate(market, replace(design, goods=goods), Address(43, 0), sink, keep="orders")
    plain = runs(0)[0]
    for name in plain.names():
        for column, values in plain.table(name).items():
            np.testing.assert_array_equal(values, sink.table(name)[column])
