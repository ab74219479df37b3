"""Mechanisms bring the forecast nearer to the simulation where they are strong.

In each world the forecast that knows the mechanism is compared with one that leaves it out: the
paired difference of their distances from what was simulated is off zero.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import StockPlan
from channelwright.model.supply import Outages, Supply
from channelwright.rules.expectation import expect
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.support.total_kpis import total_kpis
from tests.support.twin_shelves import on_consignment, shelves_of
from tests.support.worlds import desk_world

DAYS, REPLICATIONS = 70, 3
POLICIES = {
    "filled": {"policy": "order_up_to"},
    "daily": {"policy": "base_stock", "service": "cycle", "target": 0.9},
    "small": {"policy": "order_up_to", "level": 5},
    "point": {"policy": "reorder_up_to", "cover": 2.0, "service": "cycle", "target": 0.9},
    "batch": {"policy": "reorder_quantity", "cover": 10.0, "service": "fill", "target": 0.9},
}


@cache
def flagship() -> tuple[Market, Design]:
    found = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(found.market, DAYS), found.designs["today"]


@cache
def changes(name: str, kpi: str) -> tuple[np.ndarray, float]:
    """By how much policies change a KPI: in every replication, and by the forecast."""
    market = flagship()[0]
    after, before = (simulated(one) for one in (name, ""))
    forecast = [expect(market, shelved(one)).kpis[kpi] for one in (name, "")]
    return after[kpi] / before[kpi] - 1, forecast[0] / forecast[1] - 1


def shelved(name: str) -> Design:
    """The design with one of the policies, or as it is."""
    market, design = flagship()
    if not name:
        return design
    return replace(design, stock=StockPlan(shelves=shelves_of(market, **POLICIES[name])))


@cache
def simulated(name: str) -> dict[str, np.ndarray]:
    """What a design does in every replication."""
    design = shelved(name)
    return total_kpis(flagship()[0], design, ("drops", "sell_out_units"), 9, REPLICATIONS)


def nearer(outcome: np.ndarray, known: float, without: float) -> float:
    """The lower end of by how much a forecast is nearer with a mechanism, part of the outcome."""
    before, after = np.abs(outcome - without), np.abs(outcome - known)
    size = np.abs(outcome)
    return paired_interval(before / size, after / size).low


STRONG = [
    *(("drops", name) for name in POLICIES),
    *(("sell_out_units", name) for name in ("filled", "daily", "small")),
]


@pytest.mark.parametrize(("kpi", "name"), STRONG)
def test_policies_of_shelves_change_the_forecast_as_the_outcome(kpi: str, name: str) -> None:
    """Without them the forecast would say that nothing changes."""
    outcome, forecast = changes(name, kpi)
    assert np.abs(outcome).min() > 0.03
    assert nearer(outcome, forecast, 0.0) > 0


@pytest.mark.parametrize("name", ["point", "batch"])
def test_where_policies_hardly_move_sales_the_forecast_hardly_does(name: str) -> None:
    outcome, forecast = changes(name, "sell_out_units")
    assert np.abs(outcome).max() < 0.03
    assert outcome.mean() == pytest.approx(forecast, abs=0.03)


def limited(units: int, days: int) -> tuple[Market, Design]:
    """Forty outlets that ask for 80 units a day of a plant, whose limit is for a period."""
    market, design = desk_world(
        outlets=40, daily=2.0, days=280, level=400, backorder=False, cover_days=6.0
    )
    none = np.zeros(0, dtype=np.int64)
    supply = Supply(
        capacity=np.array([[units], [-1]]),
        capacity_days=np.array([days, days]),
        lead_deviation=np.zeros((2, 2)),
        overtaking=np.zeros((2, 2), dtype=bool),
        outages=Outages(none, none, none, none),
    )
    return replace(market, supply=supply), design


@pytest.mark.parametrize(("units", "days"), [(50, 1), (200, 7)])
def test_plants_let_through_what_they_can_make(units: int, days: int) -> None:
    market, design = limited(units, days)
    found = total_kpis(market, design, ("delivered_cases",), 3, REPLICATIONS)["delivered_cases"]
    known = expect(market, design).kpis["delivered_cases"]
    without = expect(replace(market, supply=None), design).kpis["delivered_cases"]
    assert found.mean() == pytest.approx(known, rel=0.02)
    assert nearer(found, known, without) > 0.3


def test_ample_capacity_changes_no_forecast() -> None:
    market, design = limited(90, 1)
    plain = expect(replace(market, supply=None), design)
    assert expect(market, design).kpis == plain.kpis


@pytest.mark.parametrize("days", [7, 28])
def test_consignment_costs_the_interest_of_its_stock(days: int) -> None:
    """The difference that it makes, forecast and simulated, in the same worlds."""
    market, design = flagship()
    agreed = on_consignment(market, design, days)
    forecast = [expect(market, one).kpis["interest"] for one in (design, agreed)]
    plain, consigned = (interest(market, one) for one in (design, agreed))
    more = consigned - plain
    assert nearer(more, forecast[1] - forecast[0], 0.0) > 0.3
    assert more.mean() == pytest.approx(forecast[1] - forecast[0], rel=0.5)


def interest(market: Market, design: Design) -> np.ndarray:
    """Interest of the manufacturer in every replication."""
    found = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(9, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        whole = (table["kpi"] == "interest") & (table["mode"] == "all")
        found.append(float(table["value"][whole].iloc[0]))
    return np.array(found)
