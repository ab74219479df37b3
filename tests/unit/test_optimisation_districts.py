"""Districts: neighbours from points, refusals, explanations, progress, the benchmark command."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.districts.cases import CASES, Case, kilometres
from benchmarks.territories.checker import judge
from benchmarks.territories.connected import district_problem, solve_connected
from channelwright.optimisation.districts import (
    DistrictOptions,
    DistrictProblem,
    DistrictProblemError,
    adjacency_of,
    solve_districts,
)
from channelwright.optimisation.districts.arcs import Arcs
from channelwright.optimisation.districts.bound import PriceSearch
from channelwright.optimisation.districts.ground import ground_of
from channelwright.optimisation.districts.relocate import relocated
from channelwright.optimisation.districts.start import evened
from channelwright.optimisation.interrupting import attended


def line(n=6, **changes):
    """Units in a row, one apart, each with one case."""
    place = np.arange(float(n))
    values = {
        "cost": np.abs(place[:, None] - place),
        "activity": np.ones(n),
        "territories": 2,
        "tolerance": 0.0,
        "edges": np.stack([np.arange(n - 1), np.arange(1, n)], axis=1),
    }
    return DistrictProblem(**(values | changes))


def pairs(edges):
    return {tuple(pair) for pair in edges.tolist()}


def test_neighbours_do_not_depend_on_where_the_map_lies():
    points = np.random.default_rng(4).uniform(0, 5_000, (200, 2))
    far = adjacency_of(points + np.array([13_000_000, 3_400_000]))
    assert far.tolist() == adjacency_of(points).tolist()
    assert len(np.unique(far)) == 200


def test_gabriel_drops_the_diagonal_that_delaunay_keeps():
    points = np.array([[0.0, 0], [10, 0], [5, 4]])
    gabriel, delaunay = adjacency_of(points), adjacency_of(points, "delaunay")
    assert pairs(gabriel) < pairs(delaunay)
    # The third point lies in the circle over the first two.
    assert (0, 1) in pairs(delaunay)
    assert (0, 1) not in pairs(gabriel)


def test_cap_points_on_a_line_and_points_at_one_place():
    row = np.stack([np.arange(5.0), np.zeros(5)], axis=1)
    assert pairs(adjacency_of(row)) == {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert pairs(adjacency_of(row * [3, 1], cap=2.0)) == set()
    assert pairs(adjacency_of(np.array([[0.0, 0], [4, 0], [0, 0], [0, 0]]))) == {
        (0, 1),
        (0, 2),
        (2, 3),
    }
    assert adjacency_of(np.zeros((1, 2))).shape == (0, 2)


def test_six_in_a_row_make_two_threes():
    solution = solve_districts(line())
    assert solution.certificate.proven
    assert solution.found.objective == 4
    assert sorted(solution.found.centre.tolist()) == [1, 4]
    assert solution.found.load.tolist() == [[3], [3]]


def test_connection_binds():
    # Without edges the two heavy ends would share the light middle; a gap forbids it.
    activity = np.array([4.0, 1, 1, 1, 1, 4])
    apart = replace(line(activity=activity), apart=[[0, 1]], tolerance=np.array([0.2]))
    free = solve_districts(replace(apart, edges=None)).certificate
    joined = solve_districts(apart)
    assert free.status == "proven"
    assert joined.certificate.status == "infeasible"


def test_priced_balance_is_paid_where_it_is_cheaper_than_distance():
    activity = np.array([5.0, 1, 1, 1, 1, 1])
    hard = solve_districts(line(activity=activity)).found
    cheap = solve_districts(line(activity=activity, price=0.1)).found
    assert hard.load.ravel().tolist() in ([5, 5], [5.0, 5.0])
    assert hard.imbalance == 0
    assert cheap.imbalance == pytest.approx(0.1 * 2 * 2)
    assert cheap.compactness == 4
    assert cheap.objective < hard.objective


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"activity": [1.0, 1, 1, 1, 1, 9]}, ["unit_5", "9", "at most 7"]),
        ({"edges": [[0, 1], [2, 3], [4, 5]]}, ["3 separate parts", "2 territories"]),
        ({"edges": [[0, 1], [2, 3], [3, 4], [4, 5]]}, ["holds 2 of m_0", "3 to 3"]),
        ({"candidates": [1, 0, 0, 0, 0, 0]}, ["2 territories", "only 1"]),
        ({"together": [[0, 1]], "apart": [[0, 1]]}, ["unit_0 and unit_1", "apart"]),
        ({"centres": [0, 1, 2]}, ["3 centres", "2 territories"]),
        ({"centres": [0, 1], "together": [[0, 1]]}, ["both centres"]),
        ({"centres": [0, 5], "locks": [-1, 5, -1, -1, -1, -1]}, ["branch and bound", "locks"]),
    ],
)
def test_infeasible_is_explained(changes, words):
    certificate = solve_districts(line(**changes)).certificate
    assert certificate.status == "infeasible"
    text = " ".join(certificate.messages)
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"territories": 9}, "1 to 6"),
        ({"cost": np.zeros((3, 2))}, "square"),
        ({"cost": np.full((6, 6), np.nan)}, "finite"),
        ({"activity": [1.0, 1, 1, -1, 1, 1]}, r"activity\[3, 0\] is -1"),
        ({"tolerance": -0.1}, "tolerance"),
        ({"edges": [[0, 9]]}, "edges names unit"),
        ({"locks": [3, -1, -1, -1, -1, -1]}, "not one of the given centres"),
        ({"centres": [1], "candidates": [1, 0, 1, 1, 1, 1]}, "no candidate"),
        ({"locks": [1, 2]}, "shape"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, words):
    with pytest.raises(DistrictProblemError, match=words):
        line(**changes)


def test_progress_can_stop_with_the_best_so_far():
    seen = []

    def stop(found, bound):
        seen.append(bound)
        return found is None

    certificate = solve_districts(
        line(60, tolerance=0.2), DistrictOptions(epochs=5, moves=5, progress=stop)
    ).certificate
    assert seen
    assert certificate.objective is not None
    assert certificate.lower_bound is not None


def test_an_interrupt_gives_the_best_answer_so_far():
    """Ctrl-C in the middle of the search, as `KeyboardInterrupt` and as a wish that is heard."""
    calls = []

    def interrupt(found, bound):
        calls.append(bound)
        if found is not None:
            raise KeyboardInterrupt
        return True

    problem = line(60, tolerance=0.2)
    options = DistrictOptions(epochs=5, moves=5, progress=interrupt)
    certificate = solve_districts(problem, options).certificate
    assert certificate.objective is not None
    assert certificate.timed or certificate.proven
    with attended() as present:
        present.asked = True
        asked = solve_districts(problem, DistrictOptions())
    assert asked.found is not None
    assert asked.certificate.work.get("searches", 0) <= 1


def test_a_time_limit_is_kept_by_bound_and_search():
    instance = CASES["grid"](Case(1500, 12, 0.05, "gabriel", 1))
    problem = district_problem(instance)
    solve_districts(problem, DistrictOptions(epochs=1, moves=1, restarts=1, dual_iterations=1))
    begin = time.perf_counter()
    solution = solve_districts(problem, DistrictOptions(seconds=3.0))
    assert time.perf_counter() - begin < 4.0
    assert solution.found is not None
    assert solution.certificate.timed


def test_a_search_goes_on_from_a_given_division():
    instance = CASES["grid"](Case(700, 6, 0.05, "gabriel", 1))
    problem = district_problem(instance)
    quick = DistrictOptions(restarts=2, epochs=40, dual_iterations=100)
    cold = solve_districts(problem, quick)
    # A planner gives a unit at a border to the territory beyond it and holds it there.
    label, centre = cold.found.label, cold.found.centre
    a, b = problem.edges.T
    border = np.flatnonzero((label[a] != label[b]) & ~np.isin(a, centre))[0]
    unit, beyond = int(a[border]), int(centre[label[b[border]]])
    locks = np.full(problem.n_units, -1)
    locks[unit] = beyond
    changed = replace(problem, centres=np.array([beyond]), locks=locks)
    again = solve_districts(changed, replace(quick, start=label))
    anew = solve_districts(changed, quick)
    assert again.found.centre[again.found.label[unit]] == beyond
    assert again.certificate.work["given"] == 1
    assert "searches" not in again.certificate.work
    assert anew.certificate.work["searches"] == 2
    assert again.found.objective <= anew.found.objective * 1.005


def test_a_division_of_too_few_and_strange_territories_is_made_whole():
    problem = line(6, territories=3, centres=[5], tolerance=0.5)
    solution = solve_districts(
        problem, DistrictOptions(start=np.array([-1, 7, 7, 7, -1, 7]), restarts=1)
    )
    assert solution.certificate.proven
    assert solution.found.objective == solve_districts(problem).found.objective


def test_table_of_a_generated_case(capsys):
    arguments = ["districts", "--case", "grid", "--units", "30", "--territories", "3"]
    arguments += ["--time-limit", "4", "--tolerance", "0.2"]
    assert main([*arguments, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["feasible"]
    assert 0 <= row["gap"] < 0.1
    assert main([*arguments, "--graph", "none"]) == 0
    head, line_ = capsys.readouterr().out.splitlines()
    assert head.split("\t")[0] == "file"
    assert float(line_.split("\t")[1]) <= row["objective"] * (1 + 1e-6)


def test_counties_are_read_whole():
    iowa = CASES["iowa"](Case(0, 4, 0.05, "gabriel", 1))
    assert iowa.cost.shape == (99, 99)
    assert len(iowa.edges) == 222
    jiangsu = CASES["jiangsu"](Case(0, 8, 0.1, "gabriel", 1))
    assert jiangsu.cost.shape == (103, 103)
    assert jiangsu.usage.sum() == pytest.approx(83_626.199)
    # Des Moines to Iowa City is about 170 km as the crow flies.
    assert kilometres(np.array([[41.59, -93.62], [41.66, -91.53]]))[0, 1] == pytest.approx(
        174, 0.02
    )


def test_checker_catches_a_broken_answer():
    instance = CASES["grid"](Case(40, 3, 0.2, "gabriel", 2))
    _, opened, flows = solve_connected(instance, None)
    assert judge(instance, opened, flows)[1] is None
    i, j, _ = next(flow for flow in flows if flow[0] not in opened)
    other = next(site for site in opened if site != j)
    moved = [(a, other if a == i else b, share) for a, b, share in flows]
    far = sorted(moved, key=lambda flow: flow[0])
    assert judge(instance, opened, far)[0] > judge(instance, opened, flows)[0] - 1e-9
    lonely = [(a, opened[a % 3] if a not in opened else a, 1.0) for a in range(40)]
    assert judge(instance, opened, lonely)[1] is not None


def crowd(seed, n=90, p=5):
    """Units at random places, two measures, neighbours by Gabriel."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 10, (n, 2))
    cases = rng.lognormal(1.0, 0.8, n)
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    return DistrictProblem(
        cost=apart * cases[:, None],
        activity=np.stack([cases, rng.uniform(1, 4, n)], axis=1),
        territories=p,
        tolerance=0.1,
        edges=adjacency_of(points),
        together=np.array([[3, 4], [4, 5]]),
    )


