"""Compiled Lagrangian bound with whole customers, over the arcs that a node of the tree has left.

The same relaxation as `lagrangian.Relaxation(whole=True)`, without a call of Python per step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.packing import (
    forced_gains,
    fractional_gain,
    pack,
    rank_by_ratio,
)
from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from channelwright.optimisation.location.lagrangian import Relaxation

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_MEMORY = 0.3
_STALL = 12
_SHRINK = 0.7
_SMALLEST_STRIDE = 2e-3
_TABLE_CELLS = 4_000_000


class SiteArcs(NamedTuple):
    """What a node has left, arcs sorted by site.

    Attributes
    ----------
    start : (n_sites + 1,) int
        Arcs of site j are ``start[j]:start[j + 1]``.
    customer : (n_arcs,) int
    cost : (n_arcs,)
    need : (n_arcs,) int
        Consumption.
    must : (n_arcs,) bool
        Arcs that an open site is bound to use.
    fixed_cost : (n_sites,)
    capacity : (n_sites,) int
    opened, closed : (n_sites,) bool
        Sites whose fate is settled.
    fewest, most : int
        Limits on the number of open sites.
    """

    start: Indices
    customer: Indices
    cost: Floats
    need: Indices
    must: Flags
    fixed_cost: Floats
    capacity: Indices
    opened: Flags
    closed: Flags
    fewest: int
    most: int


def whole_arcs(relaxation: Relaxation) -> SiteArcs:
    """Return all arcs of a relaxation for compiled pricing.

    Parameters
    ----------
    relaxation : Relaxation
        Single source with one measure in whole numbers.
    """
    problem, arcs = relaxation.problem, relaxation.arcs
    weight = relaxation.weights[0]
    most = sums_by(arcs.site, weight, problem.n_sites)
    return SiteArcs(
        np.array(arcs.start, dtype=np.int64),
        np.array(arcs.customer),
        np.array(arcs.cost),
        np.round(weight).astype(np.int64),
        problem.own_customer[arcs.site] == arcs.customer,
        np.array(problem.fixed_cost),
        np.floor(np.minimum(relaxation.limits[0], most) + 1e-9).astype(np.int64),
        np.array(problem.forced_open),
        np.array(problem.forced_closed),
        problem.fewest_open,
        problem.maximum_open,
    )


class Peak(NamedTuple):
    """Where a climb ended.

    Attributes
    ----------
    value : float
        The bound.
    price : (n_customers,)
    opened : (n_sites,) bool
        Sites chosen at the bound.
    taken : (n_arcs,) bool
        Arcs chosen at the bound.
    often_open : (n_sites,)
    often_taken : (n_arcs,)
        How often sites and arcs were chosen lately: a guide for branching.
    stride : float
        Factor of the Polyak step at the end.
    steps : int
    """

    value: float
    price: Floats
    opened: Flags
    taken: Flags
    often_open: Floats
    often_taken: Floats
    stride: float
    steps: int


@kernel
def choose(rho: Floats, opened: Flags, closed: Flags, fewest: int, most: int) -> Flags:
    """Return the cheapest sites within the limits, (n_sites,) bool.

    Parameters
    ----------
    rho : (n_sites,)
        Least cost of each site when open.
    opened, closed, fewest, most
        As in `SiteArcs`.
    """
    chosen = opened.copy()
    free = np.flatnonzero(~opened & ~closed)
    given = int(opened.sum())
    count = 0
    for j in free:
        if rho[j] < 0.0:
            count += 1
    count = max(fewest - given, min(count, most - given), 0)
    order = free[np.argsort(rho[free], kind="mergesort")]
    for place in range(min(count, order.size)):
        chosen[order[place]] = True
    return chosen


@kernel
def _paying(arcs: SiteArcs, price: Floats, j: int) -> tuple[float, int, Indices]:
    """Return cost of what the site must take, room left, and the arcs that pay."""
    base, room = arcs.fixed_cost[j], arcs.capacity[j]
    begin, end = arcs.start[j], arcs.start[j + 1]
    items = np.empty(end - begin, dtype=np.int64)
    count = 0
    for a in range(begin, end):
        reduced = arcs.cost[a] - price[arcs.customer[a]]
        if arcs.must[a]:
            base += reduced
            room -= arcs.need[a]
        elif reduced < 0.0:
            items[count] = a
            count += 1
    return base, max(room, 0), items[:count]


@kernel
def _weak_rho(arcs: SiteArcs, price: Floats, j: int) -> float:
    base, room, items = _paying(arcs, price, j)
    gain = price[arcs.customer[items]] - arcs.cost[items]
    need = arcs.need[items]
    if need.sum() <= room:
        return float(base - gain.sum())
    return base - fractional_gain(gain, need, rank_by_ratio(gain, need), room)


@kernel
def _fill(arcs: SiteArcs, price: Floats, j: int, taken: Flags) -> float:
    """Fill a site with whole customers; marks what it takes and returns its cost."""
    base, room, items = _paying(arcs, price, j)
    gain = price[arcs.customer[items]] - arcs.cost[items]
    best, chosen = pack(gain, arcs.need[items], room)
    for a in range(arcs.start[j], arcs.start[j + 1]):
        taken[a] = arcs.must[a]
    for k in range(items.size):
        taken[items[k]] = chosen[k]
    return base - best


@kernel
def price_sites(arcs: SiteArcs, price: Floats) -> tuple[float, Flags, Flags]:
    """Return the bound at some prices, the sites chosen and the arcs taken.

    Only sites that the fractional filling lets hope are filled with whole customers.

    Parameters
    ----------
    arcs : SiteArcs
    price : (n_customers,)
    """
    sites = arcs.capacity.size
    rho = np.full(sites, np.inf)
    done = np.zeros(sites, dtype=np.bool_)
    taken = np.zeros(arcs.customer.size, dtype=np.bool_)
    for j in range(sites):
        if not arcs.closed[j]:
            rho[j] = _weak_rho(arcs, price, j)
    while True:
        chosen = choose(rho, arcs.opened, arcs.closed, arcs.fewest, arcs.most)
        ready = True
        for j in range(sites):
            if chosen[j] and not done[j]:
                rho[j] = _fill(arcs, price, j, taken)
                done[j] = True
                ready = False
        if ready:
            break
    value = float(price.sum())
    for j in range(sites):
        if chosen[j]:
            value += rho[j]
        elif done[j]:
            taken[arcs.start[j] : arcs.start[j + 1]] = False
    return value, chosen, taken


@kernel
def _slack(arcs: SiteArcs, taken: Flags, customers: int) -> Floats:
    slack = np.ones(customers)
    for a in range(taken.size):
        if taken[a]:
            slack[arcs.customer[a]] -= 1.0
    return slack


@kernel
def climb_whole(
    arcs: SiteArcs,
    start: Floats,
    ceiling: Floats,
    steps: int,
    stride: float,
    goal: float,
    enough: float,
) -> Peak:
    """Raise the bound by subgradient steps with memory, as `subgradient.climb` does.

    Parameters
    ----------
    arcs : SiteArcs
    start : (n_customers,)
        Prices to start from.
    ceiling : (n_customers,)
        Prices never pass it: the guard of arcs that were left out.
    steps : int
        Steps at most.
    stride : float
        First factor of the Polyak step.
    goal : float
        Objective of the best answer known.
    enough : float
        Stop at a bound that reaches this.
    """
    price = np.minimum(start, ceiling)
    value, chosen, taken = price_sites(arcs, price)
    best_value, best_price, best_chosen, best_taken = value, price, chosen, taken
    often_open, often_taken = chosen.astype(np.float64), taken.astype(np.float64)
    move = np.zeros(price.size)
    stalled, count = 0, 0
    while count < steps and best_value < enough and stride >= _SMALLEST_STRIDE:
        count += 1
        move = (1.0 - _MEMORY) * _slack(arcs, taken, price.size) + _MEMORY * move
        norm = (move * move).sum()
        if norm <= 1e-18:
            break
        target = goal + 0.02 * abs(goal - best_value) + 1e-9 * abs(goal)
        price = np.minimum(price + stride * max(target - value, 1e-12) / norm * move, ceiling)
        value, chosen, taken = price_sites(arcs, price)
        often_open = 0.95 * often_open + 0.05 * chosen.astype(np.float64)
        often_taken = 0.95 * often_taken + 0.05 * taken.astype(np.float64)
        stalled += 1
        if value > best_value + 1e-12 * abs(best_value):
            best_value, best_price, best_chosen, best_taken = value, price, chosen, taken
            stalled = 0
        if stalled >= _STALL:
            stride *= _SHRINK
            stalled, price, value = 0, best_price, best_value
            chosen, taken = best_chosen, best_taken
            move = np.zeros(price.size)
    return Peak(
        best_value, best_price, best_chosen, best_taken, often_open, often_taken, stride, count
    )


@kernel
def forced_costs(arcs: SiteArcs, price: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the cost of every site when open, and with each of its arcs used and not used.

    Parameters
    ----------
    arcs : SiteArcs
    price : (n_customers,)

    Returns
    -------
    tuple of (n_sites,), (n_arcs,) and (n_arcs,)
        ``inf`` where a site is closed, or where an arc does not fit or may not be left out.
    """
    rho = np.full(arcs.capacity.size, np.inf)
    used, unused = np.full(arcs.customer.size, np.inf), np.full(arcs.customer.size, np.inf)
    for j in range(arcs.capacity.size):
        if not arcs.closed[j]:
            rho[j] = _forced_at(arcs, price, j, used, unused)
    return rho, used, unused


