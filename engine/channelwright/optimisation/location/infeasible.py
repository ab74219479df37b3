"""Why a location request has no answer: the two numbers that clash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from channelwright.optimisation.location.problem import LocationProblem


def clashes(problem: LocationProblem) -> tuple[str, ...]:
    """Return every clash that can be seen without a search; none does not promise feasibility.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    """
    return (
        *_site_clashes(problem),
        *_lock_clashes(problem),
        *_customer_clashes(problem),
        *_total_clashes(problem),
        *_locked_load_clashes(problem),
        *_viability_clashes(problem),
    )


def _site_clashes(problem: LocationProblem) -> Iterator[str]:
    both = np.flatnonzero(problem.forced_open & problem.forced_closed)
    for j in both.tolist():
        yield f"site {problem.site_names[j]} is given as open and as closed; keep one of the two."
    given = int(problem.forced_open.sum())
    if given > problem.maximum_open:
        yield (
            f"{given} sites are given as open but at most {problem.maximum_open} may be open; "
            "raise the limit or release sites."
        )
    if problem.maximum_open == 0:
        yield f"0 sites may be open but {problem.n_customers} customers must be served."
    usable = int((~problem.forced_closed).sum())
    if problem.minimum_open > usable:
        yield (
            f"at least {problem.minimum_open} sites are asked for but only {usable} candidates "
            "are not closed; add candidates or lower the number."
        )
    elif problem.minimum_open > problem.maximum_open:
        yield (
            f"at least {problem.minimum_open} sites are asked for but at most "
            f"{problem.maximum_open} may be open."
        )


def _lock_clashes(problem: LocationProblem) -> Iterator[str]:
    for i in np.flatnonzero(problem.locks >= 0).tolist():
        j = int(problem.locks[i])
        name, site = problem.customer_names[i], problem.site_names[j]
        if problem.forced_closed[j]:
            yield f"customer {name} is locked to site {site}, which is closed; release one of them."
        elif not np.isfinite(problem.cost[i, j]):
            yield f"customer {name} is locked to site {site}, which may not serve it."


def _customer_clashes(problem: LocationProblem) -> Iterator[str]:
    for i in np.flatnonzero(~problem.allowed.any(axis=1)).tolist():
        reach = problem.reachable[i]
        name = problem.customer_names[i]
        if not reach.any():
            if problem.locks[i] < 0:
                yield f"customer {name} is within reach of 0 open candidates; 1 is needed."
            continue
        yield _too_large(problem, i, np.flatnonzero(reach))


def _too_large(problem: LocationProblem, customer: int, sites: np.ndarray) -> str:
    name = problem.customer_names[customer]
    for k, measure in enumerate(problem.measure_names):
        used = problem.used(k, np.full(sites.size, customer), sites)
        limit = problem.limit[sites, k]
        if (used > limit).all():
            best = int(np.argmax(limit - used))
            return (
                f"customer {name} takes {used[best]:g} of {measure} but the largest reachable "
                f"capacity is {limit[best]:g} (site {problem.site_names[int(sites[best])]})."
            )
    return f"customer {name} exceeds one capacity or another at each of {sites.size} sites."


def _total_clashes(problem: LocationProblem) -> Iterator[str]:
    for k, measure in enumerate(problem.measure_names):
        need = float(problem.total_demand[k])
        if not np.isfinite(need):
            continue
        limit = np.where(problem.forced_closed, 0.0, problem.limit[:, k])
        total = float(limit.sum())
        if need > total * (1 + 1e-9):
            yield (
                f"total demand in {measure} is {need:g} but all candidates together can give "
                f"{total:g}."
            )
            continue
        best = _largest(problem, limit)
        if need > best * (1 + 1e-9):
            yield (
                f"total demand in {measure} is {need:g} but the {problem.maximum_open} largest "
                f"sites together can give {best:g}; allow more sites."
            )


def _largest(problem: LocationProblem, limit: np.ndarray) -> float:
    """Return the most capacity that the allowed number of sites can have."""
    given = problem.forced_open & ~problem.forced_closed
    others = np.sort(limit[~given])[::-1]
    room = max(0, problem.maximum_open - int(given.sum()))
    return float(limit[given].sum() + others[:room].sum())


def _locked_load_clashes(problem: LocationProblem) -> Iterator[str]:
    locked = np.flatnonzero(problem.locks >= 0)
    sites = problem.locks[locked]
    for k, measure in enumerate(problem.measure_names):
        used = problem.used(k, locked, sites)
        load = np.bincount(sites, weights=used, minlength=problem.n_sites)
        over = np.flatnonzero(load > problem.limit[:, k] * (1 + 1e-9))
        for j in over.tolist():
            yield (
                f"customers locked to site {problem.site_names[j]} take {load[j]:g} of {measure} "
                f"but its capacity is {problem.limit[j, k]:g}; release some of them."
            )
    distinct = int(np.unique(sites).size)
    if distinct > problem.maximum_open:
        yield (
            f"locks name {distinct} different sites but at most {problem.maximum_open} may be open."
        )


def _viability_clashes(problem: LocationProblem) -> Iterator[str]:
    for k, measure in enumerate(problem.measure_names):
        reach = np.where(problem.allowed, problem.arc_usage(k), 0.0).sum(axis=0)
        short = problem.forced_open & (problem.minimum_load[:, k] > reach * (1 + 1e-9))
        for j in np.flatnonzero(short).tolist():
            yield (
                f"site {problem.site_names[j]} must sell at least {problem.minimum_load[j, k]:g} "
                f"of {measure} but its whole reach takes {reach[j]:g}."
            )
        least = np.sort(problem.minimum_load[~problem.forced_closed, k])
        need = float(least[: max(problem.minimum_open, 0)].sum())
        total = float(problem.total_demand[k])
        if problem.usage is None and need > total * (1 + 1e-9):
            sites = (
                "1 open site needs"
                if problem.minimum_open == 1
                else (f"{problem.minimum_open} open sites need")
            )
            yield (
                f"{sites} at least {need:,.6g} of {measure} to be viable but total demand is "
                f"{total:,.6g}; lower the least of a site, or open fewer."
            )
