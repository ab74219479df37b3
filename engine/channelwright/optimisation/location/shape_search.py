"""Connected territories of given sites: growth from what is connected, then annealing, compiled.

Hard limits are priced while the search runs, and the prices follow whether they are met; connection
with the site is kept at every move.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.districts.problem import neighbours_of
from channelwright.optimisation.location.shape import components, stray_pieces

if TYPE_CHECKING:
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.shape import Shape

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_SLACK = 1e-9
_MULTIPLIER = 6364136223846793005
_INCREMENT = 1442695040888963407


class Terrain(NamedTuple):
    """What the compiled search reads.

    Attributes
    ----------
    cost : (n, m), inf where a site may not serve or is closed
    used : (k, n, m) load of a customer at a site
    offset, near : neighbours in compressed rows; empty without edges
    anchor : (n, m) bool
    least, most : (m, k) hard limits
    low, high, price : (k,) tolerances that cost beyond them; price 0 = none
    foe_offset, foe : customers that must not have the same server, in compressed rows
    connected : bool
    """

    cost: Floats
    used: Floats
    offset: Indices
    near: Indices
    anchor: Flags
    least: Floats
    most: Floats
    low: Floats
    high: Floats
    price: Floats
    foe_offset: Indices
    foe: Indices
    connected: bool


def terrain_of(problem: LocationProblem, shape: Shape, opened: Flags) -> Terrain:
    """Return the terrain of one set of open sites."""
    n = problem.n_customers
    allowed = problem.allowed & opened[None, :]
    offset, near = neighbours_of(n, shape.edges)
    foe_offset, foe = neighbours_of(n, shape.apart if shape.apart.size else None)
    hard = shape.hard
    used = np.stack(
        [
            np.broadcast_to(problem.arc_usage(k), problem.cost.shape)
            for k in range(problem.n_measures)
        ]
    )
    return Terrain(
        cost=np.where(allowed, problem.cost, np.inf),
        used=np.ascontiguousarray(used, dtype=np.float64),
        offset=offset,
        near=near.astype(np.int64),
        anchor=np.array(shape.anchor),
        least=np.maximum(problem.minimum_load, np.where(hard, shape.low, 0.0)[None, :]),
        most=np.minimum(problem.limit, np.where(hard, shape.high, np.inf)[None, :]),
        low=np.where(hard, 0.0, shape.low),
        high=np.where(hard, np.inf, shape.high),
        price=np.where(hard, 0.0, shape.price),
        foe_offset=foe_offset,
        foe=foe.astype(np.int64),
        connected=shape.edges is not None,
    )


def grown(terrain: Terrain, shape: Shape, assignment: Indices) -> Indices | None:
    """Return an assignment that is connected: stray pieces join what borders them, cheapest first.

    None if some customer cannot be reached from any open site.
    """
    label = assignment.copy()
    if terrain.connected:
        number = components(shape, label)
        for j in np.unique(label).tolist():
            for piece in stray_pieces(shape, label, j, number):
                label[piece] = -1
    queue: list[tuple[float, int, int]] = []

    def offer(i: int) -> None:
        for j in np.flatnonzero(np.isfinite(terrain.cost[i])).tolist():
            around = terrain.near[terrain.offset[i] : terrain.offset[i + 1]]
            if not terrain.connected or terrain.anchor[i, j] or (label[around] == j).any():
                heapq.heappush(queue, (float(terrain.cost[i, j]), i, j))

    for i in np.flatnonzero(label < 0).tolist():
        offer(i)
    while queue:
        _, i, j = heapq.heappop(queue)
        if label[i] >= 0:
            continue
        label[i] = j
        for v in terrain.near[terrain.offset[i] : terrain.offset[i + 1]].tolist():
            if label[v] < 0:
                offer(v)
    return None if (label < 0).any() else label


@kernel
def _uniform(seed: NDArray[np.uint64]) -> float:
    """Return the next number in [0, 1) of a linear congruential stream (Knuth 1997, 3.3.4)."""
    seed[0] = seed[0] * np.uint64(_MULTIPLIER) + np.uint64(_INCREMENT)
    return float(seed[0] >> np.uint64(11)) / 9007199254740992.0


@kernel
def _held_without(
    terrain: Terrain, label: Indices, size: Indices, i: int, t: int, seen: Indices, queue: Indices
) -> bool:
    """Return whether territory t stays connected with its site when customer i leaves."""
    if not terrain.connected or size[t] <= 1:
        return True
    seen[i] = t + 1
    count, done = 0, 0
    for v in range(label.size):
        if label[v] == t and v != i:
            seen[v] = 0
            if terrain.anchor[v, t]:
                queue[count] = v
                count += 1
                seen[v] = t + 1
    while done < count:
        v = queue[done]
        done += 1
        for e in range(terrain.offset[v], terrain.offset[v + 1]):
            u = terrain.near[e]
            if label[u] == t and seen[u] != t + 1:
                seen[u] = t + 1
                queue[count] = u
                count += 1
    return bool(count == size[t] - 1)


@kernel
def _off(terrain: Terrain, load: float, j: int, k: int, weight: float) -> float:
    """Return what a load costs beyond hard limits (by weight) and priced tolerances."""
    value = 0.0
    if load > terrain.most[j, k] + _SLACK:
        value += weight * (load - terrain.most[j, k])
    if load < terrain.least[j, k] - _SLACK:
        value += weight * (terrain.least[j, k] - load)
    if terrain.price[k] > 0.0:
        beyond = max(0.0, load - terrain.high[k]) + max(0.0, terrain.low[k] - load)
        value += terrain.price[k] * beyond
    return float(value)


@kernel
def _change(terrain: Terrain, load: Floats, weight: Floats, i: int, t: int, s: int) -> float:
    value = terrain.cost[i, s] - terrain.cost[i, t]
    for k in range(load.shape[1]):
        out, into = terrain.used[k, i, t], terrain.used[k, i, s]
        value += _off(terrain, load[t, k] - out, t, k, weight[k])
        value -= _off(terrain, load[t, k], t, k, weight[k])
        value += _off(terrain, load[s, k] + into, s, k, weight[k])
        value -= _off(terrain, load[s, k], s, k, weight[k])
    return float(value)


@kernel
def _foes(terrain: Terrain, label: Indices, i: int, j: int) -> int:
    count = 0
    for e in range(terrain.foe_offset[i], terrain.foe_offset[i + 1]):
        if label[terrain.foe[e]] == j:
            count += 1
    return count


@kernel
def _target(terrain: Terrain, label: Indices, i: int, seed: NDArray[np.uint64]) -> int:
    """Return a random site that customer i could join, -1 = none found."""
    m = terrain.cost.shape[1]
    span = terrain.offset[i + 1] - terrain.offset[i]
    if not terrain.connected or span == 0 or _uniform(seed) < 0.15:
        s = int(_uniform(seed) * m)
        if terrain.connected and not terrain.anchor[i, s]:
            return -1
        return s
    return int(label[terrain.near[terrain.offset[i] + int(_uniform(seed) * span)]])


@kernel
def _loads(terrain: Terrain, label: Indices, load: Floats, size: Indices) -> None:
    """Fill in the load of every site and the number of its customers."""
    for i in range(label.size):
        size[label[i]] += 1
        for k in range(load.shape[1]):
            load[label[i], k] += terrain.used[k, i, label[i]]


@kernel
def _first_weights(terrain: Terrain, label: Indices, heat: float) -> Floats:
    """Return a price per unit beyond hard limits: a few temperatures for the largest customer."""
    weight = np.ones(terrain.used.shape[0])
    for k in range(weight.size):
        largest = 0.0
        for i in range(label.size):
            largest = max(largest, terrain.used[k, i, label[i]])
        weight[k] = 4.0 * heat / max(largest, 1e-300)
    return weight


@kernel
def _epoch(
    terrain: Terrain,
    opened: Flags,
    label: Indices,
    load: Floats,
    size: Indices,
    weight: Floats,
    heat: float,
    moves: int,
    quarrel: float,
    seed: NDArray[np.uint64],
) -> None:
    """Try moves of random customers over borders at one temperature."""
    n = label.size
    seen, queue = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for _ in range(moves):
        i = int(_uniform(seed) * n)
        t = label[i]
        s = _target(terrain, label, i, seed)
        if s < 0 or s == t or not opened[s] or not np.isfinite(terrain.cost[i, s]):
            continue
        change = _change(terrain, load, weight, i, t, s)
        change += quarrel * (_foes(terrain, label, i, s) - _foes(terrain, label, i, t))
        if change > -heat * np.log(1.0 - _uniform(seed)):
            continue
        if not _held_without(terrain, label, size, i, t, seen, queue):
            continue
        label[i] = s
        size[t] -= 1
        size[s] += 1
        for k in range(load.shape[1]):
            load[t, k] -= terrain.used[k, i, t]
            load[s, k] += terrain.used[k, i, s]


@kernel
def _judged(
    terrain: Terrain, opened: Flags, label: Indices, load: Floats, weight: Floats
) -> tuple[float, int]:
    """Return cost with priced imbalance and the number of broken limits; prices follow those."""
    value, broken = 0.0, 0
    for i in range(label.size):
        value += terrain.cost[i, label[i]]
        broken += _foes(terrain, label, i, label[i])
    for k in range(weight.size):
        off = 0.0
        for j in range(load.shape[0]):
            if opened[j]:
                value += _off(terrain, load[j, k], j, k, 0.0)
                over = load[j, k] - terrain.most[j, k]
                under = terrain.least[j, k] - load[j, k]
                off += max(0.0, over, under)
        met = off <= _SLACK * max(1.0, load[:, k].max())
        broken += 0 if met else 1
        weight[k] *= 0.97 if met else 1.1
    return value, broken


@kernel
def anneal_sites(
    terrain: Terrain,
    opened: Flags,
    label: Indices,
    heat: Floats,
    moves: int,
    quarrel: float,
    seed: NDArray[np.uint64],
    best: Indices,
) -> float:
    """Anneal customers over borders and keep the cheapest answer that meets all hard limits.

    Parameters
    ----------
    label : (n,) int, changed in place; connected before and after
    heat : (steps,) temperatures
    moves : int, moves tried per temperature
    quarrel : float, price of a pair that must be apart and is not
    best : (n,) int, filled with the best answer

    Returns
    -------
    float
        Its cost with priced imbalance, without fixed cost; infinite without one.
    """
    load = np.zeros((terrain.cost.shape[1], terrain.used.shape[0]))
    size = np.zeros(terrain.cost.shape[1], dtype=np.int64)
    _loads(terrain, label, load, size)
    weight = _first_weights(terrain, label, heat[0])
    least = np.inf
    for step in range(heat.size):
        _epoch(terrain, opened, label, load, size, weight, heat[step], moves, quarrel, seed)
        value, broken = _judged(terrain, opened, label, load, weight)
        if broken == 0 and value < least:
            least = value
            best[:] = label
    return least
