"""Compiled swaps of sites in large medians: open one in place of another while it pays.

The gain of a swap is read from each customer's nearest and second nearest open site, of which only
those in its list of candidates are known (Whitaker 1983; Resende & Werneck 2007): a site that opens
touches the few customers that have it in their list, and what is beyond a list counts as dear.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.deadline import out_of_time, piece_of
from channelwright.optimisation.location.lists import Lists
from channelwright.optimisation.location.relocation import Yard

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_EPSILON = 1e-9
#: Sites between two looks at the clock.
_PIECE = 200


class Near(NamedTuple):
    """Who is served from where, and what is lost when a site closes.

    Attributes
    ----------
    site : (n_customers,) int
        Nearest open site, -1 where the list has none.
    first, second : (n_customers,)
        Cost of the nearest and second nearest open site; the price of being beyond the list.
    loss : (n_sites,)
        What the customers of an open site lose when it closes.
    """

    site: Indices
    first: Floats
    second: Floats
    loss: Floats


def swap_sites(lists: Lists, yard: Yard, opened: Flags, rounds: int = 100) -> Flags:
    """Swap open sites for closed ones while it pays and there is time.

    Parameters
    ----------
    lists : Lists
        Without capacities.
    yard : Yard
        Arcs by site, fixed costs and which sites may move.
    opened : (n_sites,) bool
        Sites to start from.
    rounds : int
        Rounds over all sites at most.

    Returns
    -------
    (n_sites,) bool
        As many sites.
    """
    opened, sites = opened.copy(), opened.size
    near = look_up(lists, opened)
    least = _EPSILON * max(1.0, float(np.abs(near.first).sum()))
    piece = piece_of(sites, _PIECE)
    for _ in range(rounds):
        swaps = 0
        for begin in range(0, sites, piece):
            if out_of_time():
                return opened
            end = min(begin + piece, sites)
            swaps += _swap_some(lists, yard, opened, near, begin, end, least)
        if swaps == 0:
            break
    return opened


@kernel
def look_up(lists: Lists, opened: Flags) -> Near:
    """Return who is served from where and what is lost when a site closes.

    Parameters
    ----------
    lists : Lists
    opened : (n_sites,) bool
    """
    customers = lists.start.size - 1
    near = Near(
        np.full(customers, -1, dtype=np.int64),
        np.zeros(customers),
        np.zeros(customers),
        np.zeros(opened.size),
    )
    for i in range(customers):
        _look(lists, opened, near, i)
    return near


@kernel
def _look(lists: Lists, opened: Flags, near: Near, i: int) -> None:
    """Find the two nearest open sites of a customer and note what it would lose."""
    beyond = 2.0 * lists.cost[lists.start[i + 1] - 1] + lists.penalty
    near.site[i], near.first[i], near.second[i] = -1, beyond, beyond
    for arc in range(lists.start[i], lists.start[i + 1]):
        if opened[lists.site[arc]]:
            if near.site[i] >= 0:
                near.second[i] = lists.cost[arc]
                break
            near.site[i], near.first[i] = lists.site[arc], lists.cost[arc]
    if near.site[i] >= 0:
        near.loss[near.site[i]] += near.second[i] - near.first[i]


@kernel
def look_again(lists: Lists, opened: Flags, near: Near, i: int) -> None:
    """Find the two nearest open sites of a customer anew.

    Parameters
    ----------
    lists : Lists
    opened : (n_sites,) bool
    near : Near
        Changed in place.
    i : int
        Customer.
    """
    if near.site[i] >= 0:
        near.loss[near.site[i]] -= near.second[i] - near.first[i]
    _look(lists, opened, near, i)


@kernel
def _swap_some(
    lists: Lists, yard: Yard, opened: Flags, near: Near, begin: int, end: int, least: float
) -> int:
    """Try the closed sites from one place up to another; returns the swaps made."""
    swaps = 0
    spared = np.zeros(opened.size)
    for k in range(begin, end):
        if opened[k] or not yard.movable[k]:
            continue
        j, gain = _best_leaver(lists, yard, opened, near, k, spared)
        if j < 0 or gain <= least:
            continue
        swaps += 1
        opened[k], opened[j] = True, False
        for site in (k, j):
            for place in range(yard.start[site], yard.start[site + 1]):
                arc = yard.arc[place]
                i = yard.owner[arc]
                if lists.cost[arc] <= near.second[i]:
                    look_again(lists, opened, near, i)
    return swaps


@kernel
def _best_leaver(
    lists: Lists, yard: Yard, opened: Flags, near: Near, k: int, spared: Floats
) -> tuple[int, float]:
    """Return the site that should close when one opens (-1 for none), and what the swap gains."""
    gain = -yard.fixed_cost[k]
    begin, end = yard.start[k], yard.start[k + 1]
    for place in range(begin, end):
        arc = yard.arc[place]
        i = yard.owner[arc]
        gain += max(near.first[i] - lists.cost[arc], 0.0)
        if near.site[i] >= 0 and lists.cost[arc] < near.second[i]:
            # When its nearest site closes, this customer goes to the new one and not to its second.
            spared[near.site[i]] += near.second[i] - max(lists.cost[arc], near.first[i])
    best, leaver = -np.inf, -1
    for j in range(opened.size):
        if opened[j] and yard.movable[j]:
            value = gain - near.loss[j] + spared[j] + yard.fixed_cost[j]
            if value > best:
                best, leaver = value, j
    for place in range(begin, end):
        site = near.site[yard.owner[yard.arc[place]]]
        if site >= 0:
            spared[site] = 0.0
    return leaver, best
