"""Moves of customers between servers: what they weigh, what they cost, and single ones that pay.

An answer that is best at some price of a move is best among all that move no more than it does
(Everett 1963, "Generalized Lagrange multiplier method", Operations Research 11), and the bound of
every priced problem bounds every limit: cost >= bound(price) - price * limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError, SolverError
from channelwright.optimisation.location import LocationOptions, solve_location
from channelwright.optimisation.location.solution import LocationSolution, answer_of, violation

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.optimisation.location import LocationProblem
    from channelwright.optimisation.location.known import Known

SLACK = 1e-6


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
    problem: LocationProblem,
    moves: Moves,
    price: float,
    options: LocationOptions,
    known: Known | None = None,
) -> PricedAnswer:
    """Choose sites and territories when every move costs its price.

    Parameters
    ----------
    known : Known, optional
        An answer to begin with, and a bound of cost + price * moved.

    Raises
    ------
    InfeasibleError
        The problem has no answer at any price.
    SolverError
        The work limits ended the search before any answer was found.
    """
    dear = replace(problem, cost=problem.cost + price * moves.weight)
    solution = solve_location(dear, options, known)
    bound = solution.certificate.lower_bound
    if solution.incumbent is None or bound is None:
        statement = solution.certificate.statement()
        if solution.certificate.status == "infeasible":
            raise InfeasibleError(statement)
        raise SolverError(statement + "; raise the work limits")
    assignment = solution.assignment
    found = answer_of(problem, assignment, solution.incumbent.open)
    plain = replace(solution, incumbent=found, loose=None if price else solution.loose)
    return PricedAnswer(price, found.objective, moves.of(assignment), bound, plain)


def bound_at(answers: Iterable[PricedAnswer], limit: float) -> float:
    """Return what every answer within a limit costs at least, by all priced problems."""
    return max(one.bound - one.price * limit for one in answers)


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
    worth = np.where(saving > SLACK, saving / np.maximum(extra, 1e-9), 0.0)
    left = limit - moves.of(chosen)
    for flat in np.argsort(-worth, axis=None, kind="stable").tolist():
        i, j = divmod(flat, problem.n_sites)
        if worth[i, j] <= 0.0:
            break
        if chosen[i] != assignment[i] or extra[i, j] > left + SLACK:
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


def first_price(problem: LocationProblem, moves: Moves) -> float:
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


def efficient(answers: Iterable[PricedAnswer]) -> list[PricedAnswer]:
    """Sort by what is moved, most first, and drop what another point beats in both."""
    kept: list[PricedAnswer] = []
    for one in sorted(answers, key=lambda one: (one.moved, one.cost)):
        if not kept or one.cost < kept[-1].cost - SLACK:
            kept.append(one)
    return kept[::-1]
