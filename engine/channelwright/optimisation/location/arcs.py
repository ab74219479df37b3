"""The arcs that the search looks at, and the ceiling that guards those it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


_FEWEST_ARCS = 16
_MOST_ARCS = 400_000


@dataclass(frozen=True, eq=False)
class Arcs:
    """Candidate arcs, sorted by site and then by customer.

    Attributes
    ----------
    customer, site : (n_arcs,) int
        Ends of each arc.
    cost : (n_arcs,)
        Cost of serving all of the customer over the arc.
    start : (n_sites + 1,) int
        Arcs of site j are ``start[j]:start[j + 1]``.
    ceiling : (n_customers,)
        Cost of the cheapest arc left out. A multiplier that never exceeds it gives every arc that
        was left out a reduced cost of at least zero, so that the Lagrangian bound over the kept
        arcs is a bound over all arcs (by construction instead of by a later check).
    """

    customer: Indices
    site: Indices
    cost: Floats
    start: Indices
    ceiling: Floats

    @property
    def restricted(self) -> bool:
        """True when arcs were left out."""
        return bool(np.isfinite(self.ceiling).any())


def choose_arcs(problem: LocationProblem, neighbours: int) -> Arcs:
    """Keep the cheapest arcs of each customer.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    neighbours : int
        Arcs to keep per customer.
    """
    cost = np.where(problem.allowed, problem.cost, np.inf)
    customers, sites = cost.shape
    ceiling = np.full(customers, np.inf)
    keep = problem.allowed.copy()
    if neighbours < sites:
        nearest = np.argpartition(cost, neighbours, axis=1)
        ceiling = np.take_along_axis(cost, nearest[:, neighbours, None], axis=1)[:, 0]
        keep[:] = False
        np.put_along_axis(keep, nearest[:, :neighbours], True, axis=1)
        own = np.flatnonzero(problem.own_customer >= 0)
        keep[problem.own_customer[own], own] = True
        keep &= problem.allowed
    site, customer = np.nonzero(keep.T)
    start = np.searchsorted(site, np.arange(sites + 1))
    return Arcs(customer, site, problem.cost[customer, site], start, ceiling)


def priced_arcs(problem: LocationProblem, unit: Floats, kept: int) -> Arcs:
    """Keep the arcs of each customer that are cheapest with capacity priced in.

    Nothing guards the others: a bound over these arcs is one over all only after all were priced.

    Parameters
    ----------
    problem : LocationProblem
        With one binding measure that takes the same at every site.
    unit : (n_sites,)
        Price of a unit at each site; where it is ``inf`` the lowest finite one counts.
    kept : int
        Arcs to keep per customer.
    """
    finite = np.where(np.isfinite(unit), unit, unit[np.isfinite(unit)].min(initial=0.0))
    demand = problem.demand[:, problem.binding[0]]
    keep = np.zeros(problem.cost.shape, dtype=np.bool_)
    # In blocks of customers, so that no second table of costs is needed.
    for begin in range(0, problem.n_customers, 4096):
        rows = slice(begin, begin + 4096)
        value = problem.cost[rows] + demand[rows, None] * finite[None, :]
        value = np.where(problem.allowed[rows], value, np.inf)
        best = np.argpartition(value, min(kept, value.shape[1] - 1), axis=1)[:, :kept]
        np.put_along_axis(keep[rows], best, True, axis=1)
    keep &= problem.allowed
    site, customer = np.nonzero(keep.T)
    start = np.searchsorted(site, np.arange(problem.n_sites + 1))
    ceiling = np.full(problem.n_customers, np.inf)
    return Arcs(customer, site, problem.cost[customer, site], start, ceiling)


def usual_neighbours(problem: LocationProblem, neighbours: int) -> int:
    """Return how many arcs per customer a bound usually needs.

    Multipliers seldom pass the cost of the sixth nearest open site; with p open sites that is about
    the (6 m / p)-th nearest candidate.
    """
    sites = problem.n_sites
    if problem.n_customers * sites <= 250_000:
        return sites
    # In very large problems the arcs, not the customers, set the pace; the ceiling guards the rest.
    neighbours = max(_FEWEST_ARCS, min(neighbours, _MOST_ARCS // problem.n_customers))
    opened = problem.maximum_open
    wanted = neighbours if opened >= sites else max(neighbours, -(-6 * sites // max(1, opened)))
    return min(sites, wanted)
