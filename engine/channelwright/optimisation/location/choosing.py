"""Compiled choice of sites after prices: the cheapest within their number that hold all demand.

The row sum_j Q_j y_j >= D is implied by the rows that prices relax. Kept here with whole sites it
lifts the bound where capacity is scarce (Cornuejols, Sridharan & Thizy 1991).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.packing import ranked

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_BRANCHES = 3_000


@kernel
def choose(
    rho: Floats,
    opened: Flags,
    closed: Flags,
    fewest: int,
    most: int,
    capacity: Floats,
    demand: float,
) -> tuple[Flags, float]:
    """Return the cheapest sites within the limits and a limit of their cost.

    Parameters
    ----------
    rho : (n_sites,)
        Least cost of each site when open.
    opened, closed : (n_sites,) bool
        Sites whose fate is settled.
    fewest, most : int
        Limits on the number of open sites.
    capacity : (n_sites,)
    demand : float
        What the open sites must hold together; 0 where their number alone says it.

    Returns
    -------
    tuple of (n_sites,) bool and float
        The sites, and their total cost (a lower limit of it where the search was cut short).
    """
    chosen = _cheapest(rho, opened, closed, fewest, most)
    total = 0.0
    for j in range(rho.size):
        total += rho[j] if chosen[j] else 0.0
    if demand <= 0.0:
        return chosen, total
    paying, count, base, short = _paying(rho, opened, closed, capacity, demand)
    if short <= 1e-9 * demand or count >= most:
        return chosen, total
    holding, value = _add_cover(rho, closed, capacity, short, most - count, paying, base)
    # Number and capacity are both needed; the dearer one is the better limit.
    return (holding, value) if value > total else (chosen, total)


@kernel
def _paying(
    rho: Floats, opened: Flags, closed: Flags, capacity: Floats, demand: float
) -> tuple[Flags, int, float, float]:
    """Return given and paying sites, their number and cost, and what they leave short."""
    chosen = np.zeros(rho.size, dtype=np.bool_)
    count, total, short = 0, 0.0, demand
    for j in range(rho.size):
        if opened[j] or (not closed[j] and rho[j] < 0.0):
            chosen[j] = True
            count += 1
            total += rho[j]
            short -= capacity[j]
    return chosen, count, total, short


@kernel
def _cheapest(rho: Floats, opened: Flags, closed: Flags, fewest: int, most: int) -> Flags:
    """Return the sites that pay, more or fewer where their number asks for it."""
    chosen = np.zeros(rho.size, dtype=np.bool_)
    keys = np.full(rho.size, np.inf)
    given, count, free = 0, 0, 0
    for j in range(rho.size):
        if opened[j]:
            chosen[j] = True
            given += 1
        elif not closed[j]:
            keys[j] = rho[j]
            free += 1
            if rho[j] < 0.0:
                count += 1
    count = min(max(fewest - given, min(count, most - given), 0), free)
    order = ranked(keys)
    for place in range(count):
        chosen[order[place]] = True
    return chosen


@kernel
def _add_cover(
    rho: Floats,
    closed: Flags,
    capacity: Floats,
    short: float,
    most: int,
    chosen: Flags,
    total: float,
) -> tuple[Flags, float]:
    """Add the cheapest sites that hold what is short, by depth-first search in order of ratio."""
    ratio = np.full(rho.size, np.inf)
    size = 0
    for j in range(rho.size):
        if not chosen[j] and not closed[j] and capacity[j] > 0.0 and rho[j] < np.inf:
            ratio[j] = max(rho[j], 0.0) / capacity[j]
            size += 1
    items = ranked(ratio)[:size]
    root = _parts(rho, capacity, items, 0, short)
    if root == np.inf:
        return chosen, total
    best, found = np.inf, np.zeros(size, dtype=np.bool_)
    taken, path = np.zeros(size, dtype=np.bool_), 0
    cost, left, count, branches = 0.0, short, 0, 0
    forward = True
    while True:
        if forward:
            branches += 1
            hopeless = cost + _parts(rho, capacity, items, path, left) >= best - 1e-12 * abs(best)
            if left <= 1e-9 * short and cost < best:
                best = cost
                found[:] = taken
                hopeless = True
            if not hopeless and path < size and count < most and branches < _BRANCHES:
                taken[path] = True
                cost += max(rho[items[path]], 0.0)
                left -= capacity[items[path]]
                count += 1
                path += 1
                continue
            forward = False
        # Back to the last site that was taken, and on without it.
        while path > 0 and not taken[path - 1]:
            path -= 1
        if path == 0:
            break
        taken[path - 1] = False
        cost -= max(rho[items[path - 1]], 0.0)
        left += capacity[items[path - 1]]
        count -= 1
        forward = True
    if best == np.inf:
        return chosen, total + root
    value = best if branches < _BRANCHES else root
    for place in range(size):
        if found[place]:
            chosen[items[place]] = True
    return chosen, total + value


@kernel
def _parts(rho: Floats, capacity: Floats, items: Indices, begin: int, short: float) -> float:
    """Return the least cost of holding what is short with sites in part, ``inf`` if they cannot."""
    total = 0.0
    for place in range(begin, items.size):
        if short <= 0.0:
            break
        j = items[place]
        part = min(1.0, short / capacity[j])
        total += part * max(rho[j], 0.0)
        short -= capacity[j]
    return total if short <= 1e-9 else np.inf


@kernel
def forced_rises(
    rho: Floats,
    opened: Flags,
    closed: Flags,
    fewest: int,
    most: int,
    capacity: Floats,
    demand: float,
) -> tuple[Floats, Floats]:
    """Return how much the least cost rises at least when each site is opened and closed.

    Parameters
    ----------
    rho, opened, closed, fewest, most, capacity, demand
        As in `choose`.

    Returns
    -------
    tuple of (n_sites,) and (n_sites,)
        0 for what is chosen anyway, ``inf`` for what is not possible.
    """
    chosen, value = choose(rho, opened, closed, fewest, most, capacity, demand)
    opening, closing = np.zeros(rho.size), np.zeros(rho.size)
    if demand <= 0.0:
        _rises_by_number(rho, opened, closed, fewest, most, chosen, opening, closing)
        return opening, closing
    forced, barred = opened.copy(), closed.copy()
    for j in range(rho.size):
        if opened[j]:
            closing[j] = np.inf
        elif closed[j]:
            opening[j] = np.inf
        elif chosen[j]:
            barred[j] = True
            other = _at_least(rho, forced, barred, fewest, most, capacity, demand)
            closing[j] = max(other - value, 0.0)
            barred[j] = False
        else:
            forced[j] = True
            other = _at_least(rho, forced, barred, fewest, most, capacity, demand)
            opening[j] = max(other - value, 0.0)
            forced[j] = False
    return opening, closing


@kernel
def _at_least(
    rho: Floats,
    opened: Flags,
    closed: Flags,
    fewest: int,
    most: int,
    capacity: Floats,
    demand: float,
) -> float:
    """Return a limit of the least cost, with the last sites in part; ``inf`` if none can be."""
    chosen = _cheapest(rho, opened, closed, fewest, most)
    count, least = 0, 0.0
    for j in range(rho.size):
        if chosen[j]:
            count += 1
            least += rho[j]
    if count < fewest or count > most:
        return np.inf
    paying, count, total, short = _paying(rho, opened, closed, capacity, demand)
    if short <= 1e-9 * demand or count >= most:
        return least
    ratio, size = np.full(rho.size, np.inf), 0
    for j in range(rho.size):
        if not paying[j] and not closed[j] and capacity[j] > 0.0 and rho[j] < np.inf:
            ratio[j] = max(rho[j], 0.0) / capacity[j]
            size += 1
    return max(least, total + _parts(rho, capacity, ranked(ratio)[:size], 0, short))


@kernel
def _rises_by_number(
    rho: Floats,
    opened: Flags,
    closed: Flags,
    fewest: int,
    most: int,
    chosen: Flags,
    opening: Floats,
    closing: Floats,
) -> None:
    """Fill the rises where only the number of sites counts: one leaves when another enters."""
    count, last, following = 0, -np.inf, np.inf
    for j in range(rho.size):
        count += 1 if chosen[j] else 0
        if not opened[j] and not closed[j]:
            if chosen[j]:
                last = max(last, rho[j])
            else:
                following = min(following, rho[j])
    threshold = last if count >= most or last > 0.0 else 0.0
    replacement = following if count <= fewest or following < 0.0 else 0.0
    for j in range(rho.size):
        if opened[j]:
            closing[j] = np.inf
        elif closed[j]:
            opening[j] = np.inf
        elif chosen[j]:
            closing[j] = max(replacement - rho[j], 0.0)
        else:
            opening[j] = max(rho[j] - threshold, 0.0)