def test_arcs_that_are_passed_over_add_nothing():
    problem = crowd(3)
    ground = ground_of(problem)
    scaled = ground.activity / ground.activity.mean(axis=0)
    limits = ground.limits / ground.activity.mean(axis=0)
    rng = np.random.default_rng(8)
    n, atoms = problem.n_units, ground.movable.size
    arcs = Arcs(ground, problem.candidates, scaled, limits, 40)
    unit, balance = ground.cost.mean(axis=1) / 3, np.zeros((n, 2))
    value, load, count = np.zeros(n), np.zeros((n, 2)), np.zeros(atoms)
    narrowest = np.inf
    for step in range(120):
        unit = np.minimum(unit + rng.normal(0, 0.03, atoms), arcs.beyond)
        balance = balance + rng.normal(0, 0.01, (n, 2))
        if step == 70:
            unit = unit / 2
        arcs.take(unit, balance, value, load)
        opened = rng.choice(n, 5, replace=False)
        arcs.counts(unit, balance, opened, count)
        for j in range(n):
            kept = np.argsort(np.argsort(ground.cost, axis=1), axis=1)[:, j] < 40
            kept[ground.atom[j]] = True
            gain = ground.cost[:, j] - unit - scaled @ balance[j]
            taken = kept & ((gain < 0) | (np.arange(atoms) == ground.atom[j]))
            constant = np.where(balance[j] > 0, limits[0], limits[1]) @ balance[j]
            assert value[j] == pytest.approx(gain[taken].sum() + constant, rel=1e-12, abs=1e-9)
            np.testing.assert_allclose(load[j], scaled[taken].sum(axis=0), rtol=1e-12)
            count -= taken * (opened == j).any()
        assert not count.any()
        narrowest = min(narrowest, arcs._near.size.sum() / arcs._who.size)
    assert narrowest < 0.7  # arcs far from being worth their cost are not looked at


