"""Compiled random moves between clusters: shifts, exchanges, ejections, whole clusters moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.chain_walk import uniform
from channelwright.optimisation.location.clusters import (
    Clusters,
    Points,
    beyond,
    enter,
    find_centre,
    leave,
    value_after,
)

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Dice = NDArray[np.uint64]

#: Members of two clusters up to which every move is judged exactly; beyond, those that pay without
#: a change of centre.
_EXACT = 40
#: Share of ejections among exchanges, and of moves of whole clusters, which are this large at most.
_EJECTIONS, _WHOLE, _LARGEST = 0.5, 0.05, 40
#: Neighbours that are looked at for members of a dissolved cluster and for a new one.
_NEAREST = 12


@kernel
def _overload(points: Points, clusters: Clusters, g: int, load: float) -> float:
    """Return the overload of a cluster at the limit of its centre, priced."""
    return beyond(points, clusters.centre[g], load)


@kernel
def _partner(points: Points, clusters: Clusters, i: int, b: int, dice: Dice) -> int:
    """Return who leaves cluster b when i comes: nobody (-1) if there is room and i's stays filled.

    A random member of b otherwise.
    """
    a = clusters.of[i]
    load = clusters.load[b] + points.need[i]
    if clusters.size[a] > 1 and load <= points.limit[clusters.centre[b]]:
        return -1
    return int(clusters.member[b, int(uniform(dice) * clusters.size[b])])


@kernel
def _hopeless(points: Points, clusters: Clusters, i: int, b: int, other: int, room: float) -> bool:
    """Return whether a move costs too much as long as large clusters keep their centres."""
    a = clusters.of[i]
    need = points.need[i] - (points.need[other] if other >= 0 else 0.0)
    # Loads first: most exchanges fail by them.
    change = _overload(points, clusters, a, clusters.load[a] - need)
    change -= _overload(points, clusters, a, clusters.load[a])
    change += _overload(points, clusters, b, clusters.load[b] + need)
    change -= _overload(points, clusters, b, clusters.load[b])
    if change > room + clusters.value[a] + clusters.value[b]:
        return True
    if clusters.size[a] + clusters.size[b] <= _EXACT:
        return False
    centre, goal = clusters.centre[a], clusters.centre[b]
    if i == centre or other == goal:
        return False
    change += points.cost[i, goal] - points.cost[i, centre]
    if other >= 0:
        change += points.cost[other, centre] - points.cost[other, goal]
    return bool(change > room)


@kernel
def _near(points: Points, i: int, dice: Dice) -> int:
    """Return a random neighbour, near ones likelier."""
    chance = uniform(dice)
    return int(points.near[i, int(chance * chance * points.near.shape[1])])


@kernel
def _exchange(points: Points, clusters: Clusters, i: int, b: int, other: int, room: float) -> float:
    """Move i to cluster b and another (-1: nobody) back if it costs little; the change."""
    a = clusters.of[i]
    if _hopeless(points, clusters, i, b, other, room):
        return 0.0
    change = value_after(points, clusters, a, i, other) - clusters.value[a]
    if change > room + clusters.value[b]:
        return 0.0
    change += value_after(points, clusters, b, other, i) - clusters.value[b]
    if change > room:
        return 0.0
    leave(points, clusters, i)
    if other >= 0:
        leave(points, clusters, other)
        enter(points, clusters, a, other)
    enter(points, clusters, b, i)
    find_centre(points, clusters, a)
    find_centre(points, clusters, b)
    return float(change)


@kernel
def _eject(points: Points, clusters: Clusters, i: int, other: int, c: int, room: float) -> float:
    """Move i to the cluster of another, who moves to c, if it costs little; the change of cost."""
    a, b = clusters.of[i], clusters.of[other]
    if clusters.size[a] < 2:
        return 0.0
    load = clusters.load[b] + points.need[i] - points.need[other]
    change = _overload(points, clusters, b, load) - _overload(points, clusters, b, clusters.load[b])
    load = clusters.load[c] + points.need[other]
    change += _overload(points, clusters, c, load) - _overload(
        points, clusters, c, clusters.load[c]
    )
    if change > room + clusters.value[a] + clusters.value[b] + clusters.value[c]:
        return 0.0
    centre, goal, last = clusters.centre[a], clusters.centre[b], clusters.centre[c]
    large = clusters.size[a] + clusters.size[b] + clusters.size[c] > _EXACT
    if large and i != centre and other != goal:
        change += points.cost[i, goal] - points.cost[i, centre]
        change += points.cost[other, last] - points.cost[other, goal]
        if change > room:
            return 0.0
    change = value_after(points, clusters, a, i, -1) - clusters.value[a]
    change += value_after(points, clusters, c, -1, other) - clusters.value[c]
    if change > room + clusters.value[b]:
        return 0.0
    change += value_after(points, clusters, b, other, i) - clusters.value[b]
    if change > room:
        return 0.0
    _move(points, clusters, other, c)
    _move(points, clusters, i, b)
    return float(change)


@kernel
def _move(points: Points, clusters: Clusters, i: int, b: int) -> float:
    """Move a customer and centre both clusters anew; returns the change of cost."""
    a = clusters.of[i]
    before = clusters.value[a] + clusters.value[b]
    leave(points, clusters, i)
    enter(points, clusters, b, i)
    clusters.value[a] = 0.0
    if clusters.size[a] > 0:
        find_centre(points, clusters, a)
    find_centre(points, clusters, b)
    return float(clusters.value[a] + clusters.value[b] - before)


@kernel
def _best_host(points: Points, clusters: Clusters, i: int) -> int:
    """Return the cluster near a customer that it costs least to join, -1 if none has room."""
    best, chosen = np.inf, -1
    for place in range(min(_NEAREST, points.near.shape[1])):
        g = clusters.of[points.near[i, place]]
        if g == clusters.of[i] or g == chosen:
            continue
        if clusters.load[g] + points.need[i] > points.limit[clusters.centre[g]]:
            continue
        change = value_after(points, clusters, g, -1, i) - clusters.value[g]
        if change < best:
            best, chosen = change, g
    return chosen


@kernel
def _fill(
    points: Points, clusters: Clusters, a: int, first: int, who: Indices, old: Indices
) -> float:
    """Move neighbours of a new cluster's first member into it while that pays.

    Notes who was moved from where behind what stands there (-1 ends it); the change of cost.
    """
    changed, count = 0.0, 0
    while who[count] >= 0:
        count += 1
    for place in range(min(_NEAREST, points.near.shape[1])):
        i = points.near[first, place]
        g = clusters.of[i]
        if g == a or clusters.size[g] < 2 or count >= who.size - 1:
            continue
        if clusters.load[a] + points.need[i] > points.limit[clusters.centre[a]]:
            continue
        change = value_after(points, clusters, g, i, -1) - clusters.value[g]
        change += value_after(points, clusters, a, -1, i) - clusters.value[a]
        if change < 0.0:
            who[count], old[count] = i, g
            count += 1
            changed += _move(points, clusters, i, a)
    return changed


@kernel
def _move_cluster(points: Points, clusters: Clusters, room: float, dice: Dice) -> float:
    """Dissolve a cheap small cluster, begin a new one at a dear customer; the change of cost.

    Everything is taken back if it costs too much.
    """
    n, p = clusters.of.size, clusters.size.size
    a, first = int(uniform(dice) * p), int(uniform(dice) * n)
    for _ in range(3):
        g, i = int(uniform(dice) * p), int(uniform(dice) * n)
        if clusters.value[g] < clusters.value[a]:
            a = g
        centre = clusters.centre[clusters.of[first]]
        if points.cost[i, clusters.centre[clusters.of[i]]] > points.cost[first, centre]:
            first = i
    if (
        clusters.size[a] > _LARGEST
        or clusters.of[first] == a
        or clusters.size[clusters.of[first]] < 2
    ):
        return 0.0
    who, old = np.full(3 * _LARGEST, -1, dtype=np.int64), np.zeros(3 * _LARGEST, dtype=np.int64)
    changed, count, complete = 0.0, 0, True
    while clusters.size[a] > 0:
        i = int(clusters.member[a, 0])
        g = _best_host(points, clusters, i)
        if g < 0:
            complete = False
            break
        who[count], old[count] = i, a
        count += 1
        changed += _move(points, clusters, i, g)
    if complete:
        who[count], old[count] = first, clusters.of[first]
        changed += _move(points, clusters, first, a)
        changed += _fill(points, clusters, a, first, who, old)
    if complete and changed <= room:
        return changed
    count = 0
    while who[count] >= 0:
        count += 1
    while count > 0:
        count -= 1
        _move(points, clusters, who[count], old[count])
    return 0.0


@kernel
def try_moves(points: Points, clusters: Clusters, heat: Floats, steps: int, dice: Dice) -> float:
    """Try random moves at falling heat; returns the change of cost.

    Parameters
    ----------
    points : Points
    clusters : Clusters
        Changed in place.
    heat : (2,)
        First and last: a move that costs this much more is made with odds 1 to e.
    steps : int
    dice : (1,) uint64, changed in place
    """
    n = clusters.of.size
    changed, now = 0.0, heat[0]
    cooling = (heat[1] / heat[0]) ** (1.0 / steps)
    for _ in range(steps):
        now *= cooling
        room = -now * np.log(uniform(dice) + 1e-300)
        if uniform(dice) < _WHOLE:
            changed += _move_cluster(points, clusters, room, dice)
            continue
        i = int(uniform(dice) * n)
        b = clusters.of[_near(points, i, dice)]
        if b == clusters.of[i]:
            continue
        other = _partner(points, clusters, i, b, dice)
        if other >= 0 and uniform(dice) < _EJECTIONS:
            c = clusters.of[_near(points, other, dice)]
            if c not in (b, clusters.of[i]):
                changed += _eject(points, clusters, i, other, c, room)
                continue
        changed += _exchange(points, clusters, i, b, other, room)
    return changed
