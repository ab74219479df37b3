"""From what a location search knows to a certificate that claims no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.certify import CARRIED, CHANGED, certified, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.location.problem import LocationProblem


__all__ = ["CHEAPEST", "WITH_CUTS", "certify", "cheapest_service", "refusal", "tightness"]

CHEAPEST = "every customer at its cheapest site"
WITH_CUTS = "branch and bound with separators"
#: What a bound of the problem without its shape leaves out.
CONNECTION = "connection and priced balance"


def cheapest_service(problem: LocationProblem) -> float:
    """Return what serving and opening cost at least, each taken by itself.

    Parameters
    ----------
    problem : LocationProblem
        Every customer with a site that may serve it; minus infinity otherwise.
    """
    lists = problem.lists
    if (np.diff(lists.start) == 0).any():
        return -np.inf
    return float(lists.cost[lists.start[:-1]].sum()) + _cheapest_opening(problem)


def _cheapest_opening(problem: LocationProblem) -> float:
    """Return what opening costs at least: so many sites, and so much capacity in shares of sites.

    The cheapest capacity is that of the sites that cost least for a unit of it (Dantzig 1957).
    """
    given = problem.forced_open & ~problem.forced_closed
    free = np.flatnonzero(~problem.forced_open & ~problem.forced_closed)
    fixed = problem.fixed_cost[free]
    earned = float(np.minimum(fixed, 0.0).sum())
    paid = np.sort(np.maximum(fixed, 0.0))
    least = float(paid[: max(problem.minimum_open - int(given.sum()), 0)].sum())
    for k in problem.binding:
        limit = problem.limit[free, k]
        missing = float(problem.total_demand[k] - problem.limit[given, k].sum())
        if missing > 0.0 and np.isfinite(limit).all():
            least = max(least, _cheapest_capacity(np.maximum(fixed, 0.0), limit, missing))
    return float(problem.fixed_cost[given].sum()) + earned + least


def _cheapest_capacity(
    fixed: NDArray[np.float64], limit: NDArray[np.float64], missing: float
) -> float:
    """Return what shares of sites cost that hold what is missing together."""
    some = limit > 0.0
    unit = np.full(limit.size, np.inf)
    unit[some] = fixed[some] / limit[some]
    order = np.argsort(unit, kind="stable")
    order = order[some[order]]
    before = np.cumsum(limit[order]) - limit[order]
    taken = np.clip(missing - before, 0.0, limit[order])
    return float((unit[order] * taken).sum())


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
    found = np.inf if upper is None else upper
    return certified(found, bound, kind, _relaxations(problem, kind), work, timed=timed)


def _relaxations(problem: LocationProblem, kind: str) -> tuple[str, ...]:
    parts = [part for part in kind.split(", ") if part != CARRIED]
    since = () if len(parts) == len(kind.split(", ")) else (CHANGED,)
    if all(part.endswith(WITH_CUTS) for part in parts):
        return since
    if all(part.endswith(("branch and bound", WITH_CUTS)) for part in parts):
        # Of a problem with a shape it is the bound of the problem without.
        return since if problem.shape is None else (*since, CONNECTION)
    left_out = [*since, "each customer served exactly once (priced)"]
    if problem.minimum_load.any() or (problem.tiers is not None and problem.tiers.least.any()):
        left_out.append("minimum loads")
    if problem.shape is not None:
        left_out.append(CONNECTION)
    if problem.tiers is not None:
        return (*left_out, "capacities and numbers of houses (priced)")
    if len(problem.binding) > 1:
        left_out.append("all but one capacity measure")
    return tuple(left_out)
