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
    from channelwright.optimisation.territory_memory import TerritoryMemory

_CARRIED = "carried over from the choice before"


def solve_again(
    problem: LocationProblem, memory: TerritoryMemory | None, options: LocationOptions
) -> LocationSolution:
    """Choose sites and servers, with the sites and the bound of an earlier choice tried first.

    The earlier sites give an answer at once, and the bound that is carried over may show that it
    is good enough: as near as is asked, or as near as the earlier answer was. Else the whole
    search is run, and the better answer and the better bound of the two are kept.

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
    whole = solve_location(problem, options)
    return _better(whole, quick, floor, memory)


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
