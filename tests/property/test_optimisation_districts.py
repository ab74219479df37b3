"""Small random district problems against plain enumeration, and relations between optima."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from channelwright.optimisation.districts import (
    DistrictOptions,
    DistrictProblem,
    adjacency_of,
    solve_districts,
)

QUICK = DistrictOptions(restarts=2, epochs=12, moves=12, dual_iterations=120)


def whole(members, edges):
    """Plain search through the edges, on purpose not the engine's walk."""
    members, reached = set(members), set()
    queue = [next(iter(members))]
    while queue:
        here = queue.pop()
        reached.add(here)
        for a, b in edges.tolist():
            for x, y in ((a, b), (b, a)):
                if x == here and y in members and y not in reached:
                    queue.append(y)
    return reached == members


def value_of(problem, label):
    """Objective of territories given by labels, each with its best centre; None if not allowed."""
    total = 0.0
    for t in range(problem.territories):
        members = np.flatnonzero(label == t)
        if not members.size:
            return None
        if problem.edges is not None and not whole(members.tolist(), problem.edges):
            return None
        load = problem.activity[members].sum(axis=0)
        mean = problem.activity.sum(axis=0) / problem.territories
        for k in range(problem.n_measures):
            tolerance = problem.tolerance[k]
            if np.isinf(tolerance):
                continue
            low = max(0.0, mean[k] * (1 - tolerance))
            beyond = max(0.0, load[k] - mean[k] * (1 + tolerance), low - load[k])
            if beyond > 1e-9 and np.isinf(problem.price[k]):
                return None
            total += beyond * problem.price[k] if beyond > 1e-9 else 0.0
        possible = [j for j in members.tolist() if problem.candidates[j]]
        given = [j for j in problem.centres.tolist() if j in members]
        locked = {int(j) for j in problem.locks[members] if j >= 0}
        if len(given) > 1 or (locked and locked != set(given)):
            return None
        possible = given or possible
        if not possible:
            return None
        total += min(problem.cost[members, j].sum() for j in possible)
    for a, b in problem.together.tolist():
        if label[a] != label[b]:
            return None
    for a, b in problem.apart.tolist():
        if label[a] == label[b]:
            return None
    return total


def enumerated(problem):
    n, p = problem.n_units, problem.territories
    best = None
    for rest in itertools.product(range(p), repeat=n - 1):
        # Territories have no names of their own: the first unit is in the first one.
        label = np.array((0, *rest))
        value = value_of(problem, label)
        if value is not None and (best is None or value < best):
            best = value
    return best


