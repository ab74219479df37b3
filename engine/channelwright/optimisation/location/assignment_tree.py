"""Branch and bound over sites and servers with a Lagrangian bound at every node.

For one capacity and one server per customer. A node is a set of arcs: children halve the
servers that a customer may still have, or settle a site (Ceselli & Righini 2005). What cannot be
part of a better answer is removed at every node by the exact cost of forcing it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.bursts import Peak, climb_sites
from channelwright.optimisation.location.choosing import forced_rises
from channelwright.optimisation.location.compiled_climb import (
    SiteArcs,
)
from channelwright.optimisation.location.forcing import forced_costs
from channelwright.optimisation.location.settle import Left, settle
from channelwright.optimisation.location.solution import answer_of
from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.model import ModelArcs
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_ROOT_STEPS = 400
_STEPS = 60
_ROUNDS = 3
_CLEAR = 0.15


@dataclass
class TreeSearch:
    """What the tree reads and whom it tells.

    Attributes
    ----------
    problem : LocationProblem
        Single source, one binding measure, no least loads.
    whole : bool
        Fill sites with whole customers, which needs whole numbers; else in parts.
    objective : float
        Of the best answer known.
    step, gap : float
        Step of the objective, 0 when there is none, and share of it that does not matter.
    offer : callable
        Takes an answer and returns the objective of the best one now.
    hint : callable
        Called now and then with the sites chosen at a node and its prices; returns the same.
    report : callable
        Takes the bound of the whole tree; returns True when the search must end.
    """

    problem: LocationProblem
    whole: bool
    objective: float
    step: float
    gap: float
    offer: Callable[[Incumbent], float]
    hint: Callable[[Flags, Floats], float]
    report: Callable[[float], bool]

    def enough(self) -> float:
        """Return the bound at which a node cannot hold a better answer."""
        margin = max(0.999 * self.step, 0.9 * self.gap * abs(self.objective), 1e-9)
        return self.objective - margin


@dataclass(order=True)
class _Node:
    bound: float
    number: int
    left: Left = field(compare=False)
    price: Floats = field(compare=False)


def branch_on_servers(
    search: TreeSearch, part: ModelArcs, price: Floats, nodes: int
) -> tuple[float, int]:
    """Search everything that a part of the problem leaves.

    Parameters
    ----------
    search : TreeSearch
    part : ModelArcs
        What fixing by reduced cost has left.
    price : (n_customers,)
        Prices at the root.
    nodes : int
        Nodes at most.

    Returns
    -------
    tuple of float and int
        Proven limit for the part (the objective of the best answer when nothing better is in it)
        and the nodes examined.
    """
    left = Left(
        part.customer,
        part.site,
        np.ones(part.customer.size, dtype=np.bool_),
        part.opened | search.problem.forced_open,
        part.closed | search.problem.forced_closed,
    )
    queue = [_Node(-np.inf, 0, left, price)]
    examined, lost = 0, np.inf
    while queue and examined < nodes:
        node = heapq.heappop(queue)
        if node.bound >= search.enough():
            lost = min(lost, node.bound)
            continue
        if search.report(min(lost, node.bound, search.enough())):
            heapq.heappush(queue, node)
            break
        examined += 1
        bound, children = _examine(search, node, examined)
        if not children:
            lost = min(lost, max(bound, node.bound))
        for child in children:
            heapq.heappush(queue, child)
    # What was removed on the way costs at least as much as a node that was given up.
    return min([search.enough(), lost, *(node.bound for node in queue)]), examined


def _examine(search: TreeSearch, node: _Node, number: int) -> tuple[float, list[_Node]]:
    """Return the bound of a node and its children; none if nothing better can be in it."""
    left, price = node.left, node.price
    bound, free = node.bound, np.full(price.size, np.inf)
    for turn in range(_ROUNDS):
        settled = settle(search.problem, left)
        if settled is None:
            return np.inf, []
        left = settled
        arcs, place = _site_arcs(search.problem, left, search.whole)
        first = _ROOT_STEPS if number == 1 and turn == 0 else _STEPS
        steps, stride = (first, 0.7) if turn == 0 else (_STEPS // 2, 0.3)
        goal, enough = search.objective, search.enough()
        peak = climb_sites(arcs, price, free, steps, stride, goal, enough, search.whole)
        price, bound = peak.price, max(bound, peak.value)
        _try(search, arcs, peak, number + turn)
        if bound >= search.enough():
            return bound, []
        before = int(left.alive.sum())
        fixed = _fix(search, left, arcs, place, peak)
        if fixed is None:
            return np.inf, []
        left = fixed
        if left.alive.sum() > 0.9 * before:
            break
    settled = settle(search.problem, left)
    if settled is None:
        return np.inf, []
    often = np.zeros(left.alive.size)
    often[place] = peak.often_taken
    children = _children(search, settled, often, peak, bound, price, 2 * number)
    # Without children everything was settled, and what there is has been offered: nothing is lost.
    return (bound if children else np.inf), children


def _site_arcs(problem: LocationProblem, left: Left, whole: bool) -> tuple[SiteArcs, Indices]:
    """Return the arcs of a node and the place of each among those of the root."""
    measure = problem.binding[0]
    place = np.flatnonzero(left.alive)
    customer, site = left.customer[place], left.site[place]
    order = np.lexsort((customer, site))
    place, customer, site = place[order], customer[order], site[order]
    need = problem.used(measure, customer, site)
    need = np.round(need) if whole else np.array(need)
    single = np.bincount(customer, minlength=problem.n_customers)[customer] == 1
    own = problem.own_customer[site] == customer
    most = sums_by(site, need, problem.n_sites)
    capacity = np.minimum(problem.limit[:, measure], most)
    capacity = np.floor(capacity + 1e-9) if whole else capacity
    return (
        SiteArcs(
            np.searchsorted(site, np.arange(problem.n_sites + 1)).astype(np.int64),
            customer,
            problem.cost[customer, site],
            need,
            single | own,
            np.array(problem.fixed_cost),
            capacity,
            left.opened.copy(),
            left.closed.copy(),
            problem.fewest_open,
            problem.maximum_open,
            *problem.covering,
        ),
        place,
    )


def _try(search: TreeSearch, arcs: SiteArcs, peak: Peak, number: int) -> None:
    """Offer the sites of a node as a start, and its arcs where they already are an answer."""
    taken = peak.share > 0.5
    served = np.bincount(arcs.customer[taken], minlength=search.problem.n_customers)
    if (served == 1).all():
        site = np.repeat(np.arange(search.problem.n_sites), np.diff(arcs.start))
        assignment = np.empty(served.size, dtype=np.int64)
        assignment[arcs.customer[taken]] = site[taken]
        search.objective = search.offer(answer_of(search.problem, assignment, peak.opened))
    if number % (10 if number < 100 else 100) == 1:
        search.objective = search.hint(peak.opened, peak.price)


def _fix(search: TreeSearch, left: Left, arcs: SiteArcs, place: Indices, peak: Peak) -> Left | None:
    """Remove what costs more than the distance to the best answer; None if nothing is left."""
    room = search.enough() - peak.value + 1e-7 * abs(peak.value)
    rho, used, unused = forced_costs(arcs, peak.price, search.whole)
    site = np.repeat(np.arange(rho.size), np.diff(arcs.start))
    opening, closing = forced_rises(
        rho, arcs.opened, arcs.closed, arcs.fewest, arcs.most, arcs.hold, arcs.demand
    )
    rise = used - rho[site] + opening[site]
    rise = np.maximum(rise, 0.0)
    # Leaving a customer out at a site that is open for certain adds to using it elsewhere.
    apart = np.where(arcs.opened[site], unused - rho[site], 0.0)
    apart = np.where(arcs.must, 0.0, np.maximum(apart, 0.0))
    together = sums_by(arcs.customer, np.minimum(apart, 1e15), search.problem.n_customers)
    keep = rise + (together[arcs.customer] - np.minimum(apart, 1e15)) <= room
    alive = left.alive.copy()
    alive[place[~keep]] = False
    closed = left.closed | (~arcs.opened & (opening > room))
    opened = left.opened | (~arcs.closed & (closing > room))
    certain = np.flatnonzero(apart > room)
    if np.unique(arcs.customer[certain]).size < certain.size:
        return None
    bound_to = np.full(search.problem.n_customers, -1, dtype=np.int64)
    bound_to[arcs.customer[certain]] = site[certain]
    other = (bound_to[left.customer] >= 0) & (bound_to[left.customer] != left.site)
    return replace(left, alive=alive & ~other, opened=opened, closed=closed)


def _children(
    search: TreeSearch,
    left: Left,
    often: Floats,
    peak: Peak,
    bound: float,
    price: Floats,
    number: int,
) -> list[_Node]:
    problem = search.problem
    doubt = ~left.opened & ~left.closed
    unclear = np.where(doubt, np.abs(peak.often_open - 0.5), 1.0)
    j = int(unclear.argmin())
    if unclear[j] < 0.5 - _CLEAR:
        return _site_children(left, j, bound, price, number)
    alive = np.flatnonzero(left.alive)
    count = np.bincount(left.customer[alive], minlength=problem.n_customers)
    most = np.zeros(problem.n_customers)
    np.maximum.at(most, left.customer[alive], often[alive])
    spread = np.where(count > 1, most, np.inf)
    i = int(spread.argmin())
    if np.isinf(spread[i]):
        if doubt.any():
            return _site_children(
                left, int(np.where(doubt, unclear, np.inf).argmin()), bound, price, number
            )
        return _leaf(search, left, alive)
    mine = alive[left.customer[alive] == i]
    sides = _halves(often[mine])
    children = []
    for offset, side in enumerate((sides, ~sides)):
        kept = left.alive.copy()
        kept[mine[~side]] = False
        children.append(_Node(bound, number + offset, replace(left, alive=kept), price))
    return children


def _site_children(left: Left, j: int, bound: float, price: Floats, number: int) -> list[_Node]:
    with_j, without_j = left.opened.copy(), left.closed.copy()
    with_j[j], without_j[j] = True, True
    return [
        _Node(bound, number, replace(left, opened=with_j), price),
        _Node(bound, number + 1, replace(left, closed=without_j), price),
    ]


def _leaf(search: TreeSearch, left: Left, alive: Indices) -> list[_Node]:
    """Everything is settled: this is an answer or it is not."""
    assignment = np.empty(search.problem.n_customers, dtype=np.int64)
    assignment[left.customer[alive]] = left.site[alive]
    search.objective = search.offer(answer_of(search.problem, assignment, left.opened))
    return []


def _halves(often: Floats) -> Flags:
    """Divide servers into two sides that were chosen about equally often, (n,) bool."""
    first = np.zeros(often.size, dtype=np.bool_)
    sums, counts = [0.0, 0.0], [0, 0]
    for k in np.argsort(-often, kind="stable").tolist():
        side = 0 if (sums[0], counts[0]) <= (sums[1], counts[1]) else 1
        first[k] = side == 0
        sums[side] += float(often[k])
        counts[side] += 1
    return first
