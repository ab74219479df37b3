"""Two tiers of a whole pack: parents chosen with houses, kept limits, a design that runs."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import InfeasibleError
from channelwright.foundation.random import Address
from channelwright.optimisation.location import LocationOptions
from channelwright.optimisation.territories.choose import choose_territories
from channelwright.optimisation.territories.problem import territory_task
from channelwright.optimisation.territories.study import reasons_of
from channelwright.rules.expectation import expect, service_cost
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT

EXACT = LocationOptions(gap=1e-9)
TINY = ROOT / "tests" / "data" / "packs" / "tiny"


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The tiny pack with a second way to the island; two outlets keep their agent there."""
    folder = tmp_path_factory.mktemp("packs") / "tiny"
    shutil.copytree(TINY, folder)
    lanes = folder / "tables" / "lanes.csv"
    lanes.write_text(lanes.read_text() + "tier1_b,tier2,2,0.8\nplant,tier2,3,1.9\n")
    design = folder / "designs" / "chosen.yaml"
    text = design.read_text().replace("{tier2: [tier1]}", "{tier2: all}")
    design.write_text(text)
    pack = read_scenario(folder)
    request, market = pack.requests["chosen"], pack.markets["base"]
    assert request.sites.locked.sum() == 2
    choice = replace(request.sites, rules=None, radius_metres=0, minimum=-1)
    return market, choice, request.start, request


def site(market, name):
    return market.sites.ids.index(name)


def with_sites(market, **columns):
    return replace(market, sites=replace(market.sites, **columns))


def total_cost(market, choice, start, design):
    """Money of a design's territories by the ledger's rules, from the design itself."""
    rows = np.flatnonzero(np.isin(start.outlets.mode, choice.modes))
    task = territory_task(market, choice, start)
    planned = replace(task.prepared, sites=replace(task.prepared.sites, parent=design.sites.parent))
    sites = np.unique(design.outlets.site[rows])
    table = service_cost(market, planned, rows, sites) / 10_000
    served = np.searchsorted(sites, design.outlets.site[rows])
    used = np.flatnonzero(design.sites.open & choice.candidates)
    fixed = {int(s): task.problem.fixed_cost[k] for k, s in enumerate(task.sites.tolist())}
    return table[np.arange(rows.size), served].sum() + sum(fixed[j] for j in used.tolist())


def test_all_parents_are_the_first_tier_sites_with_a_lane(asked):
    market, choice, _, _ = asked
    named = np.flatnonzero(choice.second_tier.parents[site(market, "tier2")])
    assert [market.sites.ids[j] for j in named.tolist()] == ["tier1", "tier1_b"]


def test_the_objective_is_the_ledger_s_money_of_the_design(asked):
    market, choice, start, _ = asked
    design, certificate = choose_territories(market, choice, start, EXACT)
    assert certificate.status == "proven"
    assert total_cost(market, choice, start, design) == pytest.approx(certificate.objective)


@pytest.mark.parametrize("cheap", ["tier1", "tier1_b"])
def test_the_parent_follows_the_cheaper_way(asked, cheap):
    """Both houses of the first tier stay open, so only the lane decides."""
    market, choice, start, _ = asked
    lanes = np.array(market.sites.lane_cost)
    lanes[site(market, "tier2"), site(market, cheap)] = 1_000
    forced = np.zeros(len(market.sites), dtype=bool)
    forced[[site(market, name) for name in ("tier1", "tier1_b", "tier2")]] = True
    choice = replace(choice, forced=forced)
    design, _ = choose_territories(with_sites(market, lane_cost=lanes), choice, start, EXACT)
    assert design.sites.parent[site(market, "tier2")] == site(market, cheap)
    assert design.sites.open[forced].all()


def test_what_passes_the_parent_counts_against_its_capacity(asked):
    market, choice, start, _ = asked
    forced = np.zeros(len(market.sites), dtype=bool)
    forced[[site(market, name) for name in ("tier1", "tier1_b", "tier2")]] = True
    choice = replace(choice, forced=forced)
    before, _ = choose_territories(market, choice, start, EXACT)
    parent = int(before.sites.parent[site(market, "tier2")])
    task = territory_task(market, choice, start)
    served = before.outlets.site[task.rows]
    cases = task.problem.arc_usage(0)[:, 0]
    below = cases[served == site(market, "tier2")].sum()
    assert below > 0
    own = cases[served == parent].sum()
    capacity = np.array(market.sites.capacity_cases)
    capacity[parent] = own + below - 0.5
    small = with_sites(market, capacity_cases=capacity)
    after, dear = choose_territories(small, choice, start, EXACT)
    served = after.outlets.site[task.rows]
    load = cases[served == parent].sum()
    if after.sites.parent[site(market, "tier2")] == parent:
        load += cases[served == site(market, "tier2")].sum()
    assert load <= capacity[parent] + 1e-9
    assert dear.objective > choose_territories(market, choice, start, EXACT)[1].objective


