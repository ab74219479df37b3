"""Choose the terms of every mode: the incentive split for the manufacturer's highest profit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import SolverError
from channelwright.optimisation.evidence import certify, is_timed, refuse_request, work_of
from channelwright.optimisation.incentives.explain import explain_clashes
from channelwright.optimisation.incentives.model import build
from channelwright.optimisation.incentives.solution import IncentivePlan, evaluate
from channelwright.optimisation.solver import SolverOptions, SolveStatus, solve

if TYPE_CHECKING:
    import pyomo.environ as pyo

    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.incentives.problem import IncentiveProblem

DECISION = "incentive_split"
ZERO_SUM = (
    "No party can choose its effort, so the terms only divide a fixed total: this is a zero-sum "
    "split within the limits, not an optimisation of incentives."
)


def plan_terms(
    problem: IncentiveProblem, options: SolverOptions | None = None
) -> tuple[IncentivePlan | None, Certificate]:
    """Choose terms and the effort that they bring about, in one mixed-integer model.

    Parameters
    ----------
    problem : IncentiveProblem
    options : SolverOptions, optional
        Work limits of the search.

    Returns
    -------
    tuple of IncentivePlan or None, and Certificate
        No plan where no terms within their limits make the parties agree and act; the certificate
        then names the numbers that clash.

    Raises
    ------
    SolverError
        The terms found hold only within the solver's tolerance for whole numbers.
    """
    model, constants = build(problem)
    report = solve(model, options)
    if report.status is SolveStatus.INFEASIBLE:
        texts = explain_clashes(problem)
        return None, refuse_request(
            DECISION, "maximise", texts, unit=problem.unit, bound_kind="branch and bound"
        )
    plan = None
    if report.has_solution:
        settle(model)
        plan = replace(extract(model, problem), constants=constants)
    certificate = certify(
        DECISION,
        "maximise",
        None if plan is None else plan.profit,
        report.bound,
        unit=problem.unit,
        work=work_of(report),
        timed=is_timed(report, options),
        messages=() if plan is None else notes(problem, plan),
    )
    return plan, certificate


def settle(model: pyo.ConcreteModel) -> None:
    """Solve once more with profiles and menus fixed.

    A binary that is whole up to a tolerance leaves every switched row a slack of that tolerance
    times its constant; with the binaries fixed the rows of the chosen profile hold as they stand.
    """
    for m in model.modes:
        block = model.mode[m]
        for variable in (
            *block.chosen.values(),
            *(block.menu.values() if has_menus(block) else ()),
        ):
            variable.fix(round(variable.value))
    if solve(model).status is not SolveStatus.OPTIMAL:
        message = (
            "incentive split: the terms found do not hold once effort is fixed, so the money "
            "figures of the request lie too far apart for the solver; state them in a larger unit"
        )
        raise SolverError(message)


def has_menus(block: pyo.Block) -> bool:
    """Say whether a mode has terms on a grid."""
    return block.component("menu") is not None


def extract(model: pyo.ConcreteModel, problem: IncentiveProblem) -> IncentivePlan:
    """Read a solved model; gridded terms are taken from their grid, all money is computed anew."""
    terms, profiles = [], []
    for m, mode in enumerate(problem.modes):
        block = model.mode[m]
        theta = np.array([block.term[b].value for b in block.terms], dtype=np.float64)
        if mode.gridded:
            menu = int(np.argmax([block.menu[g].value for g in block.menus]))
            picked = list(mode.gridded)
            theta[picked] = mode.menus[menu, picked]
        chosen = np.zeros(mode.allowed_profiles.shape)
        for s, e in block.permitted:
            chosen[s, e] = block.chosen[s, e].value
        terms.append(theta)
        profiles.append(chosen.argmax(axis=1).astype(np.int64))
    return evaluate(problem, terms, profiles)


def notes(problem: IncentiveProblem, plan: IncentivePlan) -> tuple[str, ...]:
    """Say what a reader of the plan must know: zero sum, other equilibria, cost of incentives."""
    texts = [ZERO_SUM] if problem.is_zero_sum else []
    for mode, terms in zip(problem.modes, plan.modes, strict=True):
        others = sum(len(found) for found in terms.other_equilibria)
        if others:
            texts.append(
                f"{mode.name}: under these terms {others} other effort profiles are equilibria "
                "too; the parties may settle on one of them."
            )
        lost = terms.surplus - terms.profit
        if lost > 1e-6 * max(1.0, abs(terms.surplus)):
            texts.append(
                f"{mode.name}: {terms.profit:,.6g} against {terms.surplus:,.6g} if effort could "
                f"be ordered; {lost:,.6g} goes to rents, risk and distorted effort."
            )
    return tuple(texts)
