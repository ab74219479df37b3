"""Compiled climb of the Lagrangian bound, in pieces that carry its whole state.

Subgradient steps with memory, as `subgradient.climb` takes them, without a call of Python per step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.compiled_climb import SiteArcs, price_sites
from channelwright.optimisation.location.deadline import out_of_time, piece_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MEMORY = 0.3
_STALL = 12
_SHRINK = 0.7
_SMALLEST_STRIDE = 2e-3
#: Arcs priced between two looks at the clock, and how much longer packing whole customers takes.
_PIECE_ARCS, _WHOLE = 10_000_000, 10


class Peak(NamedTuple):
    """Where a climb ended.

    Attributes
    ----------
    value : float
        The bound.
    price : (n_customers,)
    opened : (n_sites,) bool
        Sites chosen at the bound.
    share : (n_arcs,)
        Share of each arc that is chosen at the bound.
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
    share: Floats
    often_open: Floats
    often_taken: Floats
    stride: float
    steps: int


class _Way(NamedTuple):
    """Where a climb is: the latest pricing, the best one, and how steps go on.

    Attributes
    ----------
    value, best_value : float
    price, best_price, move : (n_customers,)
    chosen, best_chosen : (n_sites,) bool
    share, best_share : (n_arcs,)
    often_open, often_taken : (n_sites,) and (n_arcs,)
    stride : float
    stalled, steps : int
    ended : bool
        Steps are no use any more.
    """

    value: float
    price: Floats
    chosen: Flags
    share: Floats
    best_value: float
    best_price: Floats
    best_chosen: Flags
    best_share: Floats
    move: Floats
    often_open: Floats
    often_taken: Floats
    stride: float
    stalled: int
    steps: int
    ended: bool


@kernel
def _turn(arcs: SiteArcs, share: Floats, move: Floats) -> float:
    """Turn the direction towards the subgradient, in place; returns its squared length."""
    slack = np.ones(move.size)
    for a in range(share.size):
        if share[a] > 0.0:
            slack[arcs.customer[a]] -= share[a]
    norm = 0.0
    for i in range(move.size):
        move[i] = (1.0 - _MEMORY) * slack[i] + _MEMORY * move[i]
        norm += move[i] * move[i]
    return norm


@kernel
def _moved(price: Floats, move: Floats, step: float, ceiling: Floats) -> Floats:
    moved = np.empty(price.size)
    for i in range(price.size):
        moved[i] = min(price[i] + step * move[i], ceiling[i])
    return moved


@kernel
def _remember(often: Floats, now: Floats) -> None:
    for k in range(often.size):
        often[k] = 0.95 * often[k] + 0.05 * now[k]


@kernel
def _normalise(often: Floats, steps: int) -> None:
    """Undo the start from zero of `_remember`."""
    seen = 1.0 - 0.95 ** max(steps, 1)
    for k in range(often.size):
        often[k] /= seen


@kernel
def _set_out(arcs: SiteArcs, start: Floats, ceiling: Floats, stride: float, whole: bool) -> _Way:
    move = np.zeros(start.size)
    price = _moved(start, move, 0.0, ceiling)
    value, chosen, share = price_sites(arcs, price, whole)
    return _Way(
        value,
        price,
        chosen,
        share,
        value,
        price,
        chosen,
        share,
        move,
        np.zeros(chosen.size),
        np.zeros(share.size),
        stride,
        0,
        0,
        False,
    )


@kernel
def _go_on(
    arcs: SiteArcs,
    way: _Way,
    ceiling: Floats,
    until: int,
    goal: float,
    enough: float,
    whole: bool,
) -> _Way:
    """Take steps until their number is reached or none is of use."""
    value, price, chosen, share = way.value, way.price, way.chosen, way.share
    best_value, best_price = way.best_value, way.best_price
    best_chosen, best_share = way.best_chosen, way.best_share
    move, stride, stalled, count, ended = way.move, way.stride, way.stalled, way.steps, False
    while count < until and best_value < enough and stride >= _SMALLEST_STRIDE:
        count += 1
        norm = _turn(arcs, share, move)
        if norm <= 1e-18:
            ended = True
            break
        target = goal + 0.02 * abs(goal - best_value) + 1e-9 * abs(goal)
        price = _moved(price, move, stride * max(target - value, 1e-12) / norm, ceiling)
        value, chosen, share = price_sites(arcs, price, whole)
        _remember(way.often_open, chosen.astype(np.float64))
        _remember(way.often_taken, share)
        stalled += 1
        if value > best_value + 1e-12 * abs(best_value):
            best_value, best_price, best_chosen, best_share = value, price, chosen, share
            stalled = 0
        if stalled >= _STALL:
            stride *= _SHRINK
            stalled, price, value = 0, best_price, best_value
            chosen, share = best_chosen, best_share
            move = np.zeros(price.size)
    return _Way(
        value,
        price,
        chosen,
        share,
        best_value,
        best_price,
        best_chosen,
        best_share,
        move,
        way.often_open,
        way.often_taken,
        stride,
        stalled,
        count,
        ended or count < until,
    )


def climb_sites(
    arcs: SiteArcs,
    start: Floats,
    ceiling: Floats,
    steps: int,
    stride: float,
    goal: float,
    enough: float,
    whole: bool,
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
        Steps at most; fewer when time is over.
    stride : float
        First factor of the Polyak step.
    goal : float
        Objective of the best answer known.
    enough : float
        Stop at a bound that reaches this.
    whole : bool
        Fill with whole customers.
    """
    arcs_priced = max(1, arcs.customer.size) * (_WHOLE if whole else 1)
    piece, reached = piece_of(steps, _PIECE_ARCS // arcs_priced), 0
    way = _set_out(arcs, start, ceiling, stride, whole)
    while reached < steps and not way.ended and not out_of_time():
        reached = min(reached + piece, steps)
        way = _go_on(arcs, way, ceiling, reached, goal, enough, whole)
    _normalise(way.often_open, way.steps)
    _normalise(way.often_taken, way.steps)
    return Peak(
        way.best_value,
        way.best_price,
        way.best_chosen,
        way.best_share,
        way.often_open,
        way.often_taken,
        way.stride,
        way.steps,
    )
