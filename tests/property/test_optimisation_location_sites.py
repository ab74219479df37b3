"""Split service, choice of sites and the tree over sites against HiGHS and enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location import transport as transport_module
from channelwright.optimisation.location.choosing import choose, forced_rises
from channelwright.optimisation.location.interchange import improve_sites
from channelwright.optimisation.location.rounding import fit_whole
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.location.transport import transport
from tests.property.test_optimisation_location_enumeration import enumerated, random_problem
from tests.property.test_optimisation_location_tree import plain_optimum


def made(seed, customers=60, sites=6, tightness=1.1, single_source=True):
    """Outlets and depots in a square; depots of unequal size that cost by their size."""
    rng = np.random.default_rng(seed)
    place, depot = rng.uniform(0, 100, (customers, 2)), rng.uniform(0, 100, (sites, 2))
    demand = rng.integers(1, 30, customers).astype(float)
    distance = np.hypot(*(place[:, None] - depot[None]).T).T
    cost = demand[:, None] * distance
    cost[(rng.random(cost.shape) < 0.1) & (distance > 40)] = np.inf
    weight = rng.uniform(0.5, 1.5, sites)
    return LocationProblem(
        cost=cost,
        demand=demand,
        capacity=np.ceil(tightness * demand.sum() * weight / weight.sum()),
        fixed_cost=np.round(0.3 * cost[np.isfinite(cost)].mean() * customers / sites * weight),
        single_source=single_source,
    )


@pytest.mark.parametrize("seed", range(12))
def test_split_service_is_the_linear_program(seed):
    problem = made(seed, tightness=1.05 + 0.15 * (seed % 4))
    rng = np.random.default_rng(seed)
    for closed in (0, 1, 3):
        opened = np.ones(6, dtype=bool)
        opened[rng.permutation(6)[:closed]] = False
        program = transport_module._by_program(problem, opened)
        for price in (None, rng.uniform(0, 60, 6)):
            chains = transport(problem, opened, price)
            assert (chains is None) == (program is None)
            if chains is None:
                continue
            assert chains.found.objective == pytest.approx(program.found.objective, rel=1e-9)
            assert np.bincount(chains.found.customer, weights=chains.found.share) == pytest.approx(
                1.0
            )
            used = problem.demand[chains.found.customer, 0] * chains.found.share
            load = np.bincount(chains.found.site, weights=used, minlength=6)
            assert (load <= problem.capacity[:, 0] * (1 + 1e-9)).all()
            # Prices that are right make nobody wish to change: weak duality is tight.
            unit = chains.price[0]
            there = np.where(np.isfinite(problem.cost) & opened, problem.cost, np.inf)
            best = (there + problem.demand * unit).min(axis=1).sum()
            dual = best - (unit * problem.capacity[:, 0])[unit > 0].sum()
            fixed = problem.fixed_cost[opened].sum()
            assert dual + fixed == pytest.approx(chains.found.objective, rel=1e-9)


def cheapest(rho, opened, closed, fewest, most, hold, demand):
    best = np.inf
    for chosen in itertools.product((False, True), repeat=rho.size):
        chosen = np.array(chosen)
        if (opened & ~chosen).any() or (closed & chosen).any():
            continue
        if fewest <= chosen.sum() <= most and hold[chosen].sum() >= demand:
            best = min(best, rho[chosen].sum())
    return best


@pytest.mark.parametrize("seed", range(150))
def test_choice_of_sites_never_costs_more_than_the_best_that_holds_all(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(2, 8))
    rho, hold = np.round(rng.normal(3, 8, m), 2), rng.integers(1, 20, m).astype(float)
    opened, closed = rng.random(m) < 0.15, rng.random(m) < 0.1
    closed &= ~opened
    fewest = int(rng.integers(0, 2)) + int(opened.sum())
    most = int(rng.integers(fewest, m + 1)) if fewest < m else m
    demand = 0.0 if seed % 3 == 0 else float(rng.uniform(0.3, 0.95) * hold[~closed].sum())
    limits = fewest, most, hold, demand
    _, value = choose(rho, opened, closed, *limits)
    best = cheapest(rho, opened, closed, *limits)
    assert value <= best + 1e-9
    if fewest == 0 and most == m and np.isfinite(best):
        assert value == pytest.approx(best)
    opening, closing = forced_rises(rho, opened, closed, *limits)
    for j in range(m):
        if not opened[j] and not closed[j]:
            forced = opened | (np.arange(m) == j)
            assert value + opening[j] <= cheapest(rho, forced, closed, *limits) + 1e-9
            barred = closed | (np.arange(m) == j)
            assert value + closing[j] <= cheapest(rho, opened, barred, *limits) + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_whole_customers_fit_near_the_split_ones(seed):
    problem = made(seed, customers=400, sites=8, tightness=1.1)
    opened = np.ones(8, dtype=bool)
    moved = transport(problem, opened)
    found = fit_whole(problem, opened, moved)
    assert violation(problem, found) is None
    assert moved.found.objective <= found.objective <= 1.01 * moved.found.objective


def agrees_by_sites(seed, single_source):
    problem = made(
        seed, customers=48, sites=6, tightness=1.15 + seed % 3, single_source=single_source
    )
    best = plain_optimum(problem)
    certificate = solve_location(problem, LocationOptions(dual_iterations=60)).certificate
    if best is None:
        assert certificate.objective is None
        return 0
    assert certificate.lower_bound <= best * (1 + 1e-9) + 1e-6
    assert certificate.objective == pytest.approx(best, rel=2e-6)
    return certificate.work["transports"]


@pytest.mark.parametrize("single_source", [True, False])
def test_search_over_sites_agrees_with_highs(single_source):
    assert sum(agrees_by_sites(seed, single_source) for seed in range(4)) > 4


def agrees_with_enumeration(seed):
    problem = random_problem(seed)
    best = enumerated(problem)
    certificate = solve_location(
        problem, LocationOptions(dual_iterations=60, search_rounds=3)
    ).certificate
    if best is None:
        assert certificate.status == "infeasible"
        return False
    assert certificate.lower_bound <= best + 1e-6
    assert certificate.objective == pytest.approx(best, abs=1e-6)
    return "transports" in certificate.work


def test_search_over_sites_agrees_with_enumeration(monkeypatch):
    # So small problems go another way otherwise.
    monkeypatch.setattr("channelwright.optimisation.location.site_search._CUSTOMERS_PER_SITE", 0)
    assert sum(agrees_with_enumeration(seed) for seed in range(150)) > 10


@pytest.mark.slow
def test_search_over_sites_agrees_with_enumeration_on_many(monkeypatch):
    monkeypatch.setattr("channelwright.optimisation.location.site_search._CUSTOMERS_PER_SITE", 0)
    assert sum(agrees_with_enumeration(seed) for seed in range(10_000, 13_500)) > 200


@pytest.mark.parametrize("single_source", [True, False])
def test_a_bound_and_an_answer_at_the_shortest_time_limit(single_source):
    problem = made(3, customers=200, sites=8, tightness=1.3, single_source=single_source)
    certificate = solve_location(problem, LocationOptions(seconds=1e-6)).certificate
    assert certificate.timed
    assert certificate.bound is not None
    assert certificate.objective is not None


def test_interchange_ends_when_told():
    place = np.random.default_rng(1).uniform(0, 100, (60, 2))
    cost = np.hypot(*(place[:, None] - place[None]).T).T
    problem = LocationProblem(
        cost=cost,
        demand=np.ones(60),
        capacity=np.full(60, np.inf),
        fixed_cost=np.zeros(60),
        minimum_open=5,
        maximum_open=5,
    )
    opened = np.arange(60) < 5
    assert improve_sites(problem, cost, opened, lambda: True).tolist() == opened.tolist()
    assert improve_sites(problem, cost, opened, lambda: False).tolist() != opened.tolist()


def test_arcs_left_out_of_the_climb_count_in_the_bound(monkeypatch):
    problem = made(5, customers=120, sites=6, tightness=1.3)
    best = solve_location(problem, LocationOptions(gap=1e-4)).certificate
    monkeypatch.setattr("channelwright.optimisation.location.flow_climb._EVERY_ARC", 0)
    monkeypatch.setattr("channelwright.optimisation.location.flow_climb._MOST_ARCS", 0)
    monkeypatch.setattr("channelwright.optimisation.location.flow_climb._FEWEST_ARCS", 2)
    few = solve_location(problem, LocationOptions(gap=1e-4, search_rounds=0, nodes=0)).certificate
    assert few.lower_bound <= best.objective * (1 + 1e-9)
    assert few.lower_bound > 0.9 * best.objective
