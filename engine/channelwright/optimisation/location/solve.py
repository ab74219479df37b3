"""The conductor: bound and answers together, large neighbourhoods, then what is left exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.foundation.compiled import search_clock
from channelwright.optimisation.location.apart import solve_apart
from channelwright.optimisation.location.certify import refusal, tightness
from channelwright.optimisation.location.climbing import climb_bound
from channelwright.optimisation.location.closing import close_in, finish
from channelwright.optimisation.location.cluster_climb import anneal_on, climb_by_clusters
from channelwright.optimisation.location.cluster_proof import few_each, lift_by_clusters
from channelwright.optimisation.location.clustering import is_clustering
from channelwright.optimisation.location.components import split
from channelwright.optimisation.location.deadline import OutOfTime, time_limit
from channelwright.optimisation.location.flow_climb import climb_by_flows
from channelwright.optimisation.location.infeasible import clashes
from channelwright.optimisation.location.reserve import keep_in_reserve
from channelwright.optimisation.location.rooms import close_in_by_tree
from channelwright.optimisation.location.search import search_groups
from channelwright.optimisation.location.shape_solve import solve_shaped
from channelwright.optimisation.location.site_search import sites_decide
from channelwright.optimisation.location.solution import LocationOptions, LocationSolution
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.location.tier_solve import solve_tiers

if TYPE_CHECKING:
    from channelwright.optimisation.location.known import Known
    from channelwright.optimisation.location.problem import LocationProblem

#: Share of the time limit after which medians that are not closed go to the large tree.
_CLUSTERS = 0.8


def solve_location(
    problem: LocationProblem,
    options: LocationOptions | None = None,
    known: Known | None = None,
) -> LocationSolution:
    """Choose sites and who serves whom, and say how good the choice is.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    options : LocationOptions, optional
        Work limits.
    known : Known, optional
        An earlier answer and a bound, used where territories have a shape.

    Returns
    -------
    LocationSolution
        Answer and certificate; an infeasible request is a normal return that names the clash.
    """
    options = options or LocationOptions()
    with time_limit(options.seconds):
        return _solve(problem, options, known)


def _solve(
    problem: LocationProblem, options: LocationOptions, known: Known | None
) -> LocationSolution:
    begin = search_clock()
    if problem.shape is not None:
        return solve_shaped(problem, problem.shape, options, known)
    if problem.tiers is not None:
        return solve_tiers(problem, problem.tiers, options)
    reasons = clashes(problem)
    if reasons:
        return LocationSolution(None, refusal({}, reasons))
    parts = split(problem)
    if len(parts) > 1:
        together = solve_apart(problem, parts, _from(begin, options), solve_location)
        if together is not None:
            return together
    return _solve_whole(problem, _from(begin, options))


def _from(begin: float, options: LocationOptions) -> LocationOptions:
    """Return the options with a time limit that counts from an earlier moment."""
    if options.seconds is None:
        return options
    return replace(options, seconds=max(options.seconds - (search_clock() - begin), 0.0))


def _solve_whole(problem: LocationProblem, options: LocationOptions) -> LocationSolution:
    state = Search(problem, options)
    keep_in_reserve(state)
    try:
        _search(state)
    except OutOfTime:
        state.note_end()
    if state.infeasible:
        return LocationSolution(None, refusal(state.work, (tightness(problem),)))
    price = None if state.pricing is None else state.pricing.price
    certificate = state.certificate()
    return LocationSolution(state.found, certificate, price)


def _search(state: Search) -> None:
    """Go through the phases until the gap is closed or a limit is reached."""
    if is_clustering(state.problem):
        _search_clusters(state)
        return
    if sites_decide(state.problem):
        climb_by_flows(state)
        if not state.done:
            search_groups(state)
    else:
        climb_bound(state)
    if not state.done:
        close_in(state)
    if not state.done:
        search_groups(state)
    if not state.done:
        finish(state)


def _search_clusters(state: Search) -> None:
    """Search capacitated medians: answers first, the tree where the bound leaves little."""
    clustering, lift = climb_by_clusters(state), None
    if not state.done and few_each(state.problem):
        lift = lift_by_clusters(state, clustering.seen(), _CLUSTERS)
    if not state.done:
        close_in_by_tree(state)
    anneal_on(state, clustering, _CLUSTERS, lift)
    if not state.done:
        finish(state)
    if state.options.seconds is not None:
        anneal_on(state, clustering, 1.0)
