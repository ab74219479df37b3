"""Whatever the time limit, a search ends with a bound that is finite and of a named kind."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from numba import njit

from benchmarks.districts.cases import CASES, Case
from benchmarks.territories.connected import district_problem
from channelwright.foundation.compiled import compile_seconds, search_clock
from channelwright.optimisation.districts import DistrictOptions, solve_districts
from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.certify import CHEAPEST, cheapest_service
from channelwright.optimisation.location.shape import Shape


def _problem(**changes):
    dice = np.random.default_rng(3)
    place, depot = dice.uniform(0, 100, (60, 2)), dice.uniform(0, 100, (8, 2))
    demand = dice.integers(1, 20, 60).astype(float)
    return LocationProblem(
        **{
            "cost": np.hypot(*(place[:, None] - depot[None]).T).T,
            "demand": demand[:, None],
            "capacity": np.full(8, np.ceil(demand.sum() * 1.2 / 4)),
            "fixed_cost": dice.uniform(100, 300, 8),
            **changes,
        }
    )


_SHAPE = Shape(
    edges=np.stack([np.arange(59), np.arange(1, 60)], axis=1),
    anchor=np.ones((60, 8), dtype=bool),
    low=np.zeros(1),
    high=np.full(1, np.inf),
    price=np.full(1, np.inf),
    apart=np.zeros((0, 2), dtype=int),
)


@pytest.mark.parametrize("seconds", [0.0, 1e-3])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"single_source": False},
        {"forced_open": np.ones(8, dtype=bool)},
        {"minimum_open": 5, "maximum_open": 5},
        {"shape": _SHAPE},
    ],
    ids=["one source", "split", "all open", "five", "shape"],
)
def test_a_location_search_without_time_has_a_bound(changes, seconds):
    problem = _problem(**changes)
    certificate = solve_location(problem, LocationOptions(seconds=seconds)).certificate
    assert certificate.timed or certificate.status == "proven"
    assert np.isfinite(certificate.lower_bound)
    assert certificate.lower_bound >= cheapest_service(problem) > 0


def test_the_cheapest_service_is_never_above_the_best_answer():
    for changes in ({}, {"minimum_open": 6}, {"fixed_cost": np.arange(-4.0, 4.0)}):
        problem = _problem(**changes, capacity=np.full(8, 1e9))
        best = solve_location(problem).certificate
        assert best.status == "proven"
        assert cheapest_service(problem) <= best.upper_bound + 1e-9
    alone = solve_location(replace(problem, fixed_cost=np.zeros(8))).certificate
    assert cheapest_service(replace(problem, fixed_cost=np.zeros(8))) == pytest.approx(
        alone.upper_bound
    )


def test_a_bound_by_prices_that_is_worse_than_none_is_not_shown():
    """A median serves itself, so first prices say next to nothing."""
    dice = np.random.default_rng(0)
    place = dice.uniform(0, 100, (80, 2))
    demand = dice.integers(1, 20, 80).astype(float)
    problem = LocationProblem(
        cost=5.0 + np.hypot(*(place[:, None] - place[None]).T).T * demand[:, None],
        demand=demand[:, None],
        capacity=np.full(80, np.ceil(demand.sum() * 1.2 / 6)),
        fixed_cost=np.zeros(80),
        minimum_open=6,
        maximum_open=6,
        own_customer=np.arange(80),
    )
    certificate = solve_location(problem, LocationOptions(seconds=0.0)).certificate
    assert certificate.lower_bound >= 400
    assert certificate.bound_kind in (CHEAPEST, "lagrangian")


@pytest.mark.parametrize("units", [60, 700])
def test_a_search_for_districts_without_time_has_answer_and_bound(units):
    problem = district_problem(CASES["grid"](Case(units, 4, 0.1, "gabriel", 1)))
    solution = solve_districts(problem, DistrictOptions(seconds=0.0))
    assert solution.found is not None
    assert solution.certificate.timed
    assert 0 < solution.certificate.lower_bound <= solution.found.objective
    assert solution.certificate.gap < 0.8


def test_the_clock_of_a_search_stands_still_while_a_kernel_is_compiled():
    @njit
    def fresh(values):
        total = 0.0
        for value in values:
            total += value
        return total

    clock, wall, compiled = search_clock(), time.perf_counter(), compile_seconds()
    fresh(np.ones(3))
    spent, all_of_it = compile_seconds() - compiled, time.perf_counter() - wall
    assert spent > 0.5 * all_of_it
    assert search_clock() - clock == pytest.approx(all_of_it - spent, abs=0.01)
