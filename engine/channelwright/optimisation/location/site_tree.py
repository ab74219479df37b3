"""Branch and bound over sites with one capacity: Lagrangian bounds, split service at the leaves.

Each node starts from the prices of its parent; what the bound says about single sites settles most
of them (Beasley 1988). A leaf has all sites settled, and split service from them limits its cost.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.bursts import Peak, climb_sites
from channelwright.optimisation.location.choosing import forced_rises
from channelwright.optimisation.location.compiled_climb import (
    SiteArcs,
    costs_when_open,
)
from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.site_search import SiteSets

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_STEPS, _STRIDE = 40, 0.2
_KIND = "lagrangian branch and bound"


@dataclass(order=True)
class _Node:
    bound: float
    number: int
    opened: Flags = field(compare=False)
    closed: Flags = field(compare=False)
    price: Floats = field(compare=False)


def branch_on_capacitated_sites(
    sets: SiteSets, arcs: SiteArcs, ceiling: Floats, price: Floats, share: float
) -> None:
    """Search the sets of sites until bound and answer meet or a limit is reached.

    Parameters
    ----------
    sets : SiteSets
        Sets judged so far; the best bound and answer go to its search.
    arcs : SiteArcs
        Of the root.
    ceiling : (n_customers,)
        Limit of the prices.
    price : (n_customers,)
        Prices at the root.
    share : float
        Share of the time limit at which to end.
    """
    state = sets.state
    root = _Node(state.bound, 0, arcs.opened, arcs.closed, price)
    queue, lost, number = [root], np.inf, 0
    while queue and not state.done and state.spent < share and number < state.options.nodes:
        node = heapq.heappop(queue)
        if node.bound >= sets.enough():
            lost = min(lost, node.bound)
            continue
        number += 1
        bound, children = _examine(sets, arcs, ceiling, node, 2 * number)
        if not children:
            lost = min(lost, bound)
        for child in children:
            heapq.heappush(queue, child)
        state.raise_bound(
            min([lost, sets.least_enough, *(other.bound for other in queue[:1])]), _KIND
        )
    state.count("nodes", number)
    state.raise_bound(min([lost, sets.least_enough, *(other.bound for other in queue[:1])]), _KIND)


def _examine(
    sets: SiteSets, root: SiteArcs, ceiling: Floats, node: _Node, number: int
) -> tuple[float, list[_Node]]:
    """Return the bound of a node and its children; none if nothing better can be in it."""
    opened, closed = node.opened.copy(), node.closed.copy()
    if not _plain(sets, opened, closed):
        return np.inf, []
    bound, price = node.bound, node.price
    often = np.zeros(opened.size)
    for turn in range(3):
        arcs = root._replace(opened=opened, closed=closed)
        goal, enough = sets.goal, sets.enough()
        stride = _STRIDE if turn == 0 else 0.5 * _STRIDE
        peak: Peak = climb_sites(arcs, price, ceiling, _STEPS, stride, goal, enough, False)
        bound, price, often = max(bound, peak.value), peak.price, peak.often_open
        if bound >= enough:
            return bound, []
        rho, worth = costs_when_open(arcs, price)
        sets.complete(peak.opened, np.where(closed, np.inf, rho), worth)
        if sets.value < sets.fitted and sets.value < enough:
            sets.make_whole()
        opening, closing = forced_rises(
            rho, opened, closed, arcs.fewest, arcs.most, arcs.hold, arcs.demand
        )
        room = sets.enough() - peak.value + 1e-9 * abs(peak.value)
        before = int(opened.sum() + closed.sum())
        closed = closed | ((opening > room) & ~opened)
        opened = opened | ((closing > room) & ~closed)
        if not _plain(sets, opened, closed):
            return max(bound, sets.enough()), []
        if int(opened.sum() + closed.sum()) == before:
            break
    doubt = ~opened & ~closed
    if not doubt.any():
        # Nothing is left to choose: split service is the limit of this leaf.
        return max(bound, sets.judge(opened) if sets.every_arc else -np.inf), []
    # A site that many could use, and whose fate the prices leave open, changes both sides most.
    site = np.repeat(np.arange(opened.size), np.diff(root.start))
    reach = np.minimum(sums_by(site, root.need, opened.size), root.capacity)
    score = (0.52 - np.abs(often - 0.5)) * reach
    j = int(np.where(doubt, score, -np.inf).argmax())
    with_j, without_j = opened.copy(), closed.copy()
    with_j[j], without_j[j] = True, True
    return bound, [
        _Node(bound, number, with_j, closed, price),
        _Node(bound, number + 1, opened, without_j, price),
    ]


def _plain(sets: SiteSets, opened: Flags, closed: Flags) -> bool:
    """Draw plain conclusions in place: single sites in reach, numbers; False if nothing fits."""
    problem = sets.state.problem
    reach = problem.allowed[:, ~closed]
    count = reach.sum(axis=1)
    if (count == 0).any():
        return False
    if (count == 1).any():
        opened[np.flatnonzero(~closed)[reach[count == 1].any(axis=0)]] = True
    hold, demand = problem.covering
    enough = demand <= 0.0 or float(hold[~closed].sum()) >= demand
    few = int(opened.sum()) <= problem.maximum_open
    return bool(enough and few and int((~closed).sum()) >= problem.fewest_open)
