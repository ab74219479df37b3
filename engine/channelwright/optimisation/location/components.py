"""Requests that fall apart: groups of customers and sites that share no arc are solved apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from channelwright.optimisation.location.problem import LocationProblem
from channelwright.optimisation.location.solution import Incumbent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Component:
    """One group, as a problem of its own without limits on the number of sites.

    Attributes
    ----------
    problem : LocationProblem
        The group.
    customers, sites : (n,) int
        Their places in the whole.
    """

    problem: LocationProblem
    customers: Indices
    sites: Indices


def split(problem: LocationProblem) -> list[Component]:
    """Return the groups of a problem, one if it hangs together.

    Parameters
    ----------
    problem : LocationProblem
        Every customer has at least one allowed arc.
    """
    n, m = problem.n_customers, problem.n_sites
    if problem.allowed.all(axis=0).any():
        # One site in reach of everybody ties all together; no graph is needed to see it.
        return [Component(problem, np.arange(n), np.arange(m))]
    customer, site = np.nonzero(problem.allowed)
    graph = sparse.coo_array((np.ones(customer.size), (customer, n + site)), shape=(n + m, n + m))
    label = connected_components(graph, directed=False)[1]
    groups = np.unique(label[:n]).tolist()
    if len(groups) == 1:
        every = np.arange(m)
        return [Component(problem, np.arange(n), every)]
    parts = []
    for group in groups:
        customers = np.flatnonzero(label[:n] == group)
        sites = np.flatnonzero(label[n:] == group)
        parts.append(Component(_part(problem, customers, sites), customers, sites))
    return parts


def _part(problem: LocationProblem, customers: Indices, sites: Indices) -> LocationProblem:
    place = np.full(problem.n_customers, -1, dtype=np.int64)
    place[customers] = np.arange(customers.size)
    own = problem.own_customer[sites]
    block = np.ix_(customers, sites)
    usage = None if problem.usage is None else problem.usage[:, customers][:, :, sites]
    # An own customer outside the group can never be served: such a site cannot open.
    lost = (own >= 0) & (place[np.maximum(own, 0)] < 0)
    return LocationProblem(
        cost=np.where(problem.allowed[block], problem.cost[block], np.inf),
        demand=problem.demand[customers],
        usage=usage,
        capacity=problem.limit[sites],
        fixed_cost=problem.fixed_cost[sites],
        forced_open=problem.forced_open[sites],
        forced_closed=problem.forced_closed[sites] | lost,
        minimum_load=problem.minimum_load[sites],
        own_customer=np.where(own >= 0, place[np.maximum(own, 0)], -1),
        single_source=problem.single_source,
        customer_names=[problem.customer_names[i] for i in customers.tolist()],
        site_names=[problem.site_names[j] for j in sites.tolist()],
        measure_names=problem.measure_names,
    )


def idle_cost(problem: LocationProblem, parts: Sequence[Component]) -> float:
    """Return the fixed cost of given sites that belong to no group.

    Parameters
    ----------
    problem : LocationProblem
        The whole.
    parts : sequence of Component
        Its groups.
    """
    idle = problem.forced_open.copy()
    for part in parts:
        idle[part.sites] = False
    return float(problem.fixed_cost[idle].sum())


def join(
    problem: LocationProblem, parts: Sequence[Component], found: Sequence[Incumbent]
) -> Incumbent:
    """Put the answers of all groups together.

    Parameters
    ----------
    problem : LocationProblem
        The whole.
    parts : sequence of Component
        Its groups.
    found : sequence of Incumbent
        One answer per group.
    """
    opened = problem.forced_open.copy()
    for part, answer in zip(parts, found, strict=True):
        opened[part.sites] = answer.open
    pairs = list(zip(parts, found, strict=True))
    customer = np.concatenate([part.customers[answer.customer] for part, answer in pairs])
    site = np.concatenate([part.sites[answer.site] for part, answer in pairs])
    share = np.concatenate([answer.share for answer in found])
    order = np.argsort(customer, kind="stable")
    customer, site, share = customer[order], site[order], share[order]
    cost = float((problem.cost[customer, site] * share).sum() + problem.fixed_cost[opened].sum())
    return Incumbent(opened, customer, site, share, cost)
