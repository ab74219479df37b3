"""Head-count by a continuous response to effort, with a certified gap.

The response is smooth, the solver linear. Two piecewise-linear curves bracket each response: the
model on the upper curves bounds every plan, the true response of a plan found bounds the best one
from below. Breakpoints are added where the plans lie until the two meet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
import pyomo.environ as pyo

from channelwright.foundation.errors import SolverError
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.certificate import PROVEN_GAP, Certificate
from channelwright.optimisation.evidence import certify, is_timed, refuse_request
from channelwright.optimisation.headcount.problem import TeamLimits, freeze, refuse
from channelwright.optimisation.headcount.profit import add_budget_limit, add_head_count_limit
from channelwright.optimisation.piecewise import PiecewiseCurve, write_concave, write_piecewise
from channelwright.optimisation.response import ResponseCurve, bracket
from channelwright.optimisation.solver import SolverOptions, SolveStatus, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

DECISION = "head_count_by_response"
UNIT = "money per period"
#: First breakpoint, as a share of the range, of a curve that is vertical at 0.
VERTICAL_START = 1e-4


@dataclass(frozen=True)
class SizingProblem:
    """Head-count where each cell answers smoothly to the effort spent on it.

    Attributes
    ----------
    limits : TeamLimits (T rows)
    effort_per_rep : (T,) float64, effort that one rep brings in a period (hours, minutes, calls)
    names : (C,) str, cells, for messages
    team : (C,) int64, team that serves the cell
    curves : (C,) ResponseCurve, hashable, money per period against effort, before the cost of
        reps
    most_reps : int or None, head-count of all teams together
    budget : float or None, money per period for all reps
    """

    limits: TeamLimits
    effort_per_rep: FloatArray
    names: tuple[str, ...]
    team: IntArray
    curves: tuple[ResponseCurve, ...]
    most_reps: int | None = None
    budget: float | None = None

    def __post_init__(self) -> None:
        """Freeze the arrays and check the references."""
        freeze(self, "effort_per_rep", "team")
        n_teams = len(self.limits)
        bad = (self.team < 0) | (self.team >= n_teams)
        refuse(self.names, bad, self.team, "team", f"must be a row of the {n_teams} teams")
        effort = self.effort_per_rep
        refuse(self.limits.names, ~(effort > 0), effort, "effort per rep", "must be above 0")

    def replace(self, **changes: object) -> Self:
        """Return a changed copy, for what-ifs."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def most_effort(self) -> FloatArray:
        """Return the effort that a cell could get if its team were as large as allowed: (C,)."""
        most = self.limits.most.astype(np.float64)
        if self.most_reps is not None:
            most = np.minimum(most, self.most_reps)
        if self.budget is not None:
            paid = np.where(self.limits.cost > 0, self.limits.cost, np.inf)
            affordable = np.where(self.limits.cost > 0, np.floor(self.budget / paid + 1e-9), np.inf)
            most = np.minimum(most, affordable)
        return np.asarray((np.maximum(most, 1) * self.effort_per_rep)[self.team], dtype=np.float64)


@dataclass(frozen=True)
class SizingPlan:
    """Reps per team and effort per cell.

    Attributes
    ----------
    reps : (T,) int64
    effort : (C,) float64, effort per period
    response : (C,) float64, money per period on the true curve
    rep_cost : float, money per period
    """

    reps: IntArray
    effort: FloatArray
    response: FloatArray
    rep_cost: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self, "reps", "effort", "response")

    @property
    def profit(self) -> float:
        """Response less the cost of reps, money per period."""
        return float(self.response.sum()) - self.rep_cost


def size_by_response(
    problem: SizingProblem,
    options: SolverOptions | None = None,
    *,
    pieces: int = 8,
    rounds: int = 12,
    gap: float = PROVEN_GAP,
) -> tuple[SizingPlan | None, Certificate]:
    """Choose whole reps and their effort for the highest response less cost of reps.

    Parameters
    ----------
    problem : SizingProblem
    options : SolverOptions, optional
        Work limits of each solve.
    pieces : int
        Pieces of each curve in the first round, narrow near 0 where responses bend most.
    rounds : int
        Most rounds of solving and adding breakpoints.
    gap : float
        Relative gap at which the search ends.

    Returns
    -------
    tuple of SizingPlan or None, and Certificate
        No plan where the fewest reps exceed the head-count or the budget.
    """
    clashes = explain_clashes(problem)
    if clashes:
        return None, refuse_request(
            DECISION, "maximise", clashes, unit=UNIT, bound_kind="closed form"
        )
    search = _Search(problem, options, pieces)
    for _ in range(rounds):
        search.round()
        if search.gap <= gap:
            break
    best = search.best
    certificate = certify(
        DECISION,
        "maximise",
        None if best is None else best.profit,
        search.bound if np.isfinite(search.bound) else None,
        unit=UNIT,
        bound_kind="branch and bound on curves above the response",
        work=search.work,
        timed=search.timed,
    )
    return best, certificate


