"""Published and closed-form optima that the piecewise writer has to reproduce."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import pytest

from channelwright.optimisation.piecewise import (
    PiecewiseCurve,
    Representation,
    write_concave,
    write_piecewise,
)
from channelwright.optimisation.response import AdbudgResponse, PowerResponse
from channelwright.optimisation.solver import SolverOptions, solve

EXACT = SolverOptions(relative_gap=0.0, absolute_gap=0.0)
BUDGET = 25.0
N_PIECES = 10
# Half-saturated Hill curve x^2 / (1 + x^2): convex first, so effort is better concentrated.
HILL = AdbudgResponse(floor=0.0, ceiling=1.0, shape=2.0, half=1.0)


def marketing_split(breakpoints):
    """Split a budget of 25 over 3 sqrt(x1) + 4 sqrt(x2) on given chords."""
    model = pyo.ConcreteModel()
    model.item = pyo.RangeSet(0, 1)
    model.x = pyo.Var(model.item, bounds=(0, BUDGET))
    model.y = pyo.Var(model.item)
    model.curve = pyo.Block(model.item)
    for i, scale in enumerate((3.0, 4.0)):
        curve = PiecewiseCurve(breakpoints, PowerResponse(scale).value(breakpoints))
        write_concave(model.curve[i], model.x[i], model.y[i], curve)
    model.budget = pyo.Constraint(expr=model.x[0] + model.x[1] == BUDGET)
    model.goal = pyo.Objective(expr=model.y[0] + model.y[1], sense=pyo.maximize)
    return model, solve(model, EXACT)


def test_square_root_budget_split_on_quadratic_breakpoints_is_exactly_25():
    """Maximum of 3 sqrt(x1) + 4 sqrt(x2), x1 + x2 = 25: Cauchy-Schwarz gives 25 at (9, 16)."""
    model, report = marketing_split(BUDGET * (np.arange(N_PIECES + 1) / N_PIECES) ** 2)
    assert report.objective == pytest.approx(25.0, abs=1e-9)
    assert [model.x[i].value for i in model.item] == pytest.approx([9.0, 16.0], abs=1e-7)


def test_uniform_breakpoints_lose_what_the_error_bound_allows():
    """The chord error of a sqrt(x) on n uniform pieces; 24.97877 on ten of them."""
    _, report = marketing_split(np.linspace(0.0, BUDGET, N_PIECES + 1))
    assert report.objective == pytest.approx(24.97877, abs=5e-6)
    assert report.objective < 25.0


@pytest.mark.parametrize("n_pieces", [4, 10, 23])
def test_quadratic_breakpoints_stay_within_the_a_priori_bound(n_pieces):
    """a sqrt(B) / (4 K) per curve: 0.375 + 0.5 at K = 10."""
    _, report = marketing_split(BUDGET * (np.arange(n_pieces + 1) / n_pieces) ** 2)
    bound = (3.0 + 4.0) * np.sqrt(BUDGET) / (4 * n_pieces)
    assert 25.0 - bound <= report.objective <= 25.0 + 1e-9


@pytest.mark.parametrize("representation", list(Representation))
@pytest.mark.parametrize(("n_items", "budget", "best"), [(2, 1.0, 0.5), (10, 5.5, 2.73962)])
def test_s_shaped_response_is_concentrated_not_spread(representation, n_items, budget, best):
    """x^2 / (1 + x^2): (1, 0) for two segments; six of ten segments with 11/12 each."""
    points = np.arange(0, 19) / 12
    model = pyo.ConcreteModel()
    model.item = pyo.RangeSet(0, n_items - 1)
    model.x = pyo.Var(model.item, bounds=(0, points[-1]))
    model.y = pyo.Var(model.item)
    model.curve = pyo.Block(model.item)
    curve = PiecewiseCurve(points, HILL.value(points))
    for i in model.item:
        write_piecewise(model.curve[i], model.x[i], model.y[i], curve, representation)
    model.budget = pyo.Constraint(expr=sum(model.x[i] for i in model.item) <= budget)
    # The segments are alike; an order among them removes copies of one answer, not an optimum.
    model.order = pyo.Constraint(
        pyo.RangeSet(1, n_items - 1), rule=lambda m, i: m.x[i - 1] >= m.x[i]
    )
    model.goal = pyo.Objective(expr=sum(model.y[i] for i in model.item), sense=pyo.maximize)
    report = solve(model, EXACT)
    assert report.objective == pytest.approx(best, abs=5e-6)
    equal = n_items * float(HILL.value(budget / n_items))
    assert report.objective > equal + 0.05
