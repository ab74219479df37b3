"""Compiled checks of connection on a graph in compressed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Indices = NDArray[np.int64]


@kernel
def stays_connected(
    unit: int, label: Indices, offset: Indices, near: Indices, mark: Indices, queue: Indices
) -> bool:
    """Return whether the territory of a unit is still connected without it.

    Walks from one neighbour of the unit until it has met all the others.

    Parameters
    ----------
    unit : int
    label : (n,) int
        Territory of every unit.
    offset, near : (n + 1,), (2 e,) int
        Neighbours in compressed rows.
    mark : (n + 1,) int
        Working space; the last cell counts the walks.
    queue : (n,) int
        Working space.
    """
    own = label[unit]
    wanted, first = 0, -1
    for e in range(offset[unit], offset[unit + 1]):
        if label[near[e]] == own:
            wanted += 1
            first = near[e]
    if wanted <= 1:
        return wanted == 1
    mark[-1] += 1
    stamp = mark[-1]
    mark[unit] = stamp
    for e in range(offset[unit], offset[unit + 1]):
        # The others carry the negative stamp until the walk meets them.
        if label[near[e]] == own:
            mark[near[e]] = -stamp
    mark[first] = stamp
    queue[0] = first
    head, tail, met = 0, 1, 1
    while head < tail and met < wanted:
        here = queue[head]
        head += 1
        for e in range(offset[here], offset[here + 1]):
            there = near[e]
            if label[there] != own or mark[there] == stamp:
                continue
            if mark[there] == -stamp:
                met += 1
            mark[there] = stamp
            queue[tail] = there
            tail += 1
    return met == wanted


@kernel
def is_connected(
    own: int, label: Indices, offset: Indices, near: Indices, mark: Indices, queue: Indices
) -> bool:
    """Return whether one territory is connected and not empty.

    Parameters
    ----------
    own : int
        Territory.
    label, offset, near, mark, queue
        As for `stays_connected`.
    """
    size, first = 0, -1
    for i in range(label.size):
        if label[i] == own:
            size += 1
            first = i
    if size == 0:
        return False
    return walk(first, label, offset, near, mark, queue) == size


@kernel
def walk(
    first: int, label: Indices, offset: Indices, near: Indices, mark: Indices, queue: Indices
) -> int:
    """Return how many units of its territory a unit reaches; they are the head of the queue.

    Parameters
    ----------
    first : int
        Unit to start from.
    label, offset, near, mark, queue
        As for `stays_connected`.
    """
    own = label[first]
    mark[-1] += 1
    stamp = mark[-1]
    mark[first] = stamp
    queue[0] = first
    head, tail = 0, 1
    while head < tail:
        here = queue[head]
        head += 1
        for e in range(offset[here], offset[here + 1]):
            there = near[e]
            if label[there] == own and mark[there] != stamp:
                mark[there] = stamp
                queue[tail] = there
                tail += 1
    return tail


def spaces(n: int) -> tuple[Indices, Indices]:
    """Return the working space of the walks: mark (n + 1,) and queue (n,).

    Parameters
    ----------
    n : int
        Number of units.
    """
    return np.zeros(n + 1, dtype=np.int64), np.zeros(n, dtype=np.int64)
