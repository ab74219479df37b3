"""Cheapest service from given open sites, splitting allowed, and what capacity is worth there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.location.capacity_prices import price_by_signs
from channelwright.optimisation.location.flows import OpenArcs, flow_to_open
from channelwright.optimisation.location.solution import Incumbent
from channelwright.optimisation.solver import LinearModel, SolverOptions, solve_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Arcs beyond which prices are found by steps first, and those steps.
_PRICED_FIRST, _PRICE_STEPS = 400_000, 120


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


def _by_chains(
    problem: LocationProblem, opened: Flags, price: Floats | None, spare: float
) -> Transport | None:
    lists, sites = problem.lists, np.flatnonzero(opened)
    weight = problem.demand[:, lists.measure[0]]
    limit = np.maximum(lists.limit[0, sites] - spare, 0.0)
    if limit.sum() < weight.sum() * (1 - 1e-9):
        return None
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    kept = np.flatnonzero(opened[lists.site] & _own_arcs(problem, opened, customer))
    customer, site = customer[kept], lists.site[kept]
    start = np.searchsorted(customer, np.arange(problem.n_customers + 1)).astype(np.int64)
    scale = problem.n_customers / max(float(weight.sum()), 1e-300)
    if (np.diff(start) == 0).any():
        return None
    place = np.full(problem.n_sites, -1, dtype=np.int64)
    place[sites] = np.arange(sites.size)
    arcs = OpenArcs(start, customer, place[site], lists.cost[kept], weight * scale, limit * scale)
    if kept.size > _PRICED_FIRST:
        # A few steps on the prices leave less to move than prices that are right elsewhere.
        price = price_by_signs(lists, opened, _PRICE_STEPS)
    first = np.zeros(sites.size) if price is None else np.maximum(price[sites], 0.0) / scale
    served, share, worth = flow_to_open(arcs, first)
    if not served:
        return None
    whole = np.zeros((1, problem.n_sites))
    whole[0, sites] = worth * scale
    used = share > 1e-9
    return _answer(problem, opened, customer[used], site[used], share[used], whole)


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
