"""Large-neighbourhood search: a few neighbouring sites at a time are decided anew by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.exact import solve_exact
from channelwright.optimisation.location.model import ModelArcs
from channelwright.optimisation.location.problem import LocationProblem
from channelwright.optimisation.location.solution import Incumbent, answer_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.solver import SolverOptions

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_CANDIDATES_PER_SITE = 6
_ARCS_PER_CUSTOMER = 14


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the customers and sites, as a problem of its own.

    Attributes
    ----------
    problem : LocationProblem
        The part.
    customers, sites : (n,) int
        Their places in the whole.
    """

    problem: LocationProblem
    customers: Indices
    sites: Indices


def cut_piece(problem: LocationProblem, found: Incumbent, opened: Indices, rho: Floats) -> Piece:
    """Cut out some open sites with their customers and the best closed candidates among them.

    Parameters
    ----------
    problem : LocationProblem
        The whole.
    found : Incumbent
        Single-source answer of the whole.
    opened : (n,) int
        Open sites to decide anew.
    rho : (n_sites,)
        Merit of each site; low is good.
    """
    inside = np.isin(found.site, opened)
    customers = found.customer[inside]
    own = problem.own_customer
    candidate = ~found.open & ~problem.forced_closed & problem.allowed[customers].any(axis=0)
    candidate &= (own < 0) | np.isin(own, customers)
    others = np.flatnonzero(candidate)
    # Merit of a closed site: what it would save these customers, and its merit in the bound.
    now = problem.cost[found.customer[inside], found.site[inside]]
    there = np.where(
        problem.allowed[customers][:, others], problem.cost[customers][:, others], np.inf
    )
    saving = np.maximum(now[:, None] - there, 0.0).sum(axis=0)
    order = np.lexsort((-saving, rho[others]))
    by_saving = np.argsort(-saving, kind="stable")
    wanted = _CANDIDATES_PER_SITE * opened.size
    chosen = np.union1d(others[order[:wanted]], others[by_saving[: wanted // 3]])
    sites = np.union1d(opened, chosen)
    return Piece(_restrict(problem, found, customers, sites, opened), customers, sites)


def _restrict(
    problem: LocationProblem, found: Incumbent, customers: Indices, sites: Indices, opened: Indices
) -> LocationProblem:
    elsewhere = int(found.open.sum()) - opened.size
    place = np.full(problem.n_customers, -1, dtype=np.int64)
    place[customers] = np.arange(customers.size)
    own = problem.own_customer[sites]
    measures = list(problem.binding or (0,))
    limit = problem.limit[sites][:, measures]
    usage = None
    if problem.usage is not None:
        usage = problem.usage[measures][:, customers][:, :, sites]
    return LocationProblem(
        cost=np.where(
            problem.allowed[np.ix_(customers, sites)],
            problem.cost[np.ix_(customers, sites)],
            np.inf,
        ),
        demand=problem.demand[customers][:, measures],
        usage=usage,
        capacity=limit,
        fixed_cost=problem.fixed_cost[sites],
        forced_open=problem.forced_open[sites],
        minimum_open=max(0, problem.minimum_open - elsewhere),
        maximum_open=min(sites.size, max(0, problem.maximum_open - elsewhere)),
        minimum_load=problem.minimum_load[sites][:, measures],
        own_customer=np.where(own >= 0, place[np.maximum(own, 0)], -1),
    )


def improve_piece(
    problem: LocationProblem, found: Incumbent, piece: Piece, options: SolverOptions
) -> Incumbent:
    """Decide a piece anew and put it back if that is better.

    Parameters
    ----------
    problem : LocationProblem
        The whole.
    found : Incumbent
        Single-source answer of the whole.
    piece : Piece
        What to decide anew.
    options : SolverOptions
        Limits of the small model.
    """
    place = np.full(problem.n_sites, -1, dtype=np.int64)
    place[piece.sites] = np.arange(piece.sites.size)
    now = place[found.site[piece.customers]]
    part = _part(piece.problem, now)
    start = answer_of(piece.problem, now, found.open[piece.sites])
    step = problem.cost_step
    limits = replace(options, absolute_gap=max(options.absolute_gap, 0.99 * step))
    report = solve_exact(piece.problem, part, limits, start)
    better = report.incumbent
    if better is None or better.objective >= start.objective - 1e-9 * abs(start.objective):
        return found
    assignment = found.site.copy()
    assignment[piece.customers] = piece.sites[better.site]
    opened = found.open.copy()
    opened[piece.sites] = better.open
    return answer_of(problem, assignment, opened)


def _part(problem: LocationProblem, now: Indices) -> ModelArcs:
    keep = problem.allowed.copy()
    if problem.n_sites > _ARCS_PER_CUSTOMER:
        cost = np.where(problem.allowed, problem.cost, np.inf)
        nearest = np.argpartition(cost, _ARCS_PER_CUSTOMER, axis=1)[:, :_ARCS_PER_CUSTOMER]
        keep[:] = False
        np.put_along_axis(keep, nearest, True, axis=1)
        keep &= problem.allowed
    keep[np.arange(now.size), now] = True
    own = np.flatnonzero(problem.own_customer >= 0)
    keep[problem.own_customer[own], own] = True
    keep &= problem.allowed
    customer, site = np.nonzero(keep)
    none = np.zeros(problem.n_sites, dtype=np.bool_)
    return ModelArcs(customer, site, none, none.copy(), np.zeros(0, dtype=np.int64))


def neighbours_of(problem: LocationProblem, found: Incumbent, size: int) -> list[Indices]:
    """Return one group of neighbouring open sites round each open site, without repetition.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    found : Incumbent
        Single-source answer.
    size : int
        Sites in a group.
    """
    sites = np.flatnonzero(found.open)
    place = np.full(problem.n_sites, -1, dtype=np.int64)
    place[sites] = np.arange(sites.size)
    cost = np.where(problem.allowed, problem.cost, np.inf)[:, sites]
    now = cost[np.arange(problem.n_customers), place[found.site]]
    extra = np.minimum(cost - now[:, None], 1e12)
    distance = np.zeros((sites.size, sites.size))
    np.add.at(distance, place[found.site], extra)
    count = np.bincount(place[found.site], minlength=sites.size)
    distance /= np.maximum(count, 1)[:, None]
    distance = np.minimum(distance, distance.T)
    np.fill_diagonal(distance, -1.0)
    groups: dict[tuple[int, ...], None] = {}
    for row in distance:
        nearest = np.argsort(row, kind="stable")[:size]
        groups[tuple(np.sort(sites[nearest]).tolist())] = None
    return [np.array(group, dtype=np.int64) for group in groups]