@kernel
def _forced_at(arcs: SiteArcs, price: Floats, j: int, used: Floats, unused: Floats) -> float:
    base, room, items = _paying(arcs, price, j)
    gain = price[arcs.customer[items]] - arcs.cost[items]
    need = arcs.need[items]
    if (items.size + 1) * (room + 1) > _TABLE_CELLS:
        return _forced_loosely(arcs, price, j, used, unused)
    by_room, inside, outside = forced_gains(gain, need, room)
    cost = base - by_room[room]
    for a in range(arcs.start[j], arcs.start[j + 1]):
        reduced = arcs.cost[a] - price[arcs.customer[a]]
        if arcs.must[a]:
            used[a] = cost
        elif reduced >= 0.0:
            unused[a] = cost
            if arcs.need[a] <= room:
                used[a] = base + reduced - by_room[room - arcs.need[a]]
    for k in range(items.size):
        used[items[k]] = base - inside[k] if inside[k] > -1e299 else np.inf
        unused[items[k]] = base - outside[k]
    return float(cost)


@kernel
def _forced_loosely(arcs: SiteArcs, price: Floats, j: int, used: Floats, unused: Floats) -> float:
    """Forced costs where tables would be too large: never above the true ones."""
    base, room, items = _paying(arcs, price, j)
    gain = price[arcs.customer[items]] - arcs.cost[items]
    need = arcs.need[items]
    cost = float(base - pack(gain, need, room)[0])
    order = rank_by_ratio(gain, need)
    for a in range(arcs.start[j], arcs.start[j + 1]):
        reduced = arcs.cost[a] - price[arcs.customer[a]]
        used[a] = cost
        unused[a] = np.inf if arcs.must[a] else cost
        if not arcs.must[a] and reduced >= 0.0:
            left = room - arcs.need[a]
            used[a] = np.inf
            if left >= 0:
                used[a] = max(cost, base + reduced - fractional_gain(gain, need, order, left))
    return float(cost)
