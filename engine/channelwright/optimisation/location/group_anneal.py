"""The phase after the first tree: groups of sites are divided anew, at falling heat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.location.group_search import Ground, anneal_groups
from channelwright.optimisation.location.rooms import can_branch
from channelwright.optimisation.location.solution import answer_of
from channelwright.optimisation.solver import LinearModel, SolverOptions, solve_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Largest table of customers by open sites.
_CELLS = 60_000
#: Groups per site and steps in each group in the first cycle, and how often they grow.
_GROUPS, _NODES, _CYCLES = 400, 40_000, 4
#: Rounds of search that stand for one cycle where there is no time limit.
_ROUNDS = 60
#: Steps of the search between two looks at the clock, and its share of the time.
_BURST, _SHARE_OF_TIME = 4_000_000, 0.9
#: First heat as a share of what a site loses, and the last as a share of the first.
_FIRST, _LAST = 0.05, 0.2


def anneal_service(state: Search) -> None:
    """Better the assignment to the open sites of the best answer.

    Cycles of falling heat, each longer and with larger groups than the one before, from the best
    answer of all.

    Parameters
    ----------
    state : Search
    """
    problem = state.problem
    if not can_branch(problem) or state.found is None:
        return
    sites = np.flatnonzero(state.found.open)
    if sites.size < 2 or problem.n_customers * sites.size > _CELLS:
        return
    ground = _ground(state, sites)
    if ground is None:
        return
    found = np.empty(problem.n_customers, dtype=np.int64)
    found[state.found.customer] = state.found.site
    best = np.searchsorted(sites, found)
    heat = _first_heat(state, ground, best, sites)
    seed = np.array([state.options.seed + 1], dtype=np.uint64)
    cycle = 0
    while heat > 0.0 and not state.done and state.spent < _SHARE_OF_TIME:
        if state.options.seconds is None and cycle >= state.options.search_rounds // _ROUNDS:
            break
        grown = min(cycle, _CYCLES)
        groups, nodes = (_GROUPS * sites.size) << grown, _NODES << grown
        falling = np.geomspace(heat, _LAST * heat, groups)
        _cycle(state, ground, sites, best, falling, nodes, seed)
        cycle += 1


def _cycle(
    state: Search,
    ground: Ground,
    sites: Indices,
    best: Indices,
    heat: Floats,
    nodes: int,
    seed: NDArray[np.uint64],
) -> None:
    """Anneal once from the best assignment, and keep what is better in it."""
    site, order, size, gap = best.copy(), np.arange(sites.size), np.full(1, 2.0), 0.0
    bursts = -(-heat.size * nodes // _BURST)
    for part in np.array_split(heat, bursts):
        before = best.copy()
        gap = anneal_groups(ground, site, best, gap, order, part, size, nodes, seed)
        state.count("groups_annealed", part.size)
        if not np.array_equal(before, best):
            opened = np.zeros(state.problem.n_sites, dtype=np.bool_)
            opened[sites] = True
            state.offer(answer_of(state.problem, sites[best], opened))
        if state.done or state.spent >= _SHARE_OF_TIME:
            return


def _ground(state: Search, sites: Indices) -> Ground | None:
    """Return the open sites with the prices of their capacity in the linear relaxation."""
    problem = state.problem
    measure = problem.binding[0]
    cost = np.where(problem.allowed, problem.cost, np.inf)[:, sites]
    whole = np.broadcast_to(problem.arc_usage(measure), problem.cost.shape)
    need = np.ascontiguousarray(whole[:, sites])
    limit = np.ascontiguousarray(problem.limit[sites, measure])
    # A site without a limit never fills up, whatever its customers take.
    most = np.where(np.isfinite(cost), need, 0.0).sum(axis=0)
    limit = np.minimum(limit, most)
    held = np.zeros(problem.n_customers, dtype=np.bool_)
    own = problem.own_customer[sites]
    held[own[own >= 0]] = True
    price = _prices(cost, need, limit, state)
    return None if price is None else Ground(cost, need, limit, price, held)


def _prices(cost: Floats, need: Floats, limit: Floats, state: Search) -> Floats | None:
    """Return what one unit of capacity is worth where customers may be split, (n_sites,)."""
    n, m = cost.shape
    customer, site = np.nonzero(np.isfinite(cost))
    arc = np.arange(customer.size)
    rows = sparse.csr_array(
        (
            np.concatenate([np.ones(arc.size), need[customer, site]]),
            (np.concatenate([customer, n + site]), np.concatenate([arc, arc])),
        ),
        shape=(n + m, arc.size),
    )
    model = LinearModel(
        cost=cost[customer, site],
        lower=np.zeros(arc.size),
        upper=np.ones(arc.size),
        matrix=rows,
        row_lower=np.concatenate([np.ones(n), np.full(m, -np.inf)]),
        row_upper=np.concatenate([np.ones(n), limit]),
        integer=np.zeros(arc.size, dtype=np.bool_),
    )
    report = solve_arrays(model, SolverOptions(seconds=state.seconds_left()))
    if report.row_duals is None:
        return None
    return np.maximum(-report.row_duals[n:], 0.0)


def _first_heat(state: Search, ground: Ground, best: Indices, sites: Indices) -> float:
    """Return a heat at which a site loses about what it does in good answers."""
    merit = (ground.cost + ground.price * ground.need).min(axis=1)
    least = float(merit.sum() - (ground.price * ground.limit).sum())
    now = float(ground.cost[np.arange(best.size), best].sum())
    bound = state.bound - float(state.problem.fixed_cost[sites].sum())
    return max(_FIRST * (now - least), bound - least, 0.0) / sites.size
