"""Territories chosen again after a planner changed something: sites and bound are carried over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import UsageError
from channelwright.optimisation import solve_again as module
from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.shape import Shape
from channelwright.optimisation.memory import FILE, Memory, load, save
from channelwright.optimisation.move_prices import MovePrices
from channelwright.optimisation.moves import Moves
from channelwright.optimisation.solve_again import given_answer, solve_again
from channelwright.optimisation.territories.memory import TerritoryMemory

EXACT = LocationOptions(gap=1e-9)


def random_problem(rng, customers=8, sites=4):
    demand = rng.integers(1, 6, (customers, 1)).astype(float)
    return LocationProblem(
        cost=rng.integers(1, 30, (customers, sites)).astype(float),
        demand=demand,
        capacity=np.full((sites, 1), np.ceil(demand.sum() / 2)),
        fixed_cost=rng.integers(5, 25, sites).astype(float),
        minimum_load=rng.integers(0, 5, (sites, 1)).astype(float),
    )


def remembered(problem, **changes):
    solution = solve_location(problem, EXACT)
    return TerritoryMemory(
        problem=problem,
        certificate=solution.certificate,
        opened=solution.incumbent.open,
        assignment=solution.assignment,
        customer=np.arange(problem.n_customers),
        **changes,
    )


def changed(problem, rng):
    """A planner's change: a lock, a barred lane, a forced or closed site, costs, less room."""
    customer, site = int(rng.integers(problem.n_customers)), int(rng.integers(problem.n_sites))
    one = np.arange(problem.n_sites) == site
    kind = int(rng.integers(6))
    if kind == 0:
        locks = np.array(problem.locks)
        locks[customer] = site
        return replace(problem, locks=locks)
    if kind == 1:
        cost = np.array(problem.cost)
        cost[customer, site] = np.inf
        return replace(problem, cost=cost)
    if kind == 2:
        return replace(problem, forced_open=problem.forced_open | one)
    if kind == 3:
        return replace(problem, forced_closed=problem.forced_closed | one)
    if kind == 4:
        cost = problem.cost + rng.integers(-3, 4, problem.cost.shape)
        fixed = problem.fixed_cost + rng.integers(-3, 4, problem.n_sites)
        return replace(problem, cost=cost, fixed_cost=fixed)
    return replace(problem, capacity=0.95 * problem.capacity)


@pytest.mark.parametrize("seed", range(60))
def test_the_bound_carried_over_is_below_the_optimum_and_the_answer_is_it(seed):
    rng = np.random.default_rng(seed)
    old = random_problem(rng)
    new = changed(old, rng)
    anew = solve_location(new, EXACT)
    memory = remembered(old)
    again = solve_again(new, memory.known(new), EXACT)
    if anew.incumbent is None:
        assert again.certificate.status == "infeasible"
        return
    best = anew.incumbent.objective
    assert memory.claim_of(new).bound <= best + 1e-6
    assert np.isfinite(memory.claim_of(new).bound)
    assert again.incumbent.objective == pytest.approx(best)
    assert again.certificate.proven
    assert again.certificate.lower_bound <= best + 1e-6


@pytest.mark.parametrize(
    "change",
    [
        lambda p: replace(p, capacity=2 * p.capacity),
        lambda p: replace(p, demand=p.demand + 1.0, capacity=p.capacity + 20),
        lambda p: replace(p, minimum_load=0 * p.minimum_load),
        lambda p: replace(p, site_names=("a", "b", "c", "d")),
        lambda p: replace(p, minimum_open=0),
        lambda p: replace(p, locks=np.full(p.n_customers, -1)),
        lambda p: replace(p, single_source=False),
    ],
)
def test_what_lets_in_new_answers_carries_no_bound_over(change):
    problem = replace(random_problem(np.random.default_rng(2)), minimum_open=2, maximum_open=4)
    problem = replace(problem, locks=np.where(np.arange(8) == 1, 0, -1))
    memory = remembered(problem)
    assert memory.claim_of(problem).bound == pytest.approx(memory.certificate.lower_bound)
    assert memory.claim_of(change(problem)).bound == -np.inf


def test_a_small_change_needs_no_whole_search(monkeypatch):
    rng = np.random.default_rng(5)
    old = random_problem(rng)
    memory = remembered(old)
    # The server that the customer has anyway: nothing gets dearer.
    locks = np.full(old.n_customers, -1)
    locks[3] = memory.assignment[3]
    monkeypatch.setattr(module, "solve_location", None)
    new = replace(old, locks=locks)
    again = solve_again(new, memory.known(new), EXACT)
    assert again.certificate.proven
    assert "carried over" in again.certificate.bound_kind
    assert again.incumbent.objective == pytest.approx(memory.certificate.objective)


