"""Small random location problems against plain enumeration, and relations between optima."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location

QUICK = LocationOptions(dual_iterations=60, search_rounds=3)


def enumerated(problem):
    """Best objective over all assignments and open sets, None if there is none."""
    n, m = problem.n_customers, problem.n_sites
    best = None
    for opened in itertools.product((False, True), repeat=m):
        opened = np.array(opened)
        if (problem.forced_open & ~opened).any() or (problem.forced_closed & opened).any():
            continue
        if not problem.minimum_open <= opened.sum() <= problem.maximum_open:
            continue
        sites = np.flatnonzero(opened)
        for chosen in itertools.product(sites.tolist(), repeat=n):
            value = value_of(problem, opened, np.array(chosen))
            if value is not None and (best is None or value < best):
                best = value
    return best


def value_of(problem, opened, chosen):
    customers = np.arange(problem.n_customers)
    cost = problem.cost[customers, chosen]
    locked = problem.locks >= 0
    if not np.isfinite(cost).all() or (problem.locks[locked] != chosen[locked]).any():
        return None
    total = problem.demand.sum(axis=0)
    for k in range(problem.n_measures):
        load = np.bincount(chosen, weights=problem.demand[:, k], minlength=problem.n_sites)
        share = problem.maximum_share[k]
        limit = (
            problem.capacity[:, k]
            if share >= 1
            else np.minimum(problem.capacity[:, k], share * total[k])
        )
        if (load > limit + 1e-9).any() or (
            opened & (load < problem.minimum_load[:, k] - 1e-9)
        ).any():
            return None
    own = problem.own_customer
    if any(own[j] >= 0 and chosen[own[j]] != j for j in np.flatnonzero(opened)):
        return None
    return float(cost.sum() + problem.fixed_cost[opened].sum())


def random_problem(seed, single_source=True):
    """A small problem in which every kind of limit has a fair chance to bind and to be met."""
    rng = np.random.default_rng(seed)
    n, m, k = rng.integers(1, 6), rng.integers(1, 4), rng.integers(1, 3)
    cost = rng.integers(0, 21, (n, m)) + rng.choice([0.0, 0.25])
    cost[rng.random((n, m)) < 0.1] = np.inf
    demand = rng.integers(0, 10, (n, k)).astype(float)
    fair = demand.sum(axis=0) / m
    capacity = np.ceil(fair * rng.uniform(0.8, 2.5, (m, k)))
    capacity[rng.random((m, k)) < 0.2] = np.inf
    floor = np.where(rng.random((m, k)) < 0.15, np.floor(fair * rng.uniform(0.2, 1.0)), 0.0)
    low = int(rng.integers(0, 2)) if rng.random() < 0.8 else int(rng.integers(0, m + 1))
    locks = np.where(rng.random(n) < 0.08, rng.integers(0, m, n), -1)
    own = np.full(m, -1)
    if rng.random() < 0.3 and m <= n:
        own = rng.permutation(n)[:m]
    return LocationProblem(
        cost=cost,
        demand=demand,
        capacity=capacity,
        fixed_cost=rng.integers(0, 30, m).astype(float),
        usage=None,
        minimum_open=low,
        maximum_open=max(low, 1, int(rng.integers(1, m + 1))),
        minimum_load=floor,
        maximum_share=rng.choice([1.0, 1.0, 1.0, 0.7], k),
        locks=locks,
        own_customer=own,
        forced_open=rng.random(m) < 0.12,
        forced_closed=(rng.random(m) < 0.05) & (np.arange(m) > 0),
        single_source=single_source,
    )


def agrees_with_enumeration(seed):
    problem = random_problem(seed)
    best = enumerated(problem)
    solution = solve_location(problem, QUICK)
    certificate = solution.certificate
    if best is None:
        assert certificate.status == "infeasible"
        assert certificate.messages
        return False
    assert certificate.lower_bound <= best + 1e-6
    assert solution.incumbent is not None
    found = solution.incumbent
    assert value_of(problem, found.open, solution.assignment) == pytest.approx(found.objective)
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert certificate.status == "proven"
    return True


def test_optimum_and_bound_agree_with_enumeration():
    feasible = sum(agrees_with_enumeration(seed) for seed in range(250))
    assert 120 < feasible < 250


@pytest.mark.slow
def test_optimum_and_bound_agree_with_enumeration_on_many():
    assert sum(agrees_with_enumeration(seed) for seed in range(1000, 5600)) > 2000


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_splitting_never_costs_more_than_one_source(seed):
    problem = random_problem(seed, single_source=False)
    one = solve_location(replace(problem, single_source=True), QUICK).certificate
    split = solve_location(problem, QUICK).certificate
    if one.status == "infeasible":
        return
    assert split.upper_bound <= one.upper_bound + 1e-6
    assert split.status == "proven"


def clustered(seed=3, customers=30, sites=8, tightness=1.4):
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 100, (customers, 2))
    candidate = rng.uniform(0, 100, (sites, 2))
    demand = rng.integers(5, 30, customers).astype(float)
    distance = np.hypot(*(place[:, None] - candidate[None]).T).T
    return LocationProblem(
        cost=demand[:, None] * distance,
        demand=demand,
        capacity=np.full(sites, tightness * demand.sum() / 4),
        fixed_cost=np.full(sites, 2000.0),
    )


def optimum(problem):
    certificate = solve_location(problem).certificate
    assert certificate.status == "proven"
    return certificate.objective


@pytest.mark.parametrize("seed", [1, 2])
def test_relations_between_optima(seed):
    # Scaling scales, an added site never costs, a tighter limit never pays.
    problem = clustered(seed)
    base = optimum(problem)
    scaled = replace(problem, cost=3 * problem.cost, fixed_cost=3 * problem.fixed_cost)
    assert optimum(scaled) == pytest.approx(3 * base, rel=2e-6)
    without = np.zeros(problem.n_sites, dtype=bool)
    without[solve_location(problem).assignment[0]] = True
    assert optimum(replace(problem, forced_closed=without)) >= base * (1 - 2e-6)
    assert optimum(replace(problem, capacity=0.9 * problem.capacity)) >= base * (1 - 2e-6)
    order = np.random.default_rng(seed).permutation(problem.n_sites)
    renamed = replace(
        problem,
        cost=problem.cost[:, order],
        capacity=problem.capacity[order],
        forced_open=None,
        forced_closed=None,
        own_customer=None,
        minimum_load=None,
    )
    assert optimum(renamed) == pytest.approx(base, rel=2e-6)


def test_a_lock_never_improves():
    problem = clustered(4)
    base = optimum(problem)
    assignment = solve_location(problem).assignment
    for customer in (0, 7):
        locks = np.full(problem.n_customers, -1)
        locks[customer] = (assignment[customer] + 1) % problem.n_sites
        assert optimum(replace(problem, locks=locks)) >= base * (1 - 2e-6)


@pytest.mark.parametrize(("sites", "power", "cost"), [(2, 1, 12), (2, 2, 20), (1, 1, 25)])
def test_ten_outlets_on_a_line(sites, power, cost):
    # Medians 2 and 7; by hand 2 x (2+1+0+1+2) = 12, squared 2 x (4+1+0+1+4) = 20.
    place = np.arange(10.0)
    problem = LocationProblem(
        cost=np.abs(place[:, None] - place[None]) ** power,
        demand=np.ones(10),
        capacity=np.full(10, np.inf),
        fixed_cost=np.zeros(10),
        minimum_open=sites,
        maximum_open=sites,
    )
    solution = solve_location(problem)
    assert solution.certificate.objective == cost
    assert solution.certificate.status == "proven"
    if sites == 2:
        assert np.flatnonzero(solution.incumbent.open).tolist() == [2, 7]


@pytest.mark.parametrize("seed", range(12))
def test_tree_over_sites_agrees_with_enumeration(seed, monkeypatch):
    # Small rests go to HiGHS otherwise; here the tree must do them.
    monkeypatch.setattr("channelwright.optimisation.location.closing._TREE_COLUMNS", 0)
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 100, (40, 2))
    cost = np.round(np.hypot(*(place[:, None] - place[None, :14]).T).T)
    fixed = rng.integers(0, 40, 14).astype(float)
    problem = LocationProblem(
        cost=cost,
        demand=np.ones(40),
        capacity=np.full(14, np.inf),
        fixed_cost=fixed,
        minimum_open=3 + seed % 2,
        maximum_open=4,
    )
    best = min(
        cost[:, list(sites)].min(axis=1).sum() + fixed[list(sites)].sum()
        for count in range(problem.minimum_open, 5)
        for sites in itertools.combinations(range(14), count)
    )
    # So few steps leave a gap at the root, which the tree must close.
    certificate = solve_location(problem, LocationOptions(dual_iterations=12)).certificate
    assert certificate.status == "proven"
    assert certificate.objective == pytest.approx(best)


def test_groups_that_share_nothing_are_solved_apart():
    one, other = clustered(5, customers=20, sites=5), clustered(6, customers=15, sites=4)
    cost = np.full((35, 9), np.inf)
    cost[:20, :5], cost[20:, 5:] = one.cost, other.cost
    both = LocationProblem(
        cost=cost,
        demand=np.concatenate([one.demand, other.demand]),
        capacity=np.concatenate([one.capacity, other.capacity]),
        fixed_cost=np.concatenate([one.fixed_cost, other.fixed_cost]),
    )
    solution = solve_location(both)
    assert solution.certificate.work["groups"] == 2
    assert solution.certificate.objective == pytest.approx(optimum(one) + optimum(other), rel=2e-6)
    # A limit on the number of sites ties the groups together again.
    count = int(solution.incumbent.open.sum())
    least = solve_location(replace(both, minimum_open=count + 1))
    assert "groups" not in least.certificate.work
    assert least.incumbent.open.sum() == count + 1
    assert least.certificate.objective >= solution.certificate.objective - 1e-6


def test_the_same_request_gives_the_same_answer():
    first, again = solve_location(clustered(9)), solve_location(clustered(9))
    assert first.assignment.tolist() == again.assignment.tolist()
    assert first.certificate == again.certificate
