"""The one door to HiGHS: models and arrays in, a report that is read before any value is used."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from channelwright.foundation.errors import SolverError
from channelwright.optimisation.interrupting import asked_to_end, is_attended
from channelwright.optimisation.solver_words import (
    LinearModel,
    SolveReport,
    SolverOptions,
    SolveStatus,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "LinearModel",
    "Session",
    "SolveReport",
    "SolveStatus",
    "SolverOptions",
    "compile_model",
    "solve",
    "solve_arrays",
]


class Session:
    """A model that stays loaded in HiGHS, for loops of solve, add rows, solve again.

    Parameters
    ----------
    model : LinearModel
        The model to load.
    options : SolverOptions, optional
        Limits of each solve.
    """

    def __init__(self, model: LinearModel, options: SolverOptions | None = None) -> None:
        self._options = options or SolverOptions()
        self._integer = bool(model.integer.any())
        self._highs = highspy.Highs()
        _set_options(self._highs, self._options)
        _check(self._highs.passModel(_to_highs(model)), "loading the model")

    def add_rows(self, matrix: Any, lower: Floats, upper: Floats) -> None:
        """Append rows (cuts) to the model.

        Parameters
        ----------
        matrix : (n_new, n_columns) sparse
            Coefficients.
        lower, upper : (n_new,)
            Bounds of the new rows.
        """
        rows = sparse.csr_array(matrix)
        status = self._highs.addRows(
            rows.shape[0],
            np.asarray(lower, dtype=np.float64),
            np.asarray(upper, dtype=np.float64),
            rows.nnz,
            rows.indptr[:-1].astype(np.int32),
            rows.indices.astype(np.int32),
            rows.data.astype(np.float64),
        )
        _check(status, "adding rows")

    def add_columns(self, cost: Floats, matrix: Any, upper: Floats) -> None:
        """Append columns that are at least zero; the basis is kept.

        Parameters
        ----------
        cost, upper : (n_new,)
            Objective coefficients and upper bounds.
        matrix : (n_rows, n_new) sparse
            Coefficients.
        """
        columns = sparse.csc_array(matrix)
        status = self._highs.addCols(
            columns.shape[1],
            np.asarray(cost, dtype=np.float64),
            np.zeros(columns.shape[1]),
            np.asarray(upper, dtype=np.float64),
            columns.nnz,
            columns.indptr[:-1].astype(np.int32),
            columns.indices.astype(np.int32),
            columns.data.astype(np.float64),
        )
        _check(status, "adding columns")

    def set_column_bounds(self, columns: Sequence[int], lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns; the basis is kept."""
        index = np.asarray(columns, dtype=np.int32)
        _check(self._highs.changeColsBounds(index.size, index, lower, upper), "column bounds")

    def start_from(self, values: Floats) -> None:
        """Offer a solution to the search; HiGHS checks it and ignores an infeasible one."""
        solution = highspy.HighsSolution()
        solution.col_value = np.asarray(values, dtype=np.float64)
        self._highs.setSolution(solution)

    def solve(self, seconds: float | None = None) -> SolveReport:
        """Solve the model as it stands and report.

        Parameters
        ----------
        seconds : float, optional
            Time limit of this solve, by default that of the options.
        """
        begin = time.perf_counter()
        if is_attended():
            _listen(self._highs)
        seconds = self._options.seconds if seconds is None else seconds
        if seconds is not None:
            # The clock of HiGHS goes on from solve to solve.
            limit = self._highs.getRunTime() + float(seconds)
            _check(self._highs.setOptionValue("time_limit", limit), f"time limit {limit}")
        self._highs.run()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            # Presolve cannot always tell the two apart; the simplex method can.
            _check(self._highs.setOptionValue("presolve", "off"), "option presolve")
            self._highs.run()
        return _report(self._highs, self._integer, time.perf_counter() - begin)


def solve_arrays(
    model: LinearModel, options: SolverOptions | None = None, start: Floats | None = None
) -> SolveReport:
    """Solve a model given as arrays.

    Parameters
    ----------
    model : LinearModel
        The model.
    options : SolverOptions, optional
        Limits.
    start : (n_columns,), optional
        A solution to start from.

    Raises
    ------
    SolverError
        HiGHS refused the model or broke down. An infeasible model is a normal report.
    """
    session = Session(model, options)
    if start is not None:
        session.start_from(start)
    return session.solve()


def compile_model(model: Any) -> tuple[LinearModel, list[Any], bool]:
    """Turn a Pyomo model into arrays.

    Parameters
    ----------
    model : pyomo ConcreteModel
        Linear, with one active objective.

    Returns
    -------
    tuple
        The arrays (a minimisation), the Pyomo variables in column order, and whether the
        objective was a maximisation.

    Raises
    ------
    SolverError
        The model holds something that HiGHS cannot take (SOS, indicator, non-linear).
    """
    try:
        form = LinearStandardFormCompiler().write(model, mixed_form=True)
    except ValueError as error:
        message = f"model {model.name!r} cannot be stated for HiGHS: {error}"
        raise SolverError(message) from error
    if len(form.objectives) != 1:
        message = (
            f"model {model.name!r} has {len(form.objectives)} active objectives; one is needed"
        )
        raise SolverError(message)
    kind = np.array([row.bound_type for row in form.rows], dtype=np.int8)
    rhs = np.asarray(form.rhs, dtype=np.float64)
    bounds = [variable.bounds for variable in form.columns]
    arrays = LinearModel(
        cost=np.asarray(form.c.todense(), dtype=np.float64).ravel(),
        lower=np.array([-math.inf if low is None else low for low, _ in bounds], dtype=np.float64),
        upper=np.array(
            [math.inf if high is None else high for _, high in bounds], dtype=np.float64
        ),
        matrix=form.A,
        row_lower=np.where(kind <= 0, rhs, -math.inf),
        row_upper=np.where(kind >= 0, rhs, math.inf),
        integer=np.array([not v.is_continuous() for v in form.columns], dtype=np.bool_),
        offset=float(np.asarray(form.c_offset).ravel()[0]),
    )
    return arrays, list(form.columns), form.objectives[0].sense < 0


