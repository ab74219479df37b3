"""The tree over servers, first in a small room above the bound, then in larger ones.

Everything outside a room costs at least the bound plus the room. So an answer found inside is the
best of all, and without one the bound itself rises: no good answer is needed to begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.assignment_tree import TreeSearch, branch_on_servers
from channelwright.optimisation.location.climbing import try_sites
from channelwright.optimisation.location.reduce import reduce_problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.lagrangian import Pricing
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

#: Rooms as shares of the bound, the largest tree, and the share of the time at which it ends.
ROOMS = (0.0005, 0.002, 0.005, 0.01, 0.02)
_TREE_ARCS = 60_000
_SHARE_OF_TIME = 0.65
#: Where all sites are given and costs are whole numbers: the first room as a share of the bound,
#: when that is more than one step, and how rooms grow when a step is less than that.
_FIRST_ROOM, _GROWTH = 2e-5, 1.25
_ROOM_NODES = 3_000
_KIND = "lagrangian branch and bound"


def can_branch(problem: LocationProblem) -> bool:
    """Return whether the tree over servers fits: one server each, one capacity, no least loads.

    Parameters
    ----------
    problem : LocationProblem
    """
    one = problem.single_source and len(problem.binding) == 1
    return one and not problem.minimum_load.any()


def close_in_by_tree(state: Search, share: float = _SHARE_OF_TIME) -> None:
    """Search room after room until the gap is closed or a limit is met.

    Parameters
    ----------
    state : Search
    share : float
        Share of the time limit at which to end.
    """
    if state.pricing is None:
        return
    for ceiling in _ceilings(state, state.pricing.value):
        if state.done or not _search_below(state, state.pricing, ceiling, share, _ROOM_NODES):
            return


def finish_by_tree(state: Search) -> None:
    """Search everything below the best answer, room after room where that raises the bound.

    Parameters
    ----------
    state : Search
    """
    if state.pricing is None or state.found is None:
        return
    stepwise = state.problem.forced_open.all() and state.problem.cost_step > 0
    ceilings = _ceilings(state, state.pricing.value) if stepwise else [state.found.objective]
    for ceiling in ceilings:
        if not _search_below(state, state.pricing, ceiling, 1.0, state.options.nodes):
            return
        if state.done:
            return


def _steps(state: Search, value: float) -> Iterator[float]:
    """Return ceilings a step of the objective apart, as a tree grows severalfold with each.

    A series of questions whether there is an answer at the bound, at one step more, and so on
    (Posta, Ferland & Michelon 2012).
    """
    step = state.problem.cost_step
    least = max(state.options.gap, _FIRST_ROOM) * abs(value)
    ceiling = float(np.ceil(max(value + least, state.bound) / step - 1e-6)) * step
    while state.found is None or ceiling < state.found.objective:
        if ceiling > state.bound:
            yield ceiling
        room = max(ceiling - value, least)
        ceiling += max(step, float(np.floor((_GROWTH - 1.0) * room / step)) * step)
        if state.found is None and ceiling > value + ROOMS[-1] * abs(value):
            return
    yield state.found.objective


def _ceilings(state: Search, value: float) -> Iterator[float]:
    step = state.problem.cost_step
    if step > 0 and state.problem.forced_open.all():
        yield from _steps(state, value)
        return
    for share in ROOMS:
        if share < state.options.gap:
            continue
        ceiling = value + share * abs(value)
        if step > 0:
            ceiling = float(np.ceil(ceiling / step) + 1.0) * step
        if state.found is not None and ceiling >= state.found.objective:
            break
        yield ceiling
    if state.found is not None:
        yield state.found.objective


def _search_below(
    state: Search, pricing: Pricing, ceiling: float, share: float, nodes: int
) -> bool:
    """Search everything cheaper than a ceiling; False if a limit ended it."""
    problem, options = state.problem, state.options
    part = reduce_problem(problem, pricing, ceiling - pricing.value, 1e-7 * abs(ceiling))
    if np.unique(part.customer).size < problem.n_customers:
        state.raise_bound(ceiling, _KIND)
        return True
    if part.customer.size > min(_TREE_ARCS, options.model_columns):
        return False

    def best() -> float:
        return ceiling if state.found is None else min(ceiling, state.found.objective)

    def offer(found: Incumbent) -> float:
        state.offer(found)
        return best()

    def hint(opened: Flags, price: Floats) -> float:
        try_sites(state, replace(pricing, opened=opened, price=price))
        return best()

    def report(bound: float) -> bool:
        state.raise_bound(bound, _KIND)
        return state.done or state.spent > share

    whole = state.whole
    search = TreeSearch(problem, whole, best(), problem.cost_step, options.gap, offer, hint, report)
    limit = min(nodes, options.nodes)
    bound, examined = branch_on_servers(search, part, pricing.price, limit)
    state.count("nodes", examined)
    state.raise_bound(bound, _KIND)
    return bound >= search.enough()
