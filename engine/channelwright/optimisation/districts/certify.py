"""From what a district search knows to a certificate that claims no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.certificate import PROVEN_GAP, Certificate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.optimisation.districts.problem import DistrictProblem

PRICES = "Lagrangian of membership and balance"
RELAXATION = "linear relaxation with separators"
BRANCHES = "branch and bound with separators"


def refusal(work: Mapping[str, int], reasons: tuple[str, ...]) -> Certificate:
    """Return the certificate of an infeasible request.

    Parameters
    ----------
    work : mapping of str to int
    reasons : tuple of str
        The numbers that clash.
    """
    return Certificate(
        decision="territories",
        sense="minimise",
        lower_bound=None,
        upper_bound=None,
        bound_kind="none",
        status="infeasible",
        work=dict(sorted(work.items())),
        messages=reasons,
    )


def certify(
    problem: DistrictProblem,
    upper: float,
    bound: float,
    kind: str,
    work: Mapping[str, int],
    *,
    timed: bool,
) -> Certificate:
    """Return the certificate of a search.

    Parameters
    ----------
    problem : DistrictProblem
    upper : float
        Objective of the answer, infinite without one.
    bound : float
        Best bound; every unit at its own cost is one that is always there.
    kind : str
        How the bound was found.
    work : mapping of str to int
    timed : bool
        Whether a time limit may have ended the search.
    """
    lower = float(min(bound, upper))
    certificate = Certificate(
        decision="territories",
        sense="minimise",
        lower_bound=lower if np.isfinite(lower) else None,
        upper_bound=float(upper) if np.isfinite(upper) else None,
        bound_kind=kind,
        relaxations=_relaxations(problem, kind),
        status="within_limits" if np.isfinite(upper) else "no_solution",
        work=dict(sorted(work.items())),
        timed=timed,
    )
    if certificate.gap is not None and certificate.gap <= PROVEN_GAP:
        return replace(certificate, status="proven", timed=False)
    return certificate


def _relaxations(problem: DistrictProblem, kind: str) -> tuple[str, ...]:
    if kind == BRANCHES:
        return ()
    left_out = ["units are whole"]
    if kind == PRICES:
        if problem.edges is not None:
            left_out.append("territories are connected")
        if problem.apart.size:
            left_out.append("pairs apart")
    return tuple(left_out)
