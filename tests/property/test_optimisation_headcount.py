"""Properties of head-count plans and of the piecewise-linear writer on random examples."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelwright.optimisation.headcount.problem import Cells, Teams, VisitProblem
from channelwright.optimisation.headcount.profit import plan_visits
from channelwright.optimisation.piecewise import PiecewiseCurve, Representation, write_piecewise
from channelwright.optimisation.solver import SolverOptions, solve

EXACT = SolverOptions(relative_gap=0.0, absolute_gap=0.0)


@st.composite
def visit_problems(draw):
    """Two teams with up to three cells each; money, minutes and limits of any proportion."""
    n_cells = draw(st.integers(2, 6))
    whole = st.integers(0, 60)
    visits = np.array([0.0, 1.0, 2.0])
    teams = Teams(
        names=("a", "b"),
        cost=np.array(draw(st.lists(st.integers(1, 90), min_size=2, max_size=2)), dtype=float),
        fewest=np.zeros(2, dtype=np.int64),
        most=np.full(2, draw(st.integers(1, 6))),
        minutes=np.full(2, float(draw(st.integers(60, 900)))),
        calls=np.full(2, float(draw(st.integers(20, 90)))),
        accounts=np.full(2, float(draw(st.integers(20, 90)))),
    )
    cells = Cells(
        names=tuple(f"c{c}" for c in range(n_cells)),
        team=np.arange(n_cells) % 2,
        outlets=np.array(draw(st.lists(whole, min_size=n_cells, max_size=n_cells)), dtype=float),
        minutes=np.array(draw(st.lists(whole, min_size=n_cells, max_size=n_cells)), dtype=float),
    )
    gain = np.array(
        draw(st.lists(st.integers(-50, 300), min_size=3 * n_cells, max_size=3 * n_cells)),
        dtype=float,
    ).reshape(n_cells, 3)
    return VisitProblem(teams, cells, visits, gain, np.ones((n_cells, 3), dtype=np.bool_))


@given(problem=visit_problems(), policy=st.booleans())
@settings(max_examples=40)
def test_a_plan_keeps_every_limit_and_its_bound_holds(problem, policy):
    if policy:
        problem = problem.replace(policy=np.arange(len(problem.cells)) // 2)
    plan, certificate = plan_visits(problem, EXACT)
    loads = np.stack([plan.minutes_load, plan.calls_load, plan.accounts_load])
    assert (loads <= 1 + 1e-6).all()
    assert (plan.reps <= problem.teams.most).all()
    assert certificate.lower_bound == pytest.approx(plan.profit)
    assert certificate.proven or certificate.gap < 1e-5 or abs(plan.profit) < 1e-3
    for cells in problem.policies:
        assert np.unique(plan.level[cells]).size == 1


@given(problem=visit_problems(), limit=st.integers(0, 6))
@settings(max_examples=25)
def test_more_people_allowed_never_lowers_profit(problem, limit):
    few, _ = plan_visits(problem.replace(most_reps=limit), EXACT)
    more, _ = plan_visits(problem.replace(most_reps=limit + 1), EXACT)
    assert more.profit >= few.profit - 1e-6
    assert few.reps.sum() <= limit


@given(
    steps=st.lists(st.integers(1, 9), min_size=1, max_size=9),
    rises=st.lists(st.integers(-9, 9), min_size=9, max_size=9),
    price=st.integers(-5, 5),
    representation=st.sampled_from(list(Representation)),
)
@settings(max_examples=60)
def test_best_point_of_a_written_curve_is_its_best_breakpoint(steps, rises, price, representation):
    points = np.concatenate([[0], np.cumsum(steps)]).astype(float)
    values = np.concatenate([[0], np.cumsum(rises[: len(steps)])]).astype(float)
    model = pyo.ConcreteModel()
    model.x, model.y, model.curve = pyo.Var(), pyo.Var(), pyo.Block()
    write_piecewise(model.curve, model.x, model.y, PiecewiseCurve(points, values), representation)
    model.goal = pyo.Objective(expr=model.y - price * model.x, sense=pyo.maximize)
    report = solve(model, EXACT)
    assert report.objective == pytest.approx((values - price * points).max(), abs=1e-6)
