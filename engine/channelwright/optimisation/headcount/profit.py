"""Head-count and visit frequency by profit: the model, its solution and its evidence.

Frequency is discrete, so the response enters as data and its shape, S-shaped or not, costs
nothing: the only choice is one level per cell and a whole number of reps per team.

Source
------
L. M. Lodish (1980), "A user-oriented model for sales force size, product, and market allocation
decisions", Journal of Marketing 44(3), for profit instead of workload as the measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyomo.environ as pyo

from channelwright.foundation.errors import SolverError
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.certificate import Certificate
from channelwright.optimisation.evidence import certify, is_timed, refuse_request, work_of
from channelwright.optimisation.headcount.problem import (
    VisitProblem,
    freeze,
    per_team,
    whole_reps,
)
from channelwright.optimisation.solver import SolveReport, SolverOptions, SolveStatus, solve

DECISION = "head_count_and_visits"
UNIT = "money per period"


@dataclass(frozen=True)
class VisitPlan:
    """Reps per team and frequency level per cell.

    Attributes
    ----------
    reps : (T,) int64
    level : (C,) int64, row of the problem's levels
    contribution : float, money per period before the cost of reps
    rep_cost : float, money per period
    minutes_load, calls_load, accounts_load : (T,) float64, share of the team's capacity used;
        0 where a team has no reps
    """

    reps: IntArray
    level: IntArray
    contribution: float
    rep_cost: float
    minutes_load: FloatArray
    calls_load: FloatArray
    accounts_load: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self, "reps", "level", "minutes_load", "calls_load", "accounts_load")

    @property
    def profit(self) -> float:
        """Contribution less the cost of reps, money per period."""
        return self.contribution - self.rep_cost


def plan_visits(
    problem: VisitProblem, options: SolverOptions | None = None
) -> tuple[VisitPlan | None, Certificate]:
    """Choose reps and visit frequencies for the highest contribution less cost of reps.

    Parameters
    ----------
    problem : VisitProblem
    options : SolverOptions, optional
        Work limits of the search.

    Returns
    -------
    tuple of VisitPlan or None, and Certificate
        No plan where the least work that is allowed does not fit the head-count or the budget;
        the certificate then names both numbers.
    """
    clashes = explain_clashes(problem)
    if clashes:
        return None, refuse_request(
            DECISION, "maximise", clashes, unit=UNIT, bound_kind="closed form"
        )
    model = build(problem)
    report = solve(model, options)
    plan = extract(model, problem) if report.has_solution else None
    if report.status is SolveStatus.INFEASIBLE:
        # The clashes above are all there can be, so this would be a defect of the model.
        message = "head-count: the solver finds no plan although the least work fits every limit"
        raise SolverError(message)
    return plan, _certify(plan, report, options)


def _certify(
    plan: VisitPlan | None, report: SolveReport, options: SolverOptions | None
) -> Certificate:
    return certify(
        DECISION,
        "maximise",
        None if plan is None else plan.profit,
        report.bound,
        unit=UNIT,
        work=work_of(report),
        timed=is_timed(report, options),
    )


def least_reps(problem: VisitProblem) -> IntArray:
    """Smallest head-count of each team that any permitted plan can have: (T,).

    Minutes, calls and accounts all grow with the level, so the lowest allowed one decides.
    """
    lowest = problem.common_levels.argmax(axis=1)
    return np.maximum(problem.teams.fewest, whole_reps(_loads(problem, lowest).max(axis=1)))


def explain_clashes(problem: VisitProblem) -> list[str]:
    """Say which numbers clash; empty exactly when a plan exists."""
    teams, least = problem.teams, least_reps(problem)
    texts = [
        f"{teams.names[t]} needs at least {least[t]} reps for the least service allowed but may "
        f"have at most {teams.most[t]}; allow more reps or lower the least service."
        for t in np.flatnonzero(least > teams.most).tolist()
    ]
    if problem.most_reps is not None and least.sum() > problem.most_reps:
        texts.append(
            f"All teams need at least {least.sum()} reps for the least service allowed but the "
            f"head-count is limited to {problem.most_reps}; raise it or lower the least service."
        )
    cost = float(least @ teams.cost)
    if problem.budget is not None and cost > problem.budget * (1 + 1e-12):
        texts.append(
            f"The least service allowed costs {cost:,.2f} per period in reps but the budget is "
            f"{problem.budget:,.2f}; raise it or lower the least service."
        )
    return texts


def _loads(problem: VisitProblem, level: IntArray) -> FloatArray:
    """Work of each team in reps, by minutes, calls and accounts: (T, 3)."""
    rows, teams = np.arange(len(problem.cells)), problem.teams
    pairs = (
        (problem.minutes_by_level(), teams.minutes),
        (problem.calls_by_level(), teams.calls),
        (problem.accounts_by_level(), teams.accounts),
    )
    loads = [
        per_team(problem.cells, table[rows, level], len(teams)) / limit for table, limit in pairs
    ]
    return np.stack(loads, axis=1)


def build(problem: VisitProblem) -> pyo.ConcreteModel:
    """State the model: one level per cell, whole reps per team, limits, highest profit."""
    model = pyo.ConcreteModel("head_count")
    teams = problem.teams
    model.team = pyo.RangeSet(0, len(teams) - 1)
    model.cell = pyo.RangeSet(0, len(problem.cells) - 1)
    model.choice = pyo.Set(
        initialize=[tuple(pair) for pair in np.argwhere(problem.common_levels).tolist()], dimen=2
    )
    model.level = pyo.Var(model.choice, within=pyo.Binary)
    ceiling = _most_useful(problem)
    model.reps = pyo.Var(
        model.team,
        within=pyo.Integers,
        bounds=lambda _m, t: (int(teams.fewest[t]), int(ceiling[t])),
    )
    add_one_level(model, problem)
    add_one_policy(model, problem)
    add_minutes(model, problem)
    add_calls(model, problem)
    add_accounts(model, problem)
    add_whole_reps_per_cell(model, problem)
    add_head_count_limit(model, problem.most_reps)
    add_budget_limit(model, teams.cost, problem.budget)
    gain = sum(float(problem.contribution[c, k]) * model.level[c, k] for c, k in model.choice)
    cost = sum(float(teams.cost[t]) * model.reps[t] for t in model.team)
    model.profit = pyo.Objective(expr=gain - cost, sense=pyo.maximize)
    return model


def _most_useful(problem: VisitProblem) -> IntArray:
    """Head-count beyond which a team has no work left at the highest levels allowed: (T,)."""
    n_levels = len(problem.visits)
    highest = n_levels - 1 - problem.common_levels[:, ::-1].argmax(axis=1)
    useful = whole_reps(_loads(problem, highest).max(axis=1))
    return np.clip(useful, problem.teams.fewest, problem.teams.most)


def add_one_level(model: pyo.ConcreteModel, problem: VisitProblem) -> None:
    """Call on every cell at exactly one allowed level.

    sum_l level[c, l] = 1 for every cell c.
    """
    allowed = [np.flatnonzero(row).tolist() for row in problem.common_levels]
    model.one_level = pyo.Constraint(
        model.cell, rule=lambda m, c: sum(m.level[c, k] for k in allowed[c]) == 1
    )


def add_one_policy(model: pyo.ConcreteModel, problem: VisitProblem) -> None:
    """Call on all cells of a policy alike: level[c, l] = level[d, l] for neighbours c, d in it."""
    pairs = [
        (c, d, int(k))
        for cells in problem.policies
        for c, d in pairwise(cells)
        for k in np.flatnonzero(problem.common_levels[c])
    ]
    model.one_policy = pyo.Constraint(
        pyo.Set(initialize=pairs, dimen=3), rule=lambda m, c, d, k: m.level[c, k] == m.level[d, k]
    )


def add_minutes(model: pyo.ConcreteModel, problem: VisitProblem) -> None:
    """Fit the calls into the reps' field time.

    sum_cl outlets * visits * minutes * level[c, l] <= minutes per rep * reps[t], in minutes per
    period, for every team t (Talley 1961).
    """
    model.minutes = _work_rows(model, problem, problem.minutes_by_level(), problem.teams.minutes)


def add_calls(model: pyo.ConcreteModel, problem: VisitProblem) -> None:
    """Keep to the calls that a rep can make.

    sum_cl outlets * visits * level[c, l] <= calls per rep * reps[t], in calls per period.
    """
    model.calls = _work_rows(model, problem, problem.calls_by_level(), problem.teams.calls)


def add_accounts(model: pyo.ConcreteModel, problem: VisitProblem) -> None:
    """Keep to the accounts that a rep can look after.

    sum_c outlets * level[c, l > 0] <= accounts per rep * reps[t], in accounts.
    """
    model.accounts = _work_rows(model, problem, problem.accounts_by_level(), problem.teams.accounts)


def _work_rows(
    model: pyo.ConcreteModel, problem: VisitProblem, amount: FloatArray, limit: FloatArray
) -> pyo.Constraint:
    choices = _choices_by_team(problem)

    def fits(m: pyo.ConcreteModel, t: int) -> pyo.Expression:
        terms = [(c, k) for c, k in choices[t] if amount[c, k] > 0]
        if not np.isfinite(limit[t]) or not terms:
            return pyo.Constraint.Skip
        # Divided by the capacity, so that every row is in reps and well scaled.
        return sum(float(amount[c, k] / limit[t]) * m.level[c, k] for c, k in terms) <= m.reps[t]

    return pyo.Constraint(model.team, rule=fits)


def _choices_by_team(problem: VisitProblem) -> list[list[tuple[int, int]]]:
    choices: list[list[tuple[int, int]]] = [[] for _ in range(len(problem.teams))]
    for c, k in np.argwhere(problem.common_levels).tolist():
        choices[int(problem.cells.team[c])].append((c, k))
    return choices


def add_whole_reps_per_cell(model: pyo.ConcreteModel, problem: VisitProblem) -> None:
    """Tighten: one cell alone already needs whole reps.

    sum_l ceil(work of c at l in reps) * level[c, l] <= reps[t] for every cell c of team t; valid
    since one level is chosen and reps are whole.
    """
    team = problem.cells.team
    limits = (problem.teams.minutes, problem.teams.calls, problem.teams.accounts)
    tables = (
        problem.minutes_by_level(),
        problem.calls_by_level(),
        problem.accounts_by_level(),
    )
    need = whole_reps(
        np.max(
            [table / limit[team][:, None] for table, limit in zip(tables, limits, strict=True)], 0
        )
    )

    def alone(m: pyo.ConcreteModel, c: int) -> pyo.Expression:
        terms = [k for k in np.flatnonzero(problem.common_levels[c]).tolist() if need[c, k] > 0]
        if not terms:
            return pyo.Constraint.Skip
        return sum(int(need[c, k]) * m.level[c, k] for k in terms) <= m.reps[int(team[c])]

    model.whole_reps_per_cell = pyo.Constraint(model.cell, rule=alone)


def add_head_count_limit(model: pyo.ConcreteModel, most_reps: int | None) -> None:
    """Keep to the head-count of all teams: sum_t reps[t] <= most reps."""
    if most_reps is not None:
        model.head_count = pyo.Constraint(expr=pyo.quicksum(model.reps.values()) <= most_reps)


def add_budget_limit(model: pyo.ConcreteModel, cost: FloatArray, budget: float | None) -> None:
    """Keep to the budget: sum_t cost[t] * reps[t] <= budget, in money per period."""
    if budget is not None:
        spent = sum(float(cost[t]) * model.reps[t] for t in model.team)
        model.budget = pyo.Constraint(expr=spent <= budget)


def extract(model: pyo.ConcreteModel, problem: VisitProblem) -> VisitPlan:
    """Read a solved model; loads and money are computed anew from the problem."""
    reps = np.array([round(model.reps[t].value) for t in model.team], dtype=np.int64)
    chosen = np.zeros(problem.allowed.shape)
    for c, k in model.choice:
        chosen[c, k] = model.level[c, k].value
    level = chosen.argmax(axis=1).astype(np.int64)
    rows = np.arange(len(level))
    share = _loads(problem, level) / np.maximum(reps, 1)[:, None]
    return VisitPlan(
        reps=reps,
        level=level,
        contribution=float(problem.contribution[rows, level].sum()),
        rep_cost=float(reps @ problem.teams.cost),
        minutes_load=share[:, 0],
        calls_load=share[:, 1],
        accounts_load=share[:, 2],
    )
