"""Prices of capacity on a smoothed dual: a limit from below, near balance, in time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from channelwright.optimisation.location import (
    LocationOptions,
    LocationProblem,
    deadline,
    solve_location,
)
from channelwright.optimisation.location.flows import OpenArcs
from channelwright.optimisation.location.relief import relieve
from channelwright.optimisation.location.rounding import fit_whole
from channelwright.optimisation.location.smooth_prices import smooth_prices
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.location.transport import costs_at_least, transport

PATH = "channelwright.optimisation.location"


def arcs_of(seed, customers=120, sites=6, room=1.03, even=True):
    """Customers in the plane; sites that just hold them, or of very different sizes."""
    dice = np.random.default_rng(seed)
    place, depot = dice.uniform(0, 100, (customers, 2)), dice.uniform(0, 100, (sites, 2))
    weight = dice.integers(1, 20, customers).astype(float)
    cost = np.hypot(*(place[:, None] - depot[None]).T).T * weight[:, None]
    order = np.argsort(cost, axis=1)
    part = np.full(sites, 1 / sites) if even else dice.dirichlet(np.full(sites, 2.0))
    return OpenArcs(
        start=np.arange(customers + 1, dtype=np.int64) * sites,
        owner=np.repeat(np.arange(customers), sites),
        site=order.ravel(),
        cost=np.take_along_axis(cost, order, axis=1).ravel(),
        weight=weight,
        limit=part * room * weight.sum(),
    )


def split_cost(arcs):
    """Cost of split service by a linear program."""
    customers, rows = arcs.weight.size, arcs.cost.size
    whole, room = np.zeros((customers, rows)), np.zeros((arcs.limit.size, rows))
    whole[arcs.owner, np.arange(rows)] = 1.0
    room[arcs.site, np.arange(rows)] = arcs.weight[arcs.owner]
    found = linprog(arcs.cost, A_ub=room, b_ub=arcs.limit, A_eq=whole, b_eq=np.ones(customers))
    assert found.success
    return found.fun


def excess(arcs, price):
    """Share of demand beyond capacity where everybody takes the cheapest site at some prices."""
    value = arcs.cost + price[arcs.site] * arcs.weight[arcs.owner]
    best = np.lexsort((value, arcs.owner))[arcs.start[:-1]]
    load = np.bincount(arcs.site[best], arcs.weight, minlength=arcs.limit.size)
    return np.maximum(load - arcs.limit, 0.0).sum() / load.sum()


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_value_is_just_below_split_service(seed, even):
    arcs = arcs_of(seed, even=even)
    least, found = split_cost(arcs), smooth_prices(arcs)
    assert 0.99 * least <= found.value <= least * (1 + 1e-9)
    assert (found.price >= 0).all()


def test_prices_leave_little_to_move():
    arcs = arcs_of(3, customers=2_000)
    assert excess(arcs, np.zeros(6)) > 0.1
    assert excess(arcs, smooth_prices(arcs).price) < 0.01


def test_known_prices_are_improved_and_stay_below_split_service():
    arcs = arcs_of(4)
    least, first = split_cost(arcs), smooth_prices(arcs).price
    for start in (first, 1.05 * first, np.full(6, 40.0)):
        assert 0.99 * least <= smooth_prices(arcs, start).value <= least * (1 + 1e-9)


def test_steps_end_where_enough_is_known_and_where_time_is_over():
    arcs = arcs_of(5)
    full, start = smooth_prices(arcs), np.zeros(6)
    without = smooth_prices(arcs, start, beyond=-np.inf).value
    assert without < smooth_prices(arcs, start, beyond=0.97 * full.value).value <= full.value
    with deadline.time_limit(-1.0):
        assert not smooth_prices(arcs).price.any()


def test_sites_without_room_limits_have_no_price():
    arcs = arcs_of(6)
    arcs.limit[2] = np.inf
    assert smooth_prices(arcs).price[2] == 0.0


def made(seed, customers=150, sites=10):
    dice = np.random.default_rng(seed)
    place, depot = dice.uniform(0, 100, (customers, 2)), dice.uniform(0, 100, (sites, 2))
    demand = dice.integers(1, 20, customers).astype(float)
    return LocationProblem(
        cost=np.hypot(*(place[:, None] - depot[None]).T).T * demand[:, None],
        demand=demand[:, None],
        capacity=np.full(sites, np.ceil(demand.sum() * 1.1 / sites)),
        fixed_cost=dice.uniform(1_000, 3_000, sites),
        single_source=True,
    )


@pytest.mark.parametrize("seed", range(4))
def test_split_service_costs_the_same_with_prices_first(seed, monkeypatch):
    problem = made(seed)
    opened = np.ones(10, dtype=np.bool_)
    plain = transport(problem, opened)
    assert costs_at_least(problem, opened, None, np.inf) == (-np.inf, None)
    monkeypatch.setattr(f"{PATH}.transport._PRICED_FIRST", 0)
    priced = transport(problem, opened)
    assert priced.found.objective == pytest.approx(plain.found.objective, rel=1e-9)
    least, price = costs_at_least(problem, opened, None, np.inf)
    assert 0.99 * plain.found.objective <= least <= plain.found.objective * (1 + 1e-9)
    assert costs_at_least(problem, opened, price, np.inf)[0] <= plain.found.objective * (1 + 1e-9)
    assert costs_at_least(problem, np.arange(10) < 3, None, np.inf)[0] == np.inf


@pytest.mark.parametrize("seed", range(3))
def test_searches_that_price_sets_first_find_answers_as_good(seed, monkeypatch):
    problem, options = made(seed), LocationOptions(gap=2e-3)
    plain = solve_location(problem, options)
    monkeypatch.setattr(f"{PATH}.transport._PRICED_FIRST", 0)
    priced = solve_location(problem, options)
    assert priced.certificate.lower_bound <= plain.certificate.upper_bound * (1 + 1e-9)
    assert plain.certificate.lower_bound <= priced.certificate.upper_bound * (1 + 1e-9)
    assert priced.certificate.upper_bound <= 1.01 * plain.certificate.upper_bound


def test_whole_customers_that_do_not_fit_over_near_arcs_get_more(monkeypatch):
    problem, opened = made(1), np.ones(10, dtype=np.bool_)
    moved, sizes = transport(problem, opened), []

    def fits_at_last(lists, plan, moves):
        sizes.append(lists.site.size)
        assert (np.diff(lists.start) >= 1).all()
        return relieve(lists, plan, moves) and len(sizes) == 3

    monkeypatch.setattr(f"{PATH}.rounding.relieve", fits_at_last)
    found = fit_whole(problem, opened, moved, 1)
    assert sizes == [225, 450, 1_500]
    assert violation(problem, found) is None
