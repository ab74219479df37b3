"""An answer in reserve, for searches that may have to end before they have found one.

A few passes over the arcs: sites where they cost little, everybody at a near one with room,
overload passed on. It steers nothing, so that a limit that is not reached changes no result; it is
taken where the search ended with nothing better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.deadline import grace, is_limited, out_of_time
from channelwright.optimisation.location.dropping import drop_sites
from channelwright.optimisation.location.primal import (
    answer_at_nearest,
    answer_with_room,
    serve_at_prices,
)
from channelwright.optimisation.location.refitting import refit
from channelwright.optimisation.location.sharing import share_out
from channelwright.optimisation.location.solution import Incumbent, answer_of, violation
from channelwright.optimisation.location.spreading import spread_sites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

#: Seconds that looking for it may take when the search is to end already.
_GRACE = 0.5
#: Sets of sites that are tried where not all may be open.
_TRIES = 4


def keep_in_reserve(state: Search) -> None:
    """Find an answer quickly where the search may be ended from outside, and tell of it.

    Parameters
    ----------
    state : Search
    """
    if is_limited():
        with grace(_GRACE):
            state.reserve = quick_answer(state.problem, state.options.seed)
        state.tell()


def quick_answer(problem: LocationProblem, seed: int = 0) -> Incumbent | None:
    """Return a feasible answer that takes little time, None where none was found so.

    Parameters
    ----------
    problem : LocationProblem
    seed : int
        Of the places where sites are opened if not all may be.
    """
    for opened in _site_sets(problem, seed):
        found = _served_from(problem, opened)
        if found is not None and violation(problem, found) is None:
            return found
        if out_of_time():
            break
    return None


def _served_from(problem: LocationProblem, opened: Flags) -> Incumbent | None:
    if not problem.binding:
        return answer_at_nearest(problem, opened)
    if not problem.single_source:
        return share_out(problem, opened)
    opened = spread_sites(problem, opened)
    found = _refitted(problem, opened)
    if found is not None and violation(problem, found) is None:
        return found
    return answer_with_room(problem, opened, np.zeros(problem.n_sites), passes=0)


def _refitted(problem: LocationProblem, opened: Flags) -> Incumbent | None:
    """Serve at prices of capacity; who overloads a site goes where there is room."""
    lists, plan, all_served = serve_at_prices(problem, opened)
    if not all_served:
        return None
    site = lists.site[plan.at]
    need = problem.demand.T[:, :, None] if problem.usage is None else problem.usage
    given = problem.cost, problem.allowed, np.ascontiguousarray(need), problem.limit
    return answer_of(problem, site, opened) if refit(*given, opened, plan.held, site) else None


def _site_sets(problem: LocationProblem, seed: int) -> Iterator[Flags]:
    """Yield sets of sites: first cheap ones, then those with more room."""
    usable = ~problem.forced_closed
    if int(usable.sum()) <= problem.maximum_open:
        lists = problem.lists
        demand = problem.total_demand[lists.measure]
        kept = drop_sites(lists, problem.yard, usable, max(problem.minimum_open, 1), demand)
        yield kept
        if (kept != usable).any():
            yield usable
        return
    for number in range(_TRIES):
        yield _with_room(problem, _spread(problem, np.random.default_rng([seed, number])))


def _spread(problem: LocationProblem, dice: np.random.Generator) -> Flags:
    """Open as many sites as may be, each the cheapest for a customer drawn by what it pays.

    The rule of k-means++ (Arthur & Vassilvitskii 2007) with costs instead of squares.
    """
    opened = np.array(problem.forced_open)
    dear = 4.0 * float(np.abs(problem.cost[problem.allowed]).max(initial=0.0)) + 1.0
    paid = np.full(problem.n_customers, dear)
    for j in np.flatnonzero(opened).tolist():
        paid = _cheaper(problem, paid, j)
    while int(opened.sum()) < problem.maximum_open:
        total = np.cumsum(np.maximum(paid, 0.0))
        i = int(np.searchsorted(total, dice.random() * total[-1], side="right"))
        i = min(i, problem.n_customers - 1)
        row = np.where(problem.allowed[i] & ~opened, problem.cost[i], np.inf)
        if not np.isfinite(row).any():
            row = np.where(opened | problem.forced_closed, np.inf, problem.fixed_cost)
        j = int(row.argmin())
        opened[j] = True
        paid = _cheaper(problem, paid, j)
        paid[i] = 0.0
    return opened


def _cheaper(problem: LocationProblem, paid: Floats, j: int) -> Floats:
    """Return what customers pay at least when one more site is open."""
    return np.asarray(np.where(problem.allowed[:, j], np.minimum(paid, problem.cost[:, j]), paid))


def _with_room(problem: LocationProblem, opened: Flags) -> Flags:
    """Change the smallest open sites for the largest others until they can hold all demand."""
    fixed = problem.forced_open | problem.forced_closed
    for k in problem.binding:
        limit = problem.limit[:, k]
        inside = [
            j for j in np.argsort(limit, kind="stable").tolist() if opened[j] and not fixed[j]
        ]
        outside = np.flatnonzero(~opened & ~fixed)
        outside = outside[np.argsort(-limit[outside], kind="stable")]
        for small, large in zip(inside, outside.tolist(), strict=False):
            if limit[opened].sum() >= problem.total_demand[k] or limit[large] <= limit[small]:
                break
            opened[small], opened[large] = False, True
    return opened
