"""Groups of sites divided anew, against enumeration and HiGHS."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem
from channelwright.optimisation.location.climbing import climb_bound
from channelwright.optimisation.location.exact import solve_exact
from channelwright.optimisation.location.group_anneal import anneal_service
from channelwright.optimisation.location.group_search import Ground, redivide
from channelwright.optimisation.location.model import ModelArcs
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.solver import SolverOptions


def type_d(seed, agents, jobs):
    """Return an instance of type d (Chu & Beasley 1997)."""
    rng = np.random.default_rng(seed)
    usage = rng.integers(1, 101, (jobs, agents))
    cost = 111 - usage + rng.integers(-10, 11, (jobs, agents))
    return LocationProblem(
        cost=cost,
        demand=np.ones(jobs),
        usage=usage[None],
        capacity=np.floor(0.8 * usage.sum(axis=0) / agents),
        fixed_cost=np.zeros(agents),
        forced_open=np.ones(agents, dtype=bool),
    )


def highs_optimum(problem):
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(problem.n_sites, dtype=bool)
    part = ModelArcs(customer, site, none, none.copy(), np.zeros(0, dtype=np.int64))
    report = solve_exact(problem, part, SolverOptions(relative_gap=1e-9, absolute_gap=0.99))
    return report.incumbent.objective


@pytest.mark.parametrize("seed", range(20))
def test_cold_group_agrees_with_enumeration(seed):
    rng = np.random.default_rng(seed)
    customers, sites = 9, 5
    cost = rng.integers(10, 60, (customers, sites)).astype(float)
    cost[rng.random(cost.shape) < 0.1] = np.inf
    need = rng.integers(3, 20, cost.shape).astype(float)
    site = np.where(np.isfinite(cost), rng.random(cost.shape), -1.0).argmax(axis=1)
    load = np.bincount(site, need[np.arange(customers), site], minlength=sites)
    limit = load + rng.integers(0, 6, sites)
    held = np.arange(customers) == seed % customers
    ground = Ground(cost, need, limit, rng.uniform(0.0, 1.5, sites), held)
    chosen = np.array([0, 2, 3])
    inside = np.flatnonzero(np.isin(site, chosen))
    free = [chosen if not held[i] else site[i : i + 1] for i in inside]
    best = np.inf
    for servers in itertools.product(*free):
        used = np.bincount(servers, need[inside, servers], minlength=sites)
        if (used[chosen] <= limit[chosen]).all():
            best = min(best, cost[inside, servers].sum())
    before = site.copy()
    old = cost[inside, site[inside]].sum()
    change, complete = redivide(ground, site, chosen, 1e-3, 1_000_000, np.ones(1, dtype=np.uint64))
    assert complete
    assert cost[inside, site[inside]].sum() == pytest.approx(best)
    assert change == pytest.approx(best - old)
    outside = ~np.isin(before, chosen)
    assert (site[outside] == before[outside]).all()
    assert site[held] == before[held]
    load = np.bincount(site, need[np.arange(customers), site], minlength=sites)
    assert (load <= limit).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_annealing_reaches_the_optimum_where_the_climb_does_not(seed):
    problem = type_d(seed, 4, 16)
    state = Search(problem, LocationOptions(search_rounds=120))
    climb_bound(state)
    best = highs_optimum(problem)
    assert state.found.objective > best
    anneal_service(state)
    assert state.found.objective == best
    assert state.work["groups_annealed"] > 0


def test_same_seed_same_answer():
    answers = []
    for _ in range(2):
        state = Search(type_d(4, 4, 20), LocationOptions())
        climb_bound(state)
        anneal_service(state)
        answers.append(state.found.site.tolist())
    assert answers[0] == answers[1]


def test_zero_rounds_leave_the_answer_alone():
    state = Search(type_d(4, 4, 20), LocationOptions(search_rounds=0))
    climb_bound(state)
    before = state.found
    anneal_service(state)
    assert state.found is before
