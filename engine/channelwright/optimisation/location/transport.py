"""Cheapest service from given open sites, splitting allowed, and what capacity is worth there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.location.flows import OpenArcs, flow_to_open
from channelwright.optimisation.location.smooth_prices import smooth_prices
from channelwright.optimisation.location.solution import Incumbent
from channelwright.optimisation.solver import LinearModel, SolverOptions, solve_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Arcs beyond which prices are found first, so that chains have little to move.
_PRICED_FIRST = 400_000


@dataclass(frozen=True, eq=False)
class Transport:
    """Cheapest service from given sites, splitting allowed.

    Attributes
    ----------
    found : Incumbent
        Who serves which share of whom.
    price : (n_measures, n_sites)
        What one more unit of each capacity would save; the rows are those of the lists.
    """

    found: Incumbent
    price: Floats


def transport(
    problem: LocationProblem, opened: Flags, price: Floats | None = None, spare: float = 0.0
) -> Transport | None:
    """Serve everybody from given open sites at least cost, splitting allowed.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    opened : (n_sites,) bool
        Open sites.
    price : (n_sites,), optional
        Prices of capacity that may be near the right ones; they save time.
    spare : float
        Capacity left unused at every site where the problem is a transport problem, so that whole
        customers fit later.

    Returns
    -------
    Transport or None
        None if the sites cannot serve everybody.
    """
    if is_transport(problem):
        return _by_chains(problem, opened, price, spare)
    return _by_program(problem, opened)


def is_transport(problem: LocationProblem) -> bool:
    """Return whether service from given sites is a transport problem: one capacity, no least loads.

    Parameters
    ----------
    problem : LocationProblem
    """
    return problem.usage is None and len(problem.lists.limit) == 1 and not problem.lists.floor.any()


def costs_at_least(
    problem: LocationProblem, opened: Flags, price: Floats | None, beyond: float
) -> tuple[float, Floats | None]:
    """Return what split service costs at least, found quickly where it takes long to find it.

    Parameters
    ----------
    problem : LocationProblem
        A transport problem once sites are given.
    opened : (n_sites,) bool
        Open sites.
    price : (n_sites,), optional
        Prices of capacity that may be near the right ones.
    beyond : float
        More than that need not be known.

    Returns
    -------
    tuple of float and (n_sites,) or None
        The limit, ``inf`` if the sites cannot serve everybody and minus infinity in problems of
        moderate size; and better prices.
    """
    served = _open_arcs(problem, opened, 0.0)
    if served is None:
        return np.inf, price
    if served.arcs.site.size <= _PRICED_FIRST:
        return -np.inf, price
    fixed = float(problem.fixed_cost[opened].sum())
    smooth = smooth_prices(served.arcs, served.to_units(price), beyond - fixed)
    return smooth.value + fixed, served.from_units(smooth.price)


@dataclass(frozen=True, eq=False)
class _Served:
    """Arcs to the open sites, in units in which customers take one on average.

    Attributes
    ----------
    arcs : OpenArcs
    sites : (n_open,) int
        Problem's number of each open site.
    scale : float
        Such units in one of the problem's.
    n_sites : int
        Of the problem.
    """

    arcs: OpenArcs
    sites: Indices
    scale: float
    n_sites: int

    def to_units(self, price: Floats | None) -> Floats | None:
        return None if price is None else np.maximum(price[self.sites], 0.0) / self.scale

    def from_units(self, price: Floats) -> Floats:
        whole = np.zeros(self.n_sites)
        whole[self.sites] = price * self.scale
        return whole


def _open_arcs(problem: LocationProblem, opened: Flags, spare: float) -> _Served | None:
    """Return the arcs to open sites, None where they obviously cannot serve everybody."""
    lists, sites = problem.lists, np.flatnonzero(opened)
    weight = problem.demand[:, lists.measure[0]]
    limit = np.maximum(lists.limit[0, sites] - spare, 0.0)
    if limit.sum() < weight.sum() * (1 - 1e-9):
        return None
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    kept = np.flatnonzero(opened[lists.site] & _own_arcs(problem, opened, customer))
    customer = customer[kept]
    start = np.searchsorted(customer, np.arange(problem.n_customers + 1)).astype(np.int64)
    scale = problem.n_customers / max(float(weight.sum()), 1e-300)
    if (np.diff(start) == 0).any():
        return None
    place = np.full(problem.n_sites, -1, dtype=np.int64)
    place[sites] = np.arange(sites.size)
    site = place[lists.site[kept]]
    arcs = OpenArcs(start, customer, site, lists.cost[kept], weight * scale, limit * scale)
    return _Served(arcs, sites, scale, problem.n_sites)


def _by_chains(
    problem: LocationProblem, opened: Flags, price: Floats | None, spare: float
) -> Transport | None:
    served = _open_arcs(problem, opened, spare)
    if served is None:
        return None
    arcs, first = served.arcs, served.to_units(price)
    if arcs.site.size > _PRICED_FIRST:
        first = smooth_prices(arcs, first).price
    fits, share, worth = flow_to_open(arcs, np.zeros(served.sites.size) if first is None else first)
    if not fits:
        return None
    used = share > 1e-9
    customer, site = arcs.owner[used], served.sites[arcs.site[used]]
    return _answer(problem, opened, customer, site, share[used], served.from_units(worth)[None, :])


def _own_arcs(problem: LocationProblem, opened: Flags, customer: Indices) -> Flags:
    """Return which arcs of the lists leave own customers with their open sites, (n_arcs,) bool."""
    own = np.flatnonzero(opened & (problem.own_customer >= 0))
    master = np.full(problem.n_customers, -1, dtype=np.int64)
    master[problem.own_customer[own]] = own
    return np.asarray((master[customer] < 0) | (master[customer] == problem.lists.site))


def _answer(
    problem: LocationProblem,
    opened: Flags,
    customer: Indices,
    site: Indices,
    share: Floats,
    price: Floats,
) -> Transport:
    served = np.bincount(customer, weights=share, minlength=problem.n_customers)
    share = share / served[customer]
    cost = float((problem.cost[customer, site] * share).sum() + problem.fixed_cost[opened].sum())
    return Transport(Incumbent(opened.copy(), customer, site, share, cost), price)


def _by_program(problem: LocationProblem, opened: Flags) -> Transport | None:
    customer, site = np.nonzero(problem.allowed & opened[None, :])
    arcs = np.arange(customer.size)
    sites = np.flatnonzero(opened)
    blocks = [
        sparse.csr_array(
            (np.ones(arcs.size), (customer, arcs)), shape=(problem.n_customers, arcs.size)
        )
    ]
    lower, upper = [np.ones(problem.n_customers)], [np.ones(problem.n_customers)]
    measures = problem.lists.measure.tolist()
    for k in measures:
        used = problem.used(k, customer, site)
        row = np.searchsorted(sites, site)
        blocks.append(sparse.csr_array((used, (row, arcs)), shape=(sites.size, arcs.size)))
        lower.append(problem.minimum_load[sites, k])
        upper.append(problem.limit[sites, k])
    model = LinearModel(
        cost=problem.cost[customer, site],
        lower=np.zeros(arcs.size),
        upper=np.ones(arcs.size),
        matrix=sparse.vstack(blocks, format="csr"),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
        integer=np.zeros(arcs.size, dtype=np.bool_),
        offset=float(problem.fixed_cost[opened].sum()),
    )
    report = solve_arrays(model, SolverOptions())
    if report.values is None or report.row_duals is None:
        return None
    price = np.zeros((len(measures), problem.n_sites))
    duals = report.row_duals[problem.n_customers :].reshape(len(measures), sites.size)
    price[:, sites] = np.maximum(-duals, 0.0)
    taken = report.values > 1e-9
    return _answer(problem, opened, customer[taken], site[taken], report.values[taken], price)
