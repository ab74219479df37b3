"""Capacitated medians as annealed clusters: moves keep the books, bounds are bounds."""

from __future__ import annotations

import time
from itertools import combinations, product

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.cluster_climb import raise_bound
from channelwright.optimisation.location.cluster_moves import try_moves
from channelwright.optimisation.location.cluster_pool import ClusterPool
from channelwright.optimisation.location.clustering import begin_clustering, is_clustering
from channelwright.optimisation.location.clusters import count_up, empty_clusters
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.solver import SolverOptions
from tests.support.location_instances import small_medians


def _least(problem):
    """Return the least cost of all by looking at every answer."""
    best = np.inf
    n, need = problem.n_customers, problem.demand[:, 0]
    for sites in combinations(np.flatnonzero(~problem.forced_closed), problem.maximum_open):
        for choice in product(sites, repeat=n):
            site = np.array(choice)
            load = np.bincount(site, weights=need, minlength=n)
            own = all(site[problem.own_customer[j]] == j for j in sites)
            if own and (load <= problem.capacity[:, 0]).all():
                cost = problem.cost[np.arange(n), site].sum()
                best = min(best, cost + problem.fixed_cost[list(sites)].sum())
    return best


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_small_medians_are_the_best_of_all(seed, plain):
    problem = small_medians(seed, 7, 2 if seed % 2 else 3, plain=plain)
    assert is_clustering(problem)
    solution = solve_location(problem)
    least = _least(problem)
    if not np.isfinite(least):
        assert solution.certificate.status == "infeasible"
        return
    assert solution.certificate.lower_bound <= least + 1e-6
    assert solution.certificate.upper_bound == pytest.approx(least)


@pytest.mark.parametrize("number", [3, 40])
@pytest.mark.parametrize("plain", [True, False])
def test_moves_keep_the_books(number, plain):
    problem = small_medians(number, 120, number, plain=plain)
    clustering = begin_clustering(Search(problem, LocationOptions()))
    clusters = empty_clusters(clustering.best, number)
    before = count_up(clustering.points, clusters)
    heat = clustering.scale * np.array([1.0, 0.05])
    change = try_moves(clustering.points, clusters, heat, 40_000, clustering.dice)
    assert change != 0.0
    again = empty_clusters(clusters.of, number)
    assert count_up(clustering.points, again) == pytest.approx(before + change)
    assert np.bincount(clusters.of, minlength=number).tolist() == clusters.size.tolist()
    assert clusters.size.min() > 0
    assert clusters.load == pytest.approx(again.load)
    assert clusters.value == pytest.approx(again.value)
    assert (clusters.load <= clustering.points.limit[clusters.centre]).all()


def test_many_small_clusters_are_answered_well_and_alike():
    problem, best = small_medians(1, 240, 60), []
    for _ in range(2):
        state = Search(problem, LocationOptions())
        clustering = begin_clustering(state)
        clustering.anneal(1.0)
        raise_bound(state)
        assert violation(problem, state.found) is None
        assert state.certificate().gap < 0.08
        best.append(clustering.best.tolist())
    assert best[0] == best[1]


def test_a_time_limit_ends_a_cycle():
    problem = small_medians(2, 600, 100)
    state = Search(problem, LocationOptions(seconds=1.0))
    clustering = begin_clustering(state)
    begin = time.perf_counter()
    clustering.anneal(0.5)
    assert time.perf_counter() - begin < 3.0
    assert violation(problem, state.found) is None


def test_other_problems_are_no_clusterings():
    problem = small_medians(3, 20, 4)
    loose = LocationProblem(
        cost=problem.cost,
        demand=problem.demand,
        capacity=problem.capacity,
        fixed_cost=problem.fixed_cost,
        minimum_open=4,
        maximum_open=4,
    )
    assert is_clustering(problem)
    assert not is_clustering(loose)


def _pool_of(problem, divisions):
    """Return the pool that has seen some divisions into clusters, and the cost of each."""
    clustering = begin_clustering(Search(problem, LocationOptions()))
    pool, costs = ClusterPool(), []
    for of in divisions:
        clusters = empty_clusters(of, problem.maximum_open)
        costs.append(count_up(clustering.points, clusters))
        pool.add(clustering.points, clusters)
    return pool, costs


def test_clusters_of_two_answers_make_a_better_third():
    # Four tight groups; each of two answers has two of them right and two mixed up.
    at = np.array([0.0, 1, 2, 100, 101, 102, 200, 201, 202, 300, 301, 302])
    problem = LocationProblem(
        cost=np.abs(at[:, None] - at[None, :]),
        demand=np.ones(12),
        capacity=np.full((12, 1), 3.0),
        fixed_cost=np.zeros(12),
        minimum_open=4,
        maximum_open=4,
        own_customer=np.arange(12),
    )
    left = np.array([0, 0, 0, 1, 1, 1, 2, 3, 2, 3, 2, 3])
    right = np.array([0, 1, 0, 1, 0, 1, 2, 2, 2, 3, 3, 3])
    pool, costs = _pool_of(problem, (left, right))
    of, centre = pool.combine(12, 4, min(costs), SolverOptions())
    assert sorted(centre.tolist()) == [1, 4, 7, 10]
    assert np.abs(at - at[centre[of]]).sum() == 8.0 < min(costs)
    # What is no better than the ceiling is nothing.
    assert pool.combine(12, 4, 8.0, SolverOptions()) is None
    assert ClusterPool().combine(12, 4, np.inf, SolverOptions()) is None


def test_overloaded_clusters_are_not_remembered():
    problem = small_medians(3, 12, 3)
    pool, _ = _pool_of(problem, (np.array([0] * 10 + [1, 2]),))
    assert len(pool.seen) == 2


@pytest.mark.parametrize("plain", [True, False])
def test_combined_clusters_better_answers_and_keep_every_rule(plain):
    problem, counted = small_medians(5, 90, 18, plain=plain), 0
    for seed in range(3):
        state = Search(problem, LocationOptions(seed=seed))
        clustering = begin_clustering(state)
        clustering.anneal(1.0)
        counted += state.work.get("clusters_combined", 0)
        assert violation(problem, state.found) is None
        served = np.bincount(clustering.best, minlength=problem.maximum_open)
        assert (served > 0).all()
    assert counted > 0 or not plain
