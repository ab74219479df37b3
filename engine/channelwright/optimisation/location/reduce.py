"""Fixing by reduced cost: what cannot be part of a better answer is left out of the exact model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.choosing import forced_rises
from channelwright.optimisation.location.model import ModelArcs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.lagrangian import Pricing
    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Penalties:
    """How much the bound rises at least when one thing is forced.

    Attributes
    ----------
    open, close : (n_sites,)
        Rise when a site is opened (zero if it already is) or closed.
    arc : (n_customers, n_sites)
        Rise when an arc is used.
    """

    open: Floats
    close: Floats
    arc: Floats


def penalties(problem: LocationProblem, pricing: Pricing) -> Penalties:
    """Return the penalties at a complete pricing.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    pricing : Pricing
        With exact rho at every site.
    """
    opened, closed = site_penalties(problem, pricing)
    reduced = np.where(problem.allowed, problem.cost, np.inf) - pricing.price[:, None]
    if pricing.measure >= 0:
        reduced = reduced + pricing.dual[None, :] * problem.arc_usage(pricing.measure)
    arc = np.maximum(reduced, 0.0)
    # With whole customers rho may exceed the fractional value; the excess is not earned twice.
    arc = np.maximum(arc - (pricing.rho - pricing.weak_rho)[None, :], 0.0)
    own = np.flatnonzero(problem.own_customer >= 0)
    arc[problem.own_customer[own], own] = 0.0
    arc[~problem.allowed] = np.inf
    return Penalties(opened, closed, arc + opened[None, :])


def site_penalties(problem: LocationProblem, pricing: Pricing) -> tuple[Floats, Floats]:
    """Return the rise of the bound when each site is opened and closed: two (n_sites,).

    Parameters
    ----------
    problem : LocationProblem
        Given sites and limits on their number.
    pricing : Pricing
        With exact rho at every site.
    """
    opening, closing = forced_rises(
        pricing.rho,
        np.array(problem.forced_open),
        np.array(problem.forced_closed),
        problem.fewest_open,
        problem.maximum_open,
        *problem.covering,
    )
    return opening, closing


def reduce_problem(
    problem: LocationProblem, pricing: Pricing, room: float, slack: float
) -> ModelArcs:
    """Return what is left when everything whose penalty exceeds the gap is fixed.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    pricing : Pricing
        Complete pricing at the best bound.
    room : float
        Objective of the best answer less the bound.
    slack : float
        Safety margin added to `room`.
    """
    rise = penalties(problem, pricing)
    limit = room + slack
    closed = (rise.open > limit) | problem.forced_closed
    opened = (rise.close > limit) | problem.forced_open
    customer, site = np.nonzero((rise.arc <= limit) & problem.allowed & ~closed[None, :])
    return ModelArcs(customer, site, closed, opened, np.zeros(0, dtype=np.int64))
