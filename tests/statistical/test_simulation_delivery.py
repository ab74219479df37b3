"""Further tours deliver sooner, failed stops later; each moves nothing where it does not bind."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.delivery import Delivery
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 63, 4
WANTED = ("otif", "delivery_failure_rate", "delivered_cases", "drops")
WAYS = ("metres_per_drop", "delivery", "hours_per_tour", "drops")


@pytest.fixture(scope="module")
def flagship() -> tuple[Market, Design]:
    """The flagship with so few vehicles that goods wait for them."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    design = pack.designs["today"]
    few = np.where(design.sites.vehicles > 0, np.maximum(1, design.sites.vehicles // 4), 0)
    return shorten(pack.market, DAYS), replace(design, sites=replace(design.sites, vehicles=few))


def rules(market: Market, *, load: int = -1, more: int = 0, failure: float = 0.0) -> Delivery:
    count = len(market.vehicles)
    return Delivery(
        load_seconds=np.full(count, load, dtype=np.int64),
        day_seconds=market.vehicles.shift_seconds + more,
        failure=np.full(len(market.segments), failure),
    )


def kpis(market: Market, design: Design, wanted: tuple[str, ...] = WANTED) -> np.ndarray:
    """The wanted KPIs by replication: (replications, wanted)."""
    rows = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(5, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        whole = table[(table["area"] == "all") & (table["mode"] == "all")].set_index("kpi")
        rows.append([float(whole.loc[name, "value"]) for name in wanted])
    return np.array(rows)


@pytest.fixture(scope="module")
def baseline(flagship: tuple[Market, Design]) -> np.ndarray:
    return kpis(*flagship)


def test_vehicles_that_leave_again_bring_more_orders_in_time(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    longer = replace(market, delivery=rules(market, load=1_800, more=6 * 3_600))
    again = kpis(longer, design)
    assert paired_interval(again[:, 0], baseline[:, 0]).low > 0


def test_loading_that_outlasts_the_day_changes_nothing(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    never = replace(market, delivery=rules(market, load=86_400))
    assert np.array_equal(kpis(never, design), baseline)


def test_failed_stops_are_as_frequent_as_said_and_cost_orders_in_time(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    chance = 0.1
    attempts = np.full(len(market.modes), 2, dtype=np.int64)
    closed = replace(market, delivery=rules(market, failure=chance))
    tried = replace(design, service=replace(design.service, attempts=attempts))
    failing = kpis(closed, tried)
    assert paired_interval(failing[:, 0], baseline[:, 0]).high < 0
    # Stops of one outlet and day fail together, so the bound is not that of single stops.
    stops = failing[:, 3].mean() / (1 - chance)
    bound = 4 * np.sqrt(2 * chance * (1 - chance) / (REPLICATIONS * stops))
    assert abs(failing[:, 1].mean() - chance) < bound
    sure = replace(market, delivery=rules(market, failure=0.0))
    assert np.array_equal(kpis(sure, tried), baseline)


def test_routes_of_the_day_are_shorter_and_serve_the_same_stops(
    flagship: tuple[Market, Design],
) -> None:
    market, design = flagship
    standing = kpis(market, design, WAYS)
    daily = replace(rules(market), daily_route=np.ones(len(market.vehicles), dtype=np.bool_))
    anew = kpis(replace(market, delivery=daily), design, WAYS)
    for column in range(3):
        assert paired_interval(anew[:, column], standing[:, column]).high < 0
    assert np.array_equal(anew[:, 3], standing[:, 3])
    nobody = replace(daily, daily_route=np.zeros(len(market.vehicles), dtype=np.bool_))
    assert np.array_equal(kpis(replace(market, delivery=nobody), design, WAYS), standing)


def hours(market: Market, opens: int, closes: int, segment: str = "") -> Market:
    """Hours of one segment, or of all."""
    segments = market.segments.ids
    mine = np.array([segment in ("", name) for name in segments])
    first = np.where(mine, opens * 3_600, 0)
    last = np.where(mine, closes * 3_600, 24 * 3_600)
    return replace(market, delivery=replace(rules(market), receive_open=first, receive_close=last))


def tours(market: Market, design: Design) -> np.ndarray:
    """Share of tour time that is waiting, and hours a tour, by replication: (replications, 2)."""
    rows = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(5, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        whole = table[(table["area"] == "all") & (table["mode"] == "all")].set_index("kpi")
        names = ("tour_waiting_share", "hours_per_tour")
        rows.append([float(whole.loc[name, "value"]) for name in names])
    return np.array(rows)


def test_doors_that_close_early_keep_goods_at_the_site(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    late, early = (kpis(hours(market, 0, close), design) for close in (10, 8))
    assert paired_interval(late[:, 2], baseline[:, 2]).high < 0
    assert paired_interval(early[:, 2], late[:, 2]).high < 0


def test_doors_that_open_late_keep_trucks_waiting(flagship: tuple[Market, Design]) -> None:
    market, design = flagship
    early, late = (tours(hours(market, opens, 24, "restaurant"), design) for opens in (7, 9))
    assert early[:, 0].min() > 0
    assert paired_interval(late[:, 0], early[:, 0]).low > 0
    assert paired_interval(late[:, 1], early[:, 1]).low > 0


def test_vehicles_leave_later_instead_of_waiting_for_all(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    everybody = hours(market, 11, 24)
    assert not tours(everybody, design)[:, 0].any()
    assert np.array_equal(kpis(everybody, design), baseline)


def test_doors_that_are_open_when_trucks_come_change_nothing(
    flagship: tuple[Market, Design], baseline: np.ndarray
) -> None:
    market, design = flagship
    assert np.array_equal(kpis(hours(market, 6, 24), design), baseline)
