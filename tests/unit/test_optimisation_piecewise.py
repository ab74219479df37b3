"""Piecewise-linear writers against enumeration, and the errors of the curve."""

from __future__ import annotations

import itertools

import numpy as np
import pyomo.environ as pyo
import pytest

from channelwright.model.columns import ModelError
from channelwright.optimisation.piecewise import (
    PiecewiseCurve,
    Representation,
    write_concave,
    write_piecewise,
)
from channelwright.optimisation.solver import SolverOptions, SolveStatus, solve

EXACT = SolverOptions(relative_gap=0.0, absolute_gap=0.0)
S_CURVE = PiecewiseCurve([0.0, 1.0, 2.0, 4.0, 5.0], [0.0, 0.1, 0.9, 1.1, 1.12])


def fixed_argument_model(curve, representation, argument, sense):
    model = pyo.ConcreteModel()
    model.x = pyo.Var(bounds=(argument, argument))
    model.y = pyo.Var()
    model.curve = pyo.Block()
    write_piecewise(model.curve, model.x, model.y, curve, representation)
    model.goal = pyo.Objective(expr=model.y, sense=sense)
    return model


@pytest.mark.parametrize("representation", list(Representation))
@pytest.mark.parametrize("sense", [pyo.maximize, pyo.minimize])
@pytest.mark.parametrize("argument", [0.0, 0.4, 1.0, 1.7, 2.0, 3.1, 4.999, 5.0])
def test_a_written_curve_takes_its_own_value_in_both_senses(representation, sense, argument):
    model = fixed_argument_model(S_CURVE, representation, argument, sense)
    report = solve(model, EXACT)
    assert report.objective == pytest.approx(float(S_CURVE.at(argument)), abs=1e-7)


@pytest.mark.parametrize("representation", list(Representation))
@pytest.mark.parametrize("n_segments", [1, 2, 3, 5, 8, 9, 17])
def test_sum_of_two_random_curves_is_optimised_like_enumeration(representation, n_segments):
    random = np.random.default_rng(100 + n_segments)
    points = np.concatenate([[0.0], np.cumsum(random.uniform(0.2, 2.0, n_segments))])
    curves = [PiecewiseCurve(points, random.uniform(-3, 3, n_segments + 1)) for _ in range(2)]
    budget = float(points[-1] * 1.1)

    model = pyo.ConcreteModel()
    model.item = pyo.RangeSet(0, 1)
    model.x = pyo.Var(model.item, bounds=(0, float(points[-1])))
    model.y = pyo.Var(model.item)
    model.curve = pyo.Block(model.item)
    for i in model.item:
        write_piecewise(model.curve[i], model.x[i], model.y[i], curves[i], representation)
    model.budget = pyo.Constraint(expr=model.x[0] + model.x[1] == budget)
    model.goal = pyo.Objective(expr=model.y[0] + model.y[1], sense=pyo.maximize)
    report = solve(model, EXACT)

    # On the line x0 + x1 = budget the sum is piecewise linear: its best is at a breakpoint of one.
    candidates = np.concatenate([points, budget - points])
    candidates = candidates[(candidates >= budget - points[-1]) & (candidates <= points[-1])]
    best = max(float(curves[0].at(x) + curves[1].at(budget - x)) for x in candidates)
    assert report.objective == pytest.approx(best, abs=1e-6)
    assert report.bound == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("representation", list(Representation))
def test_s_shaped_curves_under_a_budget_match_enumeration_of_breakpoints(representation):
    n_items, units, step = 4, 7, 1.0
    values = np.array([0.0, 0.2, 0.8, 1.2, 1.35, 1.4])
    curve = PiecewiseCurve(np.arange(6) * step, values)
    model = pyo.ConcreteModel()
    model.item = pyo.RangeSet(0, n_items - 1)
    model.x = pyo.Var(model.item, bounds=(0, 5))
    model.y = pyo.Var(model.item)
    model.curve = pyo.Block(model.item)
    for i in model.item:
        write_piecewise(model.curve[i], model.x[i], model.y[i], curve, representation)
    model.budget = pyo.Constraint(expr=sum(model.x[i] for i in model.item) <= units)
    model.goal = pyo.Objective(
        expr=sum((1 + 0.1 * i) * model.y[i] for i in model.item), sense=pyo.maximize
    )
    report = solve(model, EXACT)
    # The budget is a whole number of steps, so some best answer sits on breakpoints throughout.
    best = max(
        sum((1 + 0.1 * i) * values[k] for i, k in enumerate(choice))
        for choice in itertools.product(range(6), repeat=n_items)
        if sum(choice) <= units
    )
    assert report.objective == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize(
    ("representation", "binaries"),
    [
        (Representation.INCREMENTAL, 16),
        (Representation.MULTIPLE_CHOICE, 17),
        (Representation.LOGARITHMIC, 5),
    ],
)
def test_number_of_binaries_is_as_published(representation, binaries):
    curve = PiecewiseCurve(np.arange(18.0), np.sin(np.arange(18.0)))
    model = fixed_argument_model(curve, representation, 3.0, pyo.maximize)
    found = sum(v.is_binary() for v in model.component_data_objects(pyo.Var))
    assert found == binaries


@pytest.mark.parametrize("representation", list(Representation))
def test_argument_outside_the_breakpoints_is_infeasible(representation):
    model = fixed_argument_model(S_CURVE, representation, 5.5, pyo.maximize)
    assert solve(model, EXACT).status is SolveStatus.INFEASIBLE


def test_concave_rows_need_no_binary_and_bound_the_value():
    curve = PiecewiseCurve([0.0, 1.0, 3.0], [0.0, 2.0, 3.0])
    model = pyo.ConcreteModel()
    model.x = pyo.Var(bounds=(0, 10))
    model.y = pyo.Var()
    model.curve = pyo.Block()
    write_concave(model.curve, model.x, model.y, curve)
    model.goal = pyo.Objective(expr=model.y - 0.4 * model.x, sense=pyo.maximize)
    report = solve(model)
    assert report.objective == pytest.approx(3.0 - 0.4 * 3.0)
    assert not any(v.is_binary() for v in model.component_data_objects(pyo.Var))


def test_concave_rows_refuse_a_curve_that_is_not_concave():
    with pytest.raises(ModelError, match="not concave; use write_piecewise"):
        write_concave(pyo.Block(concrete=True), 0.0, 0.0, S_CURVE)


@pytest.mark.parametrize(
    ("breakpoints", "values", "message"),
    [
        ([0.0], [1.0], "two vectors of one length"),
        ([0.0, 1.0], [1.0], "two vectors of one length"),
        ([0.0, np.nan], [1.0, 2.0], "must be finite"),
        ([0.0, 2.0, 2.0], [1.0, 2.0, 3.0], r"breakpoint 2 \(2\) is not above breakpoint 1 \(2\)"),
    ],
)
def test_malformed_points_are_refused(breakpoints, values, message):
    with pytest.raises(ModelError, match=message):
        PiecewiseCurve(breakpoints, values)


def test_evaluation_outside_the_breakpoints_is_refused():
    with pytest.raises(ModelError, match=r"leaves the breakpoints 0\.\.5"):
        S_CURVE.at([1.0, 6.0])


def test_points_are_copied_and_read_only():
    points = np.array([0.0, 1.0])
    curve = PiecewiseCurve(points, [0.0, 1.0])
    points[0] = -5.0
    assert curve.breakpoints[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        curve.values[0] = 3.0
