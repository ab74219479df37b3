"""Two tiers of houses against plain enumeration, and relations between optima."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.location.tier_bound import TierBound
from channelwright.optimisation.location.tiers import Tiers

QUICK = LocationOptions(dual_iterations=150, search_rounds=5)


def random_problem(seed):
    """Houses a of the first tier, houses b below them: every rule has a chance to bind."""
    rng = np.random.default_rng(seed)
    n, first, second = rng.integers(1, 6), int(rng.integers(1, 4)), int(rng.integers(1, 3))
    pairs = [(-1, j) for j in range(first)]
    for house in range(second):
        able = np.flatnonzero(rng.random(first) < 0.75)
        pairs += [(first + house, j) for j in able.tolist()]
        # A parent that stays open whatever is chosen has no column.
        pairs += [(first + house, -1)] if rng.random() < 0.25 or not able.size else []
    house = np.array([j if h < 0 else h for h, j in pairs])
    parent = np.array([-1 if h < 0 else j for h, j in pairs])
    below = np.array([h >= 0 for h, _ in pairs])
    m, measures = len(pairs), int(rng.integers(1, 3))
    place = rng.integers(0, 21, (n, first + second)).astype(float)
    cost = place[:, house] + below * rng.integers(0, 8, m) + rng.choice([0.0, 0.25])
    cost[rng.random((n, m)) < 0.08] = np.inf
    demand = rng.integers(0, 10, (n, measures)).astype(float)
    fair = demand.sum(axis=0) / (first + second)
    size = np.ceil(fair * rng.uniform(0.9, 4.0, (first + second, measures)))
    size[rng.random(size.shape) < 0.2] = np.inf
    through = np.zeros((measures, n, m))
    for k in range(measures):
        factor = rng.choice([1.0, 0.5])
        through[k][:, parent >= 0] = factor * demand[:, k, None]
    least = np.zeros((m, measures))
    if rng.random() < 0.3:
        least[~below, 0] = np.floor(fair[0] * rng.uniform(0.2, 1.2))
    floor = np.zeros((m, measures))
    if rng.random() < 0.2:
        floor[below, 0] = np.floor(fair[0] * rng.uniform(0.2, 1.0))
    houses = first + second
    low = int(rng.integers(0, 2))
    return LocationProblem(
        cost=cost,
        demand=demand,
        capacity=size[house],
        fixed_cost=rng.integers(0, 25, houses).astype(float)[house],
        minimum_open=int(rng.integers(0, 3)) if rng.random() < 0.3 else 0,
        maximum_open=int(rng.integers(1, houses + 1)),
        minimum_load=floor,
        forced_open=(rng.random(m) < 0.1) & ~below,
        forced_closed=rng.random(m) < 0.05,
        tiers=Tiers(
            house=house,
            parent=parent,
            second=below,
            through=through,
            least=least,
            forced=np.flatnonzero((rng.random(houses) < 0.1) & (np.arange(houses) >= first)),
            minimum=low,
            maximum=max(low, int(rng.integers(0, second + 1))),
        ),
    )


def enumerated(problem):
    """Best objective over all sets of columns and all assignments, None if there is none."""
    tiers, n = problem.tiers, problem.n_customers
    best = None
    for flags in itertools.product((False, True), repeat=problem.n_sites):
        opened = np.array(flags)
        if not set_allowed(problem, tiers, opened):
            continue
        for chosen in itertools.product(np.flatnonzero(opened).tolist(), repeat=n):
            value = value_of(problem, tiers, opened, np.array(chosen))
            if value is not None and (best is None or value < best):
                best = value
    return best


def set_allowed(problem, tiers, opened):
    if (problem.forced_open & ~opened).any() or (problem.forced_closed & opened).any():
        return False
    if not problem.minimum_open <= opened.sum() <= problem.maximum_open:
        return False
    if not tiers.minimum <= (opened & tiers.second).sum() <= tiers.maximum:
        return False
    for o in np.flatnonzero(opened).tolist():
        if tiers.parent[o] >= 0 and not opened[tiers.parent[o]]:
            return False
    taken = tiers.house[opened].tolist()
    return len(taken) == len(set(taken)) and set(tiers.forced.tolist()) <= set(taken)


def value_of(problem, tiers, opened, chosen):
    customers = np.arange(problem.n_customers)
    cost = problem.cost[customers, chosen]
    if not np.isfinite(cost).all():
        return None
    for k in range(problem.n_measures):
        own, passed = np.zeros(problem.n_sites), np.zeros(problem.n_sites)
        for i, o in enumerate(chosen.tolist()):
            own[o] += problem.demand[i, k]
            if tiers.parent[o] >= 0:
                passed[tiers.parent[o]] += tiers.through[k, i, o]
        if (own + passed > problem.capacity[:, k] + 1e-9).any():
            return None
        if (opened & (own + passed < tiers.least[:, k] - 1e-9)).any():
            return None
        if (opened & (own < problem.minimum_load[:, k] - 1e-9)).any():
            return None
    return float(cost.sum() + problem.fixed_cost[opened].sum())


def agrees_with_enumeration(seed):
    problem = random_problem(seed)
    best = enumerated(problem)
    solution = solve_location(problem, QUICK)
    certificate = solution.certificate
    if best is None:
        assert certificate.status == "infeasible"
        assert certificate.messages
        return False
    assert certificate.lower_bound <= best + 1e-6
    assert solution.incumbent is not None
    found = solution.incumbent
    value = value_of(problem, problem.tiers, found.open, solution.assignment)
    assert set_allowed(problem, problem.tiers, found.open)
    assert value == pytest.approx(found.objective)
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert certificate.status == "proven"
    return True


def test_optimum_and_bound_agree_with_enumeration():
    feasible = sum(agrees_with_enumeration(seed) for seed in range(120))
    assert 50 < feasible < 120


@pytest.mark.slow
def test_optimum_and_bound_agree_with_enumeration_on_many():
    assert sum(agrees_with_enumeration(seed) for seed in range(1000, 4800)) > 2000


def best_by_arc(problem):
    """Best objective of the answers that use each arc, inf where none does."""
    best = np.full(problem.cost.shape, np.inf)
    for flags in itertools.product((False, True), repeat=problem.n_sites):
        opened = np.array(flags)
        if not set_allowed(problem, problem.tiers, opened):
            continue
        for chosen in itertools.product(
            np.flatnonzero(opened).tolist(), repeat=problem.n_customers
        ):
            value = value_of(problem, problem.tiers, opened, np.array(chosen))
            if value is not None:
                for i, o in enumerate(chosen):
                    best[i, o] = min(best[i, o], value)
    return best


def test_bound_by_prices_and_its_penalties_never_pass_the_best_answer():
    raised = 0
    for seed in range(60):
        problem = random_problem(seed)
        best = best_by_arc(problem)
        if not np.isfinite(best).any():
            continue
        bound = TierBound(problem, problem.tiers)
        begin = bound.best.value
        bound.run(200, float(best.min()))
        assert bound.best.value <= best.min() + 1e-6
        assert (bound.best.value + bound.penalties() <= best + 1e-6)[np.isfinite(best)].all()
        raised += bound.best.value > begin + 1e-6
    assert raised > 20


def medium(seed=5, customers=30, first=4, second=4, room=3.0):
    """Customers in a square, houses of the second tier nearer to them than those of the first."""
    rng = np.random.default_rng(seed)
    place, houses = rng.uniform(0, 60, (customers, 2)), rng.uniform(0, 60, (first + second, 2))
    demand = rng.integers(5, 30, (customers, 1)).astype(float)
    pairs = [(j, -1) for j in range(first)]
    pairs += [(first + h, j) for h in range(second) for j in range(first)]
    house, parent = (np.array(column) for column in zip(*pairs, strict=True))
    way = np.hypot(*(houses[house] - houses[np.maximum(parent, 0)]).T) * (parent >= 0)
    cost = np.hypot(*(place[:, None] - houses[house][None]).transpose(2, 0, 1))
    cost = demand * (cost + 0.3 * way)
    size = np.r_[np.full(first, 0.9), np.full(second, room / second)] * demand.sum()
    through = np.zeros((1, customers, house.size))
    through[0][:, parent >= 0] = demand
    tiers = Tiers(
        house=house,
        parent=parent,
        second=parent >= 0,
        through=through,
        least=np.zeros((house.size, 1)),
        forced=np.zeros(0, dtype=int),
        minimum=0,
        maximum=second,
    )
    fixed = np.r_[rng.uniform(800, 1500, first), rng.uniform(300, 700, second)][house]
    return LocationProblem(cost, demand, size[house], fixed, tiers=tiers)


def test_scaling_and_order_leave_the_optimum_and_rules_never_improve_it():
    problem = medium()
    best = solve_location(problem).certificate
    assert best.status == "proven"
    dear = replace(problem, cost=3 * problem.cost, fixed_cost=3 * problem.fixed_cost)
    assert solve_location(dear).certificate.upper_bound == pytest.approx(3 * best.upper_bound)
    order = np.random.default_rng(1).permutation(problem.n_customers)
    mixed = replace(
        problem,
        cost=problem.cost[order],
        demand=problem.demand[order],
        tiers=replace(problem.tiers, through=problem.tiers.through[:, order]),
    )
    assert solve_location(mixed).certificate.upper_bound == pytest.approx(best.upper_bound)
    one = replace(problem, tiers=replace(problem.tiers, maximum=1))
    none = replace(problem, tiers=replace(problem.tiers, maximum=0))
    few = [solve_location(asked).certificate.upper_bound for asked in (problem, one, none)]
    assert few == sorted(few)
    assert few[0] < few[2]


def test_a_bound_without_branch_and_bound_is_finite_and_near():
    solution = solve_location(medium(), LocationOptions(model_columns=0, gap=0.02))
    assert solution.certificate.gap < 0.1


def test_too_little_room_in_the_first_tier_is_named():
    problem = medium()
    small = np.where(problem.tiers.parent < 0, 10.0, 1e6)[:, None]
    certificate = solve_location(replace(problem, capacity=small)).certificate
    assert certificate.status == "infeasible"
    assert "must pass the first tier, but its 4 houses can give 40 together" in " ".join(
        certificate.messages
    )
