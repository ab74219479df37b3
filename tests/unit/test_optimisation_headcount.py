"""Head-count planners against enumeration and greedy oracles, their limits and their messages."""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np
import pytest

from channelwright.model.columns import ModelError
from channelwright.optimisation.headcount.problem import (
    Cells,
    TeamLimits,
    Teams,
    VisitProblem,
    WorkloadProblem,
)
from channelwright.optimisation.headcount.profit import explain_clashes, least_reps, plan_visits
from channelwright.optimisation.headcount.response import SizingProblem, size_by_response
from channelwright.optimisation.headcount.workload import plan_workload
from channelwright.optimisation.response import (
    AdbudgResponse,
    PowerResponse,
    bracket,
    calibrate_adbudg,
)
from channelwright.optimisation.solver import SolverOptions

EXACT = SolverOptions(relative_gap=0.0, absolute_gap=0.0)
VISITS = np.array([0.0, 0.5, 1.0, 2.0])


def visit_problem(seed=0, n_teams=2, cells_per_team=2, **changes):
    """Random areas with classes of outlets; contribution grows and saturates with visits."""
    random = np.random.default_rng(seed)
    n_cells = n_teams * cells_per_team
    teams = Teams(
        names=tuple(f"area {t} reps" for t in range(n_teams)),
        cost=random.uniform(300, 500, n_teams),
        fewest=np.zeros(n_teams, dtype=np.int64),
        most=np.full(n_teams, 6),
        minutes=np.full(n_teams, 2_400.0),
        calls=np.full(n_teams, 120.0),
        accounts=np.full(n_teams, 110.0),
    )
    cells = Cells(
        names=tuple(f"cell {c}" for c in range(n_cells)),
        team=np.repeat(np.arange(n_teams), cells_per_team),
        outlets=random.integers(20, 90, n_cells).astype(np.float64),
        minutes=random.uniform(10, 30, n_cells),
    )
    worth = random.uniform(15, 40, n_cells) * cells.outlets
    gain = worth[:, None] * (VISITS / (0.6 + VISITS))[None, :]
    allowed = np.ones((n_cells, len(VISITS)), dtype=np.bool_)
    return VisitProblem(teams, cells, VISITS, gain, allowed).replace(**changes)


def best_by_enumeration(problem):
    """Every combination of levels, cell by cell, with the smallest head-count that carries it."""
    best = -math.inf
    options = [np.flatnonzero(row).tolist() for row in problem.allowed]
    for levels in itertools.product(*options):
        reps = []
        for t in range(len(problem.teams)):
            load = np.zeros(3)
            for c in np.flatnonzero(problem.cells.team == t):
                calls = problem.cells.outlets[c] * problem.visits[levels[c]]
                seen = problem.cells.outlets[c] if calls > 0 else 0.0
                load += [calls * problem.cells.minutes[c], calls, seen]
            limit = [problem.teams.minutes[t], problem.teams.calls[t], problem.teams.accounts[t]]
            reps.append(max(int(problem.teams.fewest[t]), math.ceil(max(load / limit) - 1e-9)))
        cost = float(np.dot(reps, problem.teams.cost))
        gain = sum(problem.contribution[c, k] for c, k in enumerate(levels))
        fits = all(n <= most for n, most in zip(reps, problem.teams.most, strict=True))
        fits = fits and sum(reps) <= (problem.most_reps or math.inf)
        if fits and cost <= (problem.budget or math.inf):
            best = max(best, gain - cost)
    return best


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limits", [{}, {"most_reps": 2}, {"budget": 900.0}])
def test_plan_equals_enumeration(seed, limits):
    problem = visit_problem(seed, **limits)
    plan, certificate = plan_visits(problem, EXACT)
    best = best_by_enumeration(problem)
    assert plan.profit == pytest.approx(best, abs=1e-6)
    assert certificate.proven
    assert certificate.upper_bound == pytest.approx(best, abs=1e-3)


