"""Reviews and shared sales move the simulated flagship in the right direction."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.simulation.network import build_network
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.support.stock_worlds import with_forecast

DAYS, REPLICATIONS = 84, 4


@cache
def world() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def values(design: Design, *kpis: str) -> np.ndarray:
    """KPIs of the whole market by replication: (kpis, replications)."""
    market, rows = world()[0], []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(17, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        total = table[(table["area"] == "all") & (table["mode"] == "all")]
        rows.append(total.set_index("kpi")["value"][list(kpis)].to_numpy(dtype=np.float64))
    return np.array(rows).T


def reviewed(days: int, cover: float) -> Design:
    """Every site has a fixed level of so many days of demand beyond its lead time."""
    market, design = world()
    network = build_network(market, design)
    level = np.ceil((network.lead[:, None] + cover) * network.opening_demand).astype(np.int64)
    every = np.full_like(design.sites.review_days, days)
    return replace(design, sites=replace(design.sites, level=level, review_days=every))


def test_rarer_reviews_fill_less_where_levels_are_tight() -> None:
    rare, often = (values(reviewed(days, 4.0), "case_fill_rate")[0] for days in (7, 1))
    assert paired_interval(rare, often).high < 0


def test_reviews_are_idle_where_sites_never_run_short() -> None:
    for days in (7, 1):
        assert np.array_equal(values(reviewed(days, 400.0), "case_fill_rate")[0], np.ones(4))


UPSTREAM = ("bullwhip_tier1", "bullwhip_wholesaler", "bullwhip_total")


@cache
def shared(reporting: float) -> np.ndarray:
    design = with_forecast(world()[1], window=14, signal="sell_out", reporting=reporting, delay=1)
    return values(design, *UPSTREAM)


@cache
def alone() -> np.ndarray:
    return values(with_forecast(world()[1], window=14, signal="orders"), *UPSTREAM)


@pytest.mark.parametrize("row", range(len(UPSTREAM)), ids=UPSTREAM)
def test_shared_sales_calm_orders_to_plants(row: int) -> None:
    assert paired_interval(shared(1.0)[row], alone()[row]).high < 0


def test_sales_that_nobody_reports_change_nothing() -> None:
    assert np.array_equal(shared(0.0), alone())
