"""The clusters that a better answer can hold, listed, and HiGHS to choose among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.location.arcs import Arcs
from channelwright.optimisation.location.cluster_listing import empty_listing, list_clusters
from channelwright.optimisation.location.cluster_master import (
    Cluster,
    clusters_of,
    in_cuts,
    incidence,
    read_listing,
)
from channelwright.optimisation.location.compiled_climb import compile_arcs
from channelwright.optimisation.location.deadline import must_go_on, seconds_left
from channelwright.optimisation.location.lagrangian import Relaxation
from channelwright.optimisation.location.solution import answer_of
from channelwright.optimisation.solver import (
    LinearModel,
    SolverOptions,
    solve_arrays,
)

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from channelwright.optimisation.location.cluster_lift import Lift
    from channelwright.optimisation.location.compiled_climb import SiteArcs
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]

KIND = "clusters by branch and bound"
#: Clusters listed at most before those that other sites serve cheaper are left out, in those that
#: are kept, and members of a cluster that there is room for on average.
_LISTED, _MEMBERS, _STEPS = 6, 24, 200_000
#: Rooms that are tried, in gaps, and nodes and shares of the time left for HiGHS: over some better
#: answers and, with nothing left to do afterwards but to look for answers, over all of them.
_ROOMS = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03)
_NODES, _TIME, _WHOLE_TIME = 2_000, 0.25, 0.9


def decide_listed(state: Search, lift: Lift, most: int, *, whole: bool = False) -> bool:
    """List the clusters closest to the bound and let HiGHS choose among them.

    An answer with a cluster that costs more than all chosen ones by a room is dearer than the bound
    by that room, so that the bound rises to there unless the list holds a cheaper answer.

    Parameters
    ----------
    state : Search
        With an answer.
    lift : Lift
        Bound, its prices and cuts.
    most : int
        Clusters in a list.
    whole : bool
        Only a list that holds every better answer.

    Returns
    -------
    bool
        Whether the list held every better answer.
    """
    gap = state.ceiling - lift.value
    for share in _ROOMS[: 1 if whole else None]:
        if state.done:
            return False
        listed, room = list_near(state.problem, lift, share * gap, most)
        if listed and (room >= gap or not whole):
            _decide(state, lift, listed, lift.value + room, whole=room >= gap)
            return room >= gap
    return False


def list_near(
    problem: LocationProblem, lift: Lift, room: float, most: int
) -> tuple[list[Cluster], float]:
    """Return all clusters of answers within a room above a bound.

    Of sites that may serve the same customers the cheapest is kept.

    Parameters
    ----------
    problem : LocationProblem
    lift : Lift
    room : float
    most : int
        Clusters to be listed; if there are more the room is smaller.

    Returns
    -------
    tuple of list of Cluster and float
        Nothing if there are far too many; the room that the list covers.
    """
    tariff = lift.tariff(lift.best)
    slack = 1e-9 * (1.0 + abs(lift.value))
    limit = lift.best.site_price + room + slack
    arcs = _arcs_within(problem, tariff.price, lift.least(lift.best.site_price), limit)
    found = empty_listing(_LISTED * most, _LISTED * most * _MEMBERS)
    count = list_clusters(arcs, tariff, limit, found, _STEPS)
    if count < 0:
        return [], 0.0
    best: dict[bytes, tuple[float, Cluster]] = {}
    values = found.value[:count].tolist()
    for value, cluster in zip(values, read_listing(problem, found, count), strict=True):
        must_go_on()
        key = cluster.members.tobytes()
        if key not in best or value < best[key][0]:
            best[key] = value, cluster
    ordered = sorted(best.values(), key=lambda pair: pair[0])
    if len(ordered) > most:
        room = max(ordered[most][0] - lift.best.site_price - 2.0 * slack, 0.0)
    return [cluster for _, cluster in ordered[:most]], room


def _arcs_within(problem: LocationProblem, price: Floats, least: Floats, limit: float) -> SiteArcs:
    """Return the arcs that a cluster within a limit can use: what it saves pays for each."""
    keep = problem.cost - price[:, None] <= (limit - least)[None, :]
    own = np.flatnonzero(problem.own_customer >= 0)
    keep[problem.own_customer[own], own] = True
    keep &= problem.allowed
    site, customer = np.nonzero(keep.T)
    start = np.searchsorted(site, np.arange(problem.n_sites + 1))
    everywhere = np.full(problem.n_customers, np.inf)
    arcs = Arcs(customer, site, problem.cost[customer, site], start, everywhere)
    return compile_arcs(Relaxation(problem, arcs, whole=True))


def _decide(state: Search, lift: Lift, listed: list[Cluster], end: float, *, whole: bool) -> None:
    """Choose among listed clusters; the bound rises to the end of the list at most."""
    found, left, nodes = state.found, seconds_left(), state.options.nodes
    if found is None:
        return
    share = _WHOLE_TIME if whole else _TIME
    known = {cluster.members.tobytes() for cluster in listed}
    now = clusters_of(state.problem, found)
    clusters = listed + [cluster for cluster in now if cluster.members.tobytes() not in known]
    own = {cluster.members.tobytes() for cluster in now}
    start = np.array([float(cluster.members.tobytes() in own) for cluster in clusters])
    options = SolverOptions(
        nodes=nodes if whole else min(_NODES, nodes),
        threads=state.options.threads,
        seed=state.options.seed,
        seconds=None if left is None else share * left,
    )
    report = solve_arrays(_model(state.problem, lift, clusters), options, start)
    state.count("cluster_lists")
    state.count("cluster_list_nodes", report.nodes)
    if report.values is not None:
        site = np.full(state.problem.n_customers, -1, dtype=np.int64)
        for k in np.flatnonzero(report.values > 0.5).tolist():
            site[clusters[k].members] = clusters[k].site
        if site.min() >= 0:
            state.offer(answer_of(state.problem, site))
    if report.bound is not None:
        state.raise_bound(min(report.bound, end, state.ceiling), KIND)
        state.tell()


def _model(problem: LocationProblem, lift: Lift, clusters: list[Cluster]) -> LinearModel:
    """State the choice: everybody in one cluster, so many of them, cuts that cost something."""
    cuts = lift.master.cuts[: lift.best.penalty.size][lift.best.penalty > 0.0]
    inside = incidence(clusters, problem.n_customers)
    count = len(clusters)
    every: Any = sparse.csr_array(np.ones((1, count)))
    need = np.append(np.ones(problem.n_customers), float(problem.maximum_open))
    return LinearModel(
        cost=np.array([cluster.cost for cluster in clusters]),
        lower=np.zeros(count),
        upper=np.ones(count),
        matrix=sparse.vstack([inside, every, in_cuts(inside, cuts)], format="csc"),
        row_lower=np.append(need, np.full(cuts.shape[0], -np.inf)),
        row_upper=np.append(need, np.ones(cuts.shape[0])),
        integer=np.ones(count, dtype=np.bool_),
    )
