"""Compiled knapsacks against enumeration, and the tree over servers against plain HiGHS."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.arcs import choose_arcs
from channelwright.optimisation.location.bursts import climb_sites
from channelwright.optimisation.location.compiled_climb import (
    compile_arcs,
    price_sites,
)
from channelwright.optimisation.location.exact import solve_exact
from channelwright.optimisation.location.forcing import forced_costs
from channelwright.optimisation.location.lagrangian import Relaxation
from channelwright.optimisation.location.model import ModelArcs
from channelwright.optimisation.location.packing import (
    forced_gains,
    fractional_gain,
    pack,
    rank_by_ratio,
)
from channelwright.optimisation.solver import SolverOptions


def best_packing(gain, need, capacity, inside=None, outside=None):
    best = -np.inf
    for chosen in itertools.product((0, 1), repeat=gain.size):
        chosen = np.array(chosen, dtype=bool)
        if need[chosen].sum() > capacity:
            continue
        if (inside is not None and not chosen[inside]) or (outside is not None and chosen[outside]):
            continue
        best = max(best, gain[chosen].sum())
    return best


@pytest.mark.parametrize("seed", range(60))
def test_packing_agrees_with_enumeration(seed):
    rng = np.random.default_rng(seed)
    items = int(rng.integers(1, 9))
    gain = np.round(rng.uniform(0.1, 9, items), int(rng.integers(0, 4))) + 0.001
    need = rng.integers(0, 12, items)
    capacity = int(rng.integers(0, 30))
    best, taken = pack(gain, need, capacity)
    assert best == pytest.approx(best_packing(gain, need, capacity))
    assert gain[taken].sum() == pytest.approx(best)
    assert need[taken].sum() <= capacity
    assert fractional_gain(gain, need, rank_by_ratio(gain, need), capacity) >= best - 1e-9
    by_room, inside, outside = forced_gains(gain, need, capacity)
    for room in range(capacity + 1):
        assert by_room[room] == pytest.approx(best_packing(gain, need, room))
    for k in range(items):
        if need[k] <= capacity:
            assert inside[k] == pytest.approx(best_packing(gain, need, capacity, inside=k))
        else:
            assert inside[k] < -1e200
        assert outside[k] == pytest.approx(best_packing(gain, need, capacity, outside=k))


def random_problem(seed, kind, customers=None):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(12, 22)), int(rng.integers(4, 7))
    n = customers or n
    demand = rng.integers(1, 25, n).astype(float)
    if kind == "median":
        place = rng.uniform(0, 100, (n, 2))
        cost = np.hypot(*(place[:, None] - place[None]).T).T
        cost = np.floor(cost) if seed % 2 else cost
        capacity = np.full(n, np.ceil(demand.sum() / 4 * rng.uniform(1.08, 1.4)))
        return LocationProblem(
            cost=cost,
            demand=demand,
            capacity=capacity,
            fixed_cost=np.zeros(n),
            minimum_open=4,
            maximum_open=4,
            own_customer=np.arange(n),
        )
    cost = rng.integers(10, 60, (n, m)).astype(float)
    usage = rng.integers(5, 25, (1, n, m)).astype(float) if kind == "assignment" else None
    total = demand.sum() if usage is None else usage[0].mean(axis=1).sum()
    share = 0.9 if kind == "assignment" else 2.0
    return LocationProblem(
        cost=cost,
        demand=demand,
        usage=usage,
        capacity=np.floor(rng.uniform(0.9, 1.2, m) * share * total / m),
        fixed_cost=np.zeros(m) if kind == "assignment" else rng.integers(20, 90, m).astype(float),
        forced_open=np.full(m, kind == "assignment"),
    )


@pytest.fixture
def no_columns(monkeypatch):
    """Medians are left to the tree: columns would prove these small ones first."""
    path = "channelwright.optimisation.location.solve.few_each"
    monkeypatch.setattr(path, lambda problem: False)


def plain_optimum(problem):
    customer, site = np.nonzero(problem.allowed)
    none = np.zeros(problem.n_sites, dtype=bool)
    part = ModelArcs(customer, site, none, none.copy(), np.zeros(0, dtype=np.int64))
    report = solve_exact(problem, part, SolverOptions(relative_gap=1e-9, absolute_gap=1e-9))
    return None if report.incumbent is None else report.incumbent.objective


def agrees_with_highs(seed, kind):
    problem = random_problem(seed, kind)
    best = plain_optimum(problem)
    # So few steps leave a gap at the root, which the tree must close.
    certificate = solve_location(problem, LocationOptions(dual_iterations=30)).certificate
    if best is None:
        assert certificate.status == "infeasible"
        return 0
    assert certificate.status == "proven"
    assert certificate.lower_bound <= best * (1 + 1e-9) + 1e-6
    assert certificate.objective == pytest.approx(best, rel=2e-6)
    return certificate.work.get("nodes", 0)


@pytest.mark.usefixtures("no_columns")
@pytest.mark.parametrize("kind", ["median", "assignment", "location"])
def test_tree_agrees_with_highs(kind):
    assert sum(agrees_with_highs(seed, kind) for seed in range(8)) > 0


@pytest.mark.slow
@pytest.mark.usefixtures("no_columns")
@pytest.mark.parametrize("kind", ["median", "assignment", "location"])
def test_tree_agrees_with_highs_on_many(kind):
    assert sum(agrees_with_highs(seed, kind) > 0 for seed in range(100, 180)) > 20


@pytest.mark.parametrize("kind", ["median", "assignment", "location"])
def test_compiled_pricing_is_the_relaxation(kind):
    problem = random_problem(3, kind)
    relaxation = Relaxation(problem, choose_arcs(problem, problem.n_sites), whole=True)
    arcs = compile_arcs(relaxation)
    rng = np.random.default_rng(1)
    for _ in range(20):
        price = rng.uniform(0, 80, problem.n_customers)
        value, opened, _ = price_sites(arcs, price, True)
        plain = relaxation.price_at(price)
        assert value == pytest.approx(plain.value)
        assert opened.tolist() == plain.opened.tolist()
    free = np.full(problem.n_customers, np.inf)
    goal = 1.1 * abs(plain.value) + 100
    peak = climb_sites(arcs, price, free, 60, 1.0, goal, np.inf, True)
    assert relaxation.price_at(peak.price).value == pytest.approx(peak.value)
    assert peak.value >= plain.value


@pytest.mark.parametrize("kind", ["median", "assignment", "location"])
def test_forced_costs_are_those_of_the_changed_problem(kind):
    problem = random_problem(5, kind, customers=9)
    arcs = compile_arcs(Relaxation(problem, choose_arcs(problem, problem.n_sites), whole=True))
    price = np.random.default_rng(2).uniform(10, 70, problem.n_customers)
    rho, used, unused = forced_costs(arcs, price, True)
    for j in range(problem.n_sites):
        here = np.arange(arcs.start[j], arcs.start[j + 1])
        gain = price[arcs.customer[here]] - arcs.cost[here]
        must = np.flatnonzero(arcs.must[here])
        room = int(arcs.capacity[j] - arcs.need[here][must].sum())
        base = arcs.fixed_cost[j] - gain[must].sum()
        rest = np.flatnonzero(~arcs.must[here])
        need = arcs.need[here][rest]
        assert rho[j] == pytest.approx(base - best_packing(gain[rest], need, room))
        for k, a in enumerate(here[rest].tolist()):
            inside = base - best_packing(gain[rest], need, room, inside=k)
            assert used[a] == pytest.approx(inside)
            outside = base - best_packing(gain[rest], need, room, outside=k)
            assert unused[a] == pytest.approx(outside)
