"""Where a search for connected, balanced territories begins that knows an earlier answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.known import Known
    from channelwright.optimisation.location.problem import LocationProblem

    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]


def begin_at(problem: LocationProblem, known: Known) -> tuple[Flags, Indices] | None:
    """Return open sites that a problem allows, and who stays with whom; None without such sites.

    Sites that must be open are opened, those that must not be are closed; while too many are open,
    the one goes whose customers lose least by it, and while too few are, the one comes whose
    customers gain most.

    Parameters
    ----------
    problem : LocationProblem
    known : Known
        Whatever has changed since.

    Returns
    -------
    tuple of (m,) bool and (n,) int, or None
        A customer that cannot stay where it was has -1.
    """
    given = problem.forced_open.copy()
    given[problem.locks[problem.locks >= 0]] = True
    opened = (known.opened | given) & ~problem.forced_closed
    while opened.sum() > problem.maximum_open:
        closing = _loss(problem, opened, given)
        if not np.isfinite(closing).any():
            return None
        opened[closing.argmin()] = False
    while opened.sum() < problem.minimum_open:
        opening = _gain(problem, opened)
        if not np.isfinite(opening).any():
            return None
        opened[opening.argmax()] = True
    if not (problem.allowed & opened).any(axis=1).all():
        return None
    place = np.maximum(known.assignment, 0)
    rows = np.arange(place.size)
    stays = (known.assignment >= 0) & problem.allowed[rows, place] & opened[place]
    return opened, np.where(stays, place, -1).astype(np.int64)


def _loss(problem: LocationProblem, opened: Flags, given: Flags) -> NDArray[np.float64]:
    """Return what closing each site costs its customers, less its fixed cost; inf if it stays."""
    cost = np.where(problem.allowed & opened, problem.cost, np.inf)
    if opened.sum() < 2:
        return np.full(opened.size, np.inf)
    first = cost.argmin(axis=1)
    two = np.partition(cost, 1, axis=1)
    with np.errstate(invalid="ignore"):
        more = np.nan_to_num(two[:, 1] - two[:, 0], nan=0.0, posinf=1e300)
    loss = np.bincount(first, weights=more, minlength=opened.size) - problem.fixed_cost
    return np.where(opened & ~given, loss, np.inf)


def _gain(problem: LocationProblem, opened: Flags) -> NDArray[np.float64]:
    """Return what opening each site saves its customers, less its fixed cost; -inf if it cannot."""
    cost = np.where(problem.allowed, problem.cost, np.inf)
    now = np.where(opened, cost, np.inf).min(axis=1)
    now = np.minimum(now, np.where(np.isfinite(cost), cost, -np.inf).max(axis=1))
    gain = np.maximum(now[:, None] - cost, 0.0).sum(axis=0) - problem.fixed_cost
    return np.where(opened | problem.forced_closed, -np.inf, gain)
