"""Solve a location problem from what an earlier, similar one left; the whole search if need be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.certificate import PROVEN_GAP
from channelwright.optimisation.known_sites import usable_set, with_sites
from channelwright.optimisation.location import solve_location
from channelwright.optimisation.location.solution import LocationSolution, answer_of, violation
from channelwright.optimisation.moves import Moves, PricedAnswer

if TYPE_CHECKING:
    from channelwright.optimisation.location import LocationOptions, LocationProblem
    from channelwright.optimisation.territories.memory import TerritoryMemory

#: Fewest customers for each site, and most arcs, for which split service is worth the try.
_CUSTOMERS_PER_SITE, _MOST_ARCS = 20, 60_000
_CARRIED = "carried over from the choice before"


def solve_again(
    problem: LocationProblem, memory: TerritoryMemory | None, options: LocationOptions
) -> LocationSolution:
    """Choose sites and servers, with the sites and the bound of an earlier choice tried first.

    The earlier sites give an answer at once, and the bound that is carried over may show that it
    is good enough: as near as is asked, or as near as the earlier answer was. Else, where least
    loads make the bound by prices weak, customers are split for the bound, which takes half as
    long, and made whole with the sites of that answer. Else the whole search is run, and the
    better answer and the better bound of all are kept.

    Parameters
    ----------
    problem : LocationProblem
    memory : TerritoryMemory or None
    options : LocationOptions
    """
    if memory is None:
        return solve_location(problem, options)
    floor = memory.bound_of(problem)
    quick = _with_old_sites(problem, memory, options)
    if quick is not None and quick.incumbent is not None and np.isfinite(floor):
        known = _claimed(quick, floor, memory)
        gap = known.certificate.gap
        if gap is not None and gap <= max(options.gap, 1.01 * memory.gap):
            return known
    if _splits_well(problem):
        split = _by_split(problem, quick, options)
        gap = None if split is None else split.certificate.gap
        if split is not None and gap is not None and gap <= options.gap:
            return split
    whole = solve_location(problem, options)
    return _better(whole, quick, floor, memory)


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
    problem: LocationProblem, moves: Moves, memory: TerritoryMemory | None
) -> tuple[PricedAnswer, ...]:
    """Return an earlier choice as an answer at the price of 0, nothing if it is none any more.

    Parameters
    ----------
    problem : LocationProblem
    moves : Moves
    memory : TerritoryMemory or None
    """
    moved = None if memory is None else memory.moved_to(problem)
    if memory is None or moved is None or (moved[1] < 0).any():
        return ()
    opened, assignment = moved
    bound = memory.bound_of(problem)
    if not np.isfinite(bound) or not problem.allowed[np.arange(assignment.size), assignment].all():
        return ()
    found = answer_of(problem, assignment, opened)
    if violation(problem, found) is not None:
        return ()
    solution = LocationSolution(found, memory.certificate)
    return (
        PricedAnswer(
            0.0, found.objective, moves.of(assignment), min(bound, found.objective), solution
        ),
    )


def _with_old_sites(
    problem: LocationProblem, memory: TerritoryMemory, options: LocationOptions
) -> LocationSolution | None:
    moved = memory.moved_to(problem)
    usable = None if moved is None else usable_set(problem, moved[0])
    return None if usable is None else with_sites(problem, usable, options)


def _claimed(quick: LocationSolution, floor: float, memory: TerritoryMemory) -> LocationSolution:
    """Return an answer with the old sites under the bound that is carried over."""
    upper = quick.certificate.upper_bound
    upper = np.inf if upper is None else upper
    certificate = replace(
        quick.certificate,
        lower_bound=min(floor, upper),
        bound_kind=f"{memory.certificate.bound_kind}, {_CARRIED}",
        relaxations=memory.certificate.relaxations,
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
    floor: float,
    memory: TerritoryMemory,
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
    bound, kind = certificate.lower_bound, certificate.bound_kind
    if np.isfinite(floor) and (bound is None or floor > bound):
        bound, kind = floor, f"{memory.certificate.bound_kind}, {_CARRIED}"
    claim = replace(
        certificate,
        lower_bound=None if bound is None else min(bound, upper),
        upper_bound=upper,
        bound_kind=kind,
        status="within_limits",
    )
    closed = claim.gap is not None and claim.gap <= PROVEN_GAP
    claim = replace(claim, status="proven") if closed else claim
    return replace(whole, incumbent=chosen.incumbent, certificate=claim)
