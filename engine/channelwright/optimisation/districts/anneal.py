"""Simulated annealing over shifts and swaps between neighbouring territories, compiled.

Limits of balance are priced while the search runs, and the prices follow whether they are met
(strategic oscillation, Glover & Laguna 1997); connection is kept at every move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.districts.ground import Ground, State
from channelwright.optimisation.districts.moves import (
    apply_move,
    cost_change,
    imbalance,
    imbalance_change,
    may_move,
    quarrel_change,
    quarrels,
    uniform,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_HOPS = 4
_SLACK = 1e-8


@kernel
def _locked(ground: Ground, state: State, group: int, t: int) -> bool:
    """Return whether an atom may not leave territory t: fixed, or its centre is kept for now."""
    if not ground.movable[group]:
        return True
    return bool(state.total.shape[0] == 0 and ground.atom[state.centre[t]] == group)


@kernel
def _proposal(ground: Ground, state: State, swaps: float) -> tuple[int, int, int, int]:
    """Return a random move (a, b, t, s) over the edge between two territories; a = -1 = none."""
    n = state.label.size
    unit = int(uniform(state) * n)
    t = state.label[unit]
    a = ground.atom[unit]
    span = ground.offset[unit + 1] - ground.offset[unit]
    if span == 0 or _locked(ground, state, a, t):
        return -1, -1, t, t
    here = ground.near[ground.offset[unit] + int(uniform(state) * span)]
    s = state.label[here]
    if s == t:
        return -1, -1, t, t
    if uniform(state) >= swaps:
        return a, -1, t, s
    # A short walk through s, away from the unit, to somebody who could come back.
    for _ in range(_HOPS):
        group = ground.atom[here]
        if not _locked(ground, state, group, s):
            for e in range(ground.offset[here], ground.offset[here + 1]):
                if state.label[ground.near[e]] == t and ground.near[e] != unit:
                    return a, group, t, s
        span = ground.offset[here + 1] - ground.offset[here]
        there = ground.near[ground.offset[here] + int(uniform(state) * span)]
        if state.label[there] == s:
            here = there
    return -1, -1, t, t


@kernel
def epoch(
    ground: Ground,
    state: State,
    price: Floats,
    quarrel: float,
    heat: float,
    moves: int,
    swaps: float,
) -> int:
    """Try random moves at one temperature and return how many were made.

    Parameters
    ----------
    ground : Ground
    state : State
        Changed in place; its territories are whole before and after.
    price : (m,)
        Per unit of a measure beyond its limits.
    quarrel : float
        Price of a pair that must be apart and is not.
    heat : float
        Temperature, in the unit of the cost.
    moves : int
        Moves to try.
    swaps : float
        Share of swaps among them.
    """
    made = 0
    for _ in range(moves):
        a, b, t, s = _proposal(ground, state, swaps)
        if a < 0:
            continue
        change = imbalance_change(ground, state, price, a, b, t, s)
        change += quarrel * quarrel_change(ground, state, a, b, t, s)
        allowance = -heat * np.log(1.0 - uniform(state)) + _SLACK * heat
        kept = state.total.shape[0] == 0
        out, into = state.centre[t], state.centre[s]
        if kept:
            # The cheap figure first, the walk through the territory only for what would be made.
            change += cost_change(ground, state, a, b, t, s)[0]
            if change > allowance:
                continue
        if not may_move(ground, state, a, b, t, s):
            continue
        if not kept:
            more, out, into = cost_change(ground, state, a, b, t, s)
            change += more
            if out < 0 or into < 0 or not change <= allowance:
                continue
        apply_move(ground, state, a, b, t, s)
        state.centre[t], state.centre[s] = out, into
        made += 1
    return made


@kernel
def recentre(ground: Ground, state: State) -> None:
    """Move every centre to the best unit of its territory."""
    n, p = state.label.size, state.size.size
    for t in range(p):
        if ground.given[t] >= 0:
            continue
        count = 0
        for i in range(n):
            if state.label[i] == t:
                state.queue[count] = i
                count += 1
        best, least = -1, np.inf
        for x in range(count):
            j = state.queue[x]
            if not ground.allowed[j]:
                continue
            value = 0.0
            for y in range(count):
                group = ground.atom[state.queue[y]]
                # An atom's cost is counted once, at its first unit.
                if ground.member[ground.start[group]] == state.queue[y]:
                    value += ground.cost[group, j]
                    if value >= least:
                        break
            if value < least:
                best, least = j, value
        if best >= 0:
            state.centre[t] = best


@kernel
def compactness(ground: Ground, state: State) -> float:
    """Return the cost of all atoms to the centres of their territories."""
    value = 0.0
    for group in range(ground.movable.size):
        t = state.label[ground.member[ground.start[group]]]
        value += ground.cost[group, state.centre[t]]
    return value


@kernel
def together_apart(ground: Ground, state: State) -> int:
    """Return how many pairs that must be apart are in one territory."""
    count = 0
    for group in range(ground.movable.size):
        t = state.label[ground.member[ground.start[group]]]
        count += quarrels(ground, state, group, -1, t)
    return count // 2


@kernel
def cool(
    ground: Ground,
    state: State,
    price: Floats,
    hard: Flags,
    heat: float,
    moves: int,
    quarrel: float,
    least: float,
    best: Indices,
) -> tuple[float, bool]:
    """Search at one temperature, keep the best answer, then let the prices follow.

    Parameters
    ----------
    ground, state, price, hard, best
        As for `anneal`.
    heat : float
        Temperature.
    moves : int
        Moves to try.
    quarrel : float
        Price of a pair that must be apart and is not.
    least : float
        Value of the best answer so far.

    Returns
    -------
    tuple of float and bool
        Value of the best answer, and whether a pair that must be apart is together at the end.
    """
    soft = np.where(hard, 0.0, price)
    # Shares of the upper limit, so that one tolerance fits every measure.
    unit_price = np.where(hard, 1.0 / np.maximum(ground.limits[1], 1e-300), 0.0)
    rounds = 1 if state.total.shape[0] == 0 else 8
    broken = together_apart(ground, state)
    for _ in range(rounds):
        epoch(ground, state, price, quarrel, heat, moves // rounds, 0.4)
        if state.total.shape[0] == 0:
            recentre(ground, state)
        broken = together_apart(ground, state) if ground.foes.size else 0
        if broken == 0 and imbalance(ground, state, unit_price) <= _SLACK:
            value = compactness(ground, state) + imbalance(ground, state, soft)
            if value < least:
                least = value
                best[:] = state.label
    for k in range(price.size):
        if not hard[k] or ground.limits[1, k] <= 0:
            continue
        off = 0.0
        for t in range(state.size.size):
            load = state.load[t, k]
            off += max(0.0, load - ground.limits[1, k], ground.limits[0, k] - load)
        price[k] *= 1.08 if off > _SLACK * ground.limits[1, k] else 0.97
    return least, broken > 0


def anneal(
    ground: Ground,
    state: State,
    price: Floats,
    hard: Flags,
    heat: Floats,
    moves: int,
    best: Indices,
    stop: Callable[[], bool] = lambda: False,
    *,
    needed: bool = False,
) -> float:
    """Anneal through a list of temperatures and keep the best answer that meets all limits.

    Parameters
    ----------
    ground : Ground
    state : State
        Changed in place.
    price : (m,)
        Prices of imbalance; those of hard measures change in place.
    hard : (m,) bool
        Measures whose limits must be met.
    heat : (epochs,)
        Temperatures.
    moves : int
        Moves per temperature.
    best : (n,) int
        Filled with the labels of the best answer.
    stop : callable, optional
        Asked between temperatures, which take a fraction of a second each.
    needed : bool
        Whether to go on until there is an answer, whatever `stop` says.

    Returns
    -------
    float
        Its compactness and priced imbalance, infinite without one.
    """
    least, quarrel = np.inf, 10.0 * float(heat[0])
    for warmth in heat.tolist():
        least, broken = cool(ground, state, price, hard, warmth, moves, quarrel, least, best)
        quarrel *= 1.5 if broken else 0.98
        if stop() and (np.isfinite(least) or not needed):
            break
    return float(least)
