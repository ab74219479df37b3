"""Each customer's candidate servers, cheapest first, as the compiled searches read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from channelwright.optimisation.location.problem import LocationProblem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_ALL_ARCS = 4_000_000
_SHORTEST_LIST = 40
_NEAREST_OPEN = 10


class Lists(NamedTuple):
    """Candidate arcs by customer, and what limits the sites.

    Attributes
    ----------
    start : (n_customers + 1,) int
        Arcs of customer i are ``start[i]:start[i + 1]``, in rising order of cost.
    site : (n_arcs,) int
    cost : (n_arcs,)
    need : (n_measures, n_arcs)
        Consumption of each measure that binds or has a least load.
    limit, floor : (n_measures, n_sites)
        Capacities and least loads.
    measure : (n_measures,) int
        The problem's measure of each row.
    penalty : float
        Price of one unit of overload or shortage.
    """

    start: Indices
    site: Indices
    cost: Floats
    need: Floats
    limit: Floats
    floor: Floats
    measure: Indices
    penalty: float


def list_servers(problem: LocationProblem) -> Lists:
    """Return the candidate servers of every customer.

    All of them in problems of moderate size; otherwise the cheapest, enough of them to hold about
    ten open sites.

    Parameters
    ----------
    problem : LocationProblem
    """
    kept = _kept_arcs(problem)
    customer, site = np.nonzero(kept)
    cost = problem.cost[customer, site]
    order = np.lexsort((cost, customer))
    customer, site, cost = customer[order], site[order], cost[order]
    least = np.flatnonzero(problem.minimum_load.any(axis=0)).tolist()
    measures = sorted({*problem.binding, *least})
    need = np.array([problem.used(k, customer, site) for k in measures])
    need = need.reshape(len(measures), site.size)
    spread = float(np.ptp(cost)) if cost.size else 1.0
    lightest = need[need > 0].min() if (need > 0).any() else 1.0
    return Lists(
        np.searchsorted(customer, np.arange(problem.n_customers + 1)).astype(np.int64),
        site,
        cost,
        need,
        np.ascontiguousarray(problem.limit[:, measures].T),
        np.ascontiguousarray(problem.minimum_load[:, measures].T),
        np.array(measures, dtype=np.int64),
        4.0 * max(spread, 1.0) / float(lightest),
    )


def _kept_arcs(problem: LocationProblem) -> Flags:
    n, m = problem.n_customers, problem.n_sites
    fewest = max(1, min(m, problem.maximum_open))
    length = max(_SHORTEST_LIST, -(-_NEAREST_OPEN * m // fewest))
    if n * m <= _ALL_ARCS or length >= m:
        return problem.allowed
    cost = np.where(problem.allowed, problem.cost, np.inf)
    nearest = np.argpartition(cost, length, axis=1)[:, :length]
    kept = np.zeros((n, m), dtype=np.bool_)
    np.put_along_axis(kept, nearest, True, axis=1)
    own = np.flatnonzero(problem.own_customer >= 0)
    kept[problem.own_customer[own], own] = True
    return np.asarray(kept & problem.allowed)


def arcs_at(lists: Lists, site: Indices) -> Indices | None:
    """Return the arc of every customer to its site, None if one is not in its list.

    Parameters
    ----------
    lists : Lists
    site : (n_customers,) int
    """
    customer = np.repeat(np.arange(site.size), np.diff(lists.start))
    arc = np.flatnonzero(lists.site == site[customer])
    return arc if arc.size == site.size else None


def priced_lists(lists: Lists, opened: Flags, price: Floats) -> Lists:
    """Return the lists with capacity priced into the cost, arcs to open sites only.

    Parameters
    ----------
    lists : Lists
    opened : (n_sites,) bool
    price : (n_measures, n_sites)
    """
    customers = lists.start.size - 1
    kept = np.flatnonzero(opened[lists.site])
    customer = np.repeat(np.arange(customers), np.diff(lists.start))[kept]
    site, need = lists.site[kept], lists.need[:, kept]
    cost = lists.cost[kept] + (price[:, site] * need).sum(axis=0)
    order = np.lexsort((cost, customer))
    return lists._replace(
        start=np.searchsorted(customer, np.arange(customers + 1)).astype(np.int64),
        site=site[order],
        cost=cost[order],
        need=np.ascontiguousarray(need[:, order]),
    )