def test_limits_bind_and_cost_profit():
    free, _ = plan_visits(visit_problem(1), EXACT)
    limited, _ = plan_visits(visit_problem(1, most_reps=2), EXACT)
    poor, _ = plan_visits(visit_problem(1, budget=900.0), EXACT)
    assert free.reps.sum() > 2
    assert limited.reps.sum() == 2
    assert free.profit > limited.profit + 1
    assert poor.rep_cost <= 900.0 < free.rep_cost
    assert free.profit > poor.profit + 1


def test_every_limit_of_a_rep_can_be_the_one_that_binds():
    base = visit_problem(2)
    for name, tight in (("minutes", 900.0), ("calls", 40.0), ("accounts", 30.0)):
        columns = {f: getattr(base.teams, f) for f in ("names", "cost", "fewest", "most")}
        capacity = {f: np.full(2, np.inf) for f in ("minutes", "calls", "accounts")}
        capacity[name] = np.full(2, tight)
        problem = base.replace(teams=Teams(**columns, **capacity))
        plan, _ = plan_visits(problem, EXACT)
        assert plan.profit == pytest.approx(best_by_enumeration(problem), abs=1e-6)
        loads = {
            "minutes": plan.minutes_load,
            "calls": plan.calls_load,
            "accounts": plan.accounts_load,
        }
        assert 0.5 < loads[name].max() <= 1 + 1e-9


def test_locked_head_count_is_kept():
    base = visit_problem(3)
    free, _ = plan_visits(base, EXACT)
    locked = int(free.reps[0]) + 1
    teams = Teams(
        base.teams.names,
        base.teams.cost,
        np.array([locked, 0]),
        np.array([locked, 6]),
        base.teams.minutes,
        base.teams.calls,
        base.teams.accounts,
    )
    plan, _ = plan_visits(base.replace(teams=teams), EXACT)
    assert plan.reps[0] == locked
    assert plan.profit < free.profit


def test_least_service_is_kept():
    base = visit_problem(4)
    allowed = np.array(base.allowed)
    allowed[:, :2] = False
    plan, _ = plan_visits(base.replace(allowed=allowed), EXACT)
    free, _ = plan_visits(base, EXACT)
    assert (plan.level >= 2).all()
    assert (free.level < 2).any()
    assert plan.profit < free.profit


def test_s_shaped_data_needs_no_concavity():
    """Half a visit is worth nothing here; the plan must not be fooled into spreading."""
    base = visit_problem(0, n_teams=1)
    gain = base.cells.outlets[:, None] * np.array([0.0, 0.1, 1.0, 9.0])[None, :]
    problem = base.replace(contribution=gain, most_reps=1)
    plan, _ = plan_visits(problem, EXACT)
    assert plan.profit == pytest.approx(best_by_enumeration(problem), abs=1e-6)


def test_work_limit_is_reported_not_hidden():
    problem = visit_problem(5, n_teams=12, cells_per_team=4, most_reps=20)
    plan, certificate = plan_visits(problem, SolverOptions(nodes=0))
    exact, proof = plan_visits(problem)
    assert proof.proven
    assert not certificate.proven
    assert certificate.status == ("no_solution" if plan is None else "within_limits")
    assert certificate.lower_bound == (None if plan is None else pytest.approx(plan.profit))
    assert certificate.upper_bound is None or certificate.upper_bound >= exact.profit - 1e-6


def greedy(problem, total):
    """Fox (1966): with concave returns the largest marginal profit first is optimal."""
    cost = problem.limits.cost
    curves = problem.curves

    def step(t, n):
        return float(curves[t].value(n + 1) - curves[t].value(n)) - cost[t]

    queue = [(-step(t, 0), t, 0) for t in range(len(cost))]
    heapq.heapify(queue)
    reps = np.zeros(len(cost), dtype=np.int64)
    while queue and reps.sum() < total:
        loss, t, n = heapq.heappop(queue)
        if loss >= 0:
            break
        if n == problem.limits.most[t]:
            continue
        reps[t] = n + 1
        heapq.heappush(queue, (-step(t, n + 1), t, n + 1))
    return sum(float(c.value(n)) for c, n in zip(curves, reps, strict=True)) - float(reps @ cost)


