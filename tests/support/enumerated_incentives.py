"""The incentive split by enumeration: one linear model per effort profile and menu, no big-M.

Exact wherever it is small enough, and free of everything that the single model adds (switches,
cuts, binaries); so it serves both as an alternative and as a check of the other.
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.foundation.errors import UsageError
from channelwright.optimisation.evidence import certify, refuse_request
from channelwright.optimisation.incentives.choose import DECISION, notes
from channelwright.optimisation.incentives.explain import explain_clashes
from channelwright.optimisation.incentives.model import liability_rows
from channelwright.optimisation.incentives.rows import (
    LinearRows,
    deviations,
    gains,
    needed_gain,
    rows_of,
)
from channelwright.optimisation.incentives.solution import IncentivePlan, evaluate
from channelwright.optimisation.solver import LinearModel, solve_arrays

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.incentives.problem import (
        IncentiveProblem,
        LadderRow,
        ModeContract,
    )

MOST_MODELS = 20_000


def enumerate_terms(
    problem: IncentiveProblem, most_models: int = MOST_MODELS
) -> tuple[IncentivePlan | None, Certificate]:
    """Choose the same terms as `plan_terms` by solving every profile and menu on its own.

    Parameters
    ----------
    problem : IncentiveProblem
        Rules of the ladder may not join several modes.
    most_models : int
        Refuse to start beyond this many linear models.

    Raises
    ------
    UsageError
        The problem is too large to enumerate, or a ladder rule joins modes.
    """
    _check_size(problem, most_models)
    terms, profiles, solved = [], [], 0
    for m, mode in enumerate(problem.modes):
        ladder = [row for row in problem.ladder if row.coefficients[0][0] == m]
        best, count = _best_of_mode(mode, ladder, problem.tie)
        solved += count
        if best is None:
            texts = explain_clashes(problem)
            return None, refuse_request(
                DECISION, "maximise", texts, unit=problem.unit, bound_kind="enumeration"
            )
        terms.append(best[0])
        profiles.append(best[1])
    plan = evaluate(problem, terms, profiles)
    certificate = certify(
        DECISION,
        "maximise",
        plan.profit,
        plan.profit,
        unit=problem.unit,
        bound_kind="enumeration",
        messages=notes(problem, plan),
        work={"linear_models": solved},
    )
    return plan, certificate


def _check_size(problem: IncentiveProblem, most_models: int) -> None:
    for row in problem.ladder:
        if len({mode for mode, _, _ in row.coefficients}) > 1:
            message = f"ladder row {row.name!r} joins several modes; use plan_terms"
            raise UsageError(message)
    count = sum(
        len(mode.menus) * math.prod(mode.allowed_profiles.sum(axis=1).tolist())
        for mode in problem.modes
    )
    if count > most_models:
        message = f"{count} linear models to enumerate, at most {most_models}; use plan_terms"
        raise UsageError(message)


def _best_of_mode(
    mode: ModeContract, ladder: list[LadderRow], tie: float
) -> tuple[tuple[FloatArray, IntArray] | None, int]:
    choices = [np.flatnonzero(row).tolist() for row in mode.allowed_profiles]
    best: tuple[FloatArray, IntArray] | None = None
    highest, count = -math.inf, 0
    for profile in product(*choices):
        chosen = np.array(profile, dtype=np.int64)
        for menu in mode.menus:
            report = solve_arrays(_linear_model(mode, ladder, chosen, menu, tie))
            count += 1
            if report.values is not None and report.objective is not None:
                profit = -report.objective
                if profit > highest + 1e-9 * max(1.0, abs(profit)):
                    highest, best = profit, (report.values, chosen)
    return best, count


def _linear_model(
    mode: ModeContract, ladder: list[LadderRow], profile: IntArray, menu: FloatArray, tie: float
) -> LinearModel:
    """Terms for one profile and one menu: participation, incentives, liability, ladder."""
    rows, share = rows_of(mode), mode.state_share
    here = (np.arange(len(share)), profile)
    rent_fixed, rent_term = _at_menu(rows.rent[here], menu)
    profit_fixed, profit_term = _at_menu(rows.profit[here], menu)
    moves = deviations(mode)
    stay_fixed, stay_term = _at_menu(gains(mode, rows, moves), menu)
    followed = moves[:, 0][None, :] == profile[:, None]
    need = np.broadcast_to(needed_gain(mode, moves, tie), followed.shape)
    limited = liability_rows(mode)
    matrix = [
        np.tensordot(share, rent_term, axes=1),
        stay_term[followed],
        mode.basis[:, limited[:, 0], limited[:, 1]].T,
        _ladder_matrix(mode, ladder),
    ]
    lower = [
        -(share @ rent_fixed),
        (need - stay_fixed)[followed],
        np.array([-mode.parties[k].liability for k in limited[:, 0].tolist()]),
        np.array([row.low for row in ladder]),
    ]
    n_open = sum(len(part) for part in lower[:3])
    upper = np.array([math.inf] * n_open + [row.high for row in ladder])
    fixed = np.isin(np.arange(len(mode.terms)), mode.gridded)
    return LinearModel(
        cost=-(share @ profit_term),
        lower=np.where(fixed, menu, [term.low for term in mode.terms]),
        upper=np.where(fixed, menu, [term.high for term in mode.terms]),
        matrix=sparse.csr_array(np.concatenate(matrix)),
        row_lower=np.concatenate(lower),
        row_upper=upper,
        integer=np.zeros(len(mode.terms), dtype=np.bool_),
        offset=-float(share @ profit_fixed),
    )


def _at_menu(rows: LinearRows, menu: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Put the risk premium of a menu into the constant, so that rows are linear in the terms."""
    risk = np.einsum("...bc,b,c->...", rows.product, menu, menu)
    return np.asarray(rows.constant + risk), rows.term


def _ladder_matrix(mode: ModeContract, ladder: list[LadderRow]) -> FloatArray:
    matrix = np.zeros((len(ladder), len(mode.terms)))
    for r, row in enumerate(ladder):
        for _, term, coefficient in row.coefficients:
            matrix[r, term] += coefficient
    return matrix
