"""Many small capacitated medians: bounds of columns and cuts never pass the best answer of all."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.cluster_climb import raise_bound
from channelwright.optimisation.location.cluster_list import decide_listed
from channelwright.optimisation.location.cluster_proof import begin_lift
from channelwright.optimisation.location.clustering import begin_clustering
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.location.state import Search


def _drawn(seed):
    """Draw medians, with and without fixed costs, closed sites, forbidden service, whole costs."""
    rng = np.random.default_rng([seed, 11])
    points, number = int(rng.integers(6, 11)), int(rng.integers(2, 5))
    place = rng.uniform(0, 60, (points, 2))
    own = rng.permutation(points) if rng.random() < 0.5 else np.arange(points)
    cost = np.hypot(*(place[:, None] - place[own][None]).T).T
    cost = np.floor(cost) if rng.random() < 0.3 else cost
    if rng.random() < 0.4:
        forbidden = rng.random(cost.shape) < 0.15
        cost[forbidden & (own[None, :] != np.arange(points)[:, None])] = np.inf
    demand = rng.integers(1, 30, points).astype(float)
    limit = max(demand.sum() / (number * rng.uniform(0.7, 0.97)), demand.max())
    return LocationProblem(
        cost=cost,
        demand=demand,
        capacity=np.full((points, 1), np.ceil(limit)) + rng.integers(0, 6, (points, 1)),
        fixed_cost=rng.uniform(0, 25, points) * (rng.random() < 0.4),
        forced_closed=rng.random(points) < 0.1,
        minimum_open=number,
        maximum_open=number,
        own_customer=own,
    )


def _least(problem):
    """Return the least cost of all divisions: the best cluster of every set, then sets together."""
    n = problem.n_customers
    inside = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    cost = np.where(np.isfinite(problem.cost), problem.cost, 1e9)
    value = inside @ cost + problem.fixed_cost
    fits = (inside @ problem.demand) <= problem.capacity.T
    fits &= (inside[:, problem.own_customer] == 1) & ~problem.forced_closed & (value < 1e8)
    best = np.where(fits, value, np.inf).min(axis=1)
    sets = np.flatnonzero(np.isfinite(best))
    now = np.full(2**n, np.inf)
    now[0] = 0.0
    for _ in range(problem.maximum_open):
        after = np.full(2**n, np.inf)
        for have in np.flatnonzero(np.isfinite(now)).tolist():
            first = ~have & (have + 1)
            fitting = sets[(sets & have == 0) & (sets & first != 0)]
            np.minimum.at(after, have | fitting, now[have] + best[fitting])
        now = after
    return float(now[-1])


def _count_proven(seeds):
    proven = 0
    for seed in seeds:
        problem = _drawn(seed)
        least = _least(problem)
        if not np.isfinite(least):
            continue
        state = Search(problem, LocationOptions(seed=seed, dual_iterations=20))
        begin_clustering(state).anneal(1.0)
        if state.found is None:
            continue
        assert violation(problem, state.found) is None
        assert state.found.objective >= least - 1e-6
        raise_bound(state)
        assert state.bound <= least + 1e-6
        # From prices alone, so that what is tested raises the bound.
        state.bound = -np.inf
        lift = begin_lift(state, [])
        if lift is None:
            continue
        going = lift.converge()
        while going and not state.done:
            assert lift.value <= least + 1e-6
            going = lift.master.cut(20) > 0 and lift.converge()
        for most in (5, 60, 2_000):
            if not state.done:
                decide_listed(state, lift, most)
            assert state.bound <= least + 1e-6
            assert state.found.objective >= least - 1e-6
        proven += state.found.objective == pytest.approx(least) and state.done
    return proven


def test_bounds_of_columns_never_pass_the_best_answer():
    assert _count_proven(range(60)) >= 40


@pytest.mark.slow
def test_bounds_of_columns_never_pass_the_best_answer_often():
    assert _count_proven(range(1_000, 4_000)) >= 2_000


@pytest.mark.slow
def test_whole_searches_never_pass_the_best_answer_often():
    for seed in range(4_000, 5_000):
        problem = _drawn(seed)
        least = _least(problem)
        solution = solve_location(problem)
        if not np.isfinite(least):
            assert solution.certificate.status == "infeasible"
            continue
        assert solution.certificate.lower_bound <= least + 1e-6
        assert solution.incumbent.objective == pytest.approx(least)
