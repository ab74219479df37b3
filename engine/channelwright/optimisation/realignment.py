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
from channelwright.optimisation.known_sites import few_sets
from channelwright.optimisation.location import LocationOptions, solve_location
from channelwright.optimisation.location.solution import LocationSolution, answer_of
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

DOUBLINGS = 8
_HALVINGS = 6
#: Most sets of sites that are bounded one by one.
_MOST_SETS = 40


def solve_within(
    problem: LocationProblem,
    moves: Moves,
    options: LocationOptions,
    known: Iterable[PricedAnswer] = (),
) -> LocationSolution:
    """Choose sites and territories that move no more than the limit.

    The price is doubled until the limit holds, then halved in; what is left of the limit is spent
    on the single moves that save most.

    Parameters
    ----------
    known : iterable of PricedAnswer
        Answers and bounds that were found before.

    Raises
    ------
    InfeasibleError
        The limit is below what has to move in any case.
    """
    prices = MovePrices(problem, moves, options, known)
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
    certificate = _certificate(solution, prices.answers, moves.limit, lower)
    return replace(solution, certificate=certificate)


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
    solution: LocationSolution, answers: Iterable[PricedAnswer], limit: float, other: float
) -> Certificate:
    known = list(answers)
    upper = solution.incumbent.objective if solution.incumbent is not None else None
    lower = max(bound_at(known, limit), other)
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
        bound_kind="lagrangian (moves priced)",
        relaxations=(*solution.certificate.relaxations, "limit on moves (priced)"),
        status="within_limits",
        work=dict(sorted(work.items())),
    )
    closed = certificate.gap is not None and certificate.gap <= PROVEN_GAP
    return replace(certificate, status="proven") if closed else certificate
