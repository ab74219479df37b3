"""From what a location search knows to a certificate that claims no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.certificate import PROVEN_GAP, Certificate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.optimisation.location.problem import LocationProblem


def tightness(problem: LocationProblem) -> str:
    """Explain an infeasibility that only the search could show, with demand and capacity.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    """
    parts = []
    for k, name in enumerate(problem.measure_names):
        limit = np.sort(np.where(problem.forced_closed, 0.0, problem.limit[:, k]))[::-1]
        total = float(limit[: problem.maximum_open].sum())
        parts.append(f"{name}: demand {problem.total_demand[k]:g}, capacity at most {total:g}")
    return (
        "no choice of sites and servers meets all limits together (shown by branch and bound); "
        + "; ".join(parts)
        + "; relax capacity, number of sites, reach, locks or minimum loads."
    )


def refusal(work: Mapping[str, int], reasons: tuple[str, ...]) -> Certificate:
    """Return the certificate of an infeasible request.

    Parameters
    ----------
    work : mapping of str to int
        Work done.
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
    problem: LocationProblem,
    upper: float | None,
    bound: float,
    kind: str,
    work: Mapping[str, int],
    *,
    timed: bool,
) -> Certificate:
    """Return the certificate of a search.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    upper : float or None
        Objective of the answer, None without one.
    bound : float
        Best bound; minus infinity if none is known.
    kind : str
        How the bound was found; several kinds are separated by commas.
    work : mapping of str to int
        Work done.
    timed : bool
        Whether a time limit ended the search.
    """
    lower = float(bound) if np.isfinite(bound) else None
    if lower is not None and upper is not None:
        lower = min(lower, upper)
    certificate = Certificate(
        decision="territories",
        sense="minimise",
        lower_bound=lower,
        upper_bound=upper,
        bound_kind=kind,
        relaxations=_relaxations(problem, kind),
        status="no_solution" if upper is None else "within_limits",
        work=dict(sorted(work.items())),
        timed=timed,
    )
    if certificate.gap is not None and certificate.gap <= PROVEN_GAP:
        return replace(certificate, status="proven")
    return certificate


def _relaxations(problem: LocationProblem, kind: str) -> tuple[str, ...]:
    if all(part.endswith("branch and bound") for part in kind.split(", ")):
        return ()
    left_out = ["each customer served exactly once (priced)"]
    if problem.minimum_load.any() or (problem.tiers is not None and problem.tiers.least.any()):
        left_out.append("minimum loads")
    if problem.shape is not None:
        left_out.append("connection and priced balance")
    if problem.tiers is not None:
        return (*left_out, "capacities and numbers of houses (priced)")
    if len(problem.binding) > 1:
        left_out.append("all but one capacity measure")
    return tuple(left_out)
