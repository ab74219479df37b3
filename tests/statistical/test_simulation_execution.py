"""Calls raise the range and with it distribution and sales, on the simulated flagship."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.execution import Execution, Parts, Range
from channelwright.model.market import CAPTURES, Market
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 84, 3
WANTED = ("products_stocked", "sell_out_units", "on_shelf_availability")
DISTRIBUTION = ("numeric_distribution", "weighted_distribution")
FULL = Execution(
    Parts(
        names=("display", "cold", "price"),
        half_life=np.array([14.0, 28.0, 14.0]),
        low=np.array([0.85, 0.9, 0.95]),
        high=np.array([1.15, 1.1, 1.05]),
        opening=np.array([0.5, 0.5, 0.7]),
        lift=np.ones(3),
    ),
    Range(half_life=28.0, opening=0.8, gain=1.0),
)


@pytest.fixture(scope="module")
def flagship() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def kpis(market: Market, design: Design) -> np.ndarray:
    """KPIs of the modes that call, and distribution: (replications, wanted)."""
    called = [
        name
        for name, capture in zip(market.modes.ids, market.modes.capture, strict=True)
        if CAPTURES[capture] == "visit"
    ]
    values = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(11, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        table = table[table["area"] == "all"]
        whole = table[table["mode"] == "all"].set_index("kpi")["value"]
        table = table[table["mode"].isin(called)]
        values.append([table.loc[table["kpi"] == name, "value"].mean() for name in WANTED])
        values[-1] += [whole[name] for name in DISTRIBUTION]
    return np.array(values)


def half_the_calls(design: Design) -> Design:
    """Call in the first two weeks of the cycle only, where people call in all four."""
    first = np.int64((1 << (CYCLE_DAYS // 2)) - 1)
    days = design.outlets.order_days
    fewer = np.where((design.outlets.rep >= 0) & (days & first > 0), days & first, days)
    return replace(design, outlets=replace(design.outlets, order_days=fewer))


def test_fewer_calls_mean_less_range_and_less_sold(flagship: tuple[Market, Design]) -> None:
    market, design = flagship
    market = replace(market, execution=FULL)
    many, few = kpis(market, design), kpis(market, half_the_calls(design))
    for column in (0, 1, 3, 4):
        assert paired_interval(few[:, column], many[:, column]).high < 0


def test_range_that_nobody_can_lose_does_not_need_calls(flagship: tuple[Market, Design]) -> None:
    """With every product listed for good, distribution falls by far less than with a range."""
    market, design = flagship
    for_good = replace(FULL, range=Range(half_life=1e9, opening=1.0, gain=1.0))
    losses = []
    for execution in (FULL, for_good):
        world = replace(market, execution=execution)
        many, few = kpis(world, design), kpis(world, half_the_calls(design))
        losses.append(1 - few[:, 0] / many[:, 0])
    assert paired_interval(losses[0], losses[1]).low > 0
