"""Chains of exchanges between sites, against enumeration, HiGHS and planted answers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.chain_search import better_service, choices_of, set_out
from channelwright.optimisation.location.chains import descend, new_labels, new_service
from channelwright.optimisation.location.climbing import climb_bound
from channelwright.optimisation.location.exact import solve_exact
from channelwright.optimisation.location.model import ModelArcs
from channelwright.optimisation.location.site_walk import better_sites
from channelwright.optimisation.location.solution import answer_of, violation
from channelwright.optimisation.location.split_service import split_duals
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.solver import SolverOptions
from tests.support.location_instances import type_d


def medians(seed, points, p, tight):
    """Return a capacitated p-median problem (Osman & Christofides 1994)."""
    rng = np.random.default_rng(seed)
    place = rng.integers(1, 101, (points, 2))
    cost = np.floor(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
    demand = rng.integers(1, 21, points)
    return LocationProblem(
        cost=cost,
        demand=demand,
        capacity=np.full(points, np.ceil(demand.sum() / (p * tight))),
        fixed_cost=np.zeros(points),
        minimum_open=p,
        maximum_open=p,
        own_customer=np.arange(points),
    )


def highs_optimum(problem):
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(problem.n_sites, dtype=bool)
    part = ModelArcs(customer, site, none, none.copy(), np.zeros(0, dtype=np.int64))
    report = solve_exact(problem, part, SolverOptions(relative_gap=1e-9, absolute_gap=0.99))
    return report.incumbent.objective


def priced(choices, penalty, at):
    """Return cost and priced overload of an assignment, added up from nothing."""
    rows = np.arange(at.size)
    load = np.bincount(choices.site[rows, at], choices.need[rows, at], minlength=choices.limit.size)
    over = np.maximum(load - choices.limit, 0.0)
    return choices.cost[rows, at].sum() + (penalty * over).sum(), load


@pytest.mark.parametrize("seed", range(25))
def test_nothing_short_betters_what_chains_have_left(seed):
    rng = np.random.default_rng(seed)
    problem = type_d(seed, 4, 9)
    price = rng.uniform(0.0, 1.2, 4)
    choices = choices_of(problem, np.arange(4), price, 4)
    penalty = price + rng.uniform(0.1, 4.0, 4)
    start = (rng.random(9) * (choices.site >= 0).sum(axis=1)).astype(int)
    service = new_service(choices, start, penalty)
    begin, _ = priced(choices, penalty, service.at)
    followed, labels = descend(choices, service, new_labels(9, 4, 6)), new_labels(9, 4, 6)
    again = 1
    while again:
        # Chains are looked for near changes only, until everybody is awake again.
        service.awake[:] = True
        again = descend(choices, service, labels)
    end, load = priced(choices, penalty, service.at)
    assert end < begin or followed == 0
    np.testing.assert_allclose(service.load, load)
    for i, k in itertools.product(range(9), range(4)):
        moved = service.at.copy()
        moved[i] = k
        if choices.site[i, k] >= 0:
            assert priced(choices, penalty, moved)[0] >= end - 1e-6
    for i, h in itertools.combinations(range(9), 2):
        swapped, site = service.at.copy(), choices.site
        of_h = np.flatnonzero(site[i] == site[h, service.at[h]])
        of_i = np.flatnonzero(site[h] == site[i, service.at[i]])
        if of_h.size and of_i.size:
            swapped[i], swapped[h] = of_h[0], of_i[0]
            assert priced(choices, penalty, swapped)[0] >= end - 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_the_walk_reaches_the_optimum_where_the_climb_does_not(seed):
    problem = type_d(seed, 4, 16)
    state = Search(problem, LocationOptions())
    climb_bound(state)
    best = highs_optimum(problem)
    better_service(state, 2, 1.0)
    assert state.found.objective == best
    assert violation(problem, state.found) is None


def test_the_walk_is_needed():
    state = Search(type_d(1, 4, 16), LocationOptions())
    climb_bound(state)
    before = state.found.objective
    better_service(state, 2, 1.0)
    assert state.found.objective < before
    assert state.work["chain_rounds"] > 0


def test_a_planted_answer_is_found_from_an_overloaded_start():
    rng = np.random.default_rng(5)
    planted = np.repeat(np.arange(5), 6)
    need = rng.integers(5, 30, 30)
    cost = rng.integers(20, 60, (30, 5)).astype(float)
    cost[np.arange(30), planted] = rng.integers(1, 10, 30)
    problem = LocationProblem(
        cost=cost,
        demand=need,
        capacity=np.bincount(planted, need),
        fixed_cost=np.zeros(5),
        forced_open=np.ones(5, dtype=bool),
    )
    chained = set_out(problem, np.arange(5), np.zeros(30, dtype=np.int64), np.zeros(5), 0)
    assert np.isinf(chained.way.cost[1])
    descend(chained.choices, chained.service, chained.labels)
    rows = np.arange(30)
    assert (chained.choices.site[rows, chained.service.at] == planted).all()


@pytest.mark.parametrize("seed", range(4))
def test_changes_of_sites_reach_the_optimum_from_a_bad_start(seed):
    problem = medians(seed, 24, 4, 0.9)
    best = solve_location(problem).incumbent.objective
    state = Search(problem, LocationOptions())
    climb_bound(state)
    near = np.argsort(problem.cost[0], kind="stable")[:4]
    start = LocationProblem(
        cost=problem.cost,
        demand=problem.demand,
        capacity=problem.capacity,
        fixed_cost=problem.fixed_cost,
        forced_open=np.isin(np.arange(24), near),
        minimum_open=4,
        maximum_open=4,
        own_customer=problem.own_customer,
    )
    bad = solve_location(start).incumbent
    state.found = answer_of(problem, bad.site, bad.open)
    state.bound = -np.inf
    assert state.found.objective > 1.05 * best
    better_sites(state, 1.0)
    assert state.found.objective == best
    assert violation(problem, state.found) is None


@pytest.mark.parametrize("seed", range(3))
def test_prices_of_split_service_are_a_bound(seed):
    problem = type_d(seed, 5, 20)
    duals = split_duals(problem, np.arange(5), None)
    need = np.asarray(problem.usage[0])
    reduced = problem.cost - duals.customer[:, None] + duals.capacity * need
    assert reduced.min() >= -1e-6
    bound = duals.customer.sum() - (duals.capacity * problem.limit[:, 0]).sum()
    best = highs_optimum(problem)
    assert 0.9 * best < bound <= best + 1e-6


def test_changes_that_leave_somebody_without_a_server_are_passed_over():
    rng = np.random.default_rng(3)
    cost = rng.integers(5, 40, (20, 6)).astype(float)
    cost[:4, 1:] = np.inf
    cost[4:8, 2:] = np.inf
    problem = LocationProblem(
        cost=cost,
        demand=rng.integers(3, 9, 20),
        capacity=np.full(6, 60.0),
        fixed_cost=rng.integers(10, 60, 6),
    )
    state = Search(problem, LocationOptions())
    climb_bound(state)
    best = highs_optimum(problem)
    state.bound = -np.inf
    better_sites(state, 1.0)
    assert state.work["site_changes"] > 100
    assert state.found.objective == best


def test_same_seed_same_answer():
    answers = []
    for _ in range(2):
        state = Search(medians(7, 40, 5, 0.95), LocationOptions())
        climb_bound(state)
        better_service(state, 1, 1.0)
        better_sites(state, 1.0)
        answers.append((state.found.site.tolist(), state.work))
    assert answers[0] == answers[1]


def test_zero_rounds_leave_the_answer_alone():
    state = Search(type_d(4, 4, 20), LocationOptions(search_rounds=0))
    climb_bound(state)
    before = state.found
    better_service(state, 2, 1.0)
    better_sites(state, 1.0)
    assert state.found is before
    assert "chain_rounds" not in state.work
