"""Cost against realignment: how much of today's territories a change is worth.

Moves are priced. An answer that is best at some price is best among all that move no more than
it does (Everett 1963, "Generalized Lagrange multiplier method", Operations Research 11), and the
bound of every priced problem bounds every limit: cost >= bound(price) - price * limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError, SolverError
from channelwright.model.certificate import PROVEN_GAP
from channelwright.optimisation.location import LocationOptions, solve_location
from channelwright.optimisation.location.solution import LocationSolution, answer_of, violation

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.location import LocationProblem

_DOUBLINGS = 8
_HALVINGS = 6
_SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Moves:
    """What counts as a move.

    Attributes
    ----------
    weight : (n, m) float64, outlets or cases that an arc takes from their present server
    limit : float, most that may be moved; inf = no limit
    unit : str
    """

    weight: FloatArray
    limit: float
    unit: str

    def of(self, assignment: IntArray) -> float:
        """Return what an assignment moves."""
        return float(self.weight[np.arange(assignment.size), assignment].sum())


@dataclass(frozen=True, eq=False)
class PricedAnswer:
    """The best answer at one price of a move.

    Attributes
    ----------
    price : float, currency per week and unit moved
    cost : float, currency per week without that price
    moved : float, units
    bound : float, no answer has a lower ``cost + price * moved``
    solution : LocationSolution of the problem without the price
    """

    price: float
    cost: float
    moved: float
    bound: float
    solution: LocationSolution


def solve_at_price(
    problem: LocationProblem, moves: Moves, price: float, options: LocationOptions
) -> PricedAnswer:
    """Choose sites and territories when every move costs its price.

    Raises
    ------
    InfeasibleError
        The problem has no answer at any price.
    SolverError
        The work limits ended the search before any answer was found.
    """
    dear = replace(problem, cost=problem.cost + price * moves.weight)
    solution = solve_location(dear, options)
    bound = solution.certificate.lower_bound
    if solution.incumbent is None or bound is None:
        statement = solution.certificate.statement()
        if solution.certificate.status == "infeasible":
            raise InfeasibleError(statement)
        raise SolverError(statement + "; raise the work limits")
    assignment = solution.assignment
    found = answer_of(problem, assignment, solution.incumbent.open)
    plain = replace(solution, incumbent=found)
    return PricedAnswer(price, found.objective, moves.of(assignment), bound, plain)


def bound_at(answers: Iterable[PricedAnswer], limit: float) -> float:
    """Return what every answer within a limit costs at least, by all priced problems."""
    return max(one.bound - one.price * limit for one in answers)


def solve_within(
    problem: LocationProblem, moves: Moves, options: LocationOptions
) -> LocationSolution:
    """Choose sites and territories that move no more than the limit.

    The price is doubled until the limit holds, then halved in; what is left of the limit is spent
    on the single moves that save most.

    Raises
    ------
    InfeasibleError
        The limit is below what has to move in any case.
    """
    first = solve_at_price(problem, moves, 0.0, options)
    if first.moved <= moves.limit + _SLACK:
        return first.solution
    answers = [first, *_prices(problem, moves, options)]
    within = [one for one in answers if one.moved <= moves.limit + _SLACK]
    if not within:
        raise _too_few(problem, moves, options)
    best = min(within, key=lambda one: one.cost)
    answer = spend(problem, moves, best.solution.assignment, moves.limit)
    solution = best.solution
    if answer is not None:
        found = answer_of(problem, answer)
        known = best.solution.incumbent
        if known is not None and found.objective < known.objective:
            solution = replace(solution, incumbent=found)
    certificate = _certificate(solution, answers, moves.limit)
    return replace(solution, certificate=certificate)


def _prices(problem: LocationProblem, moves: Moves, options: LocationOptions) -> list[PricedAnswer]:
    answers, low, high = [], 0.0, _first_price(problem, moves)
    for _ in range(_DOUBLINGS):
        answers.append(solve_at_price(problem, moves, high, options))
        if answers[-1].moved <= moves.limit + _SLACK:
            break
        low, high = high, 2 * high
    else:
        return answers
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        answers.append(solve_at_price(problem, moves, middle, options))
        inside = answers[-1].moved <= moves.limit + _SLACK
        low, high = (low, middle) if inside else (middle, high)
        if inside and answers[-1].moved >= 0.995 * moves.limit:
            break
    return answers


def _first_price(problem: LocationProblem, moves: Moves) -> float:
    """Return the saving per unit moved of which nine moves in ten bring less."""
    cost = np.where(problem.allowed, problem.cost, np.inf)
    rows = np.arange(problem.n_customers)
    stay, best = moves.weight.argmin(axis=1), cost.argmin(axis=1)
    with np.errstate(invalid="ignore"):
        saving = cost[rows, stay] - cost[rows, best]
    weight = moves.weight[rows, best] - moves.weight[rows, stay]
    real = np.isfinite(saving) & (weight > 0) & (saving > 0)
    if not real.any():
        return 1.0
    return float(np.quantile(saving[real] / weight[real], 0.9))


def _too_few(problem: LocationProblem, moves: Moves, options: LocationOptions) -> Exception:
    """Return the error that says how much has to move at least."""
    bound = least_moves(problem, moves, options)
    if bound is not None and bound > moves.limit + _SLACK:
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
    solution: LocationSolution, answers: Iterable[PricedAnswer], limit: float
) -> Certificate:
    known = list(answers)
    upper = solution.incumbent.objective if solution.incumbent is not None else None
    lower = bound_at(known, limit)
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


def spend(
    problem: LocationProblem, moves: Moves, assignment: IntArray, limit: float
) -> IntArray | None:
    """Make single moves between open sites that save most per unit moved, up to a limit.

    Parameters
    ----------
    assignment : (n,) int, a feasible answer that moves less than the limit

    Returns
    -------
    (n,) int or None
        The better assignment; None if the result breaks a rule.
    """
    chosen = assignment.copy()
    rows = np.arange(chosen.size)
    opened = np.zeros(problem.n_sites, dtype=np.bool_)
    opened[chosen] = True
    cost = np.where(problem.allowed & opened[None, :], problem.cost, np.inf)
    loads = _loads(problem, chosen)
    saving = cost[rows, chosen][:, None] - cost
    extra = moves.weight - moves.weight[rows, chosen][:, None]
    worth = np.where(saving > _SLACK, saving / np.maximum(extra, 1e-9), 0.0)
    left = limit - moves.of(chosen)
    for flat in np.argsort(-worth, axis=None, kind="stable").tolist():
        i, j = divmod(flat, problem.n_sites)
        if worth[i, j] <= 0.0:
            break
        if chosen[i] != assignment[i] or extra[i, j] > left + _SLACK:
            continue
        if _shift(problem, loads, i, int(chosen[i]), j):
            chosen[i] = j
            left -= float(extra[i, j])
    found = answer_of(problem, chosen, opened)
    return chosen if violation(problem, found) is None else None


def _loads(problem: LocationProblem, chosen: IntArray) -> FloatArray:
    rows = np.arange(chosen.size)
    table = [
        np.bincount(chosen, weights=problem.used(k, rows, chosen), minlength=problem.n_sites)
        for k in range(problem.n_measures)
    ]
    return np.stack(table)


def _shift(problem: LocationProblem, loads: FloatArray, i: int, before: int, after: int) -> bool:
    """Move one customer's loads if all limits hold, and say whether they did."""
    pair = np.array([i, i]), np.array([before, after])
    used = np.stack([problem.used(k, *pair) for k in range(problem.n_measures)])
    less, more = loads[:, before] - used[:, 0], loads[:, after] + used[:, 1]
    if (more > problem.limit[after] + 1e-9).any() or (less < problem.minimum_load[before]).any():
        return False
    loads[:, before], loads[:, after] = less, more
    return True