@pytest.mark.parametrize("seed", range(4))
def test_split_service_bounds_what_a_large_change_costs(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    old = random_problem(rng, customers=40, sites=2)
    old = replace(old, minimum_load=np.full((2, 1), 25.0), capacity=0 * old.capacity + 110.0)
    memory = remembered(old)
    # Half of the customers are given to the other site: far dearer than the gap.
    locks = np.where(np.arange(40) % 2 == 0, 1 - memory.assignment, -1)
    new = replace(old, locks=locks)
    best = solve_location(new, EXACT)
    again = solve_again(new, memory.known(new, gap=0.02), replace(EXACT, gap=0.02))
    if best.incumbent is None:
        assert again.certificate.status == "infeasible"
        return
    assert again.incumbent.objective <= best.incumbent.objective * 1.02
    assert again.certificate.lower_bound <= best.incumbent.objective + 1e-6
    assert "customers are whole" in again.certificate.relaxations


def test_two_tiers_and_a_limit_of_moves_carry_no_bound_to_a_problem_without_them():
    problem = random_problem(np.random.default_rng(7))
    moves = Moves(np.ones(problem.cost.shape), 3.0, "outlets")
    for memory in (remembered(problem, tiered=True), remembered(problem, within=moves)):
        assert memory.claim_of(problem).bound == -np.inf
        nothing = Moves(0 * problem.cost, np.inf, "outlets")
        assert given_answer(problem, nothing, memory, np.arange(problem.n_customers)) == ()
        assert solve_again(problem, memory.known(problem), EXACT).certificate.proven


def test_a_bound_within_a_limit_of_moves_holds_for_a_smaller_one():
    problem = random_problem(np.random.default_rng(7))
    moves = Moves(np.ones(problem.cost.shape), 3.0, "outlets")
    memory = remembered(problem, within=moves)
    bound = memory.certificate.lower_bound
    assert memory.claim_of(problem, moves=replace(moves, limit=2.0)).bound == pytest.approx(bound)
    assert memory.claim_of(problem, moves=replace(moves, limit=4.0)).bound == -np.inf
    assert memory.claim_of(problem, moves=replace(moves, unit="cases per week")).bound == -np.inf
    assert (
        memory.claim_of(problem, moves=replace(moves, weight=0.5 * moves.weight)).bound == -np.inf
    )


def test_answers_are_found_by_name_in_a_market_that_has_changed():
    problem = random_problem(np.random.default_rng(3))
    memory = remembered(problem)
    order = [2, 0, 3, 1]
    other = replace(
        problem,
        cost=problem.cost[:, order],
        capacity=problem.capacity[order],
        fixed_cost=problem.fixed_cost[order],
        minimum_load=problem.minimum_load[order],
        site_names=tuple(problem.site_names[j] for j in order),
        customer_names=("new", *problem.customer_names[1:]),
    )
    opened, assignment = memory.moved_to(other)
    assert (opened == memory.opened[order]).all()
    assert assignment[0] == -1
    assert (np.array(order)[assignment[1:]] == memory.assignment[1:]).all()


def test_a_memory_is_read_as_it_was_written(tmp_path):
    problem = random_problem(np.random.default_rng(1))
    edges = np.array([[i, i + 1] for i in range(7)])
    shape = Shape(
        edges=edges,
        anchor=np.ones(problem.cost.shape, dtype=bool),
        low=np.array([1.0]),
        high=np.array([np.inf]),
        price=np.array([2.0]),
        apart=np.array([[0, 3]]),
    )
    moves = Moves(np.ones(problem.cost.shape), 8.0, "outlets")
    for one in (problem, replace(problem, shape=shape)):
        memory = remembered(one, loose=(3.0, "lagrangian"), within=moves)
        save(Memory(("o1", "o2"), np.array([3, -1]), memory), tmp_path)
        again = load(tmp_path)
        assert again.outlets == ("o1", "o2")
        assert again.rep.tolist() == [3, -1]
        sites = again.sites
        assert sites.certificate == memory.certificate
        assert sites.loose == (3.0, "lagrangian")
        assert (sites.assignment == memory.assignment).all()
        bound = memory.certificate.lower_bound
        assert sites.claim_of(one, moves=moves).bound == pytest.approx(bound)
        assert sites.claim_of(one).bound == -np.inf
        if one.shape is not None:
            for name in ("edges", "anchor", "low", "high", "price", "apart"):
                assert np.array_equal(getattr(sites.problem.shape, name), getattr(shape, name))


def test_a_memory_of_people_alone_is_read_as_it_was_written(tmp_path):
    save(Memory(("o1", "o2"), np.array([3, -1])), tmp_path)
    assert load(tmp_path).sites is None


def test_a_folder_without_memory_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--out"):
        load(tmp_path)
    (tmp_path / FILE).write_text("nothing")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize("seed", range(8))
def test_bounds_of_other_prices_bound_a_price(seed):
    """The least of cost + price * moved is concave in the price and never falls."""
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    moved = (np.arange(4)[None, :] != rng.integers(0, 4, 8)[:, None]).astype(float)
    prices = MovePrices(problem, Moves(moved, np.inf, "outlets"), EXACT)
    for price in (0.0, 8.0):
        prices.at(price)
    for price in (1.0, 3.0, 6.5, 12.0):
        whole = replace(problem, cost=problem.cost + price * moved)
        best = solve_location(whole, EXACT).incumbent.objective
        assert prices.floor(price) <= best + 1e-6
        one = prices.at(price)
        assert one.cost + price * one.moved == pytest.approx(best)
        assert one.bound <= best + 1e-6
