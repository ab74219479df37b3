"""Cost against realignment: a limit on what of today's territories may change.

Moves are priced (`channelwright.optimisation.moves`): the price is doubled until the limit holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError, SolverError
from channelwright.model.certificate import PROVEN_GAP
from channelwright.optimisation.certify import certified
from channelwright.optimisation.known_sites import few_sets
from channelwright.optimisation.location import LocationOptions, solve_location
from channelwright.optimisation.location.solution import LocationSolution, answer_of, violation
from channelwright.optimisation.move_prices import MovePrices
from channelwright.optimisation.moves import (
    SLACK,
    Moves,
    PricedAnswer,
    bound_at,
    first_price,
    spend,
)

if TYPE_CHECKING:
    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.location import LocationProblem
    from channelwright.optimisation.location.known import Known

DOUBLINGS = 8
_HALVINGS = 6
#: Most sets of sites that are bounded one by one.
_MOST_SETS = 40


def solve_within(
    problem: LocationProblem,
    moves: Moves,
    options: LocationOptions,
    known: Iterable[PricedAnswer] = (),
    before: Known | None = None,
) -> LocationSolution:
    """Choose sites and territories that move no more than the limit.

    The price is doubled until the limit holds, then halved in; what is left of the limit is spent
    on the single moves that save most.

    Parameters
    ----------
    known : iterable of PricedAnswer
        Answers and bounds that were found before.
    before : Known, optional
        An earlier answer, and a bound of all that move no more than the limit.

    Raises
    ------
    InfeasibleError
        The limit is below what has to move in any case.
    """
    floor = -np.inf if before is None else before.bound
    if before is not None and np.isfinite(floor):
        again = _as_before(problem, moves, before)
        if again is not None:
            return again
        if problem.shape is not None:
            options = replace(options, gap=max(options.gap, before.gap))
    # The bound holds within the limit of moves, which no priced problem has.
    start = None if before is None else replace(before, bound=-np.inf)
    prices = MovePrices(problem, moves, options, known, start)
    first = prices.at(0.0)
    if first.moved <= moves.limit + SLACK:
        return first.solution
    begin = first_price(problem, moves)
    _raise_price(prices, begin, moves.limit)
    lower = _by_sets(prices, problem, moves, options, begin)
    within = [one for one in prices.answers if one.moved <= moves.limit + SLACK]
    if not within:
        raise _too_few(problem, moves, options)
    best = min(within, key=lambda one: one.cost)
    answer = spend(problem, moves, best.solution.assignment, moves.limit)
    solution = best.solution
    if answer is not None and solution.incumbent is not None:
        found = answer_of(problem, answer, solution.incumbent.open)
        if found.objective < solution.incumbent.objective:
            solution = replace(solution, incumbent=found)
    certificate = _certificate(solution, prices.answers, moves.limit, lower, before)
    return replace(solution, certificate=certificate, loose=None)


def _as_before(problem: LocationProblem, moves: Moves, before: Known) -> LocationSolution | None:
    """Return the earlier answer if it is one still, and near enough to its bound."""
    server = before.assignment
    if (server < 0).any() or moves.of(server) > moves.limit + SLACK:
        return None
    found = answer_of(problem, server, before.opened)
    near = found.objective - before.bound <= before.gap * abs(found.objective)
    if not near or violation(problem, found) is not None:
        return None
    certificate = certified(
        found.objective, before.bound, before.kind, before.relaxations, {"warm": 1}, timed=False
    )
    return LocationSolution(found, certificate)


def _by_sets(
    prices: MovePrices,
    problem: LocationProblem,
    moves: Moves,
    options: LocationOptions,
    begin: float,
) -> float:
    """Return a bound by each set of sites alone where these are few; minus infinity otherwise.

    One price for all sets leaves a gap where the best sets move too much and the others too
    little; with a price for each set there is next to none.
    """
    limit = moves.limit
    cost = min((one.cost for one in prices.answers if one.moved <= limit + SLACK), default=np.inf)
    lower = bound_at(prices.answers, limit)
    if np.isfinite(cost) and cost - lower <= options.gap * abs(cost):
        return lower
    sets = few_sets(problem, _MOST_SETS)
    bounds = []
    for opened in sets:
        bound, one = prices.by_set(opened, limit, begin, cost)
        bounds.append(bound)
        if one is not None and one.cost < cost:
            cost = one.cost
            prices.keep(one)
    return min(bounds, default=-np.inf) if sets else -np.inf


def _raise_price(prices: MovePrices, high: float, limit: float) -> None:
    """Solve at prices around the one from which the limit holds."""
    low = 0.0
    for _ in range(DOUBLINGS):
        if prices.at(high).moved <= limit + SLACK:
            break
        low, high = high, 2 * high
    else:
        return
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        one = prices.at(middle)
        inside = one.moved <= limit + SLACK
        low, high = (low, middle) if inside else (middle, high)
        if inside and one.moved >= 0.995 * limit:
            break


def _too_few(problem: LocationProblem, moves: Moves, options: LocationOptions) -> Exception:
    """Return the error that says how much has to move at least."""
    bound = least_moves(problem, moves, options)
    if bound is not None and bound > moves.limit + SLACK:
        return InfeasibleError(
            f"territories: at least {bound:,.0f} {moves.unit} have to change their server, but "
            f"realignment allows {moves.limit:,.0f}; raise the limit or release sites and locks"
        )
    return SolverError(
        f"territories: no answer within {moves.limit:,.0f} {moves.unit} moved was found; at least "
        f"{0.0 if bound is None else bound:,.0f} have to move; raise the limit or the work limits"
    )


def least_moves(problem: LocationProblem, moves: Moves, options: LocationOptions) -> float | None:
    """Return a proven lower limit of what has to move in any answer; None if none is known."""
    least = replace(
        problem,
        cost=np.where(np.isfinite(problem.cost), moves.weight, np.inf),
        fixed_cost=np.zeros(problem.n_sites),
    )
    return solve_location(least, options).certificate.lower_bound


def _certificate(
    solution: LocationSolution,
    answers: Iterable[PricedAnswer],
    limit: float,
    other: float,
    before: Known | None,
) -> Certificate:
    known = list(answers)
    upper = solution.incumbent.objective if solution.incumbent is not None else None
    lower, kind = max(bound_at(known, limit), other), "lagrangian (moves priced)"
    left_out = (*solution.certificate.relaxations, "limit on moves (priced)")
    if before is not None and before.bound > lower:
        lower, kind, left_out = before.bound, before.kind, before.relaxations
    if upper is not None:
        lower = min(lower, upper)
    work = {"priced_problems": len(known)}
    for one in known:
        for name, number in one.solution.certificate.work.items():
            work[name] = work.get(name, 0) + number
    certificate = replace(
        solution.certificate,
        lower_bound=lower,
        upper_bound=upper,
        bound_kind=kind,
        relaxations=left_out,
        status="within_limits",
        work=dict(sorted(work.items())),
    )
    closed = certificate.gap is not None and certificate.gap <= PROVEN_GAP
    return replace(certificate, status="proven") if closed else certificate
