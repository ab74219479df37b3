"""Connected, balanced territories of sites against plain enumeration."""

from __future__ import annotations

import pytest

from channelwright.optimisation.location import LocationOptions, solve_location
from tests.support.random_shapes import enumerated, random_problem, value_of

QUICK = LocationOptions(dual_iterations=100, search_rounds=6)


def agrees_with_enumeration(seed):
    problem = random_problem(seed)
    best = enumerated(problem)
    solution = solve_location(problem, QUICK)
    certificate = solution.certificate
    if best is None:
        assert certificate.status == "infeasible", seed
        assert certificate.messages
        return False
    assert certificate.lower_bound <= best + 1e-6, seed
    assert solution.incumbent is not None, seed
    found = solution.incumbent
    value = value_of(problem, problem.shape, found.open, solution.assignment)
    assert value == pytest.approx(found.objective), seed
    assert found.objective == pytest.approx(best, abs=1e-6), seed
    assert certificate.status == "proven", seed
    return True


def test_optimum_and_bound_agree_with_enumeration():
    feasible = sum(agrees_with_enumeration(seed) for seed in range(120))
    assert 40 < feasible < 120


@pytest.mark.slow
def test_optimum_and_bound_agree_with_enumeration_on_many():
    assert sum(agrees_with_enumeration(seed) for seed in range(1000, 5600)) > 2000
