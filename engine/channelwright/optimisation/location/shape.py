"""The shape of territories: connected with their site, and balanced."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Cut:
    """Customers of which a territory needs one to hold both a customer and its site.

    Attributes
    ----------
    customer, site : int
    through : tuple of int, customers that separate the two
    """

    customer: int
    site: int
    through: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Shape:
    """What territories must look like.

    Attributes
    ----------
    edges : (e, 2) int or None
        Neighbouring customers; given, every territory must be connected with its site.
    anchor : (n, m) bool
        Customers that are next to a site itself.
    low, high : (k,)
        Load of an open site within tolerance; 0 and inf where a measure is not balanced.
    price : (k,)
        Cost per unit of a measure beyond those; ``inf`` = the tolerance is hard.
    apart : (a, 2) int
        Pairs of customers that must not have one server.
    cuts : tuple of Cut
        Separators that an exact model states.
    """

    edges: Indices | None
    anchor: Flags
    low: Floats
    high: Floats
    price: Floats
    apart: Indices
    cuts: tuple[Cut, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def hard(self) -> Flags:
        """Measures whose tolerance must be met, (k,)."""
        return ~np.isfinite(self.price)

    def merged(self, index: Indices, size: int) -> Shape:
        """Return the shape when customers become groups; a group counts as one place."""
        anchor = np.zeros((size, self.anchor.shape[1]), dtype=np.bool_)
        np.logical_or.at(anchor, index, self.anchor)
        edges = self.edges
        if edges is not None:
            edges = np.unique(np.sort(index[edges], axis=1), axis=0)
            edges = edges[edges[:, 0] != edges[:, 1]]
        return replace(self, anchor=anchor, edges=edges, apart=index[self.apart])


def loosened(problem: LocationProblem, shape: Shape) -> LocationProblem:
    """Return the problem without connection and pairs apart; hard balances stay as limits."""
    hard = shape.hard
    high = np.where(hard, shape.high, np.inf)
    low = np.where(hard, shape.low, 0.0)
    return replace(
        problem,
        capacity=np.minimum(problem.capacity, high[None, :]),
        minimum_load=np.maximum(problem.minimum_load, low[None, :]),
        shape=None,
    )


def imbalance_price(problem: LocationProblem, shape: Shape, found: Incumbent) -> float:
    """Return what the priced measures of an answer cost beyond their tolerance."""
    priced = np.flatnonzero(~shape.hard)
    total = 0.0
    for k in priced.tolist():
        used = problem.used(k, found.customer, found.site) * found.share
        load = np.bincount(found.site, weights=used, minlength=problem.n_sites)[found.open]
        off = np.maximum(load - shape.high[k], 0.0) + np.maximum(shape.low[k] - load, 0.0)
        total += float(shape.price[k] * off.sum())
    return total


def stray_pieces(
    shape: Shape, assignment: Indices, site: int, pieces: Indices | None = None
) -> list[Indices]:
    """Return the pieces of a territory that are not connected with their site.

    Parameters
    ----------
    assignment : (n,) int
    site : int
    pieces : ignored unless given: (n,) component numbers, for callers that have them
    """
    mine = np.flatnonzero(assignment == site)
    if shape.edges is None or not mine.size:
        return []
    number = pieces if pieces is not None else components(shape, assignment)
    kept = np.unique(number[mine[shape.anchor[mine, site]]])
    loose = mine[~np.isin(number[mine], kept)]
    return [loose[number[loose] == one] for one in np.unique(number[loose]).tolist()]


def components(shape: Shape, assignment: Indices) -> Indices:
    """Return the number of the connected piece of its territory that every customer is in: (n,)."""
    n = assignment.size
    edges = np.zeros((0, 2), dtype=np.int64) if shape.edges is None else shape.edges
    inside = edges[assignment[edges[:, 0]] == assignment[edges[:, 1]]]
    graph = sparse.coo_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), (n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def shape_violation(problem: LocationProblem, shape: Shape, found: Incumbent) -> str | None:
    """Return the first rule of the shape that an answer breaks, or None."""
    server = np.full(problem.n_customers, -1, dtype=np.int64)
    server[found.customer[found.share > 0.5]] = found.site[found.share > 0.5]
    if (server[shape.apart[:, 0]] == server[shape.apart[:, 1]]).any():
        return "a pair that must be apart has one server"
    for k in np.flatnonzero(shape.hard).tolist():
        used = problem.used(k, found.customer, found.site) * found.share
        load = np.bincount(found.site, weights=used, minlength=problem.n_sites)[found.open]
        slack = _TOLERANCE * np.maximum(1.0, load)
        if (load > shape.high[k] + slack).any() or (load < shape.low[k] - slack).any():
            return f"the balance in {problem.measure_names[k]} is missed"
    if shape.edges is not None:
        number = components(shape, server)
        for j in np.flatnonzero(found.open).tolist():
            if stray_pieces(shape, server, j, number):
                return "a territory is not connected with its site"
    return None
