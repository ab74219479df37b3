"""Small random district problems against plain enumeration, and relations between optima."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.optimisation.districts import (
    DistrictOptions,
    DistrictProblem,
    adjacency_of,
    solve_districts,
)
from tests.support.random_districts import enumerated, random_problem, value_of

QUICK = DistrictOptions(restarts=2, epochs=12, moves=12, dual_iterations=120)


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
