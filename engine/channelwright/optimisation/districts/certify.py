"""From what a district search knows to a certificate that claims no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.optimisation.certify import CARRIED, CHANGED, certified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.districts.problem import DistrictProblem

PRICES = "Lagrangian of membership and balance"
RELAXATION = "linear relaxation with separators"
BRANCHES = "branch and bound with separators"


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
    return certified(upper, bound, kind, _relaxations(problem, kind), work, timed=timed)


def _relaxations(problem: DistrictProblem, kind: str) -> tuple[str, ...]:
    own = kind.removesuffix(f", {CARRIED}")
    left_out = [] if own == kind else [CHANGED]
    if own == BRANCHES:
        return tuple(left_out)
    left_out.append("units are whole")
    if own == PRICES:
        if problem.edges is not None:
            left_out.append("territories are connected")
        if problem.apart.size:
            left_out.append("pairs apart")
    return tuple(left_out)
