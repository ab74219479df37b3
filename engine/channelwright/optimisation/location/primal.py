"""Answers found on the way to the bound: one heuristic per kind of problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.capacity_prices import price_capacity
from channelwright.optimisation.location.deadline import out_of_time
from channelwright.optimisation.location.exchange import (
    Plan,
    empty_plan,
    excess,
    fill_plan,
    improve_in_time,
    serve_greedily,
)
from channelwright.optimisation.location.interchange import improve_sites
from channelwright.optimisation.location.lists import Lists, arcs_at, priced_lists
from channelwright.optimisation.location.relief import relieve
from channelwright.optimisation.location.relocation import move_sites, new_journal
from channelwright.optimisation.location.solution import Incumbent, answer_of, violation
from channelwright.optimisation.location.spreading import shift_sites, spread_sites
from channelwright.optimisation.location.sums import sums_by
from channelwright.optimisation.location.swapping import swap_sites
from channelwright.optimisation.location.transport import transport

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.lagrangian import Pricing
    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]


_REPAIRS = 20
_VISITS = 40_000
_PRICE_STEPS = 150
_RELIEF = 5_000
_TRANSPORT_ARCS = 40_000
_ROUNDS = 20
_RECENTRED = 4_000_000
#: Arcs up to which all are looked at for openings, closings and swaps.
_DENSE = 4_000_000


def answer_from(
    problem: LocationProblem, pricing: Pricing, stop: Callable[[], bool]
) -> Incumbent | None:
    """Return a feasible answer guided by a pricing, or None if none was found.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    pricing : Pricing
        Opened sites, merits and capacity prices.
    stop : callable
        True when the search must end.
    """
    if not problem.binding:
        return _free_answer(problem, pricing, stop)
    opened = top_up(problem, pricing)
    if problem.single_source:
        return answer_with_room(problem, opened, pricing.rho)
    moved = transport(problem, opened)
    if moved is None or violation(problem, moved.found) is not None:
        return None
    return moved.found


def top_up(problem: LocationProblem, pricing: Pricing) -> Flags:
    """Open further sites, best merit first, until capacity and number suffice.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    pricing : Pricing
        Opened sites and merits.
    """
    opened = pricing.opened.copy()
    order = np.argsort(pricing.rho, kind="stable")
    for j in order.tolist():
        enough = all(
            problem.limit[opened, k].sum() >= problem.total_demand[k] for k in problem.binding
        )
        if enough and opened.any():
            break
        if not problem.forced_closed[j] and int(opened.sum()) < problem.maximum_open:
            opened[j] = True
    return opened


def _free_answer(
    problem: LocationProblem, pricing: Pricing, stop: Callable[[], bool]
) -> Incumbent | None:
    big = float(problem.cost[problem.allowed].max()) * 4.0 + 1.0
    cost = np.where(problem.allowed, problem.cost, big)
    opened = pricing.opened.copy()
    if not opened.any():
        opened[np.where(problem.forced_closed, np.inf, pricing.rho).argmin()] = True
    if problem.minimum_open == problem.maximum_open and cost.size > _DENSE:
        if int(opened.sum()) == problem.maximum_open:
            opened = swap_sites(problem.lists, problem.yard, opened)
    else:
        opened = improve_sites(problem, cost, opened, stop)
    return answer_at_nearest(problem, opened)


def answer_at_nearest(problem: LocationProblem, opened: Flags) -> Incumbent | None:
    """Serve everybody from the cheapest open site; close sites that miss their least load.

    Parameters
    ----------
    problem : LocationProblem
        Without capacities that bind.
    opened : (n_sites,) bool
        At least one.

    Returns
    -------
    Incumbent or None
        None where somebody has no open site, or no more site may be closed.
    """
    opened = opened.copy()
    while True:
        sites = np.flatnonzero(opened)
        cost = np.where(problem.allowed[:, sites], problem.cost[:, sites], np.inf)
        found = answer_of(problem, sites[cost.argmin(axis=1)], opened)
        if violation(problem, found) is None:
            return found
        weakest = _weakest_site(problem, found)
        if weakest < 0 or int(opened.sum()) <= max(1, problem.minimum_open):
            return None
        opened[weakest] = False


def _weakest_site(problem: LocationProblem, found: Incumbent) -> int:
    """Return the open site that misses its least load by most and may be closed, or -1."""
    short = np.zeros(problem.n_sites)
    for k in range(problem.n_measures):
        used = problem.used(k, found.customer, found.site)
        load = sums_by(found.site, used, problem.n_sites)
        short = np.maximum(short, problem.minimum_load[:, k] - load)
    short[~found.open | problem.forced_open] = 0.0
    return int(short.argmax()) if short.max() > 0 else -1


def answer_with_room(
    problem: LocationProblem, opened: Flags, merit: Floats, passes: int | None = None
) -> Incumbent | None:
    """Assign to open sites; open another where customers are left, close one that is too small.

    Parameters
    ----------
    problem : LocationProblem
        Single source.
    opened : (n_sites,) bool
        Sites to start from.
    merit : (n_sites,)
        Of sites that take equally many of those that are left, the least opens.
    passes : int, optional
        How often all customers are looked at for better servers, by default as often as pays.
    """
    passes = _passes(problem) if passes is None else passes
    opened = spread_sites(problem, opened)
    banned = problem.forced_closed.copy()
    for _ in range(_REPAIRS):
        if out_of_time():
            return None
        sites = np.flatnonzero(opened)
        site, served = _assigned(problem, opened, passes)
        if not served.all():
            wanted = _site_for(problem, np.flatnonzero(~served), opened | banned, merit)
            if wanted >= 0 and len(sites) < problem.maximum_open:
                opened[wanted] = True
                continue
            moved = shift_sites(problem, opened, site) if (site >= 0).all() else None
            if moved is None:
                return None
            opened = moved
            continue
        used = opened.copy()
        if not problem.own_customer[sites].max(initial=-1) >= 0:
            used = _close_idle(problem, opened, site)
        found = answer_of(problem, site, used)
        if violation(problem, found) is None:
            return found
        weakest = _weakest_site(problem, found)
        if weakest < 0:
            return None
        opened[weakest], banned[weakest] = False, True
    return None


def _assigned(problem: LocationProblem, opened: Flags, passes: int) -> tuple[Indices, Flags]:
    """Return the site of each customer (-1 for none), and who is served within capacity."""
    lists, plan, all_served = serve_at_prices(problem, opened)
    if all_served:
        improve_in_time(lists, plan, passes)
        relieve(lists, plan, _RELIEF)
    served = plan.at >= 0
    site = np.where(served, lists.site[plan.at], -1)
    sites = np.flatnonzero(opened)
    full = [j for j in sites.tolist() if excess(lists, plan, j, -1, -1) > 1e-9]
    return site, served & ~np.isin(site, full)


def serve_at_prices(problem: LocationProblem, opened: Flags) -> tuple[Lists, Plan, bool]:
    """Serve everybody from open sites with capacity priced in; some sites may be overloaded.

    Parameters
    ----------
    problem : LocationProblem
    opened : (n_sites,) bool

    Returns
    -------
    tuple of Lists, Plan and bool
        Arcs to the open sites with their prices, who is served over which, and whether everybody
        has one of them in reach.
    """
    price = price_capacity(problem.lists, opened, _PRICE_STEPS)
    # With capacity priced in, repairs cost little: whoever is sent elsewhere hardly minds.
    lists = priced_lists(problem.lists, opened, price)
    plan = _plan_for(problem, lists, opened)
    return lists, plan, serve_greedily(lists, plan, np.zeros(lists.limit.shape))


def settle_by_transport(problem: LocationProblem, found: Incumbent) -> Incumbent:
    """Serve anew from the open sites, guided by the split service and what capacity is worth there.

    Parameters
    ----------
    problem : LocationProblem
    found : Incumbent
        Single-source answer.
    """
    arcs = int(problem.allowed[:, found.open].sum())
    moved = transport(problem, found.open) if arcs <= _TRANSPORT_ARCS else None
    if moved is None:
        return found
    lists = priced_lists(problem.lists, found.open, moved.price)
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    most = np.full(problem.n_customers, -1, dtype=np.int64)
    whole = moved.found.share > 1 - 1e-6
    most[moved.found.customer[whole]] = moved.found.site[whole]
    arc = np.flatnonzero(lists.site == most[customer])
    at = np.full(problem.n_customers, -1, dtype=np.int64)
    at[customer[arc]] = arc
    plan = empty_plan(lists, found.open)
    fill_plan(lists, plan, at)
    own = problem.own_customer[found.open]
    plan.held[own[own >= 0]] = True
    if not serve_greedily(lists, plan, np.zeros(lists.limit.shape)):
        return found
    improve_in_time(lists, plan, _passes(problem))
    anew = answer_of(problem, lists.site[plan.at], found.open)
    if violation(problem, anew) is not None or anew.objective >= found.objective:
        return found
    return rearrange(problem, anew)


def _passes(problem: LocationProblem) -> int:
    """Return how often all customers are looked at: less often where there are many."""
    return min(50, max(3, _VISITS // problem.n_customers))


def _plan_for(problem: LocationProblem, lists: Lists, opened: Flags) -> Plan:
    """Return a plan in which only the own customers of open sites are served, and held there."""
    plan: Plan = empty_plan(lists, opened)
    own = np.flatnonzero(opened & (problem.own_customer >= 0))
    if own.size:
        at = np.full(problem.n_customers, -1, dtype=np.int64)
        for j in own.tolist():
            i = int(problem.own_customer[j])
            begin, end = lists.start[i], lists.start[i + 1]
            arcs = begin + np.flatnonzero(lists.site[begin:end] == j)
            if arcs.size:
                at[i] = arcs[0]
        fill_plan(lists, plan, at)
        plan.held[problem.own_customer[own]] = True
    return plan


def rearrange(problem: LocationProblem, found: Incumbent) -> Incumbent:
    """Improve who serves whom and which sites are open, by moves that pay (single source).

    Parameters
    ----------
    problem : LocationProblem
    found : Incumbent
        Single-source answer.
    """
    lists: Lists = problem.lists
    at = arcs_at(lists, found.site)
    if at is None:
        return found
    plan = empty_plan(lists, found.open)
    fill_plan(lists, plan, at)
    own = problem.own_customer[found.open]
    plan.held[own[own >= 0]] = True
    improve_in_time(lists, plan, _passes(problem))
    move_sites(lists, plan, problem.yard, new_journal(problem.n_customers), _ROUNDS)
    moved = answer_of(problem, lists.site[plan.at], plan.opened)
    better = found if violation(problem, moved) is not None else moved
    # Prices for the sites now open may show a better division than moves have reached.
    site, served = _assigned(problem, better.open, _passes(problem))
    if served.all():
        anew = answer_of(problem, site, better.open)
        if anew.objective < better.objective and violation(problem, anew) is None:
            return anew
    return better


def _site_for(problem: LocationProblem, lost: Indices, barred: Flags, merit: Floats) -> int:
    """Return the site that could take most of those left, best merit first, or -1."""
    reach = problem.allowed[lost].sum(axis=0)
    reach[barred] = 0
    if not reach.any():
        return -1
    best = np.flatnonzero(reach == reach.max())
    return int(best[merit[best].argmin()])


def _close_idle(problem: LocationProblem, opened: Flags, assignment: Indices) -> Flags:
    used = np.zeros(opened.size, dtype=np.bool_)
    used[assignment] = True
    for j in np.flatnonzero(opened & ~used & ~problem.forced_open).tolist():
        if problem.fixed_cost[j] > 0 and opened.sum() > problem.minimum_open:
            opened[j] = False
    return opened


def recentre(problem: LocationProblem, found: Incumbent) -> Incumbent:
    """Move each site to the best candidate for the customers that it serves (single source).

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    found : Incumbent
        Single-source answer.
    """
    assignment, opened = found.site.copy(), found.open.copy()
    for j in np.flatnonzero(found.open & ~problem.forced_open).tolist():
        members = np.flatnonzero(assignment == j)
        if not members.size:
            continue
        fits = problem.allowed[members].all(axis=0) & (~opened | (np.arange(opened.size) == j))
        fits &= (problem.own_customer < 0) | np.isin(problem.own_customer, members)
        for k in range(problem.n_measures):
            used = problem.arc_usage(k)[members].sum(axis=0)
            fits &= (used <= problem.limit[:, k]) & (used >= problem.minimum_load[:, k])
        cost = np.where(fits, problem.cost[members].sum(axis=0) + problem.fixed_cost, np.inf)
        best = int(cost.argmin())
        if cost[best] < cost[j]:
            assignment[members] = best
            opened[j], opened[best] = False, True
    return answer_of(problem, assignment, opened)


def polish(
    problem: LocationProblem, found: Incumbent, stop: Callable[[], bool], rounds: int = 20
) -> Incumbent:
    """Alternate re-centring and reassignment while it pays (single source with capacities).

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    found : Incumbent
        Single-source answer.
    stop : callable
        True when the search must end.
    rounds : int
        Rounds at most.
    """
    found = rearrange(problem, found)
    if problem.n_customers * problem.n_sites > _RECENTRED:
        return found
    for _ in range(rounds):
        if stop():
            break
        moved = recentre(problem, found)
        better = rearrange(problem, moved)
        if better.objective >= found.objective - 1e-9 * abs(found.objective):
            return found
        found = better
    return found
