"""Capacitated medians by annealed clusters: the first answer, and later better ones.

Where every candidate site lies at a customer that it must serve itself and their number is given,
an answer is a division of the customers into clusters. Annealing moves customers between
neighbouring clusters (Kirkpatrick, Gelatt & Vecchi 1983), and centres follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.cluster_master import cluster_of
from channelwright.optimisation.location.cluster_moves import try_moves
from channelwright.optimisation.location.cluster_pool import ClusterPool
from channelwright.optimisation.location.clusters import (
    Clusters,
    Points,
    count_up,
    empty_clusters,
    serve_near,
)
from channelwright.optimisation.location.solution import answer_of
from channelwright.optimisation.solver import SolverOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.cluster_master import Cluster
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Neighbours of a customer whose clusters it may join, near ones more often.
_NEIGHBOURS = 60
#: First and last heat in mean costs of a customer at the start; reheating begins at this share.
_FIRST, _LAST, _AGAIN = 0.36, 0.02, 0.3
#: Moves tried per customer in the first cycle, and how they grow from cycle to cycle, how often.
_MOVES, _GROWTH, _GROWINGS = 3_000, 2, 4
#: Moves between two looks at the clock, and price of overload in mean costs of a unit.
_PIECE, _PENALTY = 500_000, 500.0
#: Looks of a cycle at least; clusters seen at them are put together anew at its end where sites
#: serve at most so many customers on average, with so many nodes and this share of the time left.
_LOOKS, _FEW, _NODES, _POOL_TIME = 60, 40, 300, 0.1
#: Forbidden service in largest costs.
_FORBIDDEN = 1e3


def is_clustering(problem: LocationProblem) -> bool:
    """Return whether answers are divisions into a given number of clusters.

    Parameters
    ----------
    problem : LocationProblem
    """
    own = problem.own_customer[~problem.forced_closed]
    return bool(
        problem.single_source
        and len(problem.binding) == 1
        and problem.usage is None
        and problem.fewest_open == problem.maximum_open
        and not problem.forced_open.any()
        and not problem.minimum_load.any()
        and (own >= 0).all()
        and np.unique(own).size == own.size
    )


@dataclass
class Clustering:
    """Annealed clusters of one search, which goes on where it stopped.

    Attributes
    ----------
    state : Search
    points : Points
    host : (n_customers,) int
        Site at each customer, -1 without one.
    dice : (1,) uint64
    scale : float
        Mean cost of a customer at the start.
    best : (n_customers,) int
        Cluster of each customer in the best answer so far.
    cycles : int
    pool : ClusterPool
        Clusters that were seen.
    """

    state: Search
    points: Points
    host: Indices
    dice: NDArray[np.uint64]
    scale: float
    best: Indices
    cycles: int = 0
    pool: ClusterPool = field(default_factory=ClusterPool)

    def anneal(self, share: float) -> None:
        """Go through one cycle of falling heat.

        Parameters
        ----------
        share : float
            Share of the time limit at which it must have ended: it falls faster where time is
            short.
        """
        state, number = self.state, self.state.problem.maximum_open
        moves = _MOVES * self.best.size * _GROWTH ** min(self.cycles, _GROWINGS)
        few = self.best.size <= _FEW * number
        first = _FIRST * (1.0 if self.cycles == 0 else _AGAIN) * self.scale
        clusters = empty_clusters(self.best, number)
        count_up(self.points, clusters)
        self.cycles += 1
        begun, gone = state.spent, 0.0
        pieces = max(_LOOKS, -(-moves // _PIECE))
        fall = _LAST * self.scale / first
        while gone < 1.0 and not state.done:
            step = 1.0 / pieces
            if state.options.seconds is not None:
                # What a piece takes of the time says how many more there can be.
                step = max(step, self._share_of_time(begun, share, gone))
            after = min(1.0, gone + step)
            heat = first * np.array([fall**gone, fall**after])
            try_moves(self.points, clusters, heat, max(1, moves // pieces), self.dice)
            count_up(self.points, clusters)
            self._offer(clusters)
            if few:
                self.pool.add(self.points, clusters)
            gone = after
        state.count("clusters_annealed")
        if few and not state.done:
            self._combine(number)

    def seen(self) -> list[Cluster]:
        """Return the clusters that were remembered."""
        return [
            cluster_of(self.state.problem, int(self.host[centre]), members)
            for centre, members in self.pool.known()
        ]

    def _combine(self, number: int) -> None:
        """Look for a better answer among those that the clusters seen make together."""
        state = self.state
        left = state.seconds_left()
        limits = SolverOptions(
            nodes=min(_NODES, state.options.nodes),
            threads=state.options.threads,
            seed=state.options.seed,
            seconds=None if left is None else _POOL_TIME * left,
        )
        made = self.pool.combine(self.best.size, number, state.ceiling, limits)
        if made is None:
            return
        of, centre = made
        site = self.host[centre[of]]
        if site.min() >= 0 and state.offer(answer_of(state.problem, site)):
            self.best = of
            state.count("clusters_combined")

    def _share_of_time(self, begun: float, share: float, gone: float) -> float:
        """Return how far the heat must fall until the next look to end in time."""
        spent = (self.state.spent - begun) / max(share - begun, 1e-9)
        return max(0.0, spent - gone)

    def _offer(self, clusters: Clusters) -> None:
        site = self.host[clusters.centre[clusters.of]]
        found = self.state.found
        cost = float(clusters.value.sum())
        if site.min() < 0 or (found is not None and cost >= found.objective):
            return
        if self.state.offer(answer_of(self.state.problem, site)):
            self.best = clusters.of.copy()


def begin_clustering(state: Search) -> Clustering:
    """Return clusters round centres that are spread over the customers.

    Parameters
    ----------
    state : Search
    """
    problem = state.problem
    points, host = _points(problem)
    centre = _spread_centres(points, host, problem.maximum_open, state.options.seed)
    order = np.argsort(-points.need, kind="stable")
    of = serve_near(points, centre, order)
    clusters = empty_clusters(of, centre.size)
    served = points.cost[np.arange(of.size), centre[of]]
    scale = max(float(served.mean()), 1e-12)
    unit = float(served.sum()) / max(float(points.need.sum()), 1e-12)
    points = points._replace(penalty=_PENALTY * max(unit, 1e-12))
    dice = np.array([np.random.default_rng(state.options.seed).integers(1, 2**62)], np.uint64)
    return Clustering(state, points, host, dice, scale, clusters.of)


def _points(problem: LocationProblem) -> tuple[Points, Indices]:
    """Return what clusters read, and the site at each customer (-1: none)."""
    n, measure = problem.n_customers, problem.binding[0]
    usable = np.flatnonzero(~problem.forced_closed)
    host = np.full(n, -1, dtype=np.int64)
    host[problem.own_customer[usable]] = usable
    cost = problem.cost
    plain = np.array_equal(host, np.arange(problem.n_sites))
    if not (plain and problem.allowed.all()):
        large = _FORBIDDEN * max(float(np.abs(cost[problem.allowed]).max(initial=0.0)), 1.0)
        cost = np.where(problem.allowed, cost, large)[:, host]
        cost[:, host < 0] = large
    limit = np.where(host >= 0, problem.limit[host, measure], 0.0)
    fixed = np.where(host >= 0, problem.fixed_cost[host], 0.0)
    near = _neighbours(cost)
    need = np.array(problem.demand[:, measure])
    return Points(cost, need, limit, fixed, near, 0.0), host


def _neighbours(cost: Floats) -> Indices:
    """Return the customers whose sites are cheapest for each other customer, cheapest first."""
    n = cost.shape[0]
    width = min(n - 1, _NEIGHBOURS)
    near = np.empty((n, width), dtype=np.int64)
    for begin in range(0, n, 512):
        rows = cost[begin : begin + 512].copy()
        own = np.arange(rows.shape[0])
        # Nobody is a neighbour of himself.
        rows[own, begin + own] = np.inf
        best = np.argpartition(rows, width - 1, axis=1)[:, :width]
        order = np.argsort(np.take_along_axis(rows, best, axis=1), axis=1, kind="stable")
        near[begin : begin + 512] = np.take_along_axis(best, order, axis=1)
    return near


def _spread_centres(points: Points, host: Indices, number: int, seed: int) -> Indices:
    """Return centres far apart, each the best of a few drawn with odds by distance.

    The rule of k-means++ (Arthur & Vassilvitskii 2007) with sums of costs instead of squares.
    """
    rng = np.random.default_rng([seed, number])
    usable = np.flatnonzero(host >= 0)
    first = int(usable[rng.integers(usable.size)])
    centre, nearest = [first], points.cost[:, first].copy()
    while len(centre) < number:
        odds = nearest[usable].copy()
        odds[np.isin(usable, centre)] = 0.0
        if odds.sum() <= 0.0:
            rest = np.setdiff1d(usable, centre)
            centre.append(int(rest[0]))
            continue
        drawn = usable[rng.choice(usable.size, 3, p=odds / odds.sum())]
        after = np.minimum(nearest[:, None], points.cost[:, drawn])
        best = int(after.sum(axis=0).argmin())
        centre.append(int(drawn[best]))
        nearest = after[:, best]
    return np.array(centre, dtype=np.int64)
