"""What the delivery designs of the Iowa pack do, chosen and simulated."""

import dataclasses

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.optimisation.request import optimise_request
from channelwright.optimisation.territories.choose import choose_territories
from channelwright.rules.kpi import kpi_table
from channelwright.scenario.reading import read_scenario
from channelwright.simulation.replication import replicate
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pack():
    return read_scenario(ROOT / "scenarios" / "iowa_spirits")


@pytest.fixture(scope="module")
def answers(pack):
    return {name: optimise_request(pack.market, ask) for name, ask in pack.requests.items()}


def _depots(market, design):
    return {market.sites.ids[row] for row in np.flatnonzero(design.sites.open)} - {"suppliers"}


def test_requests_open_as_many_depots_as_asked_and_keep_the_warehouse(pack, answers):
    found = {name: _depots(pack.market, answer.design) for name, answer in answers.items()}
    assert all("dc_ankeny" in names for names in found.values())
    numbers = {name: len(names) for name, names in found.items()}
    assert 1 <= numbers.pop("optimised") <= 4
    assert numbers == {"two_depots": 2, "three_depots": 3, "four_depots": 4}


def test_every_choice_comes_with_a_bound_and_a_free_number_is_the_cheapest(answers):
    certificates = {name: answer.certificates[0] for name, answer in answers.items()}
    assert all(certificate.gap < 0.005 for certificate in certificates.values())
    free = certificates["optimised"].lower_bound
    for name in ("two_depots", "three_depots", "four_depots"):
        assert free <= certificates[name].upper_bound * (1 + 1e-9), name


def test_free_cross_docks_are_all_used(pack):
    sites = pack.market.sites
    dock = sites.fixed_cost == sites.fixed_cost[sites.ids.index("dc_carroll")]
    cheap = dataclasses.replace(
        sites,
        fixed_cost=np.where(dock, 0, sites.fixed_cost),
        handling_cost=np.zeros_like(sites.handling_cost),
        lane_cost=np.zeros_like(sites.lane_cost),
    )
    market = dataclasses.replace(pack.market, sites=cheap)
    request = pack.requests["optimised"]
    design, _ = choose_territories(market, request.sites, request.start)
    assert len(_depots(market, design)) == 4


@pytest.mark.slow
def test_delivery_costs_more_when_towns_order_twice_a_week_and_less_every_other_week(pack):
    cost = {name: _delivery(pack, name, 3) for name in ("today", "twice_weekly", "fortnightly")}
    for name, sign in (("twice_weekly", 1), ("fortnightly", -1)):
        difference = sign * (cost[name] - cost["today"])
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        assert difference.mean() > 4 * error, name


def _delivery(pack, name, replications):
    return np.array([_one_delivery(pack, name, number) for number in range(replications)])


def _one_delivery(pack, name, number):
    sink = MemorySink()
    design = pack.designs[name]
    replicate(pack.market, design, Address(17, number), sink)
    tables = {table: sink.table(table) for table in sink.names()}
    kpis = kpi_table(pack.market, design, tables)
    total = kpis[(kpis["area"] == "all") & (kpis["mode"] == "all")].set_index("kpi")["value"]
    return float(total["delivery"])
