"""Answers by annealed clusters, bounds by prices, and each of them helps the other.

A good answer first makes the steps of the bound the right length and shuts sites for good; what the
bound leaves open is then searched with the time that is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.arcs import Arcs, choose_arcs, usual_neighbours
from channelwright.optimisation.location.bursts import climb_sites
from channelwright.optimisation.location.choosing import forced_rises
from channelwright.optimisation.location.climbing import few_per_site
from channelwright.optimisation.location.cluster_proof import lift_on
from channelwright.optimisation.location.clustering import begin_clustering
from channelwright.optimisation.location.compiled_climb import compile_arcs, costs_when_open
from channelwright.optimisation.location.lagrangian import Relaxation, first_prices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.cluster_lift import Lift
    from channelwright.optimisation.location.clustering import Clustering
    from channelwright.optimisation.location.compiled_climb import SiteArcs
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

#: Shares of the time limit at which the first answer and the bound must be there.
_ANSWER, _BOUND = 0.12, 0.5
#: Cycles before the bound.
_FIRST_CYCLES = 3
_BURST, _STRIDE, _WHOLE_STRIDE = 50, 1.5, 0.5
#: Arcs beyond which sites are shut on the way: prices that rise under shut sites are of no use to
#: the tree that small problems go to. Arcs are thinned out when so few sites are left.
_MANY_ARCS, _THINNED = 1_000_000, 0.8
#: What starting prices are above the cost in the best answer, in mean costs.
_MARGIN = 0.7
#: Cycles after the bound stand for this many rounds of search each, without a time limit.
_ROUNDS = 30


def climb_by_clusters(state: Search) -> Clustering:
    """Look for a good answer, then raise the bound under it.

    Parameters
    ----------
    state : Search
        Of a problem that `is_clustering`.
    """
    clustering = begin_clustering(state)
    for _ in range(_FIRST_CYCLES):
        clustering.anneal(_ANSWER)
        # More than one where they take little time.
        if state.spent >= _ANSWER and state.found is not None:
            break
    raise_bound(state)
    return clustering


def anneal_on(
    state: Search, clustering: Clustering, share: float, lift: Lift | None = None
) -> None:
    """Go through further cycles; without a time limit their number comes from rounds of search.

    Parameters
    ----------
    state : Search
    clustering : Clustering
    share : float
        Share of the time limit at which to end.
    lift : Lift, optional
        A bound that goes on rising where a cycle found a better answer.
    """
    cycles = state.options.search_rounds // _ROUNDS
    timed = state.options.seconds is not None
    while not state.done and (state.spent < share if timed else cycles > 0):
        before = state.found
        clustering.anneal(share)
        cycles -= 1
        if lift is not None and state.found is not before and not state.done:
            lift_on(state, lift, share)


def raise_bound(state: Search) -> None:
    """Raise the Lagrangian bound, filling sites in part, then with whole customers where few fit.

    Parameters
    ----------
    state : Search
    """
    problem, options = state.problem, state.options
    state.kind = "lagrangian"
    closed = np.array(problem.forced_closed)
    neighbours = usual_neighbours(problem, options.neighbours)
    price, steps = None, options.dual_iterations
    if neighbours * problem.n_customers > _MANY_ARCS:
        # Few prices ever pass the cost of the nearest quarter: most of the climb needs no more.
        arcs = choose_arcs(problem, neighbours // 4)
        relaxation = Relaxation(problem, arcs)
        price = _climb(state, relaxation, _first_prices(state, arcs), closed, steps, _STRIDE)
        steps //= 4
    arcs = choose_arcs(problem, neighbours)
    relaxation = Relaxation(problem, arcs)
    stride = _STRIDE if price is None else _STRIDE / 4
    price = _first_prices(state, arcs) if price is None else price
    price = _climb(state, relaxation, price, closed, steps, stride)
    state.pricing = relaxation.price_at(price)
    state.whole = relaxation.can_be_whole() and few_per_site(state)
    if state.whole and not state.done:
        state.kind = "lagrangian with whole customers"
        relaxation = Relaxation(problem, arcs, whole=True)
        steps = options.dual_iterations // 2
        price = _climb(state, relaxation, price, closed, steps, _WHOLE_STRIDE)
        state.pricing = relaxation.complete(relaxation.price_at(price))


def _first_prices(state: Search, arcs: Arcs) -> Floats:
    """Return what customers pay in the best answer and a share of what they pay on average."""
    if state.found is None:
        return first_prices(state.problem, arcs)
    found = state.found
    paid = np.empty(state.problem.n_customers)
    paid[found.customer] = state.problem.cost[found.customer, found.site]
    return np.asarray(np.minimum(paid + _MARGIN * paid.mean(), arcs.ceiling))


def _climb(
    state: Search, relaxation: Relaxation, price: Floats, closed: Flags, steps: int, stride: float
) -> Floats:
    """Climb in compiled bursts; between them sites that no better answer opens are shut."""
    kept = relaxation
    compiled = compile_arcs(kept)._replace(closed=closed)
    thinned = int(closed.sum())
    while steps > 0:
        goal = state.ceiling
        enough = goal if state.found is not None else np.inf
        burst = min(steps, _BURST)
        peak = climb_sites(
            compiled, price, kept.arcs.ceiling, burst, stride, goal, enough, kept.whole
        )
        state.count("dual_iterations", peak.steps)
        price, stride, steps = peak.price, peak.stride, steps - burst
        # Where sites were shut the bound holds for better answers only: it ends at the best one.
        state.raise_bound(min(peak.value, enough), state.kind)
        state.tell()
        if peak.steps < burst or state.done or state.spent > _BOUND:
            break
        if state.found is not None and relaxation.arcs.customer.size > _MANY_ARCS:
            _shut(state, compiled, price, closed)
            if int((~closed).sum()) < _THINNED * (closed.size - thinned):
                thinned = int(closed.sum())
                kept = Relaxation(state.problem, _without(relaxation.arcs, closed), kept.whole)
                compiled = compile_arcs(kept)._replace(closed=closed)
    return price


def _shut(state: Search, compiled: SiteArcs, price: Floats, closed: Flags) -> None:
    """Close, in place, every site that makes all answers dearer than the best one."""
    problem = state.problem
    rho, _ = costs_when_open(compiled, price)
    limits = (problem.fewest_open, problem.maximum_open, *problem.covering)
    opening, _ = forced_rises(rho, np.array(problem.forced_open), closed, *limits)
    # The number of sites is given: the cheapest so many are a limit, whatever they hold.
    value = float(price.sum() + np.sort(rho)[: problem.maximum_open].sum())
    closed |= opening > state.ceiling - value + 1e-7 * abs(state.ceiling)


def _without(arcs: Arcs, closed: Flags) -> Arcs:
    """Return the arcs to sites that are not shut."""
    kept = np.flatnonzero(~closed[arcs.site])
    site = arcs.site[kept]
    start = np.searchsorted(site, np.arange(closed.size + 1))
    return Arcs(arcs.customer[kept], site, arcs.cost[kept], start, arcs.ceiling)
