"""Answers of uncapacitated problems: open, close and swap sites while it pays.

The gain of every opening, closing and swap is read from one table of each customer's nearest and
second nearest open site (Whitaker 1983; Resende & Werneck 2007).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_EPSILON = 1e-9


def improve_sites(
    problem: LocationProblem,
    cost: Floats,
    opened: Flags,
    stop: Callable[[], bool],
    moves: int = 2000,
) -> Flags:
    """Improve a set of open sites until no opening, closing or swap pays.

    Parameters
    ----------
    problem : LocationProblem
        Limits on sites and their fixed cost.
    cost : (n_customers, n_sites)
        Cost of serving; a large finite number where it is forbidden.
    opened : (n_sites,) bool
        Sites to start from, at least one.
    stop : callable
        True when the search must end.
    moves : int
        Moves at most.

    Returns
    -------
    (n_sites,) bool
        Open sites, a local optimum unless the moves ran out.
    """
    opened = opened.copy()
    movable = ~problem.forced_open & ~problem.forced_closed
    for _ in range(moves):
        if stop():
            break
        sites = np.flatnonzero(opened)
        nearest, first, second = _two_nearest(cost, sites)
        leave = sums_by(nearest, second - first, sites.size)
        leave -= problem.fixed_cost[sites]
        outside = np.flatnonzero(movable & ~opened)
        gain, extra = _gains(cost[:, outside], nearest, first, second, sites.size)
        gain -= problem.fixed_cost[outside]
        move = _best_move(problem, opened, sites, outside, gain, leave, extra, movable)
        if move is None:
            break
        entering, leaving = move
        if entering >= 0:
            opened[entering] = True
        if leaving >= 0:
            opened[leaving] = False
    return opened


def _two_nearest(cost: Floats, sites: Indices) -> tuple[Indices, Floats, Floats]:
    here = cost[:, sites]
    nearest = here.argmin(axis=1)
    first = here[np.arange(here.shape[0]), nearest]
    if sites.size == 1:
        return nearest, first, np.full(first.size, cost.max() * 10 + 1)
    here[np.arange(here.shape[0]), nearest] = np.inf
    return nearest, first, here.min(axis=1)


def _gains(
    cost: Floats, nearest: Indices, first: Floats, second: Floats, sites: int
) -> tuple[Floats, Floats]:
    """Return gain of each opening and the loss that it spares each closing (sites, outside)."""
    order = np.argsort(nearest, kind="stable")
    cost, first, second = cost[order], first[order, None], second[order, None]
    gain = np.maximum(first - cost, 0.0).sum(axis=0)
    spared = np.maximum(second - np.maximum(cost, first), 0.0)
    starts = np.searchsorted(nearest[order], np.arange(sites))
    padded = np.vstack([spared, np.zeros((1, spared.shape[1]))])
    extra = np.add.reduceat(padded, starts, axis=0)
    counts = np.bincount(nearest, minlength=sites)
    extra[counts == 0] = 0.0
    return gain, extra


def _best_move(
    problem: LocationProblem,
    opened: Flags,
    sites: Indices,
    outside: Indices,
    gain: Floats,
    leave: Floats,
    extra: Floats,
    movable: Flags,
) -> tuple[int, int] | None:
    count = int(opened.sum())
    best, move = _EPSILON * max(1.0, float(np.abs(leave).max(initial=0.0))), None
    may_leave = movable[sites]
    if outside.size and count < problem.maximum_open and gain.max() > best:
        best, move = float(gain.max()), (int(outside[gain.argmax()]), -1)
    if count > max(problem.minimum_open, 1) and may_leave.any():
        saved = np.where(may_leave, -leave, -np.inf)
        if saved.max() > best:
            best, move = float(saved.max()), (-1, int(sites[saved.argmax()]))
    if outside.size and may_leave.any():
        profit = gain[None, :] - leave[:, None] + extra
        profit[~may_leave] = -np.inf
        place = int(profit.argmax())
        if profit.flat[place] > best:
            row, column = divmod(place, outside.size)
            move = (int(outside[column]), int(sites[row]))
    return move