def sizing_problem(seed, n_teams=6, most_reps=None, shape=None):
    random = np.random.default_rng(seed)
    if shape is None:
        curves = tuple(
            PowerResponse(*pair)
            for pair in zip(
                random.uniform(30, 120, n_teams), random.uniform(0.3, 0.7, n_teams), strict=True
            )
        )
    else:
        curves = tuple(
            AdbudgResponse(0.1, 2.0, shape, 0.8, scale=scale, today=5.0)
            for scale in random.uniform(40, 160, n_teams)
        )
    return SizingProblem(
        limits=TeamLimits(
            tuple(f"team {t}" for t in range(n_teams)),
            random.uniform(8, 15, n_teams),
            np.zeros(n_teams, dtype=np.int64),
            np.full(n_teams, 60),
        ),
        effort_per_rep=np.ones(n_teams),
        names=tuple(f"team {t}" for t in range(n_teams)),
        team=np.arange(n_teams),
        curves=curves,
        most_reps=most_reps,
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("total", [25, 1_000])
def test_concave_sizing_equals_the_greedy_rule(seed, total):
    problem = sizing_problem(seed, most_reps=total)
    plan, certificate = size_by_response(problem)
    best = greedy(problem, total)
    assert plan.profit == pytest.approx(best, rel=1e-6)
    assert certificate.proven
    assert certificate.upper_bound >= best - 1e-6 * abs(best)


@pytest.mark.parametrize("seed", range(3))
def test_s_shaped_sizing_equals_enumeration(seed):
    problem = sizing_problem(seed, n_teams=3, most_reps=14, shape=2.2)
    plan, certificate = size_by_response(problem)
    values = [curve.value(np.arange(15.0)) for curve in problem.curves]
    best = max(
        sum(v[n] for v, n in zip(values, reps, strict=True)) - np.dot(reps, problem.limits.cost)
        for reps in itertools.product(range(15), repeat=3)
        if sum(reps) <= 14
    )
    assert plan.profit == pytest.approx(best, rel=1e-5)
    assert certificate.upper_bound >= best - 1e-6
    assert certificate.gap <= 1e-5


def test_effort_is_shared_by_equal_marginal_response():
    """One team, two concave cells: at the best split both cells answer alike to more effort."""
    problem = SizingProblem(
        limits=TeamLimits(("team",), np.array([1.0]), np.array([3]), np.array([3])),
        effort_per_rep=np.array([10.0]),
        names=("a", "b"),
        team=np.array([0, 0]),
        curves=(PowerResponse(4.0), PowerResponse(9.0)),
    )
    plan, certificate = size_by_response(problem)
    assert plan.effort == pytest.approx([30 * 16 / 97, 30 * 81 / 97], rel=0.02)
    assert plan.profit == pytest.approx(math.sqrt(97 * 30) - 3, rel=1e-6)
    assert certificate.proven


def test_fewer_rounds_leave_a_wider_honest_gap():
    problem = sizing_problem(1, most_reps=30)
    _, rough = size_by_response(problem, pieces=2, rounds=1)
    plan, fine = size_by_response(problem)
    assert rough.gap > 10 * fine.gap
    assert rough.status == "within_limits"
    assert rough.lower_bound <= plan.profit + 1e-6
    assert rough.upper_bound >= plan.profit - 1e-6


@pytest.mark.parametrize(
    "curve",
    [
        PowerResponse(3.0, 0.5),
        PowerResponse(2.0, 1.0),
        AdbudgResponse(0.2, 1.6, 1.5, 0.75, today=10.0),
        AdbudgResponse(0.0, 1.0, 3.0, 1.0, scale=5.0, today=2.0),
        AdbudgResponse(0.1, 1.4, 0.8, 1.0),
    ],
)
@pytest.mark.parametrize("n_points", [2, 3, 9])
def test_bracket_holds_the_response(curve, n_points):
    points = np.linspace(0.0, 30.0, n_points)
    lower, upper = bracket(curve, points)
    grid = np.linspace(0.0, 30.0, 2_001)
    truth = curve.value(grid)
    assert (lower.at(grid) <= truth + 1e-9).all()
    assert (upper.at(grid) >= truth - 1e-9).all()
    inner = points[1:]
    assert upper.at(inner) == pytest.approx(curve.value(inner))
    assert lower.at(inner) == pytest.approx(curve.value(inner))


def test_slopes_are_the_derivatives():
    for curve in (PowerResponse(3.0, 0.4), AdbudgResponse(0.2, 1.6, 1.5, 0.75, 2.0, 10.0)):
        at, step = np.array([0.5, 3.0, 12.0]), 1e-5
        difference = (curve.value(at + step) - curve.value(at - step)) / (2 * step)
        assert curve.slope(at) == pytest.approx(difference, rel=1e-6)


def test_calibration_fits_five_judgements_and_owns_up_to_the_rest():
    """The two inner points 0.68 and 1.26 ask for shapes 2.03 and 2.69: no curve meets both."""
    fit = calibrate_adbudg(0.47, 0.68, 1.26, 1.52)
    assert fit.curve.half == pytest.approx(0.52 / 0.53)
    assert float(fit.curve.value(1.0)) == pytest.approx(1.0)
    assert 2.03 < fit.curve.shape < 2.69
    assert fit.residual == pytest.approx(
        float(((fit.curve.value([0.5, 1.5]) - [0.68, 1.26]) ** 2).sum())
    )
    consistent = AdbudgResponse(0.4, 1.5, 1.8, 0.5 / 0.6)
    half, more = consistent.value([0.5, 1.5]).tolist()
    again = calibrate_adbudg(0.4, half, more, 1.5)
    assert again.curve.shape == pytest.approx(1.8, abs=1e-4)
    assert again.residual < 1e-9


def test_workload_is_capped_by_each_limit_and_says_which():
    teams = Teams(
        names=("a", "b", "c"),
        cost=np.ones(3),
        fewest=np.array([0, 0, 9]),
        most=np.array([50, 50, 50]),
        minutes=np.full(3, 2_400.0),
        calls=np.full(3, 110.0),
        accounts=np.full(3, 110.0),
    )
    cells = Cells(
        ("a", "b", "c"), np.arange(3), np.array([300.0, 300.0, 100.0]), np.array([30.0, 5.0, 5.0])
    )
    plan, _ = plan_workload(WorkloadProblem(teams, cells, np.array([1.0, 0.5, 1.0])))
    assert plan.binding == ("minutes", "accounts", "fewest")
    assert plan.reps.tolist() == [4, 3, 9]


def test_workload_beyond_the_most_reps_is_explained():
    teams = Teams(
        ("north reps",),
        np.ones(1),
        np.zeros(1, dtype=np.int64),
        np.array([3]),
        np.array([2_400.0]),
        np.array([np.inf]),
        np.array([110.0]),
    )
    cells = Cells(("A",), np.array([0]), np.array([500.0]), np.array([10.0]))
    plan, certificate = plan_workload(WorkloadProblem(teams, cells, np.ones(1)))
    assert plan is None
    assert certificate.status == "infeasible"
    expected = "north reps needs 5 reps by accounts but may have at most 3"
    assert expected in certificate.messages[0]


def test_fewest_above_most_is_explained_for_a_given_plan():
    teams = Teams(
        ("north reps",), np.ones(1), np.array([7]), np.array([3]), *np.full((3, 1), 1_000.0)
    )
    cells = Cells(("A",), np.array([0]), np.array([10.0]), np.array([10.0]))
    plan, certificate = plan_workload(WorkloadProblem(teams, cells, np.ones(1)))
    assert plan is None
    assert "must have at least 7 reps but may have at most 3" in certificate.messages[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"most_reps": 3}, r"All teams need at least \d+ reps .* head-count is limited to 3"),
        ({"budget": 900.0}, r"costs [\d,.]+ per period in reps but the budget is 900.00"),
    ],
)
def test_limits_below_the_least_service_are_explained(changes, message):
    base = visit_problem(1)
    allowed = np.zeros_like(base.allowed)
    allowed[:, 3] = True
    problem = base.replace(allowed=allowed, **changes)
    plan, certificate = plan_visits(problem)
    assert plan is None
    assert certificate.status == "infeasible"
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(" ".join(certificate.messages))


