"""Compiled cost of forcing single customers into a site or out of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.compiled_climb import SiteArcs, paying, whole_numbers
from channelwright.optimisation.location.packing import (
    forced_gains,
    fractional_gain,
    pack,
    rank_by_ratio,
)

Floats = NDArray[np.float64]

_TABLE_CELLS = 4_000_000


@kernel
def forced_costs(arcs: SiteArcs, price: Floats, whole: bool) -> tuple[Floats, Floats, Floats]:
    """Return the cost of every site when open, and with each of its arcs used and not used.

    Parameters
    ----------
    arcs : SiteArcs
    price : (n_customers,)
    whole : bool
        Fill with whole customers.

    Returns
    -------
    tuple of (n_sites,), (n_arcs,) and (n_arcs,)
        ``inf`` where a site is closed, or where an arc does not fit or may not be left out.
    """
    rho = np.full(arcs.capacity.size, np.inf)
    used, unused = np.full(arcs.customer.size, np.inf), np.full(arcs.customer.size, np.inf)
    for j in range(arcs.capacity.size):
        if not arcs.closed[j]:
            if whole:
                rho[j] = _forced_at(arcs, price, j, used, unused)
            else:
                rho[j] = _forced_loosely(arcs, price, j, used, unused, False)
    return rho, used, unused


@kernel
def _forced_at(arcs: SiteArcs, price: Floats, j: int, used: Floats, unused: Floats) -> float:
    base, room, items, gain, weight = paying(arcs, price, j)
    need, capacity = whole_numbers(weight), int(room)
    if (items.size + 1) * (capacity + 1) > _TABLE_CELLS:
        return _forced_loosely(arcs, price, j, used, unused, True)
    by_room, inside, outside = forced_gains(gain, need, capacity)
    cost = base - by_room[capacity]
    for a in range(arcs.start[j], arcs.start[j + 1]):
        reduced = arcs.cost[a] - price[arcs.customer[a]]
        if arcs.must[a]:
            used[a] = cost
        elif reduced >= 0.0:
            unused[a] = cost
            if arcs.need[a] <= capacity:
                used[a] = base + reduced - by_room[capacity - int(arcs.need[a])]
    for k in range(items.size):
        used[items[k]] = base - inside[k] if inside[k] > -1e299 else np.inf
        unused[items[k]] = base - outside[k]
    return float(cost)


@kernel
def _forced_loosely(
    arcs: SiteArcs, price: Floats, j: int, used: Floats, unused: Floats, whole: bool
) -> float:
    """Forced costs in parts, or where tables would be too large: never above the true ones."""
    base, room, _, gain, need = paying(arcs, price, j)
    order = rank_by_ratio(gain, need)
    if whole:
        cost = base - pack(gain, whole_numbers(need), int(room))[0]
    else:
        cost = base - fractional_gain(gain, need, order, room)
    for a in range(arcs.start[j], arcs.start[j + 1]):
        reduced = arcs.cost[a] - price[arcs.customer[a]]
        used[a] = cost
        unused[a] = np.inf if arcs.must[a] else cost
        if not arcs.must[a] and reduced >= 0.0:
            left = room - arcs.need[a]
            used[a] = np.inf
            if left >= -1e-9 * max(1.0, room):
                least = base + reduced - fractional_gain(gain, need, order, max(left, 0.0))
                used[a] = max(cost, least)
    return float(cost)
