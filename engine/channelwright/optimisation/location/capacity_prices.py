"""Compiled prices of capacity at open sites, which steer who is served from where.

At good prices hardly anybody minds being sent to the second best site, so that a greedy assignment
meets tight capacities at little cost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.deadline import out_of_time, piece_of
from channelwright.optimisation.location.lists import Lists

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_STRIDE, _SHRINK = 0.3, 0.98
#: Arcs looked at between two looks at the clock.
_PIECE_ARCS = 20_000_000


@kernel
def _loads_at(lists: Lists, opened: Flags, price: Floats, load: Floats) -> float:
    """Send everybody to the cheapest open site at the prices; fills the loads, returns the cost."""
    load[:, :] = 0.0
    total = 0.0
    for i in range(lists.start.size - 1):
        best, chosen = np.inf, -1
        for arc in range(lists.start[i], lists.start[i + 1]):
            if lists.cost[arc] >= best:
                break
            j = lists.site[arc]
            if opened[j]:
                value = lists.cost[arc]
                for k in range(price.shape[0]):
                    value += price[k, j] * lists.need[k, arc]
                if value < best:
                    best, chosen = value, arc
        if chosen >= 0:
            total += lists.cost[chosen]
            for k in range(price.shape[0]):
                load[k, lists.site[chosen]] += lists.need[k, chosen]
    return total


def price_capacity(lists: Lists, opened: Flags, steps: int) -> Floats:
    """Return prices at which loads come near the capacities, (n_measures, n_sites).

    Parameters
    ----------
    lists : Lists
    opened : (n_sites,) bool
    steps : int
        Steps at most; fewer when time is over.
    """
    price = np.zeros(lists.limit.shape)
    stride, left = _STRIDE, steps
    piece = piece_of(steps, _PIECE_ARCS // max(1, lists.site.size))
    while left > 0 and stride > 0.0 and not out_of_time():
        stride = _price_on(lists, opened, price, min(piece, left), stride)
        left -= piece
    return price


@kernel
def _price_on(lists: Lists, opened: Flags, price: Floats, steps: int, stride: float) -> float:
    """Change prices in place; returns the next stride, 0 where capacity is worth nothing."""
    load = np.zeros(lists.limit.shape)
    for _ in range(steps):
        total = _loads_at(lists, opened, price, load)
        over = 0.0
        for k in range(lists.limit.shape[0]):
            weight = 0.0
            for j in range(opened.size):
                weight += load[k, j]
            for j in range(opened.size):
                if not opened[j] or lists.limit[k, j] == np.inf or weight <= 0.0:
                    continue
                gap = (load[k, j] - lists.limit[k, j]) / max(lists.limit[k, j], 1e-12)
                over = max(over, gap)
                raised = price[k, j] + stride * total / weight * min(max(gap, -1.0), 1.0)
                price[k, j] = max(raised, 0.0)
        if over <= 0.0 and not price.any():
            return 0.0
        stride *= _SHRINK
    return stride