def test_centres_are_put_elsewhere_for_less_cost_and_given_ones_stay():
    better = 0
    for seed in range(6):
        problem = replace(crowd(seed, 120, 9), centres=np.array([7]))
        ground = ground_of(problem)
        # All in one corner, from where settling alone does not bring them far enough apart.
        corner = np.argsort(problem.cost[7])[:9]
        still, found, again = (
            relocated(problem, ground, corner, np.random.default_rng(1), trials)
            for trials in (0, 40, 40)
        )
        assert found.centre[0] == still.centre[0] == 7
        assert found.centre.tolist() == again.centre.tolist()
        assert np.unique(problem.atom[found.centre]).size == 9
        assert found.value <= still.value
        better += found.value < 0.97 * still.value
    assert better >= 3


def test_prices_begin_at_an_answer_with_its_loads_evened():
    problem = crowd(9)
    ground = ground_of(problem)
    found = solve_districts(problem, DistrictOptions(restarts=1, nodes=50)).found
    prices = PriceSearch(problem, ground)
    before = prices.run(np.inf, 0).value
    prices.begin_at(found.centre)
    after = prices.run(np.inf, 0).value
    assert before < after <= found.objective


def test_prices_even_the_loads_of_given_centres():
    problem = crowd(9)
    ground, centre = ground_of(problem), np.arange(0, 90, 18)
    share = ground.activity / ground.activity.sum(axis=0)

    def heaviest(of_atom):
        return max(share[of_atom == k].sum(axis=0).max() for k in range(5))

    price = np.zeros((5, 2))
    of_atom = evened(problem, ground, centre, price, 200)
    assert heaviest(of_atom) < 0.85 * heaviest(ground.cost[:, centre].argmin(axis=1))
    assert price.any()
