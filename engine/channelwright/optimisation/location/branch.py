"""Branch and bound over sites with Lagrangian bounds, for problems without capacities.

Each node starts from the prices of its parent, so that a few steps give its bound; what remains of
the sites is small after fixing by reduced cost (Beasley 1985).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.arcs import Arcs, choose_arcs
from channelwright.optimisation.location.lagrangian import Pricing, Relaxation
from channelwright.optimisation.location.problem import LocationProblem
from channelwright.optimisation.location.reduce import site_penalties
from channelwright.optimisation.location.subgradient import climb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_STEPS = 60


@dataclass(frozen=True, eq=False)
class Tree:
    """Result of a tree search.

    Attributes
    ----------
    bound : float
        Proven limit of the problem.
    opened : (n_sites,) bool or None
        A better set of sites than the one given, None if none was found.
    objective : float
        Its objective, or the one given.
    nodes : int
        Nodes examined.
    """

    bound: float
    opened: Flags | None
    objective: float
    nodes: int


@dataclass(order=True)
class _Node:
    bound: float
    number: int
    opened: Flags = field(compare=False)
    closed: Flags = field(compare=False)
    price: Floats = field(compare=False)


def branch_on_sites(
    problem: LocationProblem,
    pricing: Pricing,
    kept: Indices,
    objective: float,
    nodes: int,
    stop: Callable[[], bool],
) -> Tree:
    """Search the sets of sites that could be better than the best answer known.

    Parameters
    ----------
    problem : LocationProblem
        Without binding capacities and least loads.
    pricing : Pricing
        At the root.
    kept : (n_kept,) int
        Sites that fixing by reduced cost has left.
    objective : float
        Of the best answer known.
    nodes : int
        Nodes at most.
    stop : callable
        True when the search must end.
    """
    small = _restrict(problem, kept)
    arcs = choose_arcs(small, small.n_sites)
    step = problem.cost_step
    best: Flags | None = None
    root = _Node(pricing.value, 0, small.forced_open, small.forced_closed, pricing.price)
    queue, examined = [root], 0
    while queue and examined < nodes and not stop():
        node = heapq.heappop(queue)
        if _rounded(node.bound, step) >= objective - 1e-9 * abs(objective):
            continue
        examined += 1
        found, value, branches = _examine(small, arcs, node, objective, step, 2 * examined)
        if found is not None and value < objective - 1e-9 * abs(objective):
            best, objective = found, value
        for branch in branches:
            heapq.heappush(queue, branch)
    bound = min([objective, *(_rounded(node.bound, step) for node in queue)])
    opened = None
    if best is not None:
        opened = np.zeros(problem.n_sites, dtype=np.bool_)
        opened[kept[best]] = True
    return Tree(bound, opened, objective, examined)


def _rounded(bound: float, step: float) -> float:
    return float(np.ceil(bound / step - 1e-6) * step) if step > 0 else bound


def _restrict(problem: LocationProblem, kept: Indices) -> LocationProblem:
    return LocationProblem(
        cost=np.where(problem.allowed[:, kept], problem.cost[:, kept], np.inf),
        demand=np.zeros(problem.n_customers),
        capacity=np.full(kept.size, np.inf),
        fixed_cost=problem.fixed_cost[kept],
        forced_open=problem.forced_open[kept],
        minimum_open=problem.minimum_open,
        maximum_open=min(problem.maximum_open, kept.size),
    )


def _examine(
    small: LocationProblem, arcs: Arcs, node: _Node, objective: float, step: float, number: int
) -> tuple[Flags | None, float, list[_Node]]:
    here = replace(small, forced_open=node.opened, forced_closed=node.closed)
    if node.opened.sum() > small.maximum_open or (~node.closed).sum() < small.minimum_open:
        return None, np.inf, []
    relaxation = Relaxation(here, arcs)
    seen: dict[bytes, Pricing] = {}

    def ceiling(pricing: Pricing) -> float:
        seen[pricing.opened.tobytes()] = pricing
        return objective

    def enough(bound: float) -> bool:
        return _rounded(bound, step) >= objective - 1e-9 * abs(objective)

    result = climb(relaxation, node.price, _STEPS, ceiling, enough, stride=0.7)
    found, value = _cheapest(small, [pricing.opened for pricing in seen.values()])
    bound = max(node.bound, result.best.value)
    if _rounded(bound, step) >= min(objective, value) - 1e-9 * abs(objective):
        return found, value, []
    opened, closed = _fixed(here, result.best, min(objective, value) - bound, step)
    doubt = ~opened & ~closed
    if not doubt.any():
        final, cost = _cheapest(small, [opened])
        return (final, cost, []) if cost < value else (found, value, [])
    # The site whose fate is least clear divides the sets most evenly.
    j = int(np.where(doubt, np.abs(result.popularity - 0.5), np.inf).argmin())
    with_j, without_j = opened.copy(), closed.copy()
    with_j[j], without_j[j] = True, True
    price = result.best.price
    return (
        found,
        value,
        [
            _Node(bound, number, with_j, closed, price),
            _Node(bound, number + 1, opened, without_j, price),
        ],
    )


def _fixed(
    here: LocationProblem, pricing: Pricing, room: float, step: float
) -> tuple[Flags, Flags]:
    opening, closing = site_penalties(here, pricing)
    limit = room - 0.999 * step + 1e-7 * abs(pricing.value)
    opened = here.forced_open | (closing > limit)
    closed = here.forced_closed | (opening > limit)
    return opened, closed & ~opened


def _cheapest(small: LocationProblem, sets: list[Flags]) -> tuple[Flags | None, float]:
    best, value = None, np.inf
    for opened in sets:
        count = int(opened.sum())
        if not max(1, small.minimum_open) <= count <= small.maximum_open:
            continue
        cost = float(small.cost[:, opened].min(axis=1).sum() + small.fixed_cost[opened].sum())
        if cost < value:
            best, value = opened, cost
    return best, value