def test_a_team_that_may_not_grow_is_explained_with_both_numbers():
    base = visit_problem(1)
    teams = Teams(
        base.teams.names,
        base.teams.cost,
        base.teams.fewest,
        np.array([0, 6]),
        base.teams.minutes,
        base.teams.calls,
        base.teams.accounts,
    )
    allowed = np.array(base.allowed)
    allowed[:, 0] = False
    problem = base.replace(teams=teams, allowed=allowed)
    (text,) = explain_clashes(problem)
    assert f"area 0 reps needs at least {least_reps(problem)[0]} reps" in text
    assert "at most 0" in text


@pytest.mark.parametrize("seed", range(6))
def test_no_clash_means_a_plan_and_a_clash_means_none(seed):
    """The explanation is complete: nothing clashes exactly when the least head-count fits."""
    base = visit_problem(seed)
    allowed = np.array(base.allowed)
    allowed[:, 0] = False
    least = int(least_reps(base.replace(allowed=allowed)).sum())
    for limit in (least - 1, least):
        plan, _ = plan_visits(base.replace(allowed=allowed, most_reps=limit))
        assert (plan is not None) == (limit == least)


def test_sizing_limits_that_clash_are_explained():
    base = sizing_problem(0, n_teams=2)
    limits = TeamLimits(("n", "s"), np.array([10.0, 10.0]), np.array([5, 4]), np.array([3, 9]))
    plan, certificate = size_by_response(base.replace(limits=limits, most_reps=8, budget=50.0))
    assert plan is None
    assert certificate.messages == (
        "n must have at least 5 reps and at most 3; change one of the two.",
        "The fewest reps add up to 9 but the head-count is limited to 8; raise it or unlock a "
        "team.",
        "The fewest reps cost 90.00 per period but the budget is 50.00; raise it or unlock a team.",
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: visit_problem(visits=np.array([1.0, 0.5, 2.0, 3.0])), "must increase from 0"),
        (lambda: visit_problem(contribution=np.zeros((4, 2))), r"contribution is \(4, 2\)"),
        (lambda: visit_problem(contribution=np.full((4, 4), np.nan)), "must be finite where"),
        (lambda: visit_problem(allowed=np.zeros((4, 4), dtype=np.bool_)), "at least one"),
        (
            lambda: Cells(("x",), np.array([0]), np.array([-1.0]), np.array([1.0])),
            "'x': outlets is -1, must be 0 or more",
        ),
        (
            lambda: TeamLimits(("x",), np.array([-2.0]), np.array([0]), np.array([1])),
            "'x': cost per rep is -2, must be 0 or more",
        ),
        (lambda: PowerResponse(1.0, 1.5), "S-shaped response is an AdbudgResponse"),
        (lambda: AdbudgResponse(1.0, 0.5, 1.0, 1.0), "need ceiling >= floor"),
        (lambda: calibrate_adbudg(0.5, 0.4, 1.2, 1.5), "indices must increase"),
        (lambda: sizing_problem(0).replace(team=np.full(6, 9)), "must be a row of the 6 teams"),
        (lambda: sizing_problem(0).replace(effort_per_rep=np.zeros(6)), "must be above 0"),
    ],
)
def test_malformed_problems_are_refused(make, message):
    with pytest.raises(ModelError, match=message):
        make()


def test_a_cell_of_a_missing_team_is_refused():
    base = visit_problem()
    cells = Cells(base.cells.names, np.array([0, 0, 1, 2]), base.cells.outlets, base.cells.minutes)
    with pytest.raises(ModelError, match="team is 2, must be a row of the 2 teams"):
        base.replace(cells=cells)