def solve(model: Any, options: SolverOptions | None = None) -> SolveReport:
    """Solve a Pyomo model and load the solution into it if, and only if, there is one.

    Parameters
    ----------
    model : pyomo ConcreteModel
        Linear, with one active objective; current values of all variables are offered as a start
        when every variable has one.
    options : SolverOptions, optional
        Limits.

    Returns
    -------
    SolveReport
        Objective and bound in the sense of the model.

    Raises
    ------
    SolverError
        The model cannot be stated for HiGHS, or HiGHS broke down.
    """
    arrays, variables, maximised = compile_model(model)
    current = [variable.value for variable in variables]
    start = None if any(value is None for value in current) else np.array(current, dtype=np.float64)
    report = solve_arrays(arrays, options, start if arrays.integer.any() else None)
    if report.values is not None:
        rounded = np.where(arrays.integer, np.round(report.values), report.values)
        for variable, value in zip(variables, rounded.tolist(), strict=True):
            variable.set_value(value, skip_validation=True)
    return _negated(report) if maximised else report


def _negated(report: SolveReport) -> SolveReport:
    return replace(
        report,
        objective=None if report.objective is None else -report.objective,
        bound=None if report.bound is None else -report.bound,
    )


def _to_highs(model: LinearModel) -> Any:
    columns = sparse.csc_array(model.matrix)
    if not (np.isfinite(model.cost).all() and np.isfinite(columns.data).all()):
        message = "the model has a coefficient that is not finite; leave the column out instead"
        raise SolverError(message)
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = columns.shape
    program.col_cost_, program.offset_ = model.cost, model.offset
    program.col_lower_, program.col_upper_ = model.lower, model.upper
    program.row_lower_, program.row_upper_ = model.row_lower, model.row_upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = columns.indptr.astype(np.int32)
    program.a_matrix_.index_ = columns.indices.astype(np.int32)
    program.a_matrix_.value_ = columns.data.astype(np.float64)
    if model.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[flag] for flag in model.integer.astype(int).tolist()]
    return program


def _set_options(highs: Any, options: SolverOptions) -> None:
    settings: dict[str, object] = {
        "output_flag": False,
        "threads": options.threads,
        "random_seed": options.seed,
        "mip_rel_gap": options.relative_gap,
        "mip_abs_gap": options.absolute_gap,
        **options.extra,
    }
    if options.nodes is not None:
        settings["mip_max_nodes"] = options.nodes
    if options.iterations is not None:
        settings["simplex_iteration_limit"] = options.iterations
    if options.seconds is not None:
        settings["time_limit"] = float(options.seconds)
    # HiGHS keeps one scheduler per process and refuses a second thread count until it is reset.
    highspy.Highs.resetGlobalScheduler(True)
    for name, value in settings.items():
        _check(highs.setOptionValue(name, value), f"option {name} = {value!r}")


def _listen(highs: Any) -> None:
    """Let HiGHS ask now and then whether its search is to end; a signal is only heard so."""

    def ask(event: Any) -> None:
        if asked_to_end():
            event.interrupt()

    for asking in (highs.cbMipInterrupt, highs.cbSimplexInterrupt, highs.cbIpmInterrupt):
        asking.clear()
        asking.subscribe(ask)


def _check(status: Any, action: str) -> None:
    if status == highspy.HighsStatus.kError:
        message = f"HiGHS refused {action}; check the model's sizes, bounds and option values"
        raise SolverError(message)


def _report(highs: Any, integer: bool, seconds: float) -> SolveReport:
    code = highs.getModelStatus()
    info = highs.getInfo()
    termination = highs.modelStatusToString(code)
    status = _status(code, info)
    usable = status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE)
    solution = highs.getSolution() if usable else None
    return SolveReport(
        status=status,
        termination=termination,
        objective=float(info.objective_function_value) if usable else None,
        bound=_bound(info, status, integer),
        values=None if solution is None else np.array(solution.col_value, dtype=np.float64),
        row_duals=(
            None if solution is None or integer else np.array(solution.row_dual, dtype=np.float64)
        ),
        nodes=max(0, int(info.mip_node_count)),
        iterations=max(0, int(info.simplex_iteration_count)),
        seconds=seconds,
    )


def _status(code: Any, info: Any) -> SolveStatus:
    kinds = highspy.HighsModelStatus
    if code in (kinds.kOptimal, kinds.kModelEmpty):
        return SolveStatus.OPTIMAL
    if code == kinds.kInfeasible:
        return SolveStatus.INFEASIBLE
    if code == kinds.kUnbounded:
        return SolveStatus.UNBOUNDED
    limits = (kinds.kTimeLimit, kinds.kIterationLimit, kinds.kSolutionLimit, kinds.kInterrupt)
    if code in limits:
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return SolveStatus.FEASIBLE if found else SolveStatus.NO_SOLUTION
    message = f"HiGHS ended with {code.name}: no statement about the model can be made"
    raise SolverError(message)


def _bound(info: Any, status: SolveStatus, integer: bool) -> float | None:
    if status is SolveStatus.OPTIMAL and not integer:
        return float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if integer else math.nan
    usable = status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE, SolveStatus.NO_SOLUTION)
    return bound if usable and math.isfinite(bound) else None