class _Search:
    """Rounds of solving both sides of the bracket and adding breakpoints where the plans lie."""

    def __init__(self, problem: SizingProblem, options: SolverOptions | None, pieces: int) -> None:
        self.problem, self.options = problem, options
        ranges = zip(problem.curves, problem.most_effort().tolist(), strict=True)
        self.points = [_first_points(curve, top, pieces) for curve, top in ranges]
        self.alike = equal_cells(problem)
        self.best: SizingPlan | None = None
        self.bound = np.inf
        self.timed = False
        self.work = {"rounds": 0, "nodes": 0, "iterations": 0}

    @property
    def gap(self) -> float:
        """Relative distance between the bound and the best plan."""
        if self.best is None:
            return np.inf
        return (self.bound - self.best.profit) / max(1.0, abs(self.best.profit))

    def round(self) -> None:
        """Bound by the upper curves, then look for a better plan on the lower ones."""
        pairs = zip(self.problem.curves, self.points, strict=True)
        brackets = [bracket(curve, points) for curve, points in pairs]
        bound = self._solve([upper for _, upper in brackets])
        self.bound = min(self.bound, np.inf if bound is None else bound)
        self._solve([lower for lower, _ in brackets])
        self.work["rounds"] += 1

    def _solve(self, curves: list[PiecewiseCurve]) -> float | None:
        model = build(self.problem, curves)
        report = solve(model, self.options)
        if report.status is SolveStatus.INFEASIBLE:
            message = "head-count by response: no plan found although every limit can be met"
            raise SolverError(message)
        self.timed |= is_timed(report, self.options)
        self.work["nodes"] += report.nodes
        self.work["iterations"] += report.iterations
        if report.has_solution:
            self._take(extract(model, self.problem))
        return report.bound

    def _take(self, plan: SizingPlan) -> None:
        if self.best is None or plan.profit > self.best.profit:
            self.best = plan
        # Equal cells may swap places from round to round, so they share their breakpoints.
        for cells in self.alike:
            points = self.points[cells[0]]
            for effort in np.unique(plan.effort[cells]).tolist():
                points = _refined(points, effort)
            for c in cells:
                self.points[c] = points


def explain_clashes(problem: SizingProblem) -> list[str]:
    """Say which limits clash; empty exactly when a plan exists."""
    limits = problem.limits
    texts = [
        f"{limits.names[t]} must have at least {limits.fewest[t]} reps and at most "
        f"{limits.most[t]}; change one of the two."
        for t in np.flatnonzero(limits.fewest > limits.most).tolist()
    ]
    fewest = int(limits.fewest.sum())
    if problem.most_reps is not None and fewest > problem.most_reps:
        texts.append(
            f"The fewest reps add up to {fewest} but the head-count is limited to "
            f"{problem.most_reps}; raise it or unlock a team."
        )
    cost = float(limits.fewest @ limits.cost)
    if problem.budget is not None and cost > problem.budget * (1 + 1e-12):
        texts.append(
            f"The fewest reps cost {cost:,.2f} per period but the budget is "
            f"{problem.budget:,.2f}; raise it or unlock a team."
        )
    return texts


def equal_cells(problem: SizingProblem) -> list[list[int]]:
    """Group the cells of one team that answer alike: exchanging two of them changes nothing."""
    groups: dict[tuple[int, ResponseCurve], list[int]] = {}
    for c, (team, curve) in enumerate(zip(problem.team.tolist(), problem.curves, strict=True)):
        groups.setdefault((team, curve), []).append(c)
    return list(groups.values())


def _first_points(curve: ResponseCurve, top: float, pieces: int) -> FloatArray:
    """Breakpoints B (k/K)^2, after the error bound a sqrt(B) / (4 K) of a square root."""
    points = top * (np.arange(pieces + 1) / pieces) ** 2
    if not np.isfinite(curve.slope(0.0)):
        points = np.append(points, VERTICAL_START * top)
    return np.unique(points)


