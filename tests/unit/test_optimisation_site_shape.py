"""Territories of a market that are connected and balanced: kept rules, prices, explanations."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import InfeasibleError
from channelwright.model.rep_territories import BALANCED
from channelwright.model.site_shape import SiteShape
from channelwright.optimisation.location import LocationOptions, solve_location
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.memory import Memory
from channelwright.optimisation.search_settings import SearchSettings
from channelwright.optimisation.territories.choose import choose_territories, decide_territories
from channelwright.optimisation.territories.problem import territory_task
from channelwright.rules.flows import expected_flows
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.support.territory_rules import no_rules

QUICK = LocationOptions(gap=5e-3, dual_iterations=200, search_rounds=6, nodes=50)
NOBODY = np.zeros((0, 2), dtype=np.int64)
FREE = np.full(3, np.inf)


def shape(graph="none", balance=None, price=None, apart=NOBODY, neighbours=NOBODY, cap=0):
    tolerance, dear = FREE.copy(), FREE.copy()
    for name, value in (balance or {}).items():
        tolerance[list(BALANCED).index(name)] = value
    for name, value in (price or {}).items():
        dear[list(BALANCED).index(name)] = value
    return SiteShape(graph, cap, np.array(neighbours), tolerance, dear, np.array(apart))


@pytest.fixture(scope="module")
def asked():
    """Three houses for the outlets of area distribution on the flagship."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    request = pack.requests["optimised"]
    mode = request.sites.modes[1:]
    mine = request.sites.candidates & (request.sites.candidate_mode == mode[0])
    choice = replace(
        request.sites, modes=mode, candidates=mine, minimum=3, maximum=3, minimum_cases=0.0
    )
    return pack.markets["base"], choice, request.start


@pytest.fixture(scope="module")
def free(asked):
    return choose_territories(*asked, QUICK)


def stray(task, design):
    """Outlets that no walk over neighbours of the same house joins with it."""
    server = design.outlets.site[task.rows]
    around = {}
    for a, b in task.problem.shape.edges.tolist():
        around.setdefault(a, set()).add(b)
        around.setdefault(b, set()).add(a)
    lost = 0
    for column, site in enumerate(task.sites.tolist()):
        mine = set(np.flatnonzero(server == site).tolist())
        met = {i for i in mine if task.problem.shape.anchor[i, column]}
        waiting = list(met)
        while waiting:
            new = (around.get(waiting.pop(), set()) & mine) - met
            met |= new
            waiting += new
        lost += len(mine - met)
    return lost


@pytest.fixture(scope="module")
def connected(asked):
    market, choice, start = asked
    choice = replace(choice, shape=shape("gabriel"))
    return choice, decide_territories(market, choice, start, QUICK)


def test_connection_is_kept_and_costs_no_less(asked, free, connected):
    market, _, start = asked
    choice, found = connected
    task = territory_task(market, choice, start)
    assert stray(task, free[0]) > 0
    design, certificate = found.design, found.certificate
    assert stray(task, design) == 0
    assert certificate.lower_bound is not None
    assert certificate.gap < 0.01
    assert certificate.objective >= free[1].lower_bound


def test_after_a_change_the_search_begins_with_the_territories_and_the_bound_before(
    asked, connected
):
    market, _, start = asked
    choice, before = connected
    server = before.design.outlets.site
    task = territory_task(market, choice, start)
    # An outlet with a neighbour in another territory may not stay where it was.
    a, _ = next(e for e in task.rows[task.problem.shape.edges] if server[e[0]] != server[e[1]])
    forbidden = np.array([[server[a], a]])
    rules = replace(no_rules(len(market.outlets)), forbidden=forbidden)
    warm = Memory(market.outlets.ids, start.outlets.rep, before.memory)
    again = decide_territories(
        market,
        replace(choice, rules=rules),
        start,
        QUICK,
        settings=SearchSettings(warm=warm),
    )
    claim = again.certificate
    assert dict(claim.work) == {"warm": 1}, "nothing else is searched"
    assert claim.bound_kind.endswith("carried over from the choice before")
    assert claim.lower_bound >= before.certificate.lower_bound - 1e-6
    assert claim.gap <= max(QUICK.gap, 1.01 * before.certificate.gap)
    assert again.design.outlets.site[a] != server[a]
    assert stray(task, again.design) == 0
    moved = (again.design.outlets.site != server)[task.rows].sum()
    assert moved < 0.1 * task.rows.size


@pytest.mark.parametrize("limits", [{"progress": lambda found, bound: False}, {"seconds": 0.0}])
def test_whoever_ends_a_search_with_a_shape_gets_a_connected_answer_and_a_bound(
    asked, connected, limits
):
    market, _, start = asked
    choice, best = connected
    task = territory_task(market, choice, start)
    solution = solve_location(task.problem, replace(QUICK, **limits))
    assert solution.incumbent is not None
    assert violation(task.problem, solution.incumbent) is None
    objective = best.certificate.objective
    assert 0.5 * objective < solution.certificate.lower_bound <= objective + 1e-6
    assert solution.certificate.objective < 1.1 * objective


