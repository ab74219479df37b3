"""Compiled search of small groups of sites: every division of their customers that loses less.

At good prices of capacity each customer has a cheapest site of the group, and an assignment loses
what its customers pay beyond that plus the price of the capacity that stays unused. Cost and loss
differ by a constant. So all assignments that lose less than the one at hand are found by listing
the few deviations from the cheapest sites that a small loss allows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_MULTIPLIER, _INCREMENT = 6364136223846793005, 1442695040888963407
_TOLERANCE = 1e-9
_TIE = 1e-6
#: Assignments up to this many times the heat above the cheapest are drawn from.
_REACH = 4.0
#: How the size of groups changes after each.
_GROW = 0.01


class Ground(NamedTuple):
    """Open sites, with prices of their capacity.

    Attributes
    ----------
    cost, need : (n_customers, n_sites)
        ``inf`` cost where there is no arc.
    limit, price : (n_sites,)
        Capacity, and what one unit of it is worth.
    held : (n_customers,) bool
        Customers that may not move.
    """

    cost: Floats
    need: Floats
    limit: Floats
    price: Floats
    held: Flags


class Group(NamedTuple):
    """A group at its prices, customers in rising order of their second choice.

    Attributes
    ----------
    customer : (n,) int
    choice : (n, size) int
        Places of sites in the group, cheapest first.
    extra : (n, size)
        What each choice loses against the first; the first may be the only finite one.
    need : (n, size)
        What each choice takes.
    room : (size,)
        Capacity that is left where everybody has the first choice; may be negative.
    loss : float
        Of the assignment at hand.
    """

    customer: Indices
    choice: Indices
    extra: Floats
    need: Floats
    room: Floats
    loss: float


@kernel
def uniform(seed: NDArray[np.uint64]) -> float:
    """Return the next number in [0, 1) of a linear congruential stream (Knuth 1997, 3.3.4).

    Parameters
    ----------
    seed : (1,) uint64, changed in place
    """
    seed[0] = seed[0] * np.uint64(_MULTIPLIER) + np.uint64(_INCREMENT)
    return float(seed[0] >> np.uint64(11)) / 9007199254740992.0


@kernel
def _gather(ground: Ground, site: Indices, sites: Indices) -> Group:
    """Return the customers that a group of sites serves, and their choices inside it."""
    count, size = 0, sites.size
    inside = np.full(ground.limit.size, -1, dtype=np.int64)
    for place in range(size):
        inside[sites[place]] = place
    for i in range(site.size):
        count += inside[site[i]] >= 0
    customer = np.zeros(count, dtype=np.int64)
    choice = np.zeros((count, size), dtype=np.int64)
    extra, need = np.zeros((count, size)), np.zeros((count, size))
    room, loss, row = ground.limit[sites].copy(), 0.0, 0
    for i in range(site.size):
        now = inside[site[i]]
        if now < 0:
            continue
        merit = ground.cost[i, sites] + ground.price[sites] * ground.need[i, sites]
        if ground.held[i]:
            merit[np.arange(size) != now] = np.inf
        order = np.argsort(merit)
        customer[row], choice[row] = i, order
        for k in range(size):
            extra[row, k] = merit[order[k]] - merit[order[0]]
            need[row, k] = ground.need[i, sites[order[k]]]
        room[order[0]] -= need[row, 0]
        loss += merit[now] - merit[order[0]]
        loss -= ground.price[site[i]] * ground.need[i, site[i]]
        row += 1
    for place in range(size):
        loss += ground.price[sites[place]] * ground.limit[sites[place]]
    rising = np.argsort(extra[:, 1])
    return Group(customer[rising], choice[rising], extra[rising], need[rising], room, loss)


@kernel
def _still_to_move(room: Floats, largest: float) -> int:
    """Return how many more deviations it takes at least until every site fits."""
    count = 0
    for place in range(room.size):
        if room[place] < -_TOLERANCE:
            count += int(np.ceil((-room[place] - _TOLERANCE) / largest))
    return count


@kernel
def _shift(group: Group, price: Floats, room: Floats, row: int, k: int, sign: float) -> float:
    """Make a deviation (sign 1) or undo it (-1); return the change of the unused worth."""
    first, other = group.choice[row, 0], group.choice[row, k]
    room[first] += sign * group.need[row, 0]
    room[other] -= sign * group.need[row, k]
    gained: float = price[first] * group.need[row, 0] - price[other] * group.need[row, k]
    return sign * gained


@kernel
def _draw_deviations(
    group: Group, price: Floats, heat: float, nodes: int, seed: NDArray[np.uint64]
) -> tuple[int, Indices, Indices, bool]:
    """Draw an assignment with odds exp(-loss / heat) from those near the least loss.

    Returns the number of deviations (-1 if none was found), their rows and choices, and whether
    all assignments near the least loss were seen.
    """
    count, size = group.choice.shape
    rows, picks = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    drawn_rows, drawn_picks, drawn = rows.copy(), picks.copy(), -1
    room, best, odds = group.room.copy(), group.loss, 0.0
    # Rows rise in what a deviation loses at least: too many more cannot be afforded.
    largest = max(group.need.max(), 1e-12)
    wanting = np.zeros(count + 1, dtype=np.int64)
    wanting[0] = _still_to_move(room, largest)
    unused, lost, depth, row, k, moved = 0.0, 0.0, 0, 0, 1, True
    for place in range(size):
        unused += price[place] * room[place]
    for _ in range(nodes):
        budget = best + _REACH * heat
        total = lost + unused
        if moved and wanting[depth] == 0 and total <= budget:
            if total < best:
                odds *= np.exp((total - best) / heat)
                best = total
            share = np.exp((best - total) / heat)
            odds += share
            if uniform(seed) * odds < share:
                drawn, drawn_rows[:depth], drawn_picks[:depth] = depth, rows[:depth], picks[:depth]
        moved = False
        least = max(wanting[depth], 1)
        if row < count and lost + least * group.extra[row, 1] <= budget:
            if k >= size or lost + group.extra[row, k] > budget:
                row, k = row + 1, 1
                continue
            unused += _shift(group, price, room, row, k, 1.0)
            lost += group.extra[row, k]
            rows[depth], picks[depth] = row, k
            depth, row, k, moved = depth + 1, row + 1, 1, True
            wanting[depth] = _still_to_move(room, largest)
            continue
        if depth == 0:
            return drawn, drawn_rows, drawn_picks, True
        depth -= 1
        row, k = rows[depth], picks[depth]
        unused += _shift(group, price, room, row, k, -1.0)
        lost -= group.extra[row, k]
        k += 1
    return drawn, drawn_rows, drawn_picks, False


@kernel
def redivide(
    ground: Ground,
    site: Indices,
    sites: Indices,
    heat: float,
    nodes: int,
    seed: NDArray[np.uint64],
) -> tuple[float, bool]:
    """Divide the customers of a group of sites anew, at random, the cheaper the likelier.

    Parameters
    ----------
    ground : Ground
    site : (n_customers,) int, changed in place
        Within all limits, before and after.
    sites : (size,) int
        The group, two sites or more.
    heat : float
        An assignment that costs this much more is drawn e times less often.
    nodes : int
        Steps of the search at most.
    seed : (1,) uint64, changed in place

    Returns
    -------
    tuple of float and bool
        Change of cost, and whether all assignments near the cheapest were seen.
    """
    group = _gather(ground, site, sites)
    drawn, rows, picks, complete = _draw_deviations(group, ground.price[sites], heat, nodes, seed)
    if drawn < 0:
        return 0.0, complete
    anew = group.choice[:, 0].copy()
    for depth in range(drawn):
        anew[rows[depth]] = group.choice[rows[depth], picks[depth]]
    change = 0.0
    for row in range(anew.size):
        i, j = group.customer[row], sites[anew[row]]
        change += ground.cost[i, j] - ground.cost[i, site[i]]
        site[i] = j
    return change, complete


@kernel
def _next_group(sites: Indices, size: int, seed: NDArray[np.uint64]) -> None:
    """Bring a random group to the front of a list of sites."""
    for place in range(size):
        other = place + int(uniform(seed) * (sites.size - place))
        sites[place], sites[other] = sites[other], sites[place]


@kernel
def anneal_groups(
    ground: Ground,
    site: Indices,
    best: Indices,
    gap: float,
    sites: Indices,
    heat: Floats,
    size: Floats,
    nodes: int,
    seed: NDArray[np.uint64],
) -> float:
    """Divide random groups anew at falling heat; groups grow while all of each can be seen.

    Parameters
    ----------
    ground : Ground
    site : (n_customers,) int, changed in place
    best : (n_customers,) int, filled with a better assignment than the best if one is found
    gap : float
        What `site` costs more than the best.
    sites : (n_open,) int, changed in place
        Two open sites or more.
    heat : (n_groups,)
        Heat of each group.
    size : (1,), changed in place
        Mean size of a group.
    nodes : int
        Steps of the search of each group at most.
    seed : (1,) uint64, changed in place

    Returns
    -------
    float
        What `site` costs more than the best afterwards.
    """
    for turn in range(heat.size):
        wanted = int(size[0] + uniform(seed))
        wanted = max(2, min(wanted, sites.size))
        _next_group(sites, wanted, seed)
        change, complete = redivide(ground, site, sites[:wanted], heat[turn], nodes, seed)
        gap += change
        step = _GROW if complete else -4.0 * _GROW
        size[0] = min(max(size[0] + step, 2.0), float(sites.size))
        if gap < -_TIE:
            best[:] = site
            gap = 0.0
    return gap
