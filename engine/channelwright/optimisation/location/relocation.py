"""Compiled moves of sites: close one, open one, or open one in place of another, while it pays.

Customers move with the sites: those of a closed one to the cheapest with room, those who gain most
per unit to an opened one. What does not pay is undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.deadline import out_of_time, piece_of
from channelwright.optimisation.location.exchange import (
    Plan,
    excess,
    improve,
    improve_in_time,
    put,
)
from channelwright.optimisation.location.lists import Lists
from channelwright.optimisation.location.packing import ranked

if TYPE_CHECKING:
    from channelwright.optimisation.location.problem import LocationProblem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_EPSILON = 1e-9
_RIVALS = 6
#: Sites between two looks at the clock.
_PIECE = 8


class Yard(NamedTuple):
    """What the moves of sites read beside the lists.

    Attributes
    ----------
    start : (n_sites + 1,) int
    arc : (n_arcs,) int
        Arcs into site j are ``arc[start[j]:start[j + 1]]``.
    owner : (n_arcs,) int
        Customer of each arc.
    fixed_cost : (n_sites,)
    own : (n_sites,) int
        Customer that an open site must serve itself, or -1.
    movable : (n_sites,) bool
    fewest, most : int
        Limits on the number of open sites.
    """

    start: Indices
    arc: Indices
    owner: Indices
    fixed_cost: Floats
    own: Indices
    movable: Flags
    fewest: int
    most: int


class Journal(NamedTuple):
    """Who was moved, and from which arc, so that it can be undone.

    Attributes
    ----------
    customer, arc : (n,) int
    length : (1,) int
    """

    customer: Indices
    arc: Indices
    length: Indices


def yard_of(problem: LocationProblem) -> Yard:
    """Return what the moves of sites read.

    Parameters
    ----------
    problem : LocationProblem
    """
    lists = problem.lists
    order = np.argsort(lists.site, kind="stable")
    return Yard(
        np.searchsorted(lists.site[order], np.arange(problem.n_sites + 1)).astype(np.int64),
        order,
        np.repeat(np.arange(problem.n_customers), np.diff(lists.start)),
        np.array(problem.fixed_cost),
        np.array(problem.own_customer),
        ~problem.forced_open & ~problem.forced_closed,
        problem.fewest_open,
        problem.maximum_open,
    )


def new_journal(customers: int) -> Journal:
    """Return an empty journal.

    Parameters
    ----------
    customers : int
    """
    size = 4 * customers + 8
    return Journal(
        np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64), np.zeros(1, dtype=np.int64)
    )


@kernel
def _move(lists: Lists, plan: Plan, journal: Journal, i: int, arc: int) -> float:
    """Move a customer, note it and return the change of cost."""
    old = plan.at[i]
    journal.customer[journal.length[0]] = i
    journal.arc[journal.length[0]] = old
    journal.length[0] += 1
    put(lists, plan, i, arc)
    return float(lists.cost[arc] - lists.cost[old])


@kernel
def _undo(lists: Lists, plan: Plan, journal: Journal, down_to: int) -> None:
    while journal.length[0] > down_to:
        journal.length[0] -= 1
        put(lists, plan, journal.customer[journal.length[0]], journal.arc[journal.length[0]])


@kernel
def _cheapest_with_room(lists: Lists, plan: Plan, i: int) -> int:
    """Return the cheapest arc to an open site that is not burdened by it, or -1."""
    for arc in range(lists.start[i], lists.start[i + 1]):
        j = lists.site[arc]
        if plan.opened[j] and excess(lists, plan, j, arc, -1) <= excess(lists, plan, j, -1, -1):
            return arc
    return -1


@kernel
def shut(lists: Lists, plan: Plan, yard: Yard, journal: Journal, j: int) -> float:
    """Close a site and move its customers; returns the change of cost, ``inf`` if it fails.

    Parameters
    ----------
    lists, plan, yard, journal
    j : int
        Open site.
    """
    change = -yard.fixed_cost[j] - lists.penalty * excess(lists, plan, j, -1, -1)
    plan.opened[j] = False
    if yard.own[j] >= 0:
        plan.held[yard.own[j]] = False
    h = plan.head[j]
    while h >= 0:
        following = plan.after[h]
        arc = _cheapest_with_room(lists, plan, h)
        if arc < 0:
            return np.inf
        change += _move(lists, plan, journal, h, arc)
        h = following
    return float(change)


@kernel
def _reopen(plan: Plan, yard: Yard, j: int) -> None:
    plan.opened[j] = True
    if yard.own[j] >= 0:
        plan.held[yard.own[j]] = True


@kernel
def open_up(lists: Lists, plan: Plan, yard: Yard, journal: Journal, k: int) -> float:
    """Open a site and move those who gain most per unit; returns the change of cost.

    Parameters
    ----------
    lists, plan, yard, journal
    k : int
        Closed site.
    """
    begin, end = yard.start[k], yard.start[k + 1]
    own = yard.own[k]
    if own >= 0 and plan.held[own]:
        return np.inf
    change = yard.fixed_cost[k]
    plan.opened[k] = True
    keys = np.full(end - begin, np.inf)
    for place in range(end - begin):
        arc = yard.arc[begin + place]
        i = yard.owner[arc]
        saving = lists.cost[plan.at[i]] - lists.cost[arc]
        if i == own:
            change += _move(lists, plan, journal, i, arc)
            plan.held[i] = True
        elif saving > 0.0 and not plan.held[i]:
            weight = 0.0
            for m in range(lists.need.shape[0]):
                weight = max(weight, lists.need[m, arc] / max(lists.limit[m, k], 1e-12))
            keys[place] = -saving / max(weight, 1e-12)
    for place in ranked(keys):
        if keys[place] == np.inf:
            break
        arc = yard.arc[begin + place]
        i, a = yard.owner[arc], lists.site[plan.at[yard.owner[arc]]]
        relief = excess(lists, plan, a, -1, -1) - excess(lists, plan, a, -1, plan.at[i])
        burden = excess(lists, plan, k, arc, -1) - excess(lists, plan, k, -1, -1)
        if burden <= 0.0 and relief >= 0.0:
            change += _move(lists, plan, journal, i, arc) - lists.penalty * relief
    if own >= 0 and not plan.held[own]:
        return np.inf
    return float(change + lists.penalty * excess(lists, plan, k, -1, -1))


@kernel
def _close_again(lists: Lists, plan: Plan, yard: Yard, journal: Journal, k: int, mark: int) -> None:
    _undo(lists, plan, journal, mark)
    plan.opened[k] = False
    if yard.own[k] >= 0:
        plan.held[yard.own[k]] = False


@kernel
def _rivals(lists: Lists, journal: Journal, sites: int, mark: int) -> Indices:
    """Return the sites that lost most customers since a mark, most first."""
    lost = np.zeros(sites)
    for entry in range(mark, journal.length[0]):
        lost[lists.site[journal.arc[entry]]] -= 1.0
    order = ranked(lost)
    count = 0
    while count < min(_RIVALS, sites) and lost[order[count]] < 0.0:
        count += 1
    return order[:count]


@kernel
def _try_opening(
    lists: Lists, plan: Plan, yard: Yard, journal: Journal, k: int, count: int, least: float
) -> int:
    """Open a site, alone or in place of another, if that pays; returns how the number changes.

    0 with the journal empty means that nothing was done.
    """
    added = open_up(lists, plan, yard, journal, k)
    mark = journal.length[0]
    if added == np.inf:
        _close_again(lists, plan, yard, journal, k, 0)
        return 0
    best, leaver = -least, -2
    if count < yard.most and added < best:
        best, leaver = added, -1
    for j in _rivals(lists, journal, plan.opened.size, 0):
        if yard.movable[j]:
            change = added + shut(lists, plan, yard, journal, j)
            if change < best:
                best, leaver = change, j
            _undo(lists, plan, journal, mark)
            _reopen(plan, yard, j)
    if leaver == -2:
        _close_again(lists, plan, yard, journal, k, 0)
        return 0
    if leaver >= 0:
        shut(lists, plan, yard, journal, leaver)
        return 0
    return 1


def move_sites(lists: Lists, plan: Plan, yard: Yard, journal: Journal, rounds: int) -> None:
    """Close, open and exchange sites while it pays and there is time.

    Parameters
    ----------
    lists, plan, yard, journal
        The plan is changed in place; everybody is served, at every moment.
    rounds : int
        Rounds over all sites at most.
    """
    sites = plan.opened.size
    count, piece = int(plan.opened.sum()), piece_of(sites, _PIECE)
    least = _EPSILON * max(1.0, _absolute_cost(lists, plan))
    for _ in range(rounds):
        moves = 0
        for begin in range(0, sites, piece):
            if out_of_time():
                return
            end = min(begin + piece, sites)
            made, count = _move_some(lists, plan, yard, journal, begin, end, count, least)
            moves += made
        improve_in_time(lists, plan, 2)
        if moves == 0:
            break


@kernel
def _absolute_cost(lists: Lists, plan: Plan) -> float:
    total = 0.0
    for i in range(plan.at.size):
        total += abs(lists.cost[plan.at[i]])
    return total


@kernel
def _move_some(
    lists: Lists,
    plan: Plan,
    yard: Yard,
    journal: Journal,
    begin: int,
    end: int,
    count: int,
    least: float,
) -> tuple[int, int]:
    """Look once at the sites from one place up to another; returns moves and open sites."""
    moves = 0
    for j in range(begin, end):
        journal.length[0] = 0
        if not yard.movable[j]:
            continue
        step = 0
        if not plan.opened[j]:
            step = _try_opening(lists, plan, yard, journal, j, count, least)
        elif count > max(yard.fewest, 1):
            step = -1
            if shut(lists, plan, yard, journal, j) >= -least:
                _undo(lists, plan, journal, 0)
                _reopen(plan, yard, j)
                step = 0
                journal.length[0] = 0
        if step != 0 or journal.length[0] > 0:
            moves += 1
            count += step
            improve(lists, plan, 1)
    return moves, count
