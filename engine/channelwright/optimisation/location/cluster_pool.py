"""The clusters that annealing has seen, put together anew: set partitioning over a pool.

An answer is a choice of clusters in which every customer is once. Annealing passes good clusters at
different times; HiGHS finds the cheapest answer that any of them make together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.solver import LinearModel, SolverOptions, solve_arrays

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from channelwright.optimisation.location.clusters import Clusters, Points

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Clusters that are remembered; beyond, the older half is forgotten.
_MOST = 20_000
_TOLERANCE = 1e-9


@dataclass
class ClusterPool:
    """Clusters within their capacities, each set of customers once.

    Attributes
    ----------
    seen : dict
        From the members, as bytes, to the cost and the customer at the centre; oldest first.
    """

    seen: dict[bytes, tuple[float, int]] = field(default_factory=dict)

    def add(self, points: Points, clusters: Clusters) -> None:
        """Remember every cluster that keeps within its capacity.

        Parameters
        ----------
        points : Points
        clusters : Clusters
            Counted up.
        """
        limit = points.limit[clusters.centre]
        fits = clusters.load <= limit + _TOLERANCE * np.maximum(1.0, limit)
        for g in np.flatnonzero(fits & (clusters.size > 0)).tolist():
            members = np.sort(clusters.member[g, : clusters.size[g]]).tobytes()
            # What is seen again counts as new.
            self.seen.pop(members, None)
            self.seen[members] = float(clusters.value[g]), int(clusters.centre[g])
        if len(self.seen) > _MOST:
            for members in list(self.seen)[: len(self.seen) // 2]:
                del self.seen[members]

    def known(self) -> list[tuple[int, Indices]]:
        """Return the customer at the centre and the members of every cluster, oldest first."""
        return [
            (centre, np.frombuffer(members, dtype=np.int32).astype(np.int64))
            for members, (_, centre) in self.seen.items()
        ]

    def combine(
        self, customers: int, number: int, ceiling: float, options: SolverOptions
    ) -> tuple[Indices, Indices] | None:
        """Return the cheapest answer that clusters of the pool make, if it beats a ceiling.

        Parameters
        ----------
        customers, number : int
            To be served, and clusters of an answer.
        ceiling : float
            Cost of the best answer known.
        options : SolverOptions
            Limits of each of the two solves.

        Returns
        -------
        tuple of (n_customers,) int and (number,) int, or None
            Cluster of each customer and the customer at the centre of each cluster.
        """
        if not self.seen:
            return None
        cost = np.array([value for value, _ in self.seen.values()])
        centre = np.array([j for _, j in self.seen.values()], dtype=np.int64)
        sets = [np.frombuffer(members, dtype=np.int32) for members in self.seen]
        matrix = _rows(sets, customers)
        need = np.append(np.ones(customers), float(number))
        relaxed = solve_arrays(_model(cost, matrix, need, integer=False), options)
        if relaxed.row_duals is None or relaxed.objective is None:
            return None
        # A cluster whose reduced cost is beyond the room is in no better answer.
        reduced = cost - matrix.T @ relaxed.row_duals
        kept = np.flatnonzero(reduced <= ceiling - relaxed.objective)
        if relaxed.objective >= ceiling * (1.0 - _TOLERANCE) or not kept.size:
            return None
        report = solve_arrays(_model(cost[kept], matrix[:, kept], need, integer=True), options)
        if report.values is None:
            return None
        chosen = kept[report.values > 0.5]
        if cost[chosen].sum() >= ceiling:
            return None
        of = np.empty(customers, dtype=np.int64)
        for g, column in enumerate(chosen.tolist()):
            of[sets[column]] = g
        return of, centre[chosen]


def _rows(sets: list[NDArray[np.int32]], customers: int) -> Any:
    """Return a row per customer and one for the number of clusters, a column per cluster."""
    column = np.repeat(np.arange(len(sets)), [members.size for members in sets])
    every = np.arange(len(sets))
    row = np.concatenate([*sets, np.full(every.size, customers)])
    place = row, np.concatenate([column, every])
    return sparse.csc_array((np.ones(row.size), place), shape=(customers + 1, every.size))


def _model(cost: Floats, matrix: Any, need: Floats, *, integer: bool) -> LinearModel:
    return LinearModel(
        cost=cost,
        lower=np.zeros(cost.size),
        upper=np.ones(cost.size),
        matrix=matrix,
        row_lower=need,
        row_upper=need,
        integer=np.full(cost.size, integer),
        offset=0.0,
    )
