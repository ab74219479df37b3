"""Time limits reach every stage, and cutting work into pieces changes no result."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from channelwright.optimisation.interrupting import attended
from channelwright.optimisation.location import (
    LocationOptions,
    LocationProblem,
    deadline,
    exact,
    solve_location,
)
from channelwright.optimisation.location.arcs import choose_arcs
from channelwright.optimisation.location.bursts import climb_sites
from channelwright.optimisation.location.capacity_prices import price_capacity
from channelwright.optimisation.location.compiled_climb import compile_arcs
from channelwright.optimisation.location.exchange import empty_plan, fill_plan
from channelwright.optimisation.location.flows import OpenArcs, flow_to_open
from channelwright.optimisation.location.lagrangian import Relaxation, first_prices
from channelwright.optimisation.location.lists import arcs_at
from channelwright.optimisation.location.model import ModelArcs
from channelwright.optimisation.location.relief import relieve
from channelwright.optimisation.solver import SolveStatus


def _problem(customers=160, sites=8, seed=4):
    dice = np.random.default_rng(seed)
    place, depot = dice.uniform(0, 100, (customers, 2)), dice.uniform(0, 100, (sites, 2))
    cost = np.hypot(*(place[:, None] - depot[None]).T).T
    demand = dice.integers(1, 20, customers).astype(float)
    return LocationProblem(
        cost=cost,
        demand=demand[:, None],
        capacity=np.full(sites, np.ceil(demand.sum() * 1.3 / sites * 2)),
        fixed_cost=dice.uniform(100, 300, sites),
    )


@pytest.mark.parametrize("sites", [8, 40])
def test_a_limit_that_is_not_reached_changes_nothing(sites, monkeypatch):
    """Both ways, sites first and servers first; with a limit all loops run in small pieces."""
    problem = _problem(sites=sites)
    free = solve_location(problem, LocationOptions(gap=1e-3))
    for module in ("bursts._PIECE_ARCS", "capacity_prices._PIECE_ARCS"):
        monkeypatch.setattr(f"channelwright.optimisation.location.{module}", 1)
    for module in ("relief._PIECE", "relocation._PIECE", "flows._CHAINS", "exchange._PIECE"):
        monkeypatch.setattr(f"channelwright.optimisation.location.{module}", 3)
    with deadline.time_limit(1e6):
        pieces = solve_location(problem, LocationOptions(gap=1e-3))
    assert pieces.certificate.lower_bound == free.certificate.lower_bound
    assert pieces.certificate.upper_bound == free.certificate.upper_bound
    assert pieces.certificate.work == free.certificate.work
    assert pieces.assignment.tolist() == free.assignment.tolist()


def test_a_site_with_a_crowd_passes_on_what_is_too_much():
    """All at the first of three sites, which holds a third of them."""
    problem = _problem(customers=600, sites=3)
    limit = np.ceil(problem.demand.sum() * 0.4)
    problem = replace(problem, capacity=np.full((3, 1), limit))
    lists = problem.lists
    plan = empty_plan(lists, np.ones(3, dtype=np.bool_))
    fill_plan(lists, plan, arcs_at(lists, np.zeros(600, dtype=np.int64)))
    assert relieve(lists, plan, 3_000)
    site = lists.site[plan.at]
    load = np.bincount(site, weights=problem.demand[:, 0], minlength=3)
    assert (load <= limit).all()
    # They leave to near sites rather than to far ones.
    cost = problem.cost[np.arange(600), site]
    assert cost.sum() < np.where(site == 0, problem.cost[:, 0], problem.cost.max(axis=1)).sum()


def test_a_part_that_leaves_a_customer_without_a_server_has_no_answer():
    problem = _problem(customers=5, sites=2)
    customer, site = np.nonzero(problem.allowed)
    kept = customer != 3
    none = np.zeros(2, dtype=np.bool_)
    part = ModelArcs(customer[kept], site[kept], none, none.copy(), np.zeros(0, dtype=np.int64))
    report = exact.solve_exact(problem, part, exact.SolverOptions())
    assert report.status is SolveStatus.INFEASIBLE


def test_chains_end_with_a_word_and_not_with_a_false_statement():
    arcs = OpenArcs(
        np.array([0, 2, 4]),
        np.array([0, 0, 1, 1]),
        np.array([0, 1, 0, 1]),
        np.array([1.0, 5.0, 1.0, 7.0]),
        np.ones(2),
        np.ones(2),
    )
    served, share, _ = flow_to_open(arcs, np.zeros(2))
    assert served
    assert share.tolist() == [0.0, 1.0, 1.0, 0.0]
    with deadline.time_limit(-1.0), pytest.raises(deadline.OutOfTime):
        flow_to_open(arcs, np.zeros(2))
    with deadline.time_limit(-1.0), deadline.grace(60.0):
        assert flow_to_open(arcs, np.zeros(2))[0]


def test_loops_end_at_once_when_time_is_over():
    problem = _problem()
    opened = np.ones(problem.n_sites, dtype=bool)
    tight = problem.lists._replace(limit=problem.lists.limit / 4)
    assert price_capacity(tight, opened, 50).any()
    with deadline.time_limit(-1.0):
        assert not price_capacity(tight, opened, 50).any()
    arcs = choose_arcs(problem, problem.n_sites)
    compiled, price = compile_arcs(Relaxation(problem, arcs)), first_prices(problem, arcs)
    with deadline.time_limit(-1.0):
        peak = climb_sites(compiled, price, arcs.ceiling, 50, 1.0, 1e6, np.inf, False)
    assert peak.steps == 0
    assert np.isfinite(peak.value)
    assert climb_sites(compiled, price, arcs.ceiling, 50, 1.0, 1e6, np.inf, False).steps == 50


def test_an_inner_limit_cannot_outlast_the_outer_one():
    with deadline.time_limit(-1.0), deadline.time_limit(100.0):
        assert deadline.out_of_time()
    with deadline.time_limit(100.0), deadline.time_limit(None):
        assert deadline.is_limited()
        assert not deadline.out_of_time()
    assert not deadline.is_limited()


def test_grace_lengthens_a_limit_and_sets_none():
    with deadline.time_limit(-1.0), deadline.grace(100.0):
        assert not deadline.out_of_time()
    with deadline.time_limit(100.0), deadline.grace(-1.0):
        assert not deadline.out_of_time()
    with deadline.grace(1.0):
        assert not deadline.is_limited()
    with attended() as present:
        present.asked = True
        assert deadline.out_of_time()
        with deadline.grace(100.0):
            assert not deadline.out_of_time()


def test_highs_gets_what_is_left_and_not_the_whole_limit(monkeypatch):
    given = []

    class Slow(exact.Session):
        def __init__(self, model, options):
            given.append(options.seconds)
            super().__init__(model, options)

        def solve(self):
            time.sleep(0.2)
            return super().solve()

    monkeypatch.setattr(exact, "Session", Slow)
    problem = _problem(customers=12, sites=3)
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(3, dtype=bool)
    part = exact.ModelArcs(customer, site, none, none.copy(), np.arange(0))
    exact.solve_exact(problem, part, exact.SolverOptions(seconds=5.0))
    assert len(given) == 2
    assert given[0] <= 5.0
    assert given[1] <= given[0] - 0.2
