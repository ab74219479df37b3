"""Branch and bound over a part of the problem: strong relaxation with lazy links, then HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from channelwright.optimisation.location.model import ModelArcs, build
from channelwright.optimisation.location.solution import Incumbent, answer_of
from channelwright.optimisation.solver import (
    LinearModel,
    Session,
    SolveReport,
    SolverOptions,
    SolveStatus,
    compile_model,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_LINK_ROUNDS = 40
_LINK_TOLERANCE = 1e-6
_LEAST_SECONDS = 0.1


@dataclass(frozen=True, eq=False)
class ExactReport:
    """What branch and bound found.

    Attributes
    ----------
    status : SolveStatus
        How it ended.
    incumbent : Incumbent or None
        Best answer of the part, None if none was found.
    bound : float or None
        Proven limit for the part.
    nodes, links, rounds : int
        Work done.
    timed : bool
        Whether a time limit ended it.
    """

    status: SolveStatus
    incumbent: Incumbent | None
    bound: float | None
    nodes: int
    links: int
    rounds: int
    timed: bool


@dataclass(frozen=True, eq=False)
class _Columns:
    x: Indices
    y: Indices


def solve_exact(
    problem: LocationProblem,
    part: ModelArcs,
    options: SolverOptions,
    start: Incumbent | None = None,
) -> ExactReport:
    """Solve a part of the problem to the limits given.

    Links x_ij <= y_j are separated in rounds from the linear relaxation; about one in six of them
    is ever needed.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    part : ModelArcs
        Arcs and fixed sites to consider.
    options : SolverOptions
        Limits.
    start : Incumbent, optional
        An answer inside the part.
    """
    begin = time.perf_counter()
    if np.unique(part.customer).size < problem.n_customers:
        # Somebody has no server left, which no model needs to say.
        return ExactReport(SolveStatus.INFEASIBLE, None, None, 0, 0, 0, False)
    model = build(problem, part)
    arrays, variables, _ = compile_model(model)
    columns = _columns(model, variables, part, problem.n_sites)
    arrays, links, rounds, relaxed = _tighten(arrays, columns, part, _rest_of(options, begin))
    if relaxed.status is SolveStatus.INFEASIBLE:
        return ExactReport(SolveStatus.INFEASIBLE, None, None, 0, links, rounds, False)
    session = Session(arrays, _rest_of(options, begin))
    if start is not None:
        session.start_from(_start_values(arrays, columns, part, start))
    report = session.solve()
    found = _extract(problem, columns, part, report)
    return ExactReport(
        report.status, found, report.bound, report.nodes, links, rounds, report.timed_out
    )


def _rest_of(options: SolverOptions, begin: float) -> SolverOptions:
    """Return the options with what is left of the time limit, which counts from a moment."""
    if options.seconds is None:
        return options
    left = options.seconds - (time.perf_counter() - begin)
    return replace(options, seconds=max(left, _LEAST_SECONDS))


def _columns(model: Any, variables: list[Any], part: ModelArcs, sites: int) -> _Columns:
    place = {id(variable): k for k, variable in enumerate(variables)}
    pairs = zip(part.customer.tolist(), part.site.tolist(), strict=True)
    x = np.array([place[id(model.x[pair])] for pair in pairs], dtype=np.int64)
    y = np.full(sites, -1, dtype=np.int64)
    for j in model.y:
        y[j] = place.get(id(model.y[j]), -1)
    return _Columns(x, y)


def _tighten(
    arrays: LinearModel, columns: _Columns, part: ModelArcs, options: SolverOptions
) -> tuple[LinearModel, int, int, SolveReport]:
    """Add the links that the linear relaxation violates until there are none."""
    session = Session(arrays.relaxed(), replace(options, nodes=None))
    stated = np.zeros(part.customer.size, dtype=np.bool_)
    stated[part.links] = True
    blocks: list[Any] = []
    report = session.solve()
    rounds = 0
    while report.values is not None and rounds < _LINK_ROUNDS:
        excess = report.values[columns.x] - report.values[columns.y[part.site]]
        broken = np.flatnonzero((excess > _LINK_TOLERANCE) & ~stated)
        if not broken.size:
            break
        stated[broken] = True
        rows = _link_rows(columns, part, broken, arrays.cost.size)
        blocks.append(rows)
        session.add_rows(rows, np.full(broken.size, -np.inf), np.zeros(broken.size))
        report = session.solve()
        rounds += 1
    count = sum(block.shape[0] for block in blocks)
    if not blocks:
        return arrays, 0, rounds, report
    tightened = replace(
        arrays,
        matrix=sparse.vstack([sparse.csr_array(arrays.matrix), *blocks], format="csr"),
        row_lower=np.concatenate([arrays.row_lower, np.full(count, -np.inf)]),
        row_upper=np.concatenate([arrays.row_upper, np.zeros(count)]),
    )
    return tightened, count, rounds, report


def _link_rows(columns: _Columns, part: ModelArcs, broken: Indices, width: int) -> Any:
    row = np.arange(broken.size)
    return sparse.csr_array(
        (
            np.concatenate([np.ones(broken.size), -np.ones(broken.size)]),
            (
                np.concatenate([row, row]),
                np.concatenate([columns.x[broken], columns.y[part.site[broken]]]),
            ),
        ),
        shape=(broken.size, width),
    )


def _start_values(
    arrays: LinearModel, columns: _Columns, part: ModelArcs, start: Incumbent
) -> Floats:
    values = np.zeros(arrays.cost.size)
    known = columns.y >= 0
    values[columns.y[known]] = start.open[known]
    share = sparse.csr_array(
        (start.share, (start.customer, start.site)),
        shape=(int(part.customer.max()) + 1, start.open.size),
    )
    values[columns.x] = np.asarray(share[part.customer, part.site]).ravel()
    return values


def _extract(
    problem: LocationProblem, columns: _Columns, part: ModelArcs, report: SolveReport
) -> Incumbent | None:
    if report.values is None:
        return None
    opened = np.zeros(problem.n_sites, dtype=np.bool_)
    known = columns.y >= 0
    opened[known] = report.values[columns.y[known]] > 0.5
    share = report.values[columns.x]
    if problem.single_source:
        used = share > 0.5
        assignment = np.full(problem.n_customers, -1, dtype=np.int64)
        assignment[part.customer[used]] = part.site[used]
        return answer_of(problem, assignment, opened)
    used = share > 1e-9
    customer, site, taken = part.customer[used], part.site[used], share[used]
    taken = taken / np.bincount(customer, weights=taken, minlength=problem.n_customers)[customer]
    cost = float((problem.cost[customer, site] * taken).sum() + problem.fixed_cost[opened].sum())
    return Incumbent(opened, customer, site, taken, cost)
