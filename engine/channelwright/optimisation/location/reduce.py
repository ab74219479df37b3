"""Fixing by reduced cost: what cannot be part of a better answer is left out of the exact model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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
    rho, chosen = pricing.rho, pricing.opened
    free = ~problem.forced_open & ~problem.forced_closed
    inside, outside = rho[free & chosen], rho[free & ~chosen]
    count = int(chosen.sum())
    last = float(inside.max()) if inside.size else 0.0
    following = float(outside.min()) if outside.size else np.inf
    leaves = count >= problem.maximum_open or last > 0.0
    threshold = (last if inside.size else -np.inf) if leaves else 0.0
    enters = count <= problem.fewest_open or following < 0.0
    replacement = following if enters else 0.0
    opening = np.where(chosen, 0.0, np.maximum(rho - threshold, 0.0))
    closing = np.where(chosen, np.maximum(replacement - rho, 0.0), 0.0)
    opening[problem.forced_closed] = np.inf
    closing[problem.forced_open] = np.inf
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