def test_a_hard_balance_is_kept_and_a_price_is_paid_instead(asked, free):
    market, choice, start = asked
    task = territory_task(market, choice, start)
    cases = expected_flows(market, start).cases.sum(axis=1)[task.rows]
    mean = cases.sum() / 3

    def off(design):
        load = np.bincount(design.outlets.site[task.rows], weights=cases)
        return np.abs(load[load > 0] / mean - 1).max()

    assert off(free[0]) > 0.06
    hard = replace(choice, shape=shape(balance={"cases": 0.05}))
    even, dear = choose_territories(market, hard, start, QUICK)
    assert off(even) <= 0.05 + 1e-6
    cheap = replace(choice, shape=shape(balance={"cases": 0.05}, price={"cases": 1e-4}))
    loose, price = choose_territories(market, cheap, start, QUICK)
    assert off(loose) > 0.05
    assert price.objective <= dear.objective + 1e-6


def test_workload_and_outlets_are_balanced_too(asked):
    market, choice, start = asked
    even = replace(choice, shape=shape(balance={"outlets": 0.1, "workload": 0.1}))
    design, _ = choose_territories(market, even, start, QUICK)
    task = territory_task(market, even, start)
    names = task.problem.measure_names[-2:]
    assert names == ("field hours per week", "outlets")
    for k in (task.problem.n_measures - 2, task.problem.n_measures - 1):
        weight = task.problem.demand[:, k]
        load = np.bincount(design.outlets.site[task.rows], weights=weight)
        assert np.abs(load[load > 0] / (weight.sum() / 3) - 1).max() <= 0.1 + 1e-6


def test_pairs_apart_have_two_servers_and_groups_one(asked, free):
    market, choice, start = asked
    task = territory_task(market, choice, start)
    server = free[0].outlets.site
    rows = task.rows[server[task.rows] == server[task.rows[0]]][:2]
    rules = no_rules(len(market.outlets))
    together = np.array(rules.together)
    together[rows[0]] = together[task.rows[-1]] = 0
    choice = replace(choice, rules=replace(rules, together=together))
    apart = replace(choice, shape=shape(apart=[rows]))
    design, _ = choose_territories(market, apart, start, QUICK)
    assert design.outlets.site[rows[0]] != design.outlets.site[rows[1]]
    assert design.outlets.site[rows[0]] == design.outlets.site[task.rows[-1]]


def test_what_cannot_be_connected_is_named(asked):
    market, choice, start = asked
    alone = replace(choice, shape=shape("gabriel", cap=100))
    with pytest.raises(InfeasibleError, match="cannot be connected with any site over neighbours"):
        choose_territories(market, alone, start, QUICK)


def test_an_impossible_balance_is_explained_with_its_numbers(asked):
    market, choice, start = asked
    task = territory_task(market, choice, start)
    locked = np.zeros(len(market.outlets), dtype=bool)
    first = start.outlets.site[task.rows[0]]
    locked[task.rows[start.outlets.site[task.rows] == first]] = True
    locked[task.rows[:250]] = True
    sites = np.array(start.outlets.site)
    sites[task.rows[:250]] = first
    start = replace(start, outlets=replace(start.outlets, site=sites))
    even = replace(choice, locked=locked, shape=shape(balance={"cases": 0.05}))
    with pytest.raises(InfeasibleError, match="customers locked to site"):
        choose_territories(market, even, start, QUICK)


def test_neighbours_of_a_table_and_the_keys_of_a_pack_are_read(tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(ROOT / "tests" / "data" / "packs" / "tiny", folder)
    (folder / "designs" / "neighbours.csv").write_text("outlet,neighbour\nm2,m4\nm3,m5\nm2,i1\n")
    file = folder / "designs" / "chosen.yaml"
    text = file.read_text().replace(
        "extends: today.yaml\n", "extends: today.yaml\nneighbours: designs/neighbours.csv\n"
    )
    text = text.replace("    second_tier: {below: {tier2: [tier1]}, maximum: 1}\n", "")
    text = text.replace("minimum: 1\n", "minimum: 3\n").replace(
        "      drive_minutes: 90\n",
        "      drive_minutes: 90\n      contiguous: table\n      price: {cases: 4}\n"
        "      balance: {cases: 0.2, outlets: 0.5}\n      apart: [[m3, m5]]\n",
    )
    file.write_text(text)
    pack = read_scenario(folder)
    found = pack.requests["chosen"].sites.shape
    names = pack.markets["base"].outlets.ids
    assert [(names[a], names[b]) for a, b in found.neighbours] == [
        ("m2", "m4"),
        ("m3", "m5"),
        ("m2", "i1"),
    ]
    assert found.tolerance.tolist() == [0.2, np.inf, 0.5]
    assert found.price.tolist() == [4.0, np.inf, np.inf]
    assert [(names[a], names[b]) for a, b in found.apart] == [("m3", "m5")]
