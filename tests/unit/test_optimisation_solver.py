"""The solver door: what it reports, what it refuses."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import pytest
from scipy import sparse

from channelwright.foundation.errors import SolverError, UsageError
from channelwright.optimisation.solver import (
    LinearModel,
    Session,
    SolverOptions,
    SolveStatus,
    solve,
    solve_arrays,
)


def knapsack(sense=pyo.maximize):
    model = pyo.ConcreteModel("knapsack")
    model.x = pyo.Var(range(4), domain=pyo.Binary)
    model.room = pyo.Constraint(expr=sum(w * model.x[k] for k, w in enumerate((5, 4, 3, 2))) <= 7)
    value = sum(v * model.x[k] for k, v in enumerate((10, 7, 6, 3)))
    model.value = pyo.Objective(expr=value + 1 if sense == pyo.maximize else -value, sense=sense)
    return model


def arrays(cost, matrix, low, high, integer=False, upper=np.inf):
    columns = len(cost)
    return LinearModel(
        cost=np.array(cost, dtype=float),
        lower=np.zeros(columns),
        upper=np.full(columns, upper),
        matrix=sparse.csr_array(np.array(matrix, dtype=float)),
        row_lower=np.array(low, dtype=float),
        row_upper=np.array(high, dtype=float),
        integer=np.full(columns, integer),
    )


def test_maximisation_reports_objective_bound_and_loads_values():
    model = knapsack()
    report = solve(model)
    assert report.status is SolveStatus.OPTIMAL
    # 4 + 3 <= 7 gives 13 and 5 + 2 <= 7 gives 13: no better pair; plus the constant 1.
    assert report.objective == pytest.approx(14.0)
    assert report.bound == pytest.approx(14.0)
    chosen = [round(model.x[k].value) for k in range(4)]
    assert sum(v * c for v, c in zip((10, 7, 6, 3), chosen, strict=True)) == 13


def test_minimisation_of_the_negative_is_the_same_problem():
    assert solve(knapsack(pyo.minimize)).objective == pytest.approx(-13.0)


def test_infeasible_is_a_report_and_leaves_the_model_alone():
    model = knapsack()
    model.much = pyo.Constraint(expr=sum(model.x[k] for k in range(4)) >= 4)
    report = solve(model)
    assert report.status is SolveStatus.INFEASIBLE
    assert report.values is None
    assert report.objective is None
    assert model.x[0].value is None


def test_unbounded_is_told_from_infeasible():
    assert solve_arrays(arrays([-1.0], [[0.0]], [0], [0])).status is SolveStatus.UNBOUNDED
    clash = arrays([-1.0, 0.0], [[1.0, -1.0], [1.0, -1.0]], [1.0, -np.inf], [np.inf, 0.0])
    assert solve_arrays(clash).status is SolveStatus.INFEASIBLE


def hard_knapsack(items=40):
    rng = np.random.default_rng(5)
    weight = rng.integers(1000, 2000, (5, items)).astype(float)
    value = weight.sum(axis=0) + rng.integers(0, 30, items)
    room = np.floor(weight.sum(axis=1) / 2)
    return arrays(-value, weight, np.full(5, -np.inf), room, integer=True, upper=1.0)


def test_a_node_limit_returns_an_answer_with_an_honest_bound():
    report = solve_arrays(hard_knapsack(), SolverOptions(nodes=1))
    assert report.status is SolveStatus.FEASIBLE
    assert report.bound < report.objective
    assert not report.timed_out


def test_work_limits_repeat_exactly():
    first = solve_arrays(hard_knapsack(), SolverOptions(nodes=20, seed=3))
    again = solve_arrays(hard_knapsack(), SolverOptions(nodes=20, seed=3))
    assert (first.objective, first.bound, first.nodes) == (
        again.objective,
        again.bound,
        again.nodes,
    )


def test_iteration_limit_without_an_answer_is_not_infeasible():
    rng = np.random.default_rng(1)
    matrix = rng.random((60, 80))
    model = arrays(rng.random(80), matrix, np.ones(60) * 5, np.full(60, np.inf))
    report = solve_arrays(model, SolverOptions(iterations=1, extra={"presolve": "off"}))
    assert report.status in (SolveStatus.NO_SOLUTION, SolveStatus.FEASIBLE)
    assert report.termination == "Iteration limit reached"


@pytest.mark.parametrize(
    "name", ["solve_relaxation", "objective_bound", "mip_feasibility_tolerance"]
)
def test_options_that_change_the_question_are_refused(name):
    with pytest.raises(UsageError, match=name):
        SolverOptions(extra={name: 1})


def test_no_threads_are_refused():
    with pytest.raises(UsageError, match="threads = 0"):
        SolverOptions(threads=0)


def test_thread_count_may_change_within_a_process():
    for threads in (1, 2, 1):
        assert solve(knapsack(), SolverOptions(threads=threads)).objective == pytest.approx(14.0)


def test_special_ordered_sets_are_refused_not_dropped():
    model = knapsack()
    model.sos = pyo.SOSConstraint(var=model.x, sos=1)
    with pytest.raises(SolverError, match="cannot be stated for HiGHS"):
        solve(model)


def test_infinite_cost_is_refused():
    with pytest.raises(SolverError, match="not finite"):
        solve_arrays(arrays([np.inf], [[1.0]], [0], [1]))


def test_two_objectives_are_refused():
    model = knapsack()
    model.other = pyo.Objective(expr=model.x[0])
    with pytest.raises(SolverError, match="2 active objectives"):
        solve(model)


def test_fixed_variables_and_ranges_are_honoured():
    model = knapsack()
    model.x[0].fix(0)
    model.number = pyo.Constraint(expr=(1, model.x[1] + model.x[2] + model.x[3], 1))
    assert solve(model).objective == pytest.approx(8.0)


def test_session_adds_rows_and_changes_bounds_between_solves():
    session = Session(arrays([-1.0, -1.0], [[1.0, 1.0]], [-np.inf], [4.0]))
    first = session.solve()
    assert first.objective == pytest.approx(-4.0)
    assert first.row_duals == pytest.approx([-1.0])
    session.add_rows(sparse.csr_array([[1.0, 1.0]]), np.array([-np.inf]), np.array([3.0]))
    assert session.solve().objective == pytest.approx(-3.0)
    session.set_column_bounds([1], np.array([0.0]), np.array([0.5]))
    session.set_column_bounds([0], np.array([0.0]), np.array([1.0]))
    assert session.solve().objective == pytest.approx(-1.5)


def test_start_is_used():
    model = hard_knapsack()
    best = solve_arrays(model, SolverOptions(nodes=400))
    started = solve_arrays(model, SolverOptions(nodes=0), start=best.values)
    assert started.objective <= best.objective + 1e-6
