"""Consumers who react to empty shelves lose fewer units, on the simulated flagship."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stockout import Neighbours, Stockout
from channelwright.rules import geography
from channelwright.rules.kpi import kpi_table
from channelwright.rules.nearby import nearby
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 56, 3


@pytest.fixture(scope="module")
def flagship() -> tuple[Market, Design]:
    """The flagship with shelves that hold half as much."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    design = pack.designs["today"]
    service = design.service
    scarce = replace(service, cover_days=service.cover_days * 0.5)
    return shorten(pack.market, DAYS), replace(design, service=scarce)


@pytest.fixture(scope="module")
def neighbours(flagship: tuple[Market, Design]) -> Neighbours:
    market, _ = flagship
    points = geography.outlet_points(market)
    origin, place, metres = nearby(market.geography, points, points, 2_000.0)
    other = origin != place
    order = np.lexsort((place[other], metres[other], origin[other]))
    return Neighbours(origin[other][order], place[other][order])


def lost(market: Market, design: Design) -> np.ndarray:
    values = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(21, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        total = table[(table["area"] == "all") & (table["mode"] == "all")]
        values.append(float(total.loc[total["kpi"] == "lost_units", "value"].iloc[0]))
    return np.array(values)


@pytest.mark.parametrize("shares", [(0.9, 0.0, 0.0), (0.0, 0.9, 0.0), (0.0, 0.0, 0.9)])
def test_each_reaction_saves_sales(
    flagship: tuple[Market, Design], neighbours: Neighbours, shares: tuple[float, float, float]
) -> None:
    market, design = flagship
    before = lost(market, design)
    after = lost(replace(market, stockout=Stockout(*shares, neighbours)), design)
    assert before.min() > 0
    assert paired_interval(after, before).high < 0


def test_consumers_who_never_react_lose_the_same(
    flagship: tuple[Market, Design], neighbours: Neighbours
) -> None:
    market, design = flagship
    idle = replace(market, stockout=Stockout(0.0, 0.0, 0.0, neighbours))
    assert np.array_equal(lost(idle, design), lost(market, design))
