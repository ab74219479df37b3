"""Cheapest service from given open sites by a linear program, and what capacity is worth there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.location.solution import Incumbent
from channelwright.optimisation.solver import LinearModel, SolverOptions, solve_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


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


def transport(problem: LocationProblem, opened: Flags) -> Transport | None:
    """Serve everybody from given open sites at least cost, splitting allowed.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    opened : (n_sites,) bool
        Open sites.

    Returns
    -------
    Transport or None
        None if the sites cannot serve everybody.
    """
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
    used_arcs = report.values > 1e-9
    share = report.values[used_arcs]
    c = customer[used_arcs]
    share = share / np.bincount(c, weights=share, minlength=problem.n_customers)[c]
    answer = Incumbent(opened.copy(), c, site[used_arcs], share, 0.0)
    cost = float((problem.cost[c, answer.site] * share).sum() + problem.fixed_cost[opened].sum())
    return Transport(replace(answer, objective=cost), price)
