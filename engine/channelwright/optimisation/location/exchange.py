"""Compiled single-source assignment to open sites: regret construction, shifts, swaps, ejections.

Overload is priced, so that one search both repairs and improves. An ejection moves one customer in,
another on to a third site (Yagiura, Ibaraki & Glover 2004).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.deadline import out_of_time, piece_of
from channelwright.optimisation.location.lists import Lists
from channelwright.optimisation.location.packing import ranked

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_EPSILON = 1e-9
#: Open sites that are looked at for one customer, dearer ones are passed over.
_WISHES, _LOOKS = 6, 16
#: Customers between two looks at the clock.
_PIECE = 500


class Plan(NamedTuple):
    """Who is served from where, ready to be changed in place.

    Attributes
    ----------
    at : (n_customers,) int
        Arc of each customer, -1 while it has none.
    held : (n_customers,) bool
        Customers that may not move.
    opened : (n_sites,) bool
    load : (n_measures, n_sites)
    head : (n_sites,) int
        First customer of each site, -1 if it has none.
    after, before : (n_customers,) int
        Neighbours in the chain of customers of the same site.
    """

    at: Indices
    held: Flags
    opened: Flags
    load: Floats
    head: Indices
    after: Indices
    before: Indices


def empty_plan(lists: Lists, opened: Flags) -> Plan:
    """Return a plan in which nobody is served yet.

    Parameters
    ----------
    lists : Lists
    opened : (n_sites,) bool
    """
    n, m = lists.start.size - 1, opened.size
    return Plan(
        np.full(n, -1, dtype=np.int64),
        np.zeros(n, dtype=np.bool_),
        np.array(opened),
        np.zeros(lists.limit.shape),
        np.full(m, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
        np.full(n, -1, dtype=np.int64),
    )


@kernel
def put(lists: Lists, plan: Plan, i: int, arc: int) -> None:
    """Serve a customer over an arc, -1 for none, and keep loads and chains right.

    Parameters
    ----------
    lists, plan
    i : int
        Customer.
    arc : int
    """
    old = plan.at[i]
    if old >= 0:
        j = lists.site[old]
        for k in range(plan.load.shape[0]):
            plan.load[k, j] -= lists.need[k, old]
        if plan.before[i] >= 0:
            plan.after[plan.before[i]] = plan.after[i]
        else:
            plan.head[j] = plan.after[i]
        if plan.after[i] >= 0:
            plan.before[plan.after[i]] = plan.before[i]
    plan.at[i] = arc
    if arc >= 0:
        j = lists.site[arc]
        for k in range(plan.load.shape[0]):
            plan.load[k, j] += lists.need[k, arc]
        plan.before[i], plan.after[i] = -1, plan.head[j]
        if plan.head[j] >= 0:
            plan.before[plan.head[j]] = i
        plan.head[j] = i


@kernel
def fill_plan(lists: Lists, plan: Plan, at: Indices) -> None:
    """Serve every customer over a given arc.

    Parameters
    ----------
    lists, plan
    at : (n_customers,) int
        Arc of each customer, -1 for none.
    """
    for i in range(at.size):
        put(lists, plan, i, at[i])


@kernel
def excess(lists: Lists, plan: Plan, j: int, enters: int, leaves: int) -> float:
    """Return overload and shortage of a site after one arc enters and one leaves (-1: none).

    Parameters
    ----------
    lists, plan
    j : int
        Site.
    enters, leaves : int
        Arcs.
    """
    total = 0.0
    for k in range(lists.limit.shape[0]):
        load = plan.load[k, j]
        if enters >= 0:
            load += lists.need[k, enters]
        if leaves >= 0:
            load -= lists.need[k, leaves]
        slack = 1e-9 * max(1.0, abs(load))
        if load > lists.limit[k, j] + slack:
            total += load - lists.limit[k, j]
        if load < lists.floor[k, j] - slack:
            total += lists.floor[k, j] - load
    return total


@kernel
def serve_greedily(lists: Lists, plan: Plan, guide: Floats) -> bool:
    """Serve everybody who has no server yet, those with most to lose first.

    Parameters
    ----------
    lists, plan
    guide : (n_measures, n_sites)
        Price of each capacity, added to the cost.

    Returns
    -------
    bool
        False if somebody has no open site in reach.
    """
    keys = np.empty(plan.at.size)
    for i in range(plan.at.size):
        keys[i] = -_regret(lists, plan, i, guide)
    for i in ranked(keys):
        if plan.at[i] >= 0:
            continue
        best, chosen = np.inf, -1
        for arc in range(lists.start[i], lists.start[i + 1]):
            j = lists.site[arc]
            if plan.opened[j]:
                burden = excess(lists, plan, j, arc, -1) - excess(lists, plan, j, -1, -1)
                value = _guided(lists, arc, guide) + lists.penalty * max(burden, 0.0)
                if value < best:
                    best, chosen = value, arc
        if chosen < 0:
            return False
        put(lists, plan, i, chosen)
    return True


@kernel
def _guided(lists: Lists, arc: int, guide: Floats) -> float:
    value = lists.cost[arc]
    for k in range(guide.shape[0]):
        value += guide[k, lists.site[arc]] * lists.need[k, arc]
    return float(value)


@kernel
def _regret(lists: Lists, plan: Plan, i: int, guide: Floats) -> float:
    first, second = np.inf, np.inf
    for arc in range(lists.start[i], lists.start[i + 1]):
        if plan.opened[lists.site[arc]]:
            value = _guided(lists, arc, guide)
            if value < first:
                first, second = value, first
            elif value < second:
                second = value
    # Who has one server only comes before everybody else.
    return float(second - first) if np.isfinite(second) else np.inf


def improve_in_time(lists: Lists, plan: Plan, passes: int) -> None:
    """Shift, swap and eject while it pays and there is time; the plan is whole at every moment.

    Parameters
    ----------
    lists, plan
        The plan is changed in place; everybody is served.
    passes : int
        Passes over all customers at most.
    """
    customers = plan.at.size
    piece = piece_of(customers, _PIECE)
    for _ in range(passes):
        moves = 0
        for begin in range(0, customers, piece):
            if out_of_time():
                return
            moves += _improve_some(lists, plan, begin, min(begin + piece, customers))
        if moves == 0:
            return


@kernel
def improve(lists: Lists, plan: Plan, passes: int) -> int:
    """Shift, swap and eject while it pays.

    Parameters
    ----------
    lists, plan
        The plan is changed in place; everybody is served.
    passes : int
        Passes over all customers at most.

    Returns
    -------
    int
        Moves made.
    """
    moves = 0
    for _ in range(passes):
        before = moves
        moves += _improve_some(lists, plan, 0, plan.at.size)
        if moves == before:
            break
    return moves


@kernel
def _improve_some(lists: Lists, plan: Plan, begin: int, end: int) -> int:
    """Look once at the customers from one place up to another; returns the moves made."""
    moves = 0
    bottomless = True
    for k in range(lists.floor.shape[0]):
        for j in range(lists.floor.shape[1]):
            bottomless = bottomless and lists.floor[k, j] <= 0.0
    for i in range(begin, end):
        if plan.held[i]:
            continue
        if _shift(lists, plan, i, bottomless) or _eject(lists, plan, i):
            moves += 1
    return moves


@kernel
def _shift(lists: Lists, plan: Plan, i: int, bottomless: bool) -> bool:
    here = plan.at[i]
    a = lists.site[here]
    relief = excess(lists, plan, a, -1, -1) - excess(lists, plan, a, -1, here)
    best, chosen = -_EPSILON * max(1.0, abs(lists.cost[here])), -1
    for arc in range(lists.start[i], lists.start[i + 1]):
        b = lists.site[arc]
        gain = lists.cost[here] - lists.cost[arc] + lists.penalty * relief
        if bottomless and gain <= 0.0:
            break
        if arc == here or not plan.opened[b]:
            continue
        burden = excess(lists, plan, b, arc, -1) - excess(lists, plan, b, -1, -1)
        change = lists.penalty * burden - gain
        if change < best:
            best, chosen = change, arc
    if chosen >= 0:
        put(lists, plan, i, chosen)
    return chosen >= 0


@kernel
def _eject(lists: Lists, plan: Plan, i: int) -> bool:
    """Move a customer to a site that it would rather have, and one of that site's away."""
    here = plan.at[i]
    a = lists.site[here]
    relief = excess(lists, plan, a, -1, -1) - excess(lists, plan, a, -1, here)
    least = _EPSILON * max(1.0, abs(lists.cost[here]))
    tried = 0
    for arc in range(lists.start[i], lists.start[i + 1]):
        gain = lists.cost[here] - lists.cost[arc] + lists.penalty * max(relief, 0.0)
        if gain <= least:
            break
        b = lists.site[arc]
        if arc == here or not plan.opened[b]:
            continue
        tried += 1
        if tried > _WISHES:
            break
        h, there = _best_ejection(lists, plan, here, arc, gain, relief, least)
        if h >= 0:
            put(lists, plan, h, -1)
            put(lists, plan, i, arc)
            put(lists, plan, h, there)
            return True
    return False


