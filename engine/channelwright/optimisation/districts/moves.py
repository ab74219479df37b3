"""Compiled pieces of the search: what a move changes, and whether it may be made.

A move takes atom a out of territory t into s, and atom b (-1 = none) the other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.districts.connected import is_connected, stays_connected
from channelwright.optimisation.districts.ground import Ground, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@kernel
def uniform(state: State) -> float:
    """Return the next number in [0, 1) of a xorshift stream (Marsaglia 2003; Vigna 2016)."""
    x = state.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state.random[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@kernel
def beyond(load: float, low: float, high: float) -> float:
    """Return how far a load lies outside its limits."""
    return max(0.0, load - high, low - load)


@kernel
def imbalance_change(
    ground: Ground, state: State, price: Floats, a: int, b: int, t: int, s: int
) -> float:
    """Return the change of priced imbalance by a move; price : (m,) per unit beyond."""
    change = 0.0
    for k in range(ground.activity.shape[1]):
        if price[k] <= 0.0:
            continue
        moved = ground.activity[a, k]
        if b >= 0:
            moved -= ground.activity[b, k]
        low, high = ground.limits[0, k], ground.limits[1, k]
        out, into = state.load[t, k], state.load[s, k]
        after = beyond(out - moved, low, high) + beyond(into + moved, low, high)
        change += price[k] * (after - beyond(out, low, high) - beyond(into, low, high))
    return change


@kernel
def imbalance(ground: Ground, state: State, price: Floats) -> float:
    """Return the priced imbalance of all territories; price : (m,) per unit beyond."""
    value = 0.0
    for k in range(ground.activity.shape[1]):
        if price[k] <= 0.0:
            continue
        for t in range(state.size.size):
            value += price[k] * beyond(state.load[t, k], ground.limits[0, k], ground.limits[1, k])
    return value


@kernel
def quarrels(ground: Ground, state: State, atom: int, besides: int, territory: int) -> int:
    """Return how many atoms of a territory, one besides, must be apart from an atom."""
    count = 0
    for e in range(ground.foe[atom], ground.foe[atom + 1]):
        other = ground.foes[e]
        unit = ground.member[ground.start[other]]
        if other != besides and state.label[unit] == territory:
            count += 1
    return count


@kernel
def quarrel_change(ground: Ground, state: State, a: int, b: int, t: int, s: int) -> int:
    """Return the change in pairs that are together but must be apart."""
    change = quarrels(ground, state, a, b, s) - quarrels(ground, state, a, -1, t)
    if b >= 0:
        change += quarrels(ground, state, b, a, t) - quarrels(ground, state, b, -1, s)
    return change


@kernel
def best_centre(ground: Ground, state: State, gone: int, new: int, t: int) -> tuple[int, float]:
    """Return the best centre of territory t and its cost, one atom gone and one new (-1 = none)."""
    best, least = -1, np.inf
    for j in range(state.label.size):
        own = ground.atom[j]
        inside = (state.label[j] == t and own != gone) or own == new
        if not inside or not ground.allowed[j]:
            continue
        if ground.given[t] >= 0 and j != ground.given[t]:
            continue
        value = state.total[t, j]
        if gone >= 0:
            value -= ground.cost[gone, j]
        if new >= 0:
            value += ground.cost[new, j]
        if value < least:
            best, least = j, value
    return best, least


@kernel
def relabel(ground: Ground, state: State, group: int, territory: int) -> None:
    """Put all units of an atom into a territory."""
    for e in range(ground.start[group], ground.start[group + 1]):
        state.label[ground.member[e]] = territory


@kernel
def may_leave(ground: Ground, state: State, group: int, t: int, s: int) -> bool:
    """Return whether both territories are whole after an atom goes from t to s."""
    label, offset, near = state.label, ground.offset, ground.near
    if not ground.connected:
        return bool(state.size[t] > 1)
    if ground.start[group + 1] - ground.start[group] == 1:
        unit = ground.member[ground.start[group]]
        touches = False
        for e in range(offset[unit], offset[unit + 1]):
            if label[near[e]] == s:
                touches = True
                break
        return touches and stays_connected(unit, label, offset, near, state.mark, state.queue)
    relabel(ground, state, group, s)
    good = is_connected(t, label, offset, near, state.mark, state.queue)
    good = good and is_connected(s, label, offset, near, state.mark, state.queue)
    relabel(ground, state, group, t)
    return good


@kernel
def may_move(ground: Ground, state: State, a: int, b: int, t: int, s: int) -> bool:
    """Return whether a move leaves every territory whole."""
    if b < 0:
        return may_leave(ground, state, a, t, s)
    if not ground.connected:
        return True
    if not may_leave(ground, state, a, t, s):
        return False
    relabel(ground, state, a, s)
    good = may_leave(ground, state, b, s, t)
    relabel(ground, state, a, t)
    return good


@kernel
def apply_move(ground: Ground, state: State, a: int, b: int, t: int, s: int) -> None:
    """Make a move; centres are left as they are."""
    for group, out, into in ((a, t, s), (b, s, t)):
        if group < 0:
            continue
        relabel(ground, state, group, into)
        state.size[out] -= 1
        state.size[into] += 1
        for k in range(ground.activity.shape[1]):
            state.load[out, k] -= ground.activity[group, k]
            state.load[into, k] += ground.activity[group, k]
        if state.total.shape[0] > 0:
            for j in range(state.label.size):
                state.total[out, j] -= ground.cost[group, j]
                state.total[into, j] += ground.cost[group, j]


@kernel
def cost_change(
    ground: Ground, state: State, a: int, b: int, t: int, s: int
) -> tuple[float, int, int]:
    """Return the change of compactness by a move and the centres of t and s after it."""
    out, into = state.centre[t], state.centre[s]
    if state.total.shape[0] == 0:
        change = ground.cost[a, into] - ground.cost[a, out]
        if b >= 0:
            change += ground.cost[b, out] - ground.cost[b, into]
        return change, out, into
    before = state.total[t, out] + state.total[s, into]
    out, left = best_centre(ground, state, a, b, t)
    into, right = best_centre(ground, state, b, a, s)
    return left + right - before, out, into