def test_the_number_of_second_tier_houses_is_kept(asked):
    market, choice, start, _ = asked
    choice = replace(choice, locked=np.zeros_like(choice.locked))
    none = replace(choice, second_tier=replace(choice.second_tier, maximum=0, minimum=-1))
    one = replace(choice, second_tier=replace(choice.second_tier, minimum=1))
    at = site(market, "tier2")
    assert not choose_territories(market, none, start, EXACT)[0].sites.open[at]
    assert choose_territories(market, one, start, EXACT)[0].sites.open[at]


def test_the_least_volume_of_a_first_tier_house_counts_what_passes(asked):
    """Nearly all is locked to the agent; the house above it lives by what passes through it."""
    market, choice, start, _ = asked
    task = territory_task(market, choice, start)
    cases = task.problem.arc_usage(0)[:, 0]
    agent = site(market, "tier2")
    locked = np.zeros_like(choice.locked)
    locked[task.rows[:-1]] = True
    served = np.array(start.outlets.site)
    served[task.rows[:-1]] = agent
    start = replace(start, outlets=replace(start.outlets, site=served))
    forced = np.arange(len(market.sites)) == agent
    only = replace(choice, locked=locked, forced=forced, maximum=2, minimum_cases=0.0)
    free = choose_territories(market, only, start, EXACT)[1].objective
    own = cases[-1]
    assert own < 0.45 * cases.sum()
    viable = replace(only, minimum_cases=0.5 * float(cases.sum()))
    assert choose_territories(market, viable, start, EXACT)[1].objective == pytest.approx(free)
    too_much = replace(only, minimum_cases=1.01 * float(cases.sum()))
    with pytest.raises(InfeasibleError):
        choose_territories(market, too_much, start, EXACT)


def test_an_impossible_first_tier_is_explained_with_its_numbers(asked):
    market, choice, start, _ = asked
    first = [site(market, name) for name in ("tier1", "tier1_b")]
    capacity = np.array(market.sites.capacity_cases)
    capacity[first] = 4
    with pytest.raises(InfeasibleError, match="must pass the first tier, but its 2 houses"):
        choose_territories(with_sites(market, capacity_cases=capacity), choice, start, EXACT)


def test_the_design_is_simulated_and_goods_pass_the_parent(asked):
    market, choice, start, _ = asked
    forced = np.arange(len(market.sites)) == site(market, "tier2")
    design, _ = choose_territories(market, replace(choice, forced=forced), start, EXACT)
    parent = int(design.sites.parent[site(market, "tier2")])
    assert market.sites.ids[parent] in ("tier1", "tier1_b")
    sink = MemorySink()
    replicate(market, design, Address(1, 0), sink, keep="orders")
    shipped = sink.table("shipments")
    mine = (shipped["site"] == site(market, "tier2")) & (shipped["shipped"] > 0)
    assert mine.any()
    assert (shipped["parent"][mine] == parent).all()
    assert expect(market, design).kpis["contribution"] > 0


def test_reasons_count_what_passes_a_parent(asked):
    market, choice, start, request = asked
    forced = np.zeros(len(market.sites), dtype=bool)
    forced[[site(market, name) for name in ("tier1", "tier2")]] = True
    choice = replace(choice, forced=forced)
    design, _ = choose_territories(market, choice, start, EXACT)
    parent = int(design.sites.parent[site(market, "tier2")])
    task = territory_task(market, choice, start)
    served = design.outlets.site[task.rows]
    cases = task.problem.arc_usage(0)[:, 0]
    through = cases[(served == parent) | (served == site(market, "tier2"))].sum()
    capacity = np.array(market.sites.capacity_cases, dtype=float)
    capacity[parent] = through
    tight = with_sites(market, capacity_cases=capacity)
    table = reasons_of(tight, replace(request, sites=choice), 4, EXACT).limits
    row = table[
        (table["site"] == market.sites.names[parent]) & (table["measure"] == "cases per week")
    ]
    assert row["load"].item() == pytest.approx(through)
    assert row["binds"].item()
