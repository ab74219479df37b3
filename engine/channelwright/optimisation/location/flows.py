"""Compiled cheapest split service from given open sites, by shortest chains of sites.

With one capacity and the same consumption wherever a customer is served, the linear program is a
transport problem with few sites. Everybody starts at the cheapest site at some prices; overload
then moves along the cheapest chain of sites to where there is room (successive shortest paths with
node prices; Ahuja, Magnanti & Orlin 1993, chapter 9). Good prices to start from save time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.deadline import is_limited, must_go_on

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_TINY = 1e-9
#: Chains between two looks at the clock, and more than there ever are.
_CHAINS, _NO_LIMIT = 200, 1 << 60


class OpenArcs(NamedTuple):
    """Arcs to open sites, which are numbered from 0.

    Attributes
    ----------
    start : (n_customers + 1,) int
        Arcs of customer i are ``start[i]:start[i + 1]``.
    owner, site : (n_arcs,) int
        Customer and site of each arc.
    cost : (n_arcs,)
        Cost of serving all of the customer.
    weight : (n_customers,)
        What each customer takes.
    limit : (n_sites,)
        Capacities.
    """

    start: Indices
    owner: Indices
    site: Indices
    cost: Floats
    weight: Floats
    limit: Floats


class _Net(NamedTuple):
    """State of the chains: node n_sites stands for what is not used.

    Attributes
    ----------
    amount : (n_arcs,)
        Units served over each arc.
    head : (n_sites,) int
        First arc in use at each site, -1 if there is none.
    after, before : (n_arcs,) int
        Chain of the arcs in use at a site.
    given : (n_sites,)
        Capacity that counts as used.
    excess : (n_sites + 1,)
        Units that have to leave a node (positive) or to come (negative).
    price : (n_sites + 1,)
        What capacity is worth.
    length : (n_sites, n_sites)
        Least cost of moving a unit from one site to another.
    leaving, entering : (n_sites, n_sites) int
        Arcs between which that unit moves.
    stale : (n_sites,) bool
        Rows of `length` that must be computed anew.
    """

    amount: Floats
    head: Indices
    after: Indices
    before: Indices
    given: Floats
    excess: Floats
    price: Floats
    length: Floats
    leaving: Indices
    entering: Indices
    stale: Flags


@kernel
def _link(net: _Net, site: int, arc: int) -> None:
    net.before[arc], net.after[arc] = -1, net.head[site]
    if net.head[site] >= 0:
        net.before[net.head[site]] = arc
    net.head[site] = arc


@kernel
def _unlink(net: _Net, site: int, arc: int) -> None:
    if net.before[arc] >= 0:
        net.after[net.before[arc]] = net.after[arc]
    else:
        net.head[site] = net.after[arc]
    if net.after[arc] >= 0:
        net.before[net.after[arc]] = net.before[arc]


@kernel
def _begin(arcs: OpenArcs, price: Floats) -> _Net:
    """Send everybody to the cheapest site at the prices."""
    sites, count = arcs.limit.size, arcs.site.size
    net = _Net(
        np.zeros(count),
        np.full(sites, -1, dtype=np.int64),
        np.full(count, -1, dtype=np.int64),
        np.full(count, -1, dtype=np.int64),
        np.zeros(sites),
        np.zeros(sites + 1),
        np.zeros(sites + 1),
        np.full((sites, sites), np.inf),
        np.full((sites, sites), -1, dtype=np.int64),
        np.full((sites, sites), -1, dtype=np.int64),
        np.ones(sites, dtype=np.bool_),
    )
    for j in range(sites):
        net.price[j] = price[j] if arcs.limit[j] < np.inf else 0.0
    for i in range(arcs.weight.size):
        best, chosen = np.inf, -1
        for arc in range(arcs.start[i], arcs.start[i + 1]):
            value = arcs.cost[arc] + net.price[arcs.site[arc]] * arcs.weight[i]
            if value < best:
                best, chosen = value, arc
        net.amount[chosen] = max(arcs.weight[i], 1e-300)
        net.excess[arcs.site[chosen]] += arcs.weight[i]
        if arcs.weight[i] > 0.0:
            _link(net, arcs.site[chosen], chosen)
    for j in range(sites):
        load = net.excess[j]
        net.given[j] = arcs.limit[j] if net.price[j] > 0.0 else min(load, arcs.limit[j])
        net.excess[j] = load - net.given[j]
        net.excess[sites] += net.given[j] - load
    return net


@kernel
def _refresh(arcs: OpenArcs, net: _Net, a: int) -> None:
    """Compute the least costs of moving a unit away from a site."""
    for b in range(arcs.limit.size):
        net.length[a, b] = np.inf
    arc = net.head[a]
    while arc >= 0:
        _consider(arcs, net, a, arc)
        arc = net.after[arc]
    net.stale[a] = False


@kernel
def _consider(arcs: OpenArcs, net: _Net, a: int, arc: int) -> None:
    i = arcs.owner[arc]
    for other in range(arcs.start[i], arcs.start[i + 1]):
        b = arcs.site[other]
        if b != a:
            value = (arcs.cost[other] - arcs.cost[arc]) / arcs.weight[i]
            if value < net.length[a, b]:
                net.length[a, b] = value
                net.leaving[a, b], net.entering[a, b] = arc, other


@kernel
def _nearest_need(
    arcs: OpenArcs, net: _Net, source: int, distance: Floats, parent: Indices, done: Flags
) -> int:
    """Find the cheapest chain from a node to one that lacks units; -1 if there is none."""
    sites = arcs.limit.size
    distance[:], parent[:], done[:] = np.inf, -1, False
    distance[source] = 0.0
    while True:
        a, least = -1, np.inf
        for v in range(sites + 1):
            if not done[v] and distance[v] < least:
                a, least = v, distance[v]
        if a < 0 or net.excess[a] < -_TINY:
            return a
        done[a] = True
        if a == sites:
            for b in range(sites):
                if not done[b] and net.given[b] > _TINY:
                    value = least + max(net.price[b] - net.price[sites], 0.0)
                    if value < distance[b]:
                        distance[b], parent[b] = value, a
            continue
        if net.stale[a]:
            _refresh(arcs, net, a)
        for b in range(sites):
            if not done[b] and net.length[a, b] < np.inf:
                value = least + max(net.length[a, b] + net.price[b] - net.price[a], 0.0)
                if value < distance[b]:
                    distance[b], parent[b] = value, a
        if not done[sites] and net.given[a] < arcs.limit[a] - _TINY:
            value = least + max(net.price[sites] - net.price[a], 0.0)
            if value < distance[sites]:
                distance[sites], parent[sites] = value, a


@kernel
def _push(arcs: OpenArcs, net: _Net, source: int, target: int, parent: Indices) -> None:
    """Move as many units along a chain as its weakest link allows."""
    sites = arcs.limit.size
    units = min(net.excess[source], -net.excess[target])
    b = target
    while b != source:
        a = parent[b]
        if a == sites:
            units = min(units, net.given[b])
        elif b == sites:
            units = min(units, arcs.limit[a] - net.given[a])
        else:
            units = min(units, net.amount[net.leaving[a, b]])
        b = a
    net.excess[source] -= units
    net.excess[target] += units
    b = target
    while b != source:
        a = parent[b]
        if a == sites:
            net.given[b] -= units
        elif b == sites:
            net.given[a] += units
        else:
            leaving, entering = net.leaving[a, b], net.entering[a, b]
            if net.amount[entering] <= 0.0:
                _link(net, b, entering)
                if not net.stale[b]:
                    _consider(arcs, net, b, entering)
            net.amount[entering] += units
            net.amount[leaving] -= units
            if net.amount[leaving] <= _TINY * arcs.weight[arcs.owner[leaving]]:
                # What rounding leaves goes along, so that the customer is served in full.
                net.amount[entering] += net.amount[leaving]
                net.amount[leaving] = 0.0
                _unlink(net, a, leaving)
                net.stale[a] = True
        b = a


def flow_to_open(arcs: OpenArcs, price: Floats) -> tuple[bool, Floats, Floats]:
    """Serve everybody from open sites at least cost, splitting allowed.

    Parameters
    ----------
    arcs : OpenArcs
        Every customer has at least one arc.
    price : (n_sites,)
        Prices of capacity to start from, not negative; any will do, good ones are quicker.

    Returns
    -------
    tuple of bool, (n_arcs,) and (n_sites,)
        Whether everybody can be served, the share of each arc, what one unit of capacity is worth.

    Raises
    ------
    OutOfTime
        The time limit passed before that is known.
    """
    net = _begin(arcs, price)
    feasible, source = True, 0
    while feasible and source <= arcs.limit.size:
        must_go_on()
        chains = _CHAINS if is_limited() else _NO_LIMIT
        feasible, source = _chain_on(arcs, net, source, chains)
    share, worth = _outcome(arcs, net)
    return feasible, share, worth


@kernel
def _chain_on(arcs: OpenArcs, net: _Net, source: int, chains: int) -> tuple[bool, int]:
    """Move overload along some chains; returns whether all can go on, and the node to go on at."""
    sites = arcs.limit.size
    distance, parent = np.empty(sites + 1), np.empty(sites + 1, dtype=np.int64)
    done = np.empty(sites + 1, dtype=np.bool_)
    while source <= sites:
        while net.excess[source] > _TINY:
            if chains <= 0:
                return True, source
            chains -= 1
            target = _nearest_need(arcs, net, source, distance, parent, done)
            if target < 0:
                return False, source
            reach = distance[target]
            for v in range(sites + 1):
                # Prices rise where chains would leave, so that no chain is ever cheaper than free.
                net.price[v] -= min(distance[v], reach) - reach
            _push(arcs, net, source, target, parent)
        source += 1
    return True, source


@kernel
def _outcome(arcs: OpenArcs, net: _Net) -> tuple[Floats, Floats]:
    """Return the share of each arc and what one more unit of each capacity would save."""
    sites = arcs.limit.size
    share = np.zeros(arcs.site.size)
    for i in range(arcs.weight.size):
        total = 0.0
        for arc in range(arcs.start[i], arcs.start[i + 1]):
            total += net.amount[arc]
        for arc in range(arcs.start[i], arcs.start[i + 1]):
            share[arc] = net.amount[arc] / total
    worth = np.empty(sites)
    for j in range(sites):
        worth[j] = max(net.price[j] - net.price[sites], 0.0)
    return share, worth
