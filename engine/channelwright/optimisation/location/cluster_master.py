"""The master problem over clusters: every customer in one, so many clusters, cuts, by HiGHS.

Its linear relaxation over all clusters is the bound by prices with whole customers (Dantzig & Wolfe
1960; Ceselli & Righini 2005), and cuts lift it above that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.location.cluster_cuts import violated_triples
from channelwright.optimisation.location.cluster_listing import Tariff
from channelwright.optimisation.location.deadline import seconds_left
from channelwright.optimisation.solver import LinearModel, Session, SolverOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from channelwright.optimisation.location.cluster_listing import Listing
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Cost of leaving a customer alone, in largest costs.
_ALONE = 4.0


@dataclass(frozen=True, eq=False)
class Cluster:
    """Customers that a site serves.

    Attributes
    ----------
    site : int
    members : (n_members,) int
        In rising order.
    cost : float
        Of service and of the site.
    """

    site: int
    members: Indices
    cost: float


def cluster_of(problem: LocationProblem, site: int, members: Indices) -> Cluster:
    """Return a cluster with its cost.

    Parameters
    ----------
    problem : LocationProblem
    site : int
    members : (n_members,) int
    """
    ordered = np.sort(np.asarray(members, dtype=np.int64))
    cost = float(problem.cost[ordered, site].sum() + problem.fixed_cost[site])
    return Cluster(int(site), ordered, cost)


def clusters_of(problem: LocationProblem, found: Incumbent) -> list[Cluster]:
    """Return the clusters of an answer.

    Parameters
    ----------
    problem : LocationProblem
    found : Incumbent
    """
    sites = np.flatnonzero(found.open).tolist()
    return [cluster_of(problem, j, found.customer[found.site == j]) for j in sites]


def read_listing(problem: LocationProblem, found: Listing, count: int) -> Iterator[Cluster]:
    """Return the clusters of a listing.

    Parameters
    ----------
    problem : LocationProblem
    found : Listing
    count : int
        How many there are.
    """
    begin = 0
    for k in range(count):
        end = int(found.end[k])
        yield cluster_of(problem, int(found.site[k]), found.member[begin:end].copy())
        begin = end


@dataclass(frozen=True, eq=False)
class Duals:
    """Prices of a master problem.

    Attributes
    ----------
    price : (n_customers,)
    site_price : float
        Of one more cluster.
    penalty : (n_cuts,)
    """

    price: Floats
    site_price: float
    penalty: Floats

    def towards(self, other: Duals, share: float) -> Duals:
        """Return a point between these prices and others, of cuts that are newer here too.

        Parameters
        ----------
        other : Duals
        share : float
            0 stays here.
        """
        old = np.zeros(self.penalty.size)
        old[: other.penalty.size] = other.penalty[: old.size]
        return Duals(
            (1.0 - share) * self.price + share * other.price,
            (1.0 - share) * self.site_price + share * other.site_price,
            (1.0 - share) * self.penalty + share * old,
        )


class ClusterMaster:
    """A master problem that stays loaded while clusters and cuts are added.

    Parameters
    ----------
    problem : LocationProblem
    options : SolverOptions
        Limits of each solve.
    """

    def __init__(self, problem: LocationProblem, options: SolverOptions) -> None:
        n = problem.n_customers
        self.problem, self.clusters = problem, list[Cluster]()
        self.cuts = np.zeros((0, 3), dtype=np.int64)
        self.objective = np.inf
        self.share = np.zeros(0)
        self._seen: set[tuple[int, bytes]] = set()
        alone = _ALONE * (1.0 + float(np.abs(problem.cost[problem.allowed]).max(initial=0.0)))
        rows = sparse.vstack([sparse.eye_array(n), sparse.csr_array((1, n))])
        need = np.append(np.ones(n), float(problem.maximum_open))
        empty = np.zeros(n)
        whole = np.zeros(n, dtype=np.bool_)
        model = LinearModel(np.full(n, alone), empty, np.ones(n), rows, need, need.copy(), whole)
        self._session = Session(model, options)

    def add(self, clusters: Iterable[Cluster]) -> int:
        """Add clusters that are new; returns how many were.

        Parameters
        ----------
        clusters : iterable of Cluster
        """
        new = []
        for cluster in clusters:
            key = cluster.site, cluster.members.tobytes()
            if key not in self._seen:
                self._seen.add(key)
                new.append(cluster)
        if new:
            inside = incidence(new, self.problem.n_customers)
            every: Any = sparse.csr_array(np.ones((1, len(new))))
            rows = sparse.vstack([inside, every, in_cuts(inside, self.cuts)], format="csc")
            cost = np.array([cluster.cost for cluster in new])
            self._session.add_columns(cost, rows, np.full(len(new), np.inf))
            self.clusters += new
        return len(new)

    def solve(self) -> Duals | None:
        """Solve the relaxation over the clusters so far; None where a limit ended it."""
        report = self._session.solve(seconds_left())
        if report.row_duals is None or report.values is None or report.objective is None:
            return None
        n = self.problem.n_customers
        self.objective, self.share = report.objective, report.values[n:]
        duals = report.row_duals
        return Duals(duals[:n], float(duals[n]), np.maximum(-duals[n + 1 :], 0.0))

    def cut(self, wanted: int) -> int:
        """Add cuts that the last solution violates; returns how many.

        Parameters
        ----------
        wanted : int
        """
        inside = incidence(self.clusters, self.problem.n_customers)
        triples = violated_triples(inside, self.share, wanted)
        if triples.size:
            rows = in_cuts(inside, triples)
            alone = sparse.csr_array((rows.shape[0], self.problem.n_customers))
            count = rows.shape[0]
            self._session.add_rows(
                sparse.hstack([alone, rows]), np.full(count, -np.inf), np.ones(count)
            )
            self.cuts = np.concatenate([self.cuts, triples])
        return int(triples.shape[0])

    def tariff(self, duals: Duals, ceiling: Floats) -> Tariff:
        """Return prices for the walk over clusters, of cuts that cost something.

        Parameters
        ----------
        duals : Duals
        ceiling : (n_customers,)
            Prices never pass it.
        """
        price = np.minimum(duals.price, ceiling)
        kept = np.flatnonzero(duals.penalty > 0.0)
        who = self.cuts[kept].ravel()
        order = np.argsort(who, kind="stable")
        start = np.searchsorted(who[order], np.arange(price.size + 1))
        cut = np.repeat(np.arange(kept.size), 3)[order]
        return Tariff(price, duals.penalty[kept], start.astype(np.int64), cut.astype(np.int64))


def incidence(clusters: Sequence[Cluster], customers: int) -> Any:
    """Return who is in which cluster, (n_customers, n_clusters) sparse.

    Parameters
    ----------
    clusters : sequence of Cluster
    customers : int
    """
    end = np.cumsum([0, *(cluster.members.size for cluster in clusters)])
    row = np.concatenate([np.zeros(0, np.int64), *(cluster.members for cluster in clusters)])
    return sparse.csc_array((np.ones(row.size), row, end), shape=(customers, len(clusters)))


def in_cuts(inside: Any, cuts: Indices) -> Any:
    """Return which clusters hold two or three customers of each cut, (n_cuts, n_clusters) sparse.

    Parameters
    ----------
    inside : (n_customers, n_clusters) sparse
    cuts : (n_cuts, 3) int
    """
    place = np.repeat(np.arange(cuts.shape[0]), 3), cuts.ravel()
    three = sparse.csr_array((np.ones(cuts.size), place), shape=(cuts.shape[0], inside.shape[0]))
    held = (three @ inside).tocoo()
    two = held.data >= 1.5
    entry = np.ones(int(two.sum()))
    return sparse.csr_array((entry, (held.row[two], held.col[two])), shape=held.shape)