@kernel
def _best_ejection(
    lists: Lists, plan: Plan, here: int, arc: int, gain: float, relief: float, least: float
) -> tuple[int, int]:
    """Return whom to move away from a site and over which arc, -1 if nothing pays."""
    a, b = lists.site[here], lists.site[arc]
    at_a, at_b = excess(lists, plan, a, -1, -1), excess(lists, plan, b, -1, -1)
    best, chosen, over = -least, -1, -1
    h = plan.head[b]
    while h >= 0:
        leaves = plan.at[h]
        if not plan.held[h]:
            base = lists.penalty * (excess(lists, plan, b, arc, leaves) - at_b) - gain
            looked = 0
            for c in range(lists.start[h], lists.start[h + 1]):
                change = base + lists.cost[c] - lists.cost[leaves]
                if change >= best:
                    break
                j = lists.site[c]
                if j == b or not plan.opened[j]:
                    continue
                looked += 1
                if looked > _LOOKS:
                    break
                if j == a:
                    burden = excess(lists, plan, a, c, here) - at_a + max(relief, 0.0)
                else:
                    burden = excess(lists, plan, j, c, -1) - excess(lists, plan, j, -1, -1)
                    burden += max(-relief, 0.0)
                change += lists.penalty * burden
                if change < best:
                    best, chosen, over = change, h, c
        h = plan.after[h]
    return chosen, over
