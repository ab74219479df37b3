"""From what a search for territories knows to a certificate that claims no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.certificate import PROVEN_GAP, Certificate

if TYPE_CHECKING:
    from collections.abc import Mapping

DECISION = "territories"
#: Message of a search that somebody ended.
ASKED = "The search was asked to end before it was done."
#: What the kind of a bound says that was not found by this search.
CARRIED = "carried over from the choice before"
#: What such a bound leaves out besides.
CHANGED = "what was changed since"
#: An answer after a change is near enough if its gap is at most so many times the one before.
AS_NEAR = 1.01


def carried_kind(kind: str) -> str:
    """Return the name of a kind of bound that was carried over."""
    return kind if kind.endswith(CARRIED) else f"{kind}, {CARRIED}"


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
        decision=DECISION,
        sense="minimise",
        lower_bound=None,
        upper_bound=None,
        bound_kind="none",
        status="infeasible",
        work=dict(sorted(work.items())),
        messages=reasons,
    )


def certified(
    upper: float,
    bound: float,
    kind: str,
    relaxations: tuple[str, ...],
    work: Mapping[str, int],
    *,
    timed: bool,
) -> Certificate:
    """Return the certificate of a search for the least cost.

    Parameters
    ----------
    upper : float
        Objective of the answer, infinite without one.
    bound : float
        Best bound; minus infinity if none is known.
    kind : str
        How the bound was found.
    relaxations : tuple of str
        What the bound leaves out.
    work : mapping of str to int
        Work done.
    timed : bool
        Whether a time limit may have ended the search; nothing ended one that is proven.
    """
    lower = float(min(bound, upper))
    certificate = Certificate(
        decision=DECISION,
        sense="minimise",
        lower_bound=lower if np.isfinite(lower) else None,
        upper_bound=float(upper) if np.isfinite(upper) else None,
        bound_kind=kind,
        relaxations=relaxations,
        status="within_limits" if np.isfinite(upper) else "no_solution",
        work=dict(sorted(work.items())),
        timed=timed,
    )
    if certificate.gap is not None and certificate.gap <= PROVEN_GAP:
        return replace(certificate, status="proven", timed=False)
    return certificate