def frontier(
    problem: LocationProblem, moves: Moves, options: LocationOptions, points: int = 10
) -> tuple[PricedAnswer, ...]:
    """Return answers from all that pays down to what must move, dearest last.

    Between two neighbours the next price is the slope of the line that joins them, so each new
    point is a corner of the convex frontier or shows that there is none between (Cohon 1978).

    Parameters
    ----------
    points : int
        Points at most; fewer when the frontier has fewer corners.
    """
    first = solve_at_price(problem, moves, 0.0, options)
    last, price = first, _first_price(problem, moves)
    least = (least_moves(problem, moves, options) or 0.0) * (1 + options.gap)
    for _ in range(_DOUBLINGS):
        last = solve_at_price(problem, moves, price, options)
        if last.moved <= least + _SLACK:
            break
        price *= 4
    answers = [first, last]
    closed: set[tuple[float, float]] = set()
    while len(answers) < points:
        pair = _widest(answers, closed)
        if pair is None:
            break
        before, after = pair
        slope = (after.cost - before.cost) / (before.moved - after.moved)
        one = solve_at_price(problem, moves, slope, options)
        if one.moved >= before.moved - _SLACK or one.moved <= after.moved + _SLACK:
            closed.add((before.moved, after.moved))
            continue
        answers.append(one)
    return tuple(_efficient(answers))


def _widest(
    answers: list[PricedAnswer], closed: set[tuple[float, float]]
) -> tuple[PricedAnswer, PricedAnswer] | None:
    ranked = _efficient(answers)
    pairs = [
        (before, after)
        for before, after in pairwise(ranked)
        if (before.moved, after.moved) not in closed
    ]
    return max(pairs, key=lambda pair: pair[0].moved - pair[1].moved, default=None)


def _efficient(answers: Iterable[PricedAnswer]) -> list[PricedAnswer]:
    """Sort by what is moved, most first, and drop what another point beats in both."""
    kept: list[PricedAnswer] = []
    for one in sorted(answers, key=lambda one: (one.moved, one.cost)):
        if not kept or one.cost < kept[-1].cost - _SLACK:
            kept.append(one)
    return kept[::-1]
