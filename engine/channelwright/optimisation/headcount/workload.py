"""Head-count from workload: the build-up of Talley, capped by calls a day and accounts per rep.

Source
------
W. J. Talley (1961), "How to design sales territories", Journal of Marketing 25(3): accounts by
class, calls per class, total calls, calls that one rep can make, reps = the quotient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.certificate import Certificate
from channelwright.optimisation.evidence import certify, refuse_request
from channelwright.optimisation.headcount.problem import (
    WorkloadProblem,
    freeze,
    per_team,
    whole_reps,
)

DECISION = "head_count"
UNIT = "reps"
BASIS = "Visit frequencies are given; head-count follows from the work alone."
LIMITS = ("minutes", "calls", "accounts")
FEWEST = "fewest"


@dataclass(frozen=True)
class WorkloadPlan:
    """Reps that the work needs.

    Attributes
    ----------
    reps : (T,) int64, smallest head-count that carries the work of the team
    load : (T, 3) float64, the same in fractions of a rep, by minutes, calls and accounts
    binding : (T,) str, what decides each team: one of `LIMITS`, or the fewest reps asked for
    """

    reps: IntArray
    load: FloatArray
    binding: tuple[str, ...]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self, "reps", "load")


def plan_workload(problem: WorkloadProblem) -> tuple[WorkloadPlan | None, Certificate]:
    """Return the smallest head-count of every team that carries its work.

    reps[t] = max(fewest[t], ceil(sum_c outlets * visits * minutes / minutes per rep),
    ceil(sum_c outlets * visits / calls per rep), ceil(sum_c outlets visited / accounts per rep)).

    Parameters
    ----------
    problem : WorkloadProblem

    Returns
    -------
    tuple of WorkloadPlan or None, and Certificate
        No plan where a team may not have the people that its work needs; the certificate then
        names both numbers.
    """
    load = _load(problem)
    teams = problem.teams
    needed = whole_reps(load.max(axis=1))
    reps = np.maximum(needed, teams.fewest)
    short = np.flatnonzero(reps > teams.most)
    if short.size:
        return None, _refused(_too_few(problem, load, short))
    if problem.most_reps is not None and reps.sum() > problem.most_reps:
        text = (
            f"The work needs {reps.sum()} reps but the head-count is limited to "
            f"{problem.most_reps}; raise it, call less often or cover fewer outlets."
        )
        return None, _refused([text])
    binding = tuple(
        FEWEST if few > need else LIMITS[k]
        for few, need, k in zip(teams.fewest, needed, load.argmax(axis=1), strict=True)
    )
    total = float(reps.sum())
    certificate = certify(
        DECISION, "minimise", total, total, unit=UNIT, bound_kind="closed form", messages=(BASIS,)
    )
    return WorkloadPlan(reps, load, binding), certificate


def _load(problem: WorkloadProblem) -> FloatArray:
    cells, teams = problem.cells, problem.teams
    calls = cells.outlets * problem.visits
    amounts = (calls * cells.minutes, calls, cells.outlets * (problem.visits > 0))
    limits = (teams.minutes, teams.calls, teams.accounts)
    return np.stack(
        [
            per_team(cells, amount, len(teams)) / limit
            for amount, limit in zip(amounts, limits, strict=True)
        ],
        axis=1,
    )


def _too_few(problem: WorkloadProblem, load: FloatArray, short: IntArray) -> list[str]:
    texts = []
    for t in short.tolist():
        name, most = problem.teams.names[t], int(problem.teams.most[t])
        need = int(whole_reps(load[t].max()))
        if need > most:
            texts.append(
                f"{name} needs {need} reps by {LIMITS[int(load[t].argmax())]} but may have at most "
                f"{most}; allow more, call less often or cover fewer outlets."
            )
        else:
            texts.append(
                f"{name} must have at least {problem.teams.fewest[t]} reps but may have at most "
                f"{most}; change one of the two."
            )
    return texts


def _refused(texts: list[str]) -> Certificate:
    return refuse_request(DECISION, "minimise", texts, unit=UNIT, bound_kind="closed form")
