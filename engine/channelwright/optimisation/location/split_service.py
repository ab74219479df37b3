"""Split service from fixed sites by linear programming: what capacity and customers are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from channelwright.optimisation.solver import LinearModel, SolverOptions, solve_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


class Duals(NamedTuple):
    """Prices at which split service is cheapest.

    Attributes
    ----------
    customer : (n_customers,)
        What serving each customer costs at the margin.
    capacity : (n_open,)
        What one unit of capacity is worth at each open site; not negative.
    """

    customer: Floats
    capacity: Floats


def split_duals(problem: LocationProblem, sites: Indices, seconds: float | None) -> Duals | None:
    """Return the prices of the cheapest split service, or None if there is none.

    Parameters
    ----------
    problem : LocationProblem
        With one binding measure.
    sites : (n_open,) int
        Open sites.
    seconds : float or None
        Time limit.
    """
    n, m = problem.n_customers, sites.size
    customer, place = np.nonzero(problem.allowed[:, sites])
    arc = np.arange(customer.size)
    need = problem.used(problem.binding[0], customer, sites[place])
    rows = sparse.csr_array(
        (
            np.concatenate([np.ones(arc.size), need]),
            (np.concatenate([customer, n + place]), np.concatenate([arc, arc])),
        ),
        shape=(n + m, arc.size),
    )
    most = np.bincount(place, weights=need, minlength=m)
    limit = np.minimum(problem.limit[sites, problem.binding[0]], most)
    model = LinearModel(
        cost=problem.cost[customer, sites[place]],
        lower=np.zeros(arc.size),
        # Shares add up to one: a limit of their own would take part of the prices.
        upper=np.full(arc.size, np.inf),
        matrix=rows,
        row_lower=np.concatenate([np.ones(n), np.full(m, -np.inf)]),
        row_upper=np.concatenate([np.ones(n), limit]),
        integer=np.zeros(arc.size, dtype=np.bool_),
    )
    report = solve_arrays(model, SolverOptions(seconds=seconds))
    if report.row_duals is None:
        return None
    return Duals(report.row_duals[:n], np.maximum(-report.row_duals[n:], 0.0))