def random_problem(seed):
    """Every rule has a fair chance to be there, to bind and to be met."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 8))
    p = int(rng.integers(1, min(4, n) + 1)) if n < 7 else int(rng.integers(1, 4))
    points = rng.integers(0, 20, (n, 2)).astype(float)
    distance = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    measures = int(rng.integers(1, 3))
    activity = rng.integers(1, 9, (n, measures)).astype(float)
    edges = adjacency_of(points) if rng.random() < 0.7 else None
    if edges is not None and rng.random() < 0.3:
        edges = edges[rng.random(len(edges)) < 0.8]
    tolerance = rng.choice([0.1, 0.3, 0.6, 1.0, np.inf], measures)
    price = np.where(rng.random(measures) < 0.25, 2.0, np.inf)
    candidates = rng.random(n) < 0.9
    centres, locks = [], np.full(n, -1)
    if rng.random() < 0.3 and candidates.any():
        centres = [int(rng.choice(np.flatnonzero(candidates)))]
        if rng.random() < 0.5:
            locks[int(rng.integers(0, n))] = centres[0]
    pair = [int(i) for i in rng.choice(n, 2, replace=False)]
    return DistrictProblem(
        cost=distance ** rng.choice([1, 2]) * (activity[:, :1] if rng.random() < 0.5 else 1.0),
        activity=activity,
        territories=p,
        tolerance=tolerance,
        price=price,
        edges=edges,
        candidates=candidates,
        centres=centres,
        locks=locks,
        together=[pair] if rng.random() < 0.15 else None,
        apart=[pair] if rng.random() < 0.15 else None,
    )


def agrees_with_enumeration(seed):
    problem = random_problem(seed)
    best = enumerated(problem)
    solution = solve_districts(problem, QUICK)
    certificate = solution.certificate
    if best is None:
        assert certificate.status == "infeasible", seed
        assert certificate.messages
        return False
    assert certificate.status == "proven", (seed, certificate)
    assert certificate.lower_bound <= best + 1e-6 * max(1.0, best), seed
    found = solution.found
    assert value_of(problem, found.label) == pytest.approx(found.objective), seed
    assert found.objective == pytest.approx(best, rel=2e-6, abs=1e-6), seed
    return True


def test_optimum_and_bound_agree_with_enumeration():
    feasible = sum(agrees_with_enumeration(seed) for seed in range(120))
    assert 50 < feasible < 120


@pytest.mark.slow
def test_optimum_and_bound_agree_with_enumeration_on_many():
    assert sum(agrees_with_enumeration(seed) for seed in range(1000, 5200)) > 2000


def counties(seed=1, n=24, p=3):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 100, (n, 2))
    distance = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    return DistrictProblem(
        cost=distance,
        activity=rng.integers(5, 15, (n, 2)),
        territories=p,
        tolerance=0.15,
        edges=adjacency_of(points),
    )


def optimum(problem):
    certificate = solve_districts(problem, QUICK).certificate
    assert certificate.status == "proven"
    return certificate.objective


@pytest.mark.parametrize("seed", [1, 2])
def test_scaling_and_renaming_leave_the_optimum(seed):
    problem = counties(seed)
    base = optimum(problem)
    assert optimum(replace(problem, cost=3 * problem.cost)) == pytest.approx(3 * base, rel=3e-6)
    scaled = replace(problem, activity=7 * problem.activity)
    assert optimum(scaled) == pytest.approx(base, rel=3e-6)
    order = np.random.default_rng(seed).permutation(problem.n_units)
    place = np.argsort(order)
    renamed = replace(
        problem,
        cost=problem.cost[np.ix_(order, order)],
        activity=problem.activity[order],
        edges=place[problem.edges],
    )
    assert optimum(renamed) == pytest.approx(base, rel=3e-6)


def test_more_rules_never_pay():
    problem = counties(3)
    solution = solve_districts(problem, QUICK)
    base, label = solution.certificate.objective, solution.found.label
    least = base * (1 - 3e-6)
    assert optimum(replace(problem, edges=None)) <= base * (1 + 3e-6)
    assert optimum(replace(problem, tolerance=0.08)) >= least
    assert optimum(replace(problem, price=1e-3)) <= base * (1 + 3e-6)
    split = [int(np.flatnonzero(label == t)[0]) for t in (0, 1)]
    assert optimum(replace(problem, together=[split])) >= least
    joined = np.flatnonzero(label == 0)[:2]
    assert optimum(replace(problem, apart=[joined])) >= least
    border = [pair for pair in problem.edges.tolist() if label[pair[0]] != label[pair[1]]]
    other, unit = border[0]
    locks = np.full(problem.n_units, -1)
    locks[unit] = other
    assert optimum(replace(problem, centres=[other], locks=locks)) >= least


@pytest.mark.parametrize("seed", range(4))
def test_bound_of_a_large_search_is_finite_and_below_the_answer(seed):
    problem = counties(seed, n=60, p=4)
    proven = optimum(problem)
    quick = replace(QUICK, exact_units=0, restarts=1, dual_iterations=400)
    certificate = solve_districts(problem, quick).certificate
    assert certificate.bound_kind == "Lagrangian of membership and balance"
    assert np.isfinite(certificate.lower_bound)
    assert certificate.lower_bound <= proven * (1 + 1e-9)
    assert certificate.lower_bound >= 0.9 * proven
