"""From a solver's report to a certificate that claims no more than the report shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.model.certificate import PROVEN_GAP, Certificate, Sense, Status
from channelwright.optimisation.solver import SolveReport, SolverOptions, SolveStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def certify(
    decision: str,
    sense: Sense,
    objective: float | None,
    bound: float | None,
    *,
    unit: str,
    bound_kind: str = "branch and bound",
    messages: Sequence[str] = (),
    work: Mapping[str, int] | None = None,
    timed: bool = False,
) -> Certificate:
    """State what an answer and a bound prove.

    Parameters
    ----------
    decision, sense, unit, bound_kind, messages, work, timed
        As in `Certificate`.
    objective : float or None
        Objective of the answer, None without one.
    bound : float or None
        Proven limit of any answer; rounding that puts it on the wrong side of the answer is
        taken as equality.
    """
    if objective is not None and bound is not None:
        bound = max(bound, objective) if sense == "maximise" else min(bound, objective)
    lower, upper = (objective, bound) if sense == "maximise" else (bound, objective)
    return Certificate(
        decision=decision,
        sense=sense,
        lower_bound=lower,
        upper_bound=upper,
        bound_kind=bound_kind,
        status=_status(objective, bound),
        unit=unit,
        work=dict(work or {}),
        timed=timed,
        messages=tuple(messages),
    )


def refuse_request(
    decision: str, sense: Sense, messages: Sequence[str], *, unit: str, bound_kind: str
) -> Certificate:
    """State that no answer exists, and which numbers clash."""
    return Certificate(
        decision=decision,
        sense=sense,
        lower_bound=None,
        upper_bound=None,
        bound_kind=bound_kind,
        status="infeasible",
        unit=unit,
        messages=tuple(messages),
    )


def work_of(report: SolveReport) -> dict[str, int]:
    """Work that a solve took, in counts that do not depend on the machine."""
    return {"nodes": report.nodes, "iterations": report.iterations}


def is_timed(report: SolveReport, options: SolverOptions | None) -> bool:
    """Whether a time limit may have ended the solve."""
    limited = options is not None and options.seconds is not None
    return limited and report.status is not SolveStatus.OPTIMAL


def _status(objective: float | None, bound: float | None) -> Status:
    if objective is None:
        return "no_solution"
    if bound is None:
        return "within_limits"
    gap = abs(bound - objective) / max(abs(objective), 1e-12)
    return "proven" if gap <= PROVEN_GAP else "within_limits"