def _refined(points: FloatArray, effort: float) -> FloatArray:
    """Add the effort of a plan; at 0, where it is a breakpoint already, halve towards it."""
    near = 1e-9 * points[-1]
    if effort <= near:
        return np.unique(np.append(points, points[1] / 16)) if points[1] > near else points
    if np.abs(points - effort).min() <= near:
        return points
    return np.unique(np.append(points, effort))


def build(problem: SizingProblem, curves: Sequence[PiecewiseCurve]) -> pyo.ConcreteModel:
    """State the model on given piecewise-linear curves: whole reps, effort, limits, profit."""
    model = pyo.ConcreteModel("head_count_by_response")
    limits = problem.limits
    model.team = pyo.RangeSet(0, len(limits) - 1)
    model.cell = pyo.RangeSet(0, len(problem.names) - 1)
    model.reps = pyo.Var(
        model.team,
        within=pyo.Integers,
        bounds=lambda _m, t: (int(limits.fewest[t]), int(limits.most[t])),
    )
    model.effort = pyo.Var(model.cell, within=pyo.NonNegativeReals)
    model.response = pyo.Var(model.cell)
    add_curves(model, curves)
    add_effort(model, problem)
    add_order_of_equal_cells(model, problem)
    add_head_count_limit(model, problem.most_reps)
    add_budget_limit(model, limits.cost, problem.budget)
    cost = sum(float(limits.cost[t]) * model.reps[t] for t in model.team)
    model.profit = pyo.Objective(
        expr=pyo.quicksum(model.response.values()) - cost, sense=pyo.maximize
    )
    return model


def add_curves(model: pyo.ConcreteModel, curves: Sequence[PiecewiseCurve]) -> None:
    """Let effort earn its response.

    response[c] <= curve[c](effort[c]) for a concave curve, by rows alone; equality with binaries
    for any other. Effort in the problem's unit, response in money per period.
    """
    model.curve = pyo.Block(model.cell)
    for c in model.cell:
        write = write_concave if curves[c].is_concave else write_piecewise
        write(model.curve[c], model.effort[c], model.response[c], curves[c])


def add_effort(model: pyo.ConcreteModel, problem: SizingProblem) -> None:
    """Spend only the effort that the reps bring.

    sum of effort[c] over the cells of team t <= effort per rep[t] * reps[t].
    """
    cells = [np.flatnonzero(problem.team == t).tolist() for t in range(len(problem.limits))]

    def fits(m: pyo.ConcreteModel, t: int) -> pyo.Expression:
        if not cells[t]:
            return pyo.Constraint.Skip
        return sum(m.effort[c] for c in cells[t]) <= float(problem.effort_per_rep[t]) * m.reps[t]

    model.effort_limit = pyo.Constraint(model.team, rule=fits)


def add_order_of_equal_cells(model: pyo.ConcreteModel, problem: SizingProblem) -> None:
    """Remove copies of one plan: effort[c] >= effort[d] for equal cells c before d of a team."""
    pairs = [pair for cells in equal_cells(problem) for pair in pairwise(cells)]
    model.order_of_equal_cells = pyo.Constraint(
        pyo.Set(initialize=pairs, dimen=2), rule=lambda m, c, d: m.effort[c] >= m.effort[d]
    )


def extract(model: pyo.ConcreteModel, problem: SizingProblem) -> SizingPlan:
    """Read a solved model and put its effort on the true curves."""
    reps = np.array([round(model.reps[t].value) for t in model.team], dtype=np.int64)
    effort = np.array([max(0.0, model.effort[c].value) for c in model.cell])
    spent = per_team_effort(problem, effort)
    brought = problem.effort_per_rep * reps
    # Solver tolerance may overdraw a team by a hair; the true curves must not profit from it.
    shrink = np.where(spent > brought, brought / np.maximum(spent, 1e-300), 1.0)
    effort = effort * shrink[problem.team]
    response = np.array(
        [float(curve.value(x)) for curve, x in zip(problem.curves, effort, strict=True)]
    )
    return SizingPlan(reps, effort, response, float(reps @ problem.limits.cost))


def per_team_effort(problem: SizingProblem, effort: FloatArray) -> FloatArray:
    """Return the effort spent by each team: (T,)."""
    spent = np.bincount(problem.team, weights=effort, minlength=len(problem.limits))
    return spent.astype(np.float64)
