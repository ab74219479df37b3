"""Requests that fall apart into groups: one account, and an answer whenever they are ended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.optimisation.interrupting import attended
from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.watching import Watch

QUICK = LocationOptions(gap=1e-6, dual_iterations=150, search_rounds=6)


def grouped(groups=3, customers=12, sites=4, seed=0):
    """Blocks of customers and sites with nothing between them, tight enough for a search."""
    rng = np.random.default_rng(seed)
    n, m = groups * customers, groups * sites
    place, depot = rng.uniform(0, 60, (n, 2)), rng.uniform(0, 60, (m, 2))
    cost = np.hypot(*(place[:, None] - depot[None]).transpose(2, 0, 1))
    block = np.arange(n)[:, None] // customers == np.arange(m)[None] // sites
    demand = rng.integers(3, 12, (n, 1)).astype(float)
    return LocationProblem(
        cost=np.where(block, cost, np.inf),
        demand=demand,
        capacity=np.full((m, 1), np.ceil(1.15 * customers * 7.5 / 2)),
        fixed_cost=rng.uniform(20, 60, m),
    )


class Listener:
    """Keeps what it is told and ends the search at a report of a given number."""

    def __init__(self, last=10**9):
        self.reports, self.last = [], last

    def __call__(self, found, bound):
        self.reports.append((found, bound))
        return len(self.reports) < self.last


@pytest.fixture(scope="module")
def best():
    solution = solve_location(grouped(), QUICK)
    assert solution.certificate.work["groups"] == 3
    assert solution.certificate.proven
    return solution


def test_the_account_is_one_of_all_groups(best):
    problem, listener = grouped(), Listener()
    solution = solve_location(problem, replace(QUICK, progress=listener))
    optimum = best.certificate.objective
    bounds = [bound for _, bound in listener.reports]
    assert np.isfinite(bounds).all(), "groups that were not begun have a bound, too"
    assert max(bounds) <= optimum + 1e-6
    assert (np.diff(bounds) >= -1e-9).all()
    answers = [found for found, _ in listener.reports]
    first = next(k for k, found in enumerate(answers) if found is not None)
    assert first < len(answers) / 2, "there is an answer long before the last group is begun"
    for found in answers[first:]:
        assert violation(problem, found) is None
        assert found.objective >= optimum - 1e-6
    values = [found.objective for found in answers[first:]]
    assert values == sorted(values, reverse=True)
    assert solution.certificate.objective == pytest.approx(optimum)


def test_listening_changes_no_result(best):
    heard = solve_location(grouped(), replace(QUICK, progress=Listener()))
    assert heard.assignment.tolist() == best.assignment.tolist()
    assert heard.certificate == best.certificate


@pytest.mark.parametrize("last", [1, 2, 3, 4, 6, 9, 13])
def test_whenever_it_is_ended_there_is_an_answer_under_a_finite_bound(best, last):
    problem, listener = grouped(), Listener(last)
    solution = solve_location(problem, replace(QUICK, progress=listener))
    optimum = best.certificate.objective
    assert violation(problem, solution.incumbent) is None
    assert optimum - 1e-6 <= solution.certificate.objective <= 2 * optimum
    assert 0.3 * optimum < solution.certificate.lower_bound <= optimum + 1e-6
    known = [found.objective for found, _ in listener.reports if found is not None]
    assert solution.certificate.objective <= min(known, default=np.inf) + 1e-9
    # A search that is ended reports what it finds on its way out, and no more.
    assert len(listener.reports) <= last + 3


def test_a_group_that_has_no_answer_is_named_before_the_others_are_searched():
    problem = grouped()
    capacity = np.array(problem.capacity)
    capacity[8:] = 13.0
    listener = Listener()
    solution = solve_location(
        replace(problem, capacity=capacity), replace(QUICK, progress=listener)
    )
    assert solution.certificate.status == "infeasible"
    assert solution.certificate.messages


def test_limits_on_all_sites_that_groups_break_leave_one_search_of_the_whole():
    problem = grouped()
    loose = solve_location(problem, QUICK)
    most = int(loose.incumbent.open.sum())
    more = replace(problem, minimum_open=most + 2)
    for last in (10**9, 2):
        listener = Listener(last)
        solution = solve_location(more, replace(QUICK, progress=listener))
        assert violation(more, solution.incumbent) is None
        assert all(f is None or violation(more, f) is None for f, _ in listener.reports)


def test_a_watch_names_the_group_and_a_wish_to_end_is_heard():
    states = []

    class Often(Watch):
        def __call__(self, found, bound):
            self._last = -np.inf
            go_on = super().__call__(found, bound)
            present.asked |= states[-1].answer is not None
            return go_on

    with attended() as present:
        watch = Often("territories", states.append)
        solution = solve_location(grouped(), replace(QUICK, progress=watch))
    assert states[0].decision == "territories, group 1 of 3"
    assert states[0].answer is None
    assert states[0].bound is not None
    assert solution.incumbent is not None
    assert "groups" in solution.certificate.work
