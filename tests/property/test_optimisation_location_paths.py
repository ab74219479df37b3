"""Paths between good assignments, against HiGHS and what a pool promises."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem, rooms
from channelwright.optimisation.location.chain_paths import empty_pool, fill_pool, relink
from channelwright.optimisation.location.chain_search import set_out
from channelwright.optimisation.location.climbing import climb_bound
from channelwright.optimisation.location.exact import solve_exact
from channelwright.optimisation.location.model import ModelArcs
from channelwright.optimisation.location.relinking import better_by_paths
from channelwright.optimisation.location.solution import answer_of, violation
from channelwright.optimisation.location.split_service import split_duals
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.solver import SolverOptions
from tests.support.location_instances import type_d


def highs_optimum(problem):
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(problem.n_sites, dtype=bool)
    part = ModelArcs(customer, site, none, none.copy(), np.zeros(0, dtype=np.int64))
    report = solve_exact(problem, part, SolverOptions(relative_gap=1e-9, absolute_gap=0.99))
    return report.incumbent.objective


def walk_of(problem, seed=0):
    sites = np.arange(problem.n_sites)
    price = split_duals(problem, sites, None).capacity
    served = np.zeros(problem.n_customers, dtype=np.int64)
    return set_out(problem, sites, served, price, seed)


@pytest.mark.parametrize("seed", range(6))
def test_paths_reach_the_optimum_where_the_climb_does_not(seed):
    problem = type_d(seed + 20, 4, 16)
    state = Search(problem, LocationOptions(search_rounds=2))
    climb_bound(state)
    better_by_paths(state, 1.0)
    assert state.found.objective == highs_optimum(problem)
    assert violation(problem, state.found) is None


def test_paths_are_needed():
    state = Search(type_d(1, 5, 40), LocationOptions(search_rounds=1))
    climb_bound(state)
    before = state.found.objective
    better_by_paths(state, 1.0)
    assert state.found.objective < before
    assert state.work["paths"] > 0
    # Work is limited, not time, so that a search can be repeated.
    again = Search(state.problem, LocationOptions(search_rounds=1))
    climb_bound(again)
    better_by_paths(again, 1.0)
    assert again.found.objective == state.found.objective
    assert (again.found.site == state.found.site).all()


def test_a_pool_keeps_different_assignments_and_gets_better():
    problem = type_d(3, 5, 40)
    walk = walk_of(problem)
    places = walk.choices, walk.service, walk.labels, walk.way
    pool = empty_pool(12, problem.n_customers)
    fill_pool(*places, pool, 12)
    assert pool.filled[0] == 12
    first = pool.cost.copy()
    relink(*places, pool, 400)
    assert np.unique(pool.member, axis=0).shape[0] == 12
    rows = np.arange(problem.n_customers)
    for member, cost in zip(pool.member, pool.cost, strict=True):
        assert walk.choices.cost[rows, member].sum() == cost
    assert pool.cost.mean() < first.mean()
    # The best that fits is kept apart from the pool, where overload may be cheap.
    load = np.bincount(
        walk.choices.site[rows, walk.way.best],
        walk.choices.need[rows, walk.way.best],
        minlength=problem.n_sites,
    )
    assert (load <= problem.limit[:, 0]).all()
    assert walk.choices.cost[rows, walk.way.best].sum() == walk.way.cost[1]


def test_one_job_each_leaves_no_path_to_follow():
    problem = LocationProblem(
        cost=np.array([[1.0, 9.0], [9.0, 1.0]]),
        demand=np.array([2.0, 2.0]),
        capacity=np.array([2.0, 2.0]),
        fixed_cost=np.zeros(2),
        forced_open=np.ones(2, dtype=bool),
    )
    state = Search(problem, LocationOptions())
    climb_bound(state)
    state.bound = -np.inf
    better_by_paths(state, 1.0)
    assert state.found.objective == 2.0


def test_small_customers_go_far_where_sites_are_almost_full():
    # Two far sites have just the room that two small customers need; nearer ones are full of large
    # ones. Seven sites are nearer to each of them, more than a walk looks at.
    near, far = 7, 2
    room = np.append(np.full(near, 10.0), np.ones(far))
    demand = np.append(np.full(near, 10.0), np.ones(far))
    cost = np.full((near + far, near + far), 50.0)
    cost[np.arange(near), np.arange(near)] = 1.0
    cost[near:, :near] = 1.0 + np.arange(near)
    cost[near:, near:] = 9.0
    problem = LocationProblem(
        cost=cost,
        demand=demand,
        capacity=room,
        fixed_cost=np.zeros(near + far),
        forced_open=np.ones(near + far, dtype=bool),
    )
    state = Search(problem, LocationOptions())
    worst = np.append(np.roll(np.arange(near), 1), [near + 1, near])
    assert state.offer(answer_of(problem, worst))
    better_by_paths(state, 1.0, 0.005)
    assert state.found.objective == near + 9.0 * far


@pytest.mark.parametrize("seed", range(4))
def test_rooms_a_step_apart_meet_the_optimum_from_below(seed):
    problem = type_d(seed + 40, 4, 18)
    best = highs_optimum(problem)
    told = []
    state = Search(problem, LocationOptions())
    climb_bound(state)
    # Without an answer the bound alone must stop before the optimum, and the tree must find it.
    state.found = None
    for ceiling in rooms._steps(state, state.pricing.value):
        told.append(ceiling)
        rooms._search_below(state, state.pricing, ceiling, 1.0, 20_000)
        assert state.bound <= best
        if state.done:
            break
    assert state.found.objective == best
    assert state.bound == best
    assert told == sorted(set(told))
    assert told[0] <= best + 1
    # The first room that holds the optimum decides it: no wider one was asked for.
    assert told[-1] <= best + max(1.0, 0.25 * (best - state.pricing.value) + 1.0)
    assert all(ceiling == round(ceiling) for ceiling in told)
