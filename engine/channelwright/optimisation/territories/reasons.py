"""Why these sites and territories: what binds, what room is worth, what the next best costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from channelwright.optimisation.location import LocationOptions, solve_location
from channelwright.optimisation.location.tiers import loads_of
from channelwright.optimisation.solver import LinearModel, solve_arrays

if TYPE_CHECKING:
    from channelwright.foundation.units import BoolArray, FloatArray, IntArray
    from channelwright.optimisation.location import LocationProblem, LocationSolution

_SERVERS = 12
_FULL = 0.98


@dataclass(frozen=True)
class LimitReason:
    """One limit of one open site.

    Attributes
    ----------
    site, measure : str
    load, limit : float, in the measure's unit; limit inf = none
    binds : bool, the site is full
    worth : float, currency per week that one more unit of room would save at the margin, sites
        and servers being divisible; 0 where the limit does not bind
    """

    site: str
    measure: str
    load: float
    limit: float
    binds: bool
    worth: float


@dataclass(frozen=True)
class SiteReason:
    """What it would cost to decide otherwise about one site.

    Attributes
    ----------
    site : str
    open : bool, as chosen
    at_least, at_most : float or None, currency per week that the opposite would cost more, proven
        limits; both None when the opposite has no answer
    note : str
    """

    site: str
    open: bool
    at_least: float | None
    at_most: float | None
    note: str


@dataclass(frozen=True)
class TerritoryReasons:
    """Reasons of a choice.

    Attributes
    ----------
    limits : tuple of LimitReason
    sites : tuple of SiteReason, dearest change last
    """

    limits: tuple[LimitReason, ...]
    sites: tuple[SiteReason, ...]


def reasons_for(
    problem: LocationProblem,
    solution: LocationSolution,
    options: LocationOptions,
    sites: int = 12,
) -> TerritoryReasons:
    """Explain an answer by its limits and by solving again with one site decided otherwise.

    Parameters
    ----------
    problem : LocationProblem
    solution : LocationSolution with an answer
    options : LocationOptions of the solves
    sites : int
        Sites that are tried the other way round, the most promising closed ones first.
    """
    return TerritoryReasons(
        _limits(problem, solution), _alternatives(problem, solution, options, sites)
    )


def _limits(problem: LocationProblem, solution: LocationSolution) -> tuple[LimitReason, ...]:
    found = solution.incumbent
    if found is None:
        return ()
    opened = np.flatnonzero(found.open)
    worth = room_values(problem, solution)
    rows = []
    loads = loads_of(problem, found.customer, found.site, found.share)
    for k, name in enumerate(problem.measure_names):
        load = loads[:, k]
        for j in opened.tolist():
            limit = float(problem.limit[j, k])
            binds = bool(np.isfinite(limit) and load[j] > _FULL * limit and load[j] > 0)
            value = float(worth[j, k])
            row = (problem.site_names[j], name, float(load[j]), limit, binds, value)
            rows.append(LimitReason(*row))
    return tuple(rows)


def room_values(problem: LocationProblem, solution: LocationSolution) -> FloatArray:
    """Return what one more unit of room at each open site would save: (m, k) currency per unit.

    Duals of the capacity rows of the linear assignment to the open sites, each customer having its
    cheapest servers and its own.
    """
    found = solution.incumbent
    worth = np.zeros((problem.n_sites, problem.n_measures))
    measures = problem.binding if problem.tiers is None else tuple(range(problem.n_measures))
    if found is None or not measures:
        return worth
    customer, site = _arcs(problem, solution.assignment, found.open)
    blocks, low, high, priced = [], [], [], []
    count = customer.size
    ones = np.ones(count)
    blocks.append(
        sparse.csr_array((ones, (customer, np.arange(count))), (problem.n_customers, count))
    )
    low.append(np.ones(problem.n_customers))
    high.append(np.ones(problem.n_customers))
    for k in measures:
        used = problem.used(k, customer, site)
        shape = (problem.n_sites, count)
        rows = sparse.csr_array((used, (site, np.arange(count))), shape)
        least = problem.minimum_load[:, k]
        if problem.tiers is not None:
            above, tiers = problem.tiers.parent[site], problem.tiers
            passed = np.where(above >= 0, tiers.through[k, customer, site], 0.0)
            place = np.maximum(above, 0)
            rows = rows + sparse.csr_array((passed, (place, np.arange(count))), shape)
            least = least + tiers.least[:, k]
        blocks.append(rows)
        low.append(least * found.open)
        high.append(problem.limit[:, k])
        priced.append(k)
    model = LinearModel(
        cost=problem.cost[customer, site],
        lower=np.zeros(count),
        upper=ones,
        matrix=sparse.vstack(blocks).tocsr(),
        row_lower=np.concatenate(low),
        row_upper=np.concatenate(high),
        integer=np.zeros(count, dtype=np.bool_),
    )
    duals = solve_arrays(model).row_duals
    if duals is None:
        return worth
    for row, k in enumerate(priced):
        begin = problem.n_customers + row * problem.n_sites
        worth[:, k] = np.maximum(-duals[begin : begin + problem.n_sites], 0.0)
    return worth


def _arcs(
    problem: LocationProblem, assignment: IntArray, opened: BoolArray
) -> tuple[IntArray, IntArray]:
    cost = np.where(problem.allowed & opened[None, :], problem.cost, np.inf)
    keep = np.zeros(cost.shape, dtype=np.bool_)
    nearest = np.argsort(cost, axis=1, kind="stable")[:, :_SERVERS]
    np.put_along_axis(keep, nearest, True, axis=1)
    keep &= np.isfinite(cost)
    keep[np.arange(assignment.size), assignment] = True
    customer, site = np.nonzero(keep)
    return customer.astype(np.int64), site.astype(np.int64)


def _alternatives(
    problem: LocationProblem, solution: LocationSolution, options: LocationOptions, count: int
) -> tuple[SiteReason, ...]:
    found = solution.incumbent
    if found is None:
        return ()
    free = ~problem.forced_open & ~problem.forced_closed
    closed = np.flatnonzero(~found.open & free)
    closed = closed[np.argsort(-_promise(problem, solution)[closed], kind="stable")]
    opened = np.flatnonzero(found.open & free)
    tried = [*closed[: max(count - opened.size, count // 2)], *opened][:count]
    rows = [_other_way(problem, solution, int(j), options) for j in tried]
    return tuple(sorted(rows, key=lambda row: np.inf if row.at_most is None else row.at_most))


def _promise(problem: LocationProblem, solution: LocationSolution) -> FloatArray:
    """Return what customers would save at each site less its fixed cost, without limits: (m,)."""
    rows = np.arange(problem.n_customers)
    now = problem.cost[rows, solution.assignment]
    cost = np.where(problem.allowed, problem.cost, np.inf)
    return np.asarray(np.maximum(now[:, None] - cost, 0.0).sum(axis=0) - problem.fixed_cost)


def _other_way(
    problem: LocationProblem, solution: LocationSolution, site: int, options: LocationOptions
) -> SiteReason:
    found = solution.incumbent
    chosen = found is not None and bool(found.open[site])
    one = np.arange(problem.n_sites) == site
    other = (
        replace(problem, forced_closed=problem.forced_closed | one)
        if chosen
        else replace(problem, forced_open=problem.forced_open | one)
    )
    answer = solve_location(other, options).certificate
    name = problem.site_names[site]
    if answer.lower_bound is None or found is None:
        note = "has no answer" if answer.status == "infeasible" else "no answer found"
        return SiteReason(name, chosen, None, None, note)
    least = answer.lower_bound - found.objective
    most = None if answer.upper_bound is None else answer.upper_bound - found.objective
    verb = "without it" if chosen else "with it"
    return SiteReason(name, chosen, least, most, verb)
