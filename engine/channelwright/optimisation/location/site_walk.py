"""Open sites changed one or two at a time, each change served anew by the walk over chains.

For one server per customer and one capacity: a change counts with what chains make of it and
with its sites moved to the best candidates for those whom they then serve (Stefanello, de Araujo
& Mueller 2015 alternate the same two steps).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from channelwright.optimisation.location.chain_search import best_of, go_on, set_out
from channelwright.optimisation.location.deadline import out_of_time
from channelwright.optimisation.location.primal import recentre
from channelwright.optimisation.location.rooms import can_branch
from channelwright.optimisation.location.split_service import split_duals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Largest table of customers by open sites, and rounds of the walk after each change.
_CELLS, _ROUNDS = 60_000, 12
#: Candidates drawn for a site to open, of which the best merit counts, and near ones for a move.
_DRAWN, _NEAR = 3, 8
#: Odds of a move to a near candidate, and changes without gain after which the search ends.
_MOVE, _PATIENCE = 0.5, 400
#: Rounds of search of the options that stand for this patience.
_SEARCH_ROUNDS = 60
#: Share by which a change may be worse before its sites are moved to better candidates.
_HOPELESS = 0.02
#: What a change may lose and still be kept for the next, as a share of the objective.
_LOSS = 1e-3


class _Place(NamedTuple):
    """An answer and what a unit of capacity is worth at its sites."""

    found: Incumbent
    price: Floats


def better_sites(state: Search, share: float) -> None:
    """Change open sites of the best answer while it pays.

    Parameters
    ----------
    state : Search
        With a pricing, whose merits guide what is opened.
    share : float
        Share of the time limit at which to end.
    """
    problem, found = state.problem, state.found
    if found is None or state.pricing is None or not can_branch(problem) or state.done:
        return
    if problem.forced_open.all() or problem.n_customers * int(found.open.sum()) > _CELLS:
        return
    sites = np.flatnonzero(found.open)
    duals = split_duals(problem, sites, state.seconds_left())
    if duals is None:
        return
    price = np.zeros(problem.n_sites)
    price[sites] = duals.capacity
    here, rng, idle = _Place(found, price), np.random.default_rng(state.options.seed), 0
    limit = _PATIENCE * state.options.search_rounds // _SEARCH_ROUNDS
    while idle < limit and not (state.done or out_of_time() or state.spent > share):
        idle += 1
        state.count("site_changes")
        changed = _change(problem, here.found.open, state.pricing.rho, rng)
        seed = int(rng.integers(1_000_000_000))
        there = None if changed is None else _serve(problem, here, changed, seed)
        if there is None or state.found is None:
            continue
        if state.offer(there.found):
            idle = 0
        if there.found.objective < (1.0 + _LOSS * rng.random()) * state.found.objective:
            here = there


def _change(
    problem: LocationProblem, opened: Flags, rho: Floats, rng: np.random.Generator
) -> Flags | None:
    """Close a site, open one, or both; None if the draw is not allowed."""
    outs = np.flatnonzero(opened & ~problem.forced_open)
    ins = np.flatnonzero(~opened & ~problem.forced_closed)
    count, changed = int(opened.sum()), opened.copy()
    kind = rng.integers(4)
    if kind == 0 and count < problem.maximum_open and ins.size:
        changed[_drawn(ins, rho, rng)] = True
        return changed
    if kind == 1 and count > max(problem.fewest_open, 1) and outs.size:
        changed[rng.choice(outs)] = False
        return changed
    if not (outs.size and ins.size):
        return None
    j = int(rng.choice(outs))
    changed[j] = False
    if rng.random() < _MOVE:
        apart = _apart(problem, j, ins)
        near = ins[np.argsort(apart, kind="stable")[:_NEAR]]
        changed[int(rng.choice(near))] = True
    else:
        changed[_drawn(ins, rho, rng)] = True
    return changed


def _drawn(ins: Indices, rho: Floats, rng: np.random.Generator) -> int:
    drawn = rng.choice(ins, size=min(_DRAWN, ins.size), replace=False)
    return int(drawn[rho[drawn].argmin()])


def _apart(problem: LocationProblem, j: int, ins: Indices) -> Floats:
    """Return how differently a site and others serve the customers that it serves best, (n,)."""
    cost = problem.cost[:, j]
    best = np.argsort(cost, kind="stable")[:_NEAR]
    best = best[problem.allowed[best, j]]
    table = np.where(problem.allowed[np.ix_(best, ins)], problem.cost[np.ix_(best, ins)], np.inf)
    return np.asarray(table.sum(axis=0))


def _serve(problem: LocationProblem, here: _Place, opened: Flags, seed: int) -> _Place | None:
    """Serve everybody from changed sites, near how they are served now."""
    sites, price = np.flatnonzero(opened), here.price.copy()
    if not _everybody_in_reach(problem, sites):
        return None
    now = np.empty(problem.n_customers, dtype=np.int64)
    now[here.found.customer] = here.found.site
    for j in np.flatnonzero(opened & ~here.found.open).tolist():
        # Capacity is worth what it is where the customer nearest to it is served now.
        reach = np.where(problem.allowed[:, j], problem.cost[:, j], np.inf)
        price[j] = price[now[int(reach.argmin())]]
    place = np.full(problem.n_sites, -1, dtype=np.int64)
    place[sites] = np.arange(sites.size)
    chained = set_out(problem, sites, place[now], price[sites], seed)
    go_on(chained, _ROUNDS)
    found = best_of(problem, chained)
    if found is None or found.objective > (1.0 + _HOPELESS) * here.found.objective:
        return None
    moved = recentre(problem, found)
    for j, k in zip(*_swapped(found.open, moved.open), strict=True):
        price[k] = price[j]
    return _Place(moved, price)


def _everybody_in_reach(problem: LocationProblem, sites: Indices) -> bool:
    """Return whether every customer has an open site, those whom sites must serve that one."""
    own = problem.own_customer[sites]
    given = own >= 0
    apart = np.unique(own[given]).size == int(given.sum())
    served = bool(problem.allowed[own[given], sites[given]].all())
    return apart and served and bool(problem.allowed[:, sites].any(axis=1).all())


def _swapped(before: Flags, after: Flags) -> tuple[Indices, Indices]:
    """Return sites that were left and those taken instead, in rising order; as many of each."""
    left, taken = np.flatnonzero(before & ~after), np.flatnonzero(after & ~before)
    size = min(left.size, taken.size)
    return left[:size], taken[:size]
