"""Compiled Lagrangian pricing, over all arcs or over those that a node of the tree has left.

The same relaxation as `lagrangian.Relaxation` with one measure, without a call of Python per step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.choosing import choose
from channelwright.optimisation.location.packing import fractional_gain, pack, rank_by_ratio
from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from channelwright.optimisation.location.lagrangian import Relaxation

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]


class SiteArcs(NamedTuple):
    """What a node has left, arcs sorted by site.

    Attributes
    ----------
    start : (n_sites + 1,) int
        Arcs of site j are ``start[j]:start[j + 1]``.
    customer : (n_arcs,) int
    cost : (n_arcs,)
    need : (n_arcs,)
        Consumption; whole numbers where sites are filled with whole customers.
    must : (n_arcs,) bool
        Arcs that an open site is bound to use.
    fixed_cost : (n_sites,)
    capacity : (n_sites,)
    opened, closed : (n_sites,) bool
        Sites whose fate is settled.
    fewest, most : int
        Limits on the number of open sites.
    hold : (n_sites,)
    demand : float
        What each site can hold of what open sites must hold together: `problem.covering`.
    """

    start: Indices
    customer: Indices
    cost: Floats
    need: Floats
    must: Flags
    fixed_cost: Floats
    capacity: Floats
    opened: Flags
    closed: Flags
    fewest: int
    most: int
    hold: Floats
    demand: float


def compile_arcs(relaxation: Relaxation) -> SiteArcs:
    """Return all arcs of a relaxation for compiled pricing.

    Parameters
    ----------
    relaxation : Relaxation
        With one binding measure at most.
    """
    problem, arcs = relaxation.problem, relaxation.arcs
    if relaxation.weights:
        weight, limit = relaxation.weights[0], relaxation.limits[0]
    else:
        weight, limit = np.zeros(arcs.cost.size), np.zeros(problem.n_sites)
    most = sums_by(arcs.site, weight, problem.n_sites)
    capacity = np.minimum(limit, most)
    if relaxation.whole:
        weight, capacity = np.round(weight), np.floor(capacity + 1e-9)
    return SiteArcs(
        np.array(arcs.start, dtype=np.int64),
        np.array(arcs.customer),
        np.array(arcs.cost),
        np.array(weight),
        problem.own_customer[arcs.site] == arcs.customer,
        np.array(problem.fixed_cost),
        capacity,
        np.array(problem.forced_open),
        np.array(problem.forced_closed),
        problem.fewest_open,
        problem.maximum_open,
        *problem.covering,
    )


@kernel
def paying(arcs: SiteArcs, price: Floats, j: int) -> tuple[float, float, Indices, Floats, Floats]:
    """Return cost of what the site must take, room left, the arcs that pay, gains and needs."""
    base, room = arcs.fixed_cost[j], arcs.capacity[j]
    begin, end = arcs.start[j], arcs.start[j + 1]
    items = np.empty(end - begin, dtype=np.int64)
    gain, need = np.empty(end - begin), np.empty(end - begin)
    count = 0
    for a in range(begin, end):
        reduced = arcs.cost[a] - price[arcs.customer[a]]
        if arcs.must[a]:
            base += reduced
            room -= arcs.need[a]
        elif reduced < 0.0:
            items[count], gain[count], need[count] = a, -reduced, arcs.need[a]
            count += 1
    return base, max(room, 0.0), items[:count], gain[:count], need[:count]


@kernel
def _weak_rho(arcs: SiteArcs, price: Floats, j: int) -> float:
    base, room, items, gain, need = paying(arcs, price, j)
    everything, weight = 0.0, 0.0
    for k in range(items.size):
        everything += gain[k]
        weight += need[k]
    if weight <= room:
        return base - everything
    return base - fractional_gain(gain, need, rank_by_ratio(gain, need), room)


@kernel
def whole_numbers(need: Floats) -> Indices:
    """Return consumption as whole numbers, (n,) int.

    Parameters
    ----------
    need : (n,)
    """
    whole = np.empty(need.size, dtype=np.int64)
    for k in range(need.size):
        whole[k] = int(need[k])
    return whole


@kernel
def _fill(arcs: SiteArcs, price: Floats, j: int, share: Floats) -> float:
    """Fill a site with whole customers; marks what it takes and returns its cost."""
    base, room, items, gain, need = paying(arcs, price, j)
    best, chosen = pack(gain, whole_numbers(need), int(room))
    for a in range(arcs.start[j], arcs.start[j + 1]):
        share[a] = 1.0 if arcs.must[a] else 0.0
    for k in range(items.size):
        share[items[k]] = 1.0 if chosen[k] else 0.0
    return base - best


@kernel
def _fill_in_part(arcs: SiteArcs, price: Floats, j: int, share: Floats) -> float:
    """Fill a site, the last customer in part; marks what it takes and returns its cost."""
    base, room, items, gain, need = paying(arcs, price, j)
    weight = 0.0
    for k in range(items.size):
        weight += need[k]
    for a in range(arcs.start[j], arcs.start[j + 1]):
        share[a] = 1.0 if arcs.must[a] else 0.0
    if weight <= room:
        for k in range(items.size):
            share[items[k]] = 1.0
            base -= gain[k]
        return base
    for k in rank_by_ratio(gain, need):
        part = 1.0 if need[k] <= room else room / need[k]
        share[items[k]] = part
        base -= part * gain[k]
        room -= part * need[k]
        if part < 1.0:
            break
    return base


@kernel
def price_sites(arcs: SiteArcs, price: Floats, whole: bool) -> tuple[float, Flags, Floats]:
    """Return the bound at some prices, the sites chosen and the share of each arc.

    Only sites that the fractional filling lets hope are filled with whole customers.

    Parameters
    ----------
    arcs : SiteArcs
    price : (n_customers,)
    whole : bool
        Fill with whole customers.
    """
    sites = arcs.capacity.size
    rho = np.full(sites, np.inf)
    done = np.zeros(sites, dtype=np.bool_)
    share = np.zeros(arcs.customer.size)
    for j in range(sites):
        if not arcs.closed[j]:
            if whole:
                rho[j] = _weak_rho(arcs, price, j)
            else:
                rho[j] = _fill_in_part(arcs, price, j, share)
                done[j] = True
    while True:
        chosen, total = choose(
            rho, arcs.opened, arcs.closed, arcs.fewest, arcs.most, arcs.hold, arcs.demand
        )
        ready = True
        for j in range(sites):
            if chosen[j] and not done[j]:
                rho[j] = _fill(arcs, price, j, share)
                done[j] = True
                ready = False
        if ready:
            break
    value = total
    for i in range(price.size):
        value += price[i]
    for j in range(sites):
        if not chosen[j] and done[j]:
            for a in range(arcs.start[j], arcs.start[j + 1]):
                share[a] = 0.0
    return value, chosen, share


@kernel
def costs_when_open(arcs: SiteArcs, price: Floats) -> tuple[Floats, Floats]:
    """Return the least cost of every site when open, filled in part, and what capacity is worth.

    Parameters
    ----------
    arcs : SiteArcs
    price : (n_customers,)

    Returns
    -------
    tuple of (n_sites,) and (n_sites,)
        ``inf`` where a site is closed; what one more unit of capacity would save.
    """
    rho, worth = np.full(arcs.capacity.size, np.inf), np.zeros(arcs.capacity.size)
    share = np.zeros(arcs.customer.size)
    for j in range(rho.size):
        if not arcs.closed[j]:
            rho[j] = _fill_in_part(arcs, price, j, share)
            for a in range(arcs.start[j], arcs.start[j + 1]):
                if 0.0 < share[a] < 1.0:
                    worth[j] = (price[arcs.customer[a]] - arcs.cost[a]) / arcs.need[a]
    return rho, worth
