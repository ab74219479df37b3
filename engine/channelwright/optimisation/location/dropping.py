"""Compiled closing of sites, one after the other, while it saves more than it costs (DROP).

What closing a site costs is read from each customer's nearest and second nearest open site, so that
a site that closes touches its own customers only (Feldman, Lehrer & Ray 1966).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.lists import Lists
from channelwright.optimisation.location.relocation import Yard
from channelwright.optimisation.location.swapping import Near, look_again, look_up

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Capacity that is kept, in demands: with less, customers are sent far.
_KEPT = 1.1


def drop_sites(lists: Lists, yard: Yard, opened: Flags, fewest: int, demand: Floats) -> Flags:
    """Close sites while it pays, capacities looked at in total only.

    Parameters
    ----------
    lists : Lists
    yard : Yard
        Arcs by site, fixed costs and which sites may move.
    opened : (n_sites,) bool
        Sites to start from.
    fewest : int
        Sites to keep at least.
    demand : (n_measures,)
        What open sites must hold together, of each measure of the lists.
    """
    opened = opened.copy()
    near = look_up(lists, opened)
    while opened.sum() > fewest:
        j = _least_missed(lists, yard, opened, near, _KEPT * demand)
        if j < 0:
            break
        _close(lists, yard, opened, near, j)
    return opened


@kernel
def _least_missed(lists: Lists, yard: Yard, opened: Flags, near: Near, demand: Floats) -> int:
    """Return the open site whose closing saves most, -1 where none saves anything."""
    held = np.zeros(lists.limit.shape[0])
    for k in range(held.size):
        for j in range(opened.size):
            held[k] += lists.limit[k, j] if opened[j] else 0.0
    best, chosen = 0.0, -1
    for j in range(opened.size):
        value = near.loss[j] - yard.fixed_cost[j]
        if not opened[j] or not yard.movable[j] or value >= best:
            continue
        enough = True
        for k in range(held.size):
            enough = enough and (
                not np.isfinite(held[k]) or held[k] - lists.limit[k, j] >= demand[k]
            )
        if enough:
            best, chosen = value, j
    return chosen


@kernel
def _close(lists: Lists, yard: Yard, opened: Flags, near: Near, j: int) -> None:
    """Close a site; those that had it as their nearest or second nearest look again."""
    opened[j] = False
    for place in range(yard.start[j], yard.start[j + 1]):
        arc = yard.arc[place]
        i = yard.owner[arc]
        if lists.cost[arc] <= near.second[i]:
            look_again(lists, opened, near, i)
