"""On the simulated flagship an added outlet takes volume from its neighbours and from rivals."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.catchment import Catchment, Consumers, Reach, Rivals
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules import geography
from channelwright.rules.kpi import kpi_table
from channelwright.rules.nearby import nearby
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 49, 3


@pytest.fixture(scope="module")
def flagship() -> tuple[Market, Design]:
    """The flagship with its outlets' places as consumer places, and a rival in every area."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    market = shorten(pack.market, DAYS)
    outlets, areas = market.outlets, market.areas
    places = geography.outlet_points(market)
    centres = geography.Points(areas.lat, areas.lon, areas.zone)
    own = nearby(market.geography, places, places, 3_000.0)
    rivals = nearby(market.geography, places, centres, 15_000.0)
    catchment = Catchment(
        consumers=Consumers(outlets.ids, outlets.category_cases),
        rivals=Rivals(areas.ids, np.arange(len(areas))),
        none=5.0,
        outlets=Reach(own[0], own[1], 10 * np.exp(-own[2] / 1_000)),
        rivals_reach=Reach(rivals[0], rivals[1], 20 * np.exp(-rivals[2] / 5_000)),
    )
    return replace(market, catchment=catchment), pack.designs["today"]


def added_outlets(design: Design) -> np.ndarray:
    """Every tenth covered outlet, added by today's design to one without it."""
    return np.flatnonzero(design.outlets.mode >= 0)[::10]


def without(design: Design, rows: np.ndarray) -> Design:
    """Leave outlets uncovered."""
    plan = design.outlets
    columns = {name: getattr(plan, name).copy() for name in ("mode", "site", "rep", "options")}
    for column in columns.values():
        column[rows] = -1
    days = plan.order_days.copy()
    days[rows] = 0
    return replace(design, outlets=replace(plan, **columns, order_days=days))


def played(market: Market, design: Design, others: np.ndarray) -> np.ndarray:
    """Units demanded at the other outlets, rivals' cases and share: (replications, 3)."""
    values = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(8, replication), sink, keep="orders")
        tables = {name: sink.table(name) for name in sink.names()}
        shelf = tables["shelf"]
        theirs = np.isin(shelf["outlet"], others)
        demanded = shelf["demanded"][theirs].sum()
        rivals = tables["rival_sales"]["cases"].sum() if "rival_sales" in tables else 0
        kpis = kpi_table(market, design, tables)
        share = kpis[(kpis["kpi"] == "market_share") & (kpis["area"] == "all")]["value"]
        values.append([demanded, rivals, float(share.iloc[0]) if len(share) else np.nan])
    return np.array(values)


def test_added_outlets_take_volume_from_neighbours_and_rivals(
    flagship: tuple[Market, Design],
) -> None:
    market, design = flagship
    added = added_outlets(design)
    others = np.setdiff1d(np.flatnonzero(design.outlets.mode >= 0), added)
    before = played(market, without(design, added), others)
    after = played(market, design, others)
    assert paired_interval(after[:, 0], before[:, 0]).high < 0
    assert paired_interval(after[:, 1], before[:, 1]).high < 0
    assert paired_interval(after[:, 2], before[:, 2]).low > 0


def test_without_a_catchment_neighbours_keep_their_demand(
    flagship: tuple[Market, Design],
) -> None:
    """Demand without a catchment moves with execution only, so by far less."""
    market, design = flagship
    added = added_outlets(design)
    others = np.setdiff1d(np.flatnonzero(design.outlets.mode >= 0), added)
    fixed = replace(market, catchment=None)
    with_, off = (
        played(world, design, others)[:, 0] / played(world, without(design, added), others)[:, 0]
        for world in (market, fixed)
    )
    assert np.all(np.abs(off - 1) < 0.01)
    assert np.all(with_ < off - 0.01)
