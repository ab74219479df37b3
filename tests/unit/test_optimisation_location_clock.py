"""Whenever the clock runs out, and whenever somebody asks: an answer, a bound, and soon an end."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.interrupting import attended
from channelwright.optimisation.location import (
    LocationOptions,
    LocationProblem,
    deadline,
    solve_location,
    state,
)
from channelwright.optimisation.location.certify import cheapest_service
from channelwright.optimisation.location.cluster_climb import raise_bound
from channelwright.optimisation.location.cluster_listing import (
    cheapest_clusters,
    empty_listing,
    list_clusters,
)
from channelwright.optimisation.location.cluster_master import Duals
from channelwright.optimisation.location.cluster_proof import begin_lift
from channelwright.optimisation.location.clustering import begin_clustering
from channelwright.optimisation.location.refitting import refit
from channelwright.optimisation.location.reserve import quick_answer
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.location.state import Search

_LIMIT = 1_000.0


class Clock:
    """Stands still until it has been looked at so often, then is far beyond any limit."""

    def __init__(self, looks):
        self.looks, self.asked, self.late = looks, 0, 0

    def __call__(self):
        self.asked += 1
        over = self.asked > self.looks
        self.late += over
        return 1e9 if over else 0.0


@pytest.fixture
def clock(monkeypatch):
    def install(looks):
        made = Clock(looks)
        for module in (deadline, state, solve_location.__globals__):
            if isinstance(module, dict):
                monkeypatch.setitem(module, "search_clock", made)
            else:
                monkeypatch.setattr(module, "search_clock", made)
        return made

    return install


def _place(seed, *counts):
    dice = np.random.default_rng(seed)
    return dice, [dice.uniform(0, 100, (count, 2)) for count in counts]


def _apart(one, other):
    return np.hypot(*(one[:, None] - other[None]).T).T


def _warehouses(customers, sites, fill, **changes):
    dice, (place, depot) = _place(7, customers, sites)
    demand = dice.integers(1, 20, customers).astype(float)
    weight = dice.uniform(0.8, 1.2, sites)
    return LocationProblem(
        **{
            "cost": _apart(place, depot),
            "demand": demand[:, None],
            "capacity": np.ceil(demand.sum() / fill * weight / weight.sum())[:, None],
            "fixed_cost": dice.uniform(50, 150, sites),
            **changes,
        }
    )


def _medians(points, number, fill):
    dice, (place,) = _place(5, points)
    demand = dice.integers(1, 20, points).astype(float)
    limit = np.full(points, np.inf if fill is None else np.ceil(demand.sum() / (number * fill)))
    own = np.full(points, -1) if fill is None else np.arange(points)
    return LocationProblem(
        cost=_apart(place, place),
        demand=demand,
        capacity=limit,
        fixed_cost=np.zeros(points),
        minimum_open=number,
        maximum_open=number,
        own_customer=own,
    )


def _two_measures():
    plain = _warehouses(60, 8, 0.5)
    second = np.random.default_rng(2).integers(1, 9, 60).astype(float)
    return LocationProblem(
        cost=plain.cost,
        demand=np.column_stack([plain.demand[:, 0], second]),
        capacity=np.column_stack([plain.capacity[:, 0], np.full(8, np.ceil(second.sum() / 4))]),
        fixed_cost=plain.fixed_cost,
    )


KINDS = {
    "sites decide": lambda: _warehouses(120, 8, 0.4),
    "servers decide": lambda: _warehouses(24, 7, 0.85),
    "all given": lambda: _warehouses(30, 4, 0.8, forced_open=np.ones(4, dtype=bool)),
    "split": lambda: _warehouses(60, 8, 0.6, single_source=False),
    "two measures": _two_measures,
    "medians": lambda: _medians(60, 6, None),
    "capacitated medians": lambda: _medians(48, 12, 0.85),
}


@pytest.fixture(scope="module")
def best():
    return {
        name: solve_location(make(), LocationOptions(seconds=60.0)).certificate
        for name, make in KINDS.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_clock_may_run_out_at_any_look(kind, clock, best):
    problem, looks = KINDS[kind](), 3
    while True:
        made = clock(looks)
        solution = solve_location(problem, LocationOptions(seconds=_LIMIT))
        certificate, found = solution.certificate, solution.incumbent
        assert found is not None, looks
        assert violation(problem, found) is None
        assert np.isfinite(certificate.lower_bound)
        assert certificate.bound_kind
        slack = 1e-6 * abs(best[kind].upper_bound)
        assert certificate.lower_bound <= best[kind].upper_bound + slack
        assert certificate.upper_bound >= best[kind].lower_bound - slack
        # Loops that go on would look again and again.
        assert made.late <= 60, looks
        if not made.late:
            break
        assert certificate.timed or certificate.status == "proven"
        looks = 2 * looks
    assert looks > 6


@pytest.mark.parametrize("kind", KINDS)
def test_who_asks_before_the_first_answer_gets_one(kind, best):
    problem = KINDS[kind]()
    with attended() as present:
        present.asked = True
        solution = solve_location(problem)
    assert violation(problem, solution.incumbent) is None
    assert not solution.certificate.timed
    assert np.isfinite(solution.certificate.lower_bound)
    assert solution.certificate.upper_bound >= best[kind].lower_bound * (1 - 1e-6)


@pytest.mark.parametrize("kind", ["medians", "capacitated medians", "split", "sites decide"])
def test_a_limit_that_is_not_reached_changes_nothing(kind, monkeypatch):
    """The answer in reserve steers nothing, and walks over clusters go on in pieces."""
    problem, options = KINDS[kind](), LocationOptions(gap=1e-4)
    free = solve_location(problem, options)
    for piece in ("cluster_listing._PIECE", "swapping._PIECE", "exchange._PIECE"):
        monkeypatch.setattr(f"channelwright.optimisation.location.{piece}", 1)
    with deadline.time_limit(1e6):
        limited = solve_location(problem, options)
    assert limited.certificate == free.certificate
    assert limited.assignment.tolist() == free.assignment.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_a_quick_answer_keeps_every_rule(kind, best):
    problem = KINDS[kind]()
    found = quick_answer(problem)
    assert violation(problem, found) is None
    assert found.objective >= best[kind].lower_bound * (1 - 1e-6)
    worst = problem.cost.max(axis=1).sum() + problem.fixed_cost.sum()
    assert found.objective < worst


def test_sites_that_cost_more_than_they_save_are_closed_at_once():
    problem = _warehouses(200, 20, 0.2)
    everywhere = problem.cost.min(axis=1).sum() + problem.fixed_cost.sum()
    found = quick_answer(problem)
    assert found.open.sum() < 20
    assert found.objective < 0.9 * everywhere
    kept = quick_answer(_warehouses(200, 20, 0.2, minimum_open=18))
    assert kept.open.sum() >= 18


@pytest.mark.parametrize("by_site", [False, True])
def test_who_overloads_a_site_goes_where_there_is_room(by_site):
    """Three at the first site, which holds two: the one that loses least goes, to the third."""
    cost = np.array([[1.0, 2.0, 9.0], [1.0, 2.0, 4.0], [1.0, 2.0, 7.0], [9.0, 1.0, 9.0]])
    need = np.full((1, 4, 3), 5.0) if by_site else np.full((1, 4, 1), 5.0)
    limit = np.array([[10.0], [5.0], [5.0]])
    site, opened = np.array([0, 0, 0, 1]), np.ones(3, dtype=bool)
    given = cost, np.ones((4, 3), dtype=bool), need, limit, opened
    assert refit(*given, np.zeros(4, dtype=bool), site)
    assert site.tolist() == [0, 2, 0, 1]
    site = np.array([0, 0, 0, 1])
    assert refit(*given, np.array([False, True, False, False]), site)
    assert site.tolist() == [0, 0, 2, 1]
    assert not refit(*given, np.ones(4, dtype=bool), np.array([0, 0, 0, 1]))


def test_walks_over_clusters_end_with_a_word():
    problem = _medians(30, 6, 0.85)
    search = Search(problem, LocationOptions())
    clustering = begin_clustering(search)
    clustering.anneal(1.0)
    raise_bound(search)
    lift = begin_lift(search, clustering.seen())
    tariff = lift.tariff(Duals(lift.best.price, lift.best.site_price, np.zeros(0)))
    room = empty_listing(200, 5_000)
    assert cheapest_clusters(lift.arcs, tariff, 1e9, room, 10_000)[0] == 30
    with deadline.time_limit(-1.0):
        with pytest.raises(deadline.OutOfTime):
            cheapest_clusters(lift.arcs, tariff, 1e9, room, 10_000)
        with pytest.raises(deadline.OutOfTime):
            list_clusters(lift.arcs, tariff, lift.best.site_price, room, 10_000)


def test_the_bound_without_time_counts_the_cheapest_capacity():
    """Two of three sites of 10 hold a demand of 15: the cheapest and half of the next."""
    problem = LocationProblem(
        cost=np.zeros((3, 3)),
        demand=np.full((3, 1), 5.0),
        capacity=np.full((3, 1), 10.0),
        fixed_cost=np.array([8.0, 30.0, 20.0]),
    )
    assert cheapest_service(problem) == pytest.approx(8.0 + 20.0 / 2)
    given = LocationProblem(
        cost=np.zeros((3, 3)),
        demand=np.full((3, 1), 5.0),
        capacity=np.full((3, 1), 10.0),
        fixed_cost=np.array([8.0, 30.0, 20.0]),
        forced_open=np.array([False, True, False]),
    )
    assert cheapest_service(given) == pytest.approx(30.0 + 8.0 / 2)
