"""Compiled repair in one pass: who overloads a site goes to the cheapest other one with room.

It looks at every site in reach and never overloads another one, so that it is quick where customers
are small beside the room that is left; where they are not, `relief` finds more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]


@kernel
def refit(
    cost: Floats,
    allowed: Flags,
    need: Floats,
    limit: Floats,
    opened: Flags,
    held: Flags,
    site: Indices,
) -> bool:
    """Send customers away from overloaded sites, those that lose least first.

    Parameters
    ----------
    cost : (n_customers, n_sites)
    allowed : (n_customers, n_sites) bool
    need : (n_measures, n_customers, 1 or n_sites)
        What customers take of each measure, the same at every site or not.
    limit : (n_sites, n_measures)
    opened : (n_sites,) bool
    held : (n_customers,) bool
        Who stays where it is.
    site : (n_customers,) int
        Changed in place.

    Returns
    -------
    bool
        Whether no site is overloaded.
    """
    load = np.zeros(limit.shape)
    for i in range(site.size):
        _add(need, load, i, site[i], 1.0)
    fits = True
    for j in range(limit.shape[0]):
        if not _over(limit, load, j):
            continue
        members = np.flatnonzero((site == j) & ~held)
        loss = np.empty(members.size)
        for a in range(members.size):
            to = _best_other(cost, allowed, need, limit, load, opened, members[a], j)
            loss[a] = cost[members[a], to] - cost[members[a], j] if to >= 0 else np.inf
        for a in np.argsort(loss):
            if not _over(limit, load, j):
                break
            to = _best_other(cost, allowed, need, limit, load, opened, members[a], j)
            if to >= 0:
                _add(need, load, members[a], j, -1.0)
                _add(need, load, members[a], to, 1.0)
                site[members[a]] = to
        fits = fits and not _over(limit, load, j)
    return fits


@kernel
def _at(need: Floats, k: int, i: int, j: int) -> float:
    return float(need[k, i, min(j, need.shape[2] - 1)])


@kernel
def _add(need: Floats, load: Floats, i: int, j: int, sign: float) -> None:
    for k in range(load.shape[1]):
        load[j, k] += sign * _at(need, k, i, j)


@kernel
def _over(limit: Floats, load: Floats, j: int) -> bool:
    over = False
    for k in range(load.shape[1]):
        over = over or load[j, k] > limit[j, k] + 1e-9 * max(1.0, abs(load[j, k]))
    return over


@kernel
def _best_other(
    cost: Floats,
    allowed: Flags,
    need: Floats,
    limit: Floats,
    load: Floats,
    opened: Flags,
    i: int,
    here: int,
) -> int:
    """Return the cheapest other open site with room for a customer, -1 for none."""
    least, best = np.inf, -1
    for j in range(opened.size):
        if j == here or not opened[j] or not allowed[i, j] or cost[i, j] >= least:
            continue
        room = True
        for k in range(load.shape[1]):
            room = room and load[j, k] + _at(need, k, i, j) <= limit[j, k]
        if room:
            least, best = cost[i, j], j
    return best
