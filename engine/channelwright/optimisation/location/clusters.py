"""Compiled clusters of customers, each served from the best of its own members.

The cost of a cluster from each of its members is kept, so that a change is judged with the cluster
centred anew: as exact for four customers a cluster as for hundreds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Points(NamedTuple):
    """What a clustering reads.

    Attributes
    ----------
    cost : (n, n)
        Cost of serving customer i from the site at customer j; very large where it is forbidden.
    need : (n,)
    limit : (n,)
        Capacity of the site at each customer.
    fixed_cost : (n,)
        Of the site at each customer.
    near : (n, k) int
        Customers whose sites are cheapest for each.
    penalty : float
        Price of a unit of overload.
    """

    cost: Floats
    need: Floats
    limit: Floats
    fixed_cost: Floats
    near: Indices
    penalty: float


class Clusters(NamedTuple):
    """Who is in which cluster, ready to be changed in place.

    Attributes
    ----------
    of : (n,) int
        Cluster of each customer.
    place : (n,) int
        Where a customer stands among the members of its cluster.
    member : (p, n) int
    size : (p,) int
    load : (p,)
    centre : (p,) int
        Best member.
    value : (p,)
        Cost of the cluster from its centre, overload priced.
    total : (n,)
        Cost of the own cluster when it is served from each customer.
    """

    of: Indices
    place: Indices
    member: NDArray[np.int32]
    size: Indices
    load: Floats
    centre: Indices
    value: Floats
    total: Floats


def empty_clusters(of: Indices, number: int) -> Clusters:
    """Return clusters that still have to be counted with `count_up`.

    Parameters
    ----------
    of : (n,) int
        Cluster of each customer.
    number : int
        Of clusters.
    """
    n = of.size
    return Clusters(
        of.copy(),
        np.zeros(n, dtype=np.int64),
        np.zeros((number, n), dtype=np.int32),
        np.zeros(number, dtype=np.int64),
        np.zeros(number),
        np.zeros(number, dtype=np.int64),
        np.zeros(number),
        np.zeros(n),
    )


@kernel
def beyond(points: Points, j: int, load: float) -> float:
    """Return the overload of a site, priced.

    Parameters
    ----------
    points : Points
    j : int
        Customer at the site.
    load : float
    """
    return float(points.penalty * max(load - points.limit[j], 0.0))


@kernel
def find_centre(points: Points, clusters: Clusters, g: int) -> None:
    """Find the best centre of a cluster.

    Parameters
    ----------
    points : Points
    clusters : Clusters
        Changed in place.
    g : int
        Cluster.
    """
    best = np.inf
    for a in range(clusters.size[g]):
        j = clusters.member[g, a]
        value = clusters.total[j] + beyond(points, j, clusters.load[g])
        if value < best:
            best, clusters.centre[g] = value, j
    clusters.value[g] = best


@kernel
def count_up(points: Points, clusters: Clusters) -> float:
    """Count members, loads and costs anew from who is in which cluster; returns the cost of all.

    Parameters
    ----------
    points : Points
    clusters : Clusters
        Changed in place.
    """
    clusters.size[:] = 0
    clusters.load[:] = 0.0
    for i in range(clusters.of.size):
        g = clusters.of[i]
        clusters.member[g, clusters.size[g]] = i
        clusters.place[i] = clusters.size[g]
        clusters.size[g] += 1
        clusters.load[g] += points.need[i]
    cost = 0.0
    for g in range(clusters.size.size):
        for a in range(clusters.size[g]):
            j = clusters.member[g, a]
            clusters.total[j] = points.fixed_cost[j]
            for b in range(clusters.size[g]):
                clusters.total[j] += points.cost[clusters.member[g, b], j]
        find_centre(points, clusters, g)
        cost += clusters.value[g]
    return cost


@kernel
def value_after(points: Points, clusters: Clusters, g: int, leaves: int, enters: int) -> float:
    """Return the least cost of a cluster after one customer left and one came.

    Parameters
    ----------
    points, clusters
    g : int
        Cluster.
    leaves, enters : int
        Customers, -1 for nobody.
    """
    load = clusters.load[g]
    if leaves >= 0:
        load -= points.need[leaves]
    if enters >= 0:
        load += points.need[enters]
    best, own = np.inf, 0.0
    for a in range(clusters.size[g]):
        j = clusters.member[g, a]
        if j == leaves:
            continue
        value = clusters.total[j] + beyond(points, j, load)
        if leaves >= 0:
            value -= points.cost[leaves, j]
        if enters >= 0:
            value += points.cost[enters, j]
            own += points.cost[j, enters]
        best = min(best, value)
    if enters >= 0:
        own += points.cost[enters, enters] + points.fixed_cost[enters]
        best = min(best, own + beyond(points, enters, load))
    return best


@kernel
def leave(points: Points, clusters: Clusters, i: int) -> None:
    """Take a customer out of its cluster; the centre must be found anew afterwards.

    Parameters
    ----------
    points : Points
    clusters : Clusters
        Changed in place.
    i : int
        Customer.
    """
    g = clusters.of[i]
    clusters.size[g] -= 1
    last = clusters.member[g, clusters.size[g]]
    clusters.member[g, clusters.place[i]] = last
    clusters.place[last] = clusters.place[i]
    clusters.load[g] -= points.need[i]
    for a in range(clusters.size[g]):
        j = clusters.member[g, a]
        clusters.total[j] -= points.cost[i, j]


@kernel
def enter(points: Points, clusters: Clusters, g: int, i: int) -> None:
    """Put a customer that is nowhere into a cluster; the centre must be found anew afterwards.

    Parameters
    ----------
    points : Points
    clusters : Clusters
        Changed in place.
    g, i : int
        Cluster and customer.
    """
    own = points.cost[i, i] + points.fixed_cost[i]
    for a in range(clusters.size[g]):
        j = clusters.member[g, a]
        clusters.total[j] += points.cost[i, j]
        own += points.cost[j, i]
    clusters.total[i] = own
    clusters.of[i] = g
    clusters.member[g, clusters.size[g]] = i
    clusters.place[i] = clusters.size[g]
    clusters.size[g] += 1
    clusters.load[g] += points.need[i]


@kernel
def serve_near(points: Points, centre: Indices, order: Indices) -> Indices:
    """Return the cluster of each customer: the nearest centre with room, else the least overloaded.

    Parameters
    ----------
    points : Points
    centre : (p,) int
    order : (n,) int
        In which customers choose; centres serve themselves before.
    """
    of = np.full(order.size, -1, dtype=np.int64)
    load = np.zeros(centre.size)
    for g in range(centre.size):
        of[centre[g]] = g
        load[g] = points.need[centre[g]]
    for i in order:
        if of[i] >= 0:
            continue
        best, least = np.inf, np.inf
        chosen, spare = -1, 0
        for g in range(centre.size):
            beyond = load[g] + points.need[i] - points.limit[centre[g]]
            if beyond <= 0.0 and points.cost[i, centre[g]] < best:
                best, chosen = points.cost[i, centre[g]], g
            if beyond < least:
                least, spare = beyond, g
        of[i] = chosen if chosen >= 0 else spare
        load[of[i]] += points.need[i]
    return of
