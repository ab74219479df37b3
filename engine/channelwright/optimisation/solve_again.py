"""Solve a location problem from what an earlier, similar one left; the whole search if need be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.certificate import PROVEN_GAP
from channelwright.optimisation.known_sites import usable_set, with_sites
from channelwright.optimisation.location import solve_location
from channelwright.optimisation.location.solution import LocationSolution, answer_of, violation
from channelwright.optimisation.moves import PricedAnswer

if TYPE_CHECKING:
    from channelwright.foundation.units import IntArray
    from channelwright.optimisation.location import LocationOptions, LocationProblem
    from channelwright.optimisation.location.known import Known
    from channelwright.optimisation.moves import Moves
    from channelwright.optimisation.territories.memory import TerritoryMemory

#: Fewest customers for each site, and most arcs, for which split service is worth the try.
_CUSTOMERS_PER_SITE, _MOST_ARCS = 20, 60_000


def solve_again(
    problem: LocationProblem, known: Known | None, options: LocationOptions
) -> LocationSolution:
    """Choose sites and servers, with the sites and the bound of an earlier choice tried first.

    The earlier sites give an answer at once, and the bound that is carried over may show that it
    is good enough: as near as is asked, or as near as the earlier answer was. Else, where least
    loads make the bound by prices weak, customers are split for the bound, which takes half as
    long, and made whole with the sites of that answer. Else the whole search is run, and the
    better answer and the better bound of all are kept. Where territories have a shape, the search
    itself begins with the earlier territories.

    Parameters
    ----------
    problem : LocationProblem
    known : Known or None
        What an earlier choice says of this problem.
    options : LocationOptions
    """
    if known is None or problem.shape is not None:
        return solve_location(problem, options, known)
    quick = _with_old_sites(problem, known, options)
    if quick is not None and quick.incumbent is not None and np.isfinite(known.bound):
        claim = _claimed(quick, known)
        gap = claim.certificate.gap
        if gap is not None and gap <= max(options.gap, known.gap):
            return claim
    if _splits_well(problem):
        split = _by_split(problem, quick, options)
        gap = None if split is None else split.certificate.gap
        if split is not None and gap is not None and gap <= options.gap:
            return split
    whole = solve_location(problem, options)
    return _better(whole, quick, known)


def _splits_well(problem: LocationProblem) -> bool:
    """Return whether the problem with split customers is quicker and nearly as dear."""
    plain = problem.shape is None and problem.tiers is None
    many = problem.n_customers >= _CUSTOMERS_PER_SITE * problem.n_sites
    least = bool(problem.minimum_load.any())
    return plain and many and least and problem.cost.size <= _MOST_ARCS


def _by_split(
    problem: LocationProblem, quick: LocationSolution | None, options: LocationOptions
) -> LocationSolution | None:
    """Return the best whole answer with the sites of split service under its bound."""
    loose = solve_location(replace(problem, single_source=False), options)
    bound = loose.certificate.lower_bound
    if loose.incumbent is None or bound is None:
        return None
    found = [with_sites(problem, loose.incumbent.open, options)]
    found += [] if quick is None else [quick]
    with_answer = [one for one in found if one.incumbent is not None]
    if not with_answer:
        return None
    best = min(with_answer, key=lambda one: one.certificate.upper_bound or np.inf)
    upper = best.certificate.upper_bound or np.inf
    certificate = replace(
        loose.certificate,
        lower_bound=min(bound, upper),
        upper_bound=upper,
        relaxations=(*loose.certificate.relaxations, "customers are whole"),
        status="within_limits",
        work={**loose.certificate.work, "warm": 1},
    )
    closed = certificate.gap is not None and certificate.gap <= PROVEN_GAP
    certificate = replace(certificate, status="proven") if closed else certificate
    return replace(best, certificate=certificate)


def given_answer(
    problem: LocationProblem, moves: Moves, memory: TerritoryMemory | None, customer: IntArray
) -> tuple[PricedAnswer, ...]:
    """Return an earlier choice as an answer at the price of 0, nothing if it is none any more.

    Parameters
    ----------
    problem : LocationProblem
    moves : Moves
    memory : TerritoryMemory or None
    customer : (O,) int, customer of the problem that every outlet is part of
    """
    known = None if memory is None else memory.known(problem, customer)
    if memory is None or known is None or (known.assignment < 0).any():
        return ()
    rows = np.arange(known.assignment.size)
    if not np.isfinite(known.bound) or not problem.allowed[rows, known.assignment].all():
        return ()
    found = answer_of(problem, known.assignment, known.opened)
    if violation(problem, found) is not None:
        return ()
    solution = LocationSolution(found, replace(memory.certificate, bound_kind=known.kind))
    bound, moved = min(known.bound, found.objective), moves.of(known.assignment)
    return (PricedAnswer(0.0, found.objective, moved, bound, solution),)


def _with_old_sites(
    problem: LocationProblem, known: Known, options: LocationOptions
) -> LocationSolution | None:
    usable = usable_set(problem, known.opened)
    return None if usable is None else with_sites(problem, usable, options)


def _claimed(quick: LocationSolution, known: Known) -> LocationSolution:
    """Return an answer with the old sites under the bound that is carried over."""
    upper = quick.certificate.upper_bound
    upper = np.inf if upper is None else upper
    certificate = replace(
        quick.certificate,
        lower_bound=min(known.bound, upper),
        bound_kind=known.kind,
        relaxations=known.relaxations,
        status="within_limits",
        work={**quick.certificate.work, "warm": 1},
    )
    closed = certificate.gap is not None and certificate.gap <= PROVEN_GAP
    return replace(
        quick, certificate=replace(certificate, status="proven") if closed else certificate
    )


def _better(
    whole: LocationSolution,
    quick: LocationSolution | None,
    known: Known,
) -> LocationSolution:
    """Return the better answer of two under the better bound of two."""
    certificate, upper = whole.certificate, whole.certificate.upper_bound
    if certificate.status == "infeasible":
        return whole
    chosen = whole
    other = None if quick is None or quick.incumbent is None else quick.certificate.upper_bound
    if quick is not None and other is not None and (upper is None or other < upper):
        chosen, upper = quick, other
    if upper is None:
        return whole
    bound, kind, left = certificate.lower_bound, certificate.bound_kind, certificate.relaxations
    if np.isfinite(known.bound) and (bound is None or known.bound > bound):
        bound, kind, left = known.bound, known.kind, known.relaxations
    claim = replace(
        certificate,
        lower_bound=None if bound is None else min(bound, upper),
        upper_bound=upper,
        bound_kind=kind,
        relaxations=left,
        status="within_limits",
    )
    closed = claim.gap is not None and claim.gap <= PROVEN_GAP
    claim = replace(claim, status="proven") if closed else claim
    return replace(whole, incumbent=chosen.incumbent, certificate=claim)
