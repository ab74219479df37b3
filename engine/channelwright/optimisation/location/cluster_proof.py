"""Bounds and answers from all clusters at once: columns, cuts, then what is left as a list.

Column generation brings the bound by prices to its end. Cuts lift it, with their prices in the walk
that looks for columns, so that it stays a bound over all clusters. When the clusters that a better
answer can hold are few they are listed and HiGHS decides; when they are many, those closest to the
bound are decided, which gives answers and may raise the bound to where the list ends.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.arcs import choose_arcs, usual_neighbours
from channelwright.optimisation.location.cluster_lift import Lift
from channelwright.optimisation.location.cluster_list import decide_listed
from channelwright.optimisation.location.cluster_listing import empty_listing
from channelwright.optimisation.location.cluster_master import ClusterMaster, Duals, clusters_of
from channelwright.optimisation.location.compiled_climb import compile_arcs
from channelwright.optimisation.location.deadline import OutOfTime, time_limit
from channelwright.optimisation.location.lagrangian import Relaxation
from channelwright.optimisation.solver import SolverOptions

if TYPE_CHECKING:
    from channelwright.optimisation.location.cluster_master import Cluster
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.state import Search

#: Rounds of cuts at most, and cuts of a round: this many and a share of the customers.
_CUT_ROUNDS, _CUTS, _CUTS_SHARE = 60, 30, 0.2
#: Cuts go on while a round closes this share of the gap.
_WORTH = 0.01
#: Customers a cluster on average at most.
_FEW = 25
#: Clusters of lists that are decided one after the other at the end; the first of them already
#: between cuts where it holds every better answer.
_LISTS = (2_000, 6_000, 20_000)


def few_each(problem: LocationProblem) -> bool:
    """Return whether clusters are so small that all of those that matter can be listed.

    Parameters
    ----------
    problem : LocationProblem
        That `is_clustering`.
    """
    return problem.n_customers <= _FEW * problem.maximum_open


def lift_by_clusters(state: Search, first: list[Cluster], share: float) -> Lift | None:
    """Raise the bound by columns and cuts and decide what is left, as far as time goes.

    Parameters
    ----------
    state : Search
        With an answer and the prices of a bound with whole customers.
    first : list of Cluster
        Clusters seen so far.
    share : float
        Share of the time limit at which to end.

    Returns
    -------
    Lift or None
        With which `lift_on` goes on after a better answer, if there is any.
    """
    with time_limit(state.seconds_until(share)):
        lift = begin_lift(state, first)
    if lift is not None:
        lift_on(state, lift, share)
    return lift


def lift_on(state: Search, lift: Lift, share: float) -> None:
    """Go on with columns, cuts and lists; a better answer than before leaves less for them.

    Parameters
    ----------
    state : Search
        With an answer.
    lift : Lift
    share : float
        Share of the time limit at which to end.
    """
    if state.found is not None:
        lift.master.add(clusters_of(state.problem, state.found))
    with time_limit(state.seconds_until(share)), suppress(OutOfTime):
        if lift.converge():
            _cut_and_list(state, lift, share)


def _cut_and_list(state: Search, lift: Lift, share: float) -> None:
    lists = list(_LISTS)
    while lists and not state.done and state.spent <= share:
        found = state.found
        if _cut(state, lift, share) or decide_listed(state, lift, lists[0]):
            # The list held every better answer: more time is all that would help.
            return
        # With a better answer the same cuts leave less: they are worth going on with.
        lists = lists if state.found is not found else lists[1:]


def _cut(state: Search, lift: Lift, share: float) -> bool:
    """Add cuts while they are worth it; True if a list of all better answers was decided."""
    for _ in range(_CUT_ROUNDS):
        if state.done or state.spent > share:
            break
        if decide_listed(state, lift, _LISTS[0], whole=True):
            return True
        before = lift.value
        wanted = _CUTS + int(_CUTS_SHARE * state.problem.n_customers)
        if not lift.master.cut(wanted) or not lift.converge():
            break
        state.count("cut_rounds")
        if lift.value - before < _WORTH * (state.ceiling - before):
            break
    return False


def begin_lift(state: Search, first: list[Cluster]) -> Lift | None:
    """Return a master problem at the prices so far, None where the knapsacks are not whole.

    Parameters
    ----------
    state : Search
    first : list of Cluster
        Clusters seen so far.
    """
    problem, pricing = state.problem, state.pricing
    if pricing is None or state.found is None:
        return None
    arcs = choose_arcs(problem, usual_neighbours(problem, state.options.neighbours))
    relaxation = Relaxation(problem, arcs, whole=True)
    if not relaxation.whole:
        return None
    limits = SolverOptions(threads=state.options.threads, seed=state.options.seed)
    master = ClusterMaster(problem, limits)
    master.add(clusters_of(problem, state.found))
    master.add(first)
    places = 2 * problem.n_customers + 64 * problem.n_sites
    found = empty_listing(problem.n_sites, places)
    cheapest = np.sort(pricing.rho)
    price = np.minimum(pricing.price, arcs.ceiling)
    site_price = float(cheapest[problem.maximum_open - 1])
    start = Duals(price, site_price, np.zeros(0))
    return Lift(state, compile_arcs(relaxation), arcs.ceiling, master, found, start)
