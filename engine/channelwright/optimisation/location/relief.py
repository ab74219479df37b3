"""Compiled repair: overloaded sites pass on whole customers or change them for smaller ones.

Overload has a price at every site, which rises while the site stays overloaded. The best shift away
from the site, or exchange with a neighbour, is made at these prices; so overload wanders from site
to site, at little cost, until it meets room (dynamic penalties; Yagiura, Ibaraki & Glover 2004).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.deadline import out_of_time, piece_of
from channelwright.optimisation.location.exchange import Plan, excess, put
from channelwright.optimisation.location.lists import Lists

Floats = NDArray[np.float64]

_LOOKS = 12
#: Customers of a site beyond which exchanges are looked at only where no shift pays.
_CROWD = 200
#: Moves between two looks at the clock.
_PIECE = 50
#: First price of overload as a share of the mean cost of a unit, and its rise where nothing pays.
_FIRST, _RISE = 0.02, 1.5
_TINY = 1e-9


def relieve(lists: Lists, plan: Plan, moves: int) -> bool:
    """Take overload away move by move; True if none is left.

    Parameters
    ----------
    lists, plan
        The plan is changed in place; everybody is served. The lists hold arcs to open sites only.
    moves : int
        Moves and rises of prices at most; fewer when time is over.
    """
    price = np.full(plan.opened.size, _first_price(lists))
    piece, left = piece_of(moves, _PIECE), moves
    while left > 0 and not out_of_time():
        if _relieve_on(lists, plan, price, min(piece, left)):
            return True
        left -= piece
    return False


@kernel
def _relieve_on(lists: Lists, plan: Plan, price: Floats, moves: int) -> bool:
    """Make some moves at prices that rise in place; True if no overload is left."""
    for _ in range(moves):
        most, a = _TINY, -1
        for j in range(plan.opened.size):
            over = excess(lists, plan, j, -1, -1)
            if over > most:
                most, a = over, j
        if a < 0:
            return True
        i, arc, h, back = _best_relief(lists, plan, a, price)
        if i < 0:
            price[a] *= _RISE
            continue
        if h >= 0:
            put(lists, plan, h, -1)
        put(lists, plan, i, arc)
        if h >= 0:
            put(lists, plan, h, back)
    return False


@kernel
def _first_price(lists: Lists) -> float:
    """Return a low price of overload: a small share of what a unit costs."""
    cost, need = 0.0, 0.0
    for arc in range(lists.cost.size):
        cost += abs(lists.cost[arc])
        for k in range(lists.need.shape[0]):
            need += lists.need[k, arc]
    return _FIRST * cost / max(need, 1e-12) + 1e-12


@kernel
def _best_relief(lists: Lists, plan: Plan, a: int, price: Floats) -> tuple[int, int, int, int]:
    """Return who leaves a site over which arc, and who comes back over which (-1: nobody).

    At a site with very many customers a shift that pays is enough; exchanges are not looked at.
    """
    if _more_than(plan, a, _CROWD):
        found = _best_of(lists, plan, a, price, False)
        if found[0] >= 0:
            return found
    return _best_of(lists, plan, a, price, True)


@kernel
def _best_of(
    lists: Lists, plan: Plan, a: int, price: Floats, exchanges: bool
) -> tuple[int, int, int, int]:
    """Return the same among all shifts, and all exchanges if they are asked for."""
    at_a = excess(lists, plan, a, -1, -1)
    best, leaver, over, comer, back = -_TINY, -1, -1, -1, -1
    i = plan.head[a]
    while i >= 0:
        here = plan.at[i]
        looked = 0
        for arc in range(lists.start[i], lists.start[i + 1]):
            b = lists.site[arc]
            if b == a or plan.held[i] or not plan.opened[b]:
                continue
            looked += 1
            if looked > _LOOKS:
                break
            at_b = excess(lists, plan, b, -1, -1)
            change = lists.cost[arc] - lists.cost[here]
            shift = change + price[a] * (excess(lists, plan, a, -1, here) - at_a)
            shift += price[b] * (excess(lists, plan, b, arc, -1) - at_b)
            if shift < best:
                best, leaver, over, comer, back = shift, i, arc, -1, -1
            h = plan.head[b] if exchanges else -1
            while h >= 0:
                leaves = plan.at[h]
                if not plan.held[h] and _lighter(lists, leaves, here):
                    for c in range(
                        lists.start[h], min(lists.start[h] + _LOOKS, lists.start[h + 1])
                    ):
                        if lists.site[c] != a:
                            continue
                        both = change + lists.cost[c] - lists.cost[leaves]
                        both += price[a] * (excess(lists, plan, a, c, here) - at_a)
                        both += price[b] * (excess(lists, plan, b, arc, leaves) - at_b)
                        if both < best:
                            best, leaver, over, comer, back = both, i, arc, h, c
                h = plan.after[h]
        i = plan.after[i]
    return leaver, over, comer, back


@kernel
def _more_than(plan: Plan, site: int, count: int) -> bool:
    """Return whether a site serves more than some customers."""
    i = plan.head[site]
    while i >= 0 and count > 0:
        i = plan.after[i]
        count -= 1
    return bool(i >= 0)


@kernel
def _lighter(lists: Lists, one: int, other: int) -> bool:
    """Return whether one arc takes less than another of some measure."""
    lighter = False
    for k in range(lists.need.shape[0]):
        lighter = lighter or lists.need[k, one] < lists.need[k, other]
    return lighter
