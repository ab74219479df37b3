"""From split service to whole customers: who has one server stays, the few others are fitted in.

A vertex of the transport problem splits at most one customer for each open site, so that little is
lost where sites serve many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.deadline import out_of_time
from channelwright.optimisation.location.exchange import (
    Plan,
    empty_plan,
    fill_plan,
    improve_in_time,
)
from channelwright.optimisation.location.lists import Lists, arcs_at, priced_lists
from channelwright.optimisation.location.relief import relieve
from channelwright.optimisation.location.solution import Incumbent, answer_of, violation
from channelwright.optimisation.location.transport import Transport, is_transport, transport

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Room left at every site at the first and later attempts, in customers of mean size.
_SPARE = (0.0, 0.5, 1.0, 2.0)
_MOVES = 3_000
#: Arcs looked at for each customer, on average: those that cost least more at the prices; where
#: whole customers do not fit over them, more, at last all if customers are not very many.
_NEAR_ARCS = (1.5, 3.0, np.inf)
#: Customers up to which the whole answer is improved by exchange.
_EXCHANGED = 30_000


def fit_whole(
    problem: LocationProblem, opened: Flags, moved: Transport, tries: int = len(_SPARE)
) -> Incumbent | None:
    """Return an answer with one server each near a split one, None if whole customers do not fit.

    Parameters
    ----------
    problem : LocationProblem
        Single source.
    opened : (n_sites,) bool
        Open sites.
    moved : Transport
        Cheapest split service from them.
    tries : int
        Attempts, each of which leaves more room.
    """
    if not is_transport(problem):
        return _fitted(problem, opened, moved)
    mean = float(problem.demand[:, problem.lists.measure[0]].mean())
    for share in _SPARE[:tries]:
        if share > 0.0:
            tighter = transport(problem, opened, moved.price[0], share * mean)
            if tighter is None:
                return None
            moved = tighter
        found = _fitted(problem, opened, moved)
        if found is not None:
            return found
    return None


def _fitted(problem: LocationProblem, opened: Flags, moved: Transport) -> Incumbent | None:
    every = priced_lists(problem.lists, opened, moved.price)
    for share in _NEAR_ARCS:
        lists = _near(every, share)
        if share == np.inf and problem.n_customers > _EXCHANGED:
            return None
        plan = _by_largest_share(problem, lists, opened, moved)
        if relieve(lists, plan, _MOVES):
            break
        if out_of_time():
            return None
    else:
        return None
    found = answer_of(problem, lists.site[plan.at], opened)
    if violation(problem, found) is not None:
        return None
    return exchange(problem, found) if problem.n_customers <= _EXCHANGED else found


def _near(lists: Lists, share: float) -> Lists:
    """Return so many arcs for each customer on average, those that cost least more for a unit."""
    customers = lists.start.size - 1
    customer = np.repeat(np.arange(customers), np.diff(lists.start))
    more = lists.cost - lists.cost[lists.start[:-1]][customer]
    kept = int(min(share * customers, lists.site.size))
    if kept == lists.site.size:
        return lists
    unit = more / np.maximum(lists.need.sum(axis=0), 1e-12)
    near = np.flatnonzero(unit <= np.partition(unit, kept - 1)[kept - 1])
    return lists._replace(
        start=np.searchsorted(customer[near], np.arange(customers + 1)).astype(np.int64),
        site=lists.site[near],
        cost=lists.cost[near],
        need=np.ascontiguousarray(lists.need[:, near]),
    )


def _by_largest_share(
    problem: LocationProblem, lists: Lists, opened: Flags, moved: Transport
) -> Plan:
    """Return a plan in which everybody is served by the site with the largest share."""
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    most = np.full(problem.n_customers, -1, dtype=np.int64)
    order = np.argsort(moved.found.share, kind="stable")
    most[moved.found.customer[order]] = moved.found.site[order]
    own = np.flatnonzero(opened & (problem.own_customer >= 0))
    most[problem.own_customer[own]] = own
    arc = np.flatnonzero(lists.site == most[customer])
    at = np.full(problem.n_customers, -1, dtype=np.int64)
    at[customer[arc]] = arc
    plan = empty_plan(lists, opened)
    fill_plan(lists, plan, at)
    plan.held[problem.own_customer[own]] = True
    return plan


def exchange(problem: LocationProblem, found: Incumbent) -> Incumbent:
    """Improve who serves whom by shifts, swaps and ejections; the open sites stay.

    Parameters
    ----------
    problem : LocationProblem
    found : Incumbent
        Single-source answer.
    """
    at = arcs_at(problem.lists, found.site)
    if at is None:
        return found
    plan = empty_plan(problem.lists, found.open)
    fill_plan(problem.lists, plan, at)
    own = problem.own_customer[found.open]
    plan.held[own[own >= 0]] = True
    improve_in_time(problem.lists, plan, passes(problem))
    better = answer_of(problem, problem.lists.site[plan.at], found.open)
    if violation(problem, better) is not None or better.objective >= found.objective:
        return found
    return better


def passes(problem: LocationProblem) -> int:
    """Return how often all customers are looked at: less often where there are many.

    Parameters
    ----------
    problem : LocationProblem
    """
    return min(50, max(3, 40_000 // problem.n_customers))
