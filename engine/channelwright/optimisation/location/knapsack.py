"""Cheapest fillings of sites: the subproblems of the Lagrangian bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Largest integer capacity for which the table of the 0-1 knapsack is built.
TABLE_LIMIT = 60_000


@dataclass(frozen=True)
class Filling:
    """Cheapest fractional filling of every site.

    Attributes
    ----------
    value : (n_sites,)
        Sum of reduced costs taken; never positive.
    dual : (n_sites,)
        What one more unit of capacity would save; zero where capacity does not bind.
    arcs, share : (n_taken,)
        Arcs taken and the share of each.
    """

    value: Floats
    dual: Floats
    arcs: Indices
    share: Floats


def fill_free(reduced: Floats, site: Indices, sites: int) -> Filling:
    """Fill sites without capacity: every arc that pays.

    Parameters
    ----------
    reduced : (n_arcs,)
        Reduced cost of each arc.
    site : (n_arcs,) int
        Site of each arc.
    sites : int
        Number of sites.
    """
    arcs = np.flatnonzero(reduced < 0.0)
    value = sums_by(site[arcs], reduced[arcs], sites)
    return Filling(value, np.zeros(sites), arcs, np.ones(arcs.size))


def fill_fractional(reduced: Floats, weight: Floats, site: Indices, capacity: Floats) -> Filling:
    """Fill sites up to one capacity, best saving per unit first, the last arc in part.

    Parameters
    ----------
    reduced, weight : (n_arcs,)
        Reduced cost and consumption of each arc.
    site : (n_arcs,) int
        Site of each arc.
    capacity : (n_sites,)
        Capacity of each site.
    """
    sites = capacity.size
    arcs = np.flatnonzero(reduced < 0.0)
    load = sums_by(site[arcs], weight[arcs], sites)
    full = load > capacity
    if not full.any():
        return fill_free(reduced, site, sites)
    ratio = np.full(arcs.size, -np.inf)
    ranked = full[site[arcs]] & (weight[arcs] > 0)
    np.divide(reduced[arcs], weight[arcs], out=ratio, where=ranked)
    arcs = arcs[np.lexsort((ratio, site[arcs]))]
    where, taken = site[arcs], weight[arcs]
    before = np.cumsum(taken) - taken
    first = np.searchsorted(where, np.arange(sites))
    room = capacity[where] - (before - np.append(before, 0.0)[np.minimum(first, arcs.size)][where])
    share = np.ones(arcs.size)
    cut = taken > room
    share[cut] = np.clip(room[cut], 0.0, None) / np.maximum(taken[cut], 1e-12)
    value = sums_by(where, reduced[arcs] * share, sites)
    dual = np.zeros(sites)
    # The first arc that does not fit entirely prices the capacity of its site.
    critical = np.flatnonzero((share < 1.0) & (taken > 0.0))
    seen, position = np.unique(where[critical], return_index=True)
    first_cut = critical[position]
    dual[seen] = -reduced[arcs[first_cut]] / taken[first_cut]
    kept = share > 0.0
    return Filling(value, dual, arcs[kept], share[kept])


def fill_whole(profit: Floats, weight: Indices, capacity: int) -> tuple[float, Indices]:
    """Fill one site with whole customers: the exact 0-1 knapsack.

    Customers whose fate the linear relaxation already decides are fixed first, so that the table
    is only built over the few that are in doubt.

    Parameters
    ----------
    profit : (n_items,)
        Saving of each customer, positive.
    weight : (n_items,) int
        Consumption of each customer.
    capacity : int
        Capacity of the site.

    Returns
    -------
    tuple of float and (n_taken,) int
        Best total profit and the customers taken.
    """
    total = int(weight.sum())
    if total <= capacity:
        return float(profit.sum()), np.arange(profit.size)
    order = np.argsort(-profit / np.maximum(weight, 1e-9), kind="stable")
    gain, need = profit[order], weight[order]
    used = np.cumsum(need)
    split = int(np.searchsorted(used, capacity, side="right"))
    price = gain[split] / need[split]
    base = float(gain[:split].sum())
    left = capacity - int(used[split - 1]) if split else capacity
    ceiling = base + left * price
    greedy = base + _top_up(gain[split:], need[split:], left)
    doubt = np.abs(gain - price * need) <= ceiling - greedy + 1e-9
    doubt[split] = True
    sure = ~doubt & (np.arange(gain.size) < split)
    core = np.flatnonzero(doubt)
    room = capacity - int(need[sure].sum())
    best, chosen = _table_fill(gain[core], need[core], room)
    taken = np.concatenate([np.flatnonzero(sure), core[chosen]])
    return float(gain[sure].sum()) + best, order[taken]


def _top_up(gain: Floats, need: Indices, left: int) -> float:
    total = 0.0
    for profit, weight in zip(gain.tolist(), need.tolist(), strict=True):
        if weight <= left:
            total += profit
            left -= weight
    return total


def _table_fill(gain: Floats, need: Indices, room: int) -> tuple[float, Indices]:
    table = np.zeros(room + 1)
    keep = np.zeros((gain.size, room + 1), dtype=np.bool_)
    for item, (profit, weight) in enumerate(zip(gain.tolist(), need.tolist(), strict=True)):
        if weight > room:
            continue
        raised = table[: room + 1 - weight] + profit
        keep[item, weight:] = raised > table[weight:]
        np.maximum(table[weight:], raised, out=table[weight:])
    chosen, left = [], room
    for item in range(gain.size - 1, -1, -1):
        if keep[item, left]:
            chosen.append(item)
            left -= int(need[item])
    return float(table[room]), np.array(chosen[::-1], dtype=np.int64)
