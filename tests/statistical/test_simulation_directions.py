"""Terms and capacities move the simulated flagship in the right direction."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 84, 4


@pytest.fixture(scope="module")
def flagship() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def kpis(market: Market, design: Design, wanted: list[tuple[str, str]]) -> np.ndarray:
    """KPIs (name, mode) by replication: (replications, wanted)."""
    rows = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(3, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        values = table[table["area"] == "all"].set_index(["kpi", "mode"])["value"]
        rows.append([float(values[key]) for key in wanted])
    return np.array(rows)


SALES = [("strike_rate", "DSD"), ("sell_out_units", "DSD"), ("delivered_cases", "DSD")]
TRUCKS = [("otif", "DSD"), ("delivery_days", "DSD")]
WANTED = [*SALES, *TRUCKS, ("refusal_rate", "all"), ("sell_out_units", "all")]
Baseline = dict[tuple[str, str], np.ndarray]


@pytest.fixture(scope="module")
def baseline(flagship: tuple[Market, Design]) -> Baseline:
    values = kpis(*flagship, WANTED)
    return {key: values[:, column] for column, key in enumerate(WANTED)}


def with_terms(design: Design, **changes: np.ndarray) -> Design:
    return replace(design, terms=replace(design.terms, **changes))


def test_half_the_commission_sells_less(
    flagship: tuple[Market, Design], baseline: Baseline
) -> None:
    market, design = flagship
    half = with_terms(design, commission=design.terms.commission // 2)
    less = kpis(market, half, SALES)
    for column, key in enumerate(SALES):
        assert paired_interval(less[:, column], baseline[key]).high < 0


def test_commission_is_idle_where_people_have_one_effort(
    flagship: tuple[Market, Design],
) -> None:
    """With a single effort level the same cut changes no order in any replication."""
    market, design = flagship
    modes = replace(
        market.modes,
        effort=np.ones((len(market.modes), 1)),
        effort_cost=np.zeros((len(market.modes), 1), dtype=np.int64),
    )
    market = replace(market, modes=modes)
    half = with_terms(design, commission=design.terms.commission // 2)
    assert np.array_equal(kpis(market, design, SALES), kpis(market, half, SALES))


def test_fewer_trucks_deliver_later(flagship: tuple[Market, Design], baseline: Baseline) -> None:
    market, design = flagship
    few = np.where(design.sites.vehicles > 0, 1, 0)
    scarce = replace(design, sites=replace(design.sites, vehicles=few))
    late = kpis(market, scarce, TRUCKS)
    assert paired_interval(late[:, 0], baseline["otif", "DSD"]).high < 0
    assert paired_interval(late[:, 1], baseline["delivery_days", "DSD"]).low > 0


def test_trucks_are_idle_where_they_have_room_for_all(
    flagship: tuple[Market, Design], baseline: Baseline
) -> None:
    """Ten times as many bring the same orders on the same day."""
    market, design = flagship
    many = replace(design, sites=replace(design.sites, vehicles=design.sites.vehicles * 10))
    ample = kpis(market, many, TRUCKS)
    more = replace(design, sites=replace(design.sites, vehicles=design.sites.vehicles * 20))
    assert np.array_equal(ample, kpis(market, more, TRUCKS))
    assert (ample[:, 1] <= baseline["delivery_days", "DSD"]).all()


def test_tight_credit_refuses_orders(flagship: tuple[Market, Design], baseline: Baseline) -> None:
    market, design = flagship
    days = np.where(design.terms.credit_days > 0, 3, 0)
    strict = with_terms(design, credit_days=days)
    wanted = [("refusal_rate", "all"), ("sell_out_units", "all")]
    tight = kpis(market, strict, wanted)
    assert paired_interval(tight[:, 0], baseline[wanted[0]]).low > 0
    assert paired_interval(tight[:, 1], baseline[wanted[1]]).high < 0
