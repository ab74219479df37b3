"""The problem at many prices of a move, each solved with what the others showed.

The least of cost + price * moved over all answers is a concave function of the price, and it never
falls: bounds at two prices bound every price between them, and sets of sites that were best at one
price are likely to be best at the next. The whole search is only run where these leave a gap.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.known_sites import usable_set, with_sites
from channelwright.optimisation.location.known import Known
from channelwright.optimisation.location.solution import answer_of
from channelwright.optimisation.moves import SLACK, Moves, PricedAnswer, solve_at_price, spend

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channelwright.foundation.units import BoolArray
    from channelwright.model.certificate import Certificate
    from channelwright.optimisation.location import LocationOptions, LocationProblem

_HALVINGS = 5
_FLOOR = "bounds at other prices of a move"
#: Prices that are tried for one set of sites.
_TRIES = 14


class MovePrices:
    """Solves one problem at several prices of a move.

    Parameters
    ----------
    problem : LocationProblem
    moves : Moves
    options : LocationOptions
    known : iterable of PricedAnswer
        Answers and bounds that were found before.
    begin : Known, optional
        An earlier answer, with which the first search of territories with a shape begins.
    """

    def __init__(
        self,
        problem: LocationProblem,
        moves: Moves,
        options: LocationOptions,
        known: Iterable[PricedAnswer] = (),
        begin: Known | None = None,
    ) -> None:
        self._problem, self._moves, self._options = problem, moves, options
        #: Everything that was found, in that order.
        self.answers: list[PricedAnswer] = []
        self._begin = begin
        self._sets: dict[bytes, BoolArray] = {}
        for one in known:
            self._keep(one)
        #: Whole searches that were run.
        self.searches = 0

    def _keep(self, one: PricedAnswer) -> PricedAnswer:
        self.answers.append(one)
        found = one.solution.incumbent
        if found is not None:
            self._sets.setdefault(found.open.tobytes(), found.open)
        return one

    def floor(self, price: float) -> float:
        """Return what cost + price * moved is at least, by the bounds at other prices."""
        known = [(one.price, one.bound) for one in self.answers]
        below = [bound for other, bound in known if other <= price]
        best = max(below, default=-np.inf)
        for (a, low), (b, high) in combinations(sorted(known), 2):
            if a < b and a <= price <= b:
                best = max(best, low + (high - low) * (price - a) / (b - a))
        return float(best)

    def at(self, price: float) -> PricedAnswer:
        """Return the best answer at a price, to the gap that the options ask for.

        Raises
        ------
        InfeasibleError, SolverError
            As `solve_at_price`.
        """
        floor = self.floor(price)
        for one in self.answers:
            if one.price == price:
                return one
        if self._problem.shape is not None:
            self.searches += 1
            begin = self._nearest(price, floor)
            one = solve_at_price(self._problem, self._moves, price, self._options, begin)
            return self._keep(replace(one, bound=max(one.bound, floor)))
        if np.isfinite(floor):
            tried = [self._with(opened, price, floor) for opened in self._sets.values()]
            found = [one for one in tried if one is not None]
            best = min(found, key=lambda one: one.cost + price * one.moved, default=None)
            if best is not None:
                value = best.cost + price * best.moved
                if value - floor <= self._options.gap * abs(value):
                    return self._keep(best)
        self.searches += 1
        one = solve_at_price(self._problem, self._moves, price, self._options)
        return self._keep(replace(one, bound=max(one.bound, floor)))

    def _nearest(self, price: float, floor: float) -> Known | None:
        """Return the answer at the nearest price as one to begin with at this price."""
        found = [one for one in self.answers if one.solution.incumbent is not None]
        if not found:
            return self._begin
        one = min(found, key=lambda one: abs(one.price - price))
        opened = None if one.solution.incumbent is None else one.solution.incumbent.open
        if opened is None:
            return None
        return Known(opened, one.solution.assignment, floor, _FLOOR, gap=self._options.gap)

    def _with(self, opened: BoolArray, price: float, floor: float) -> PricedAnswer | None:
        """Return the best answer with given sites at a price; `floor` bounds all answers."""
        problem, moves = self._problem, self._moves
        usable = usable_set(problem, opened)
        if usable is None:
            return None
        dear = replace(problem, cost=problem.cost + price * moves.weight)
        solution = with_sites(dear, usable, self._options)
        if solution.incumbent is None:
            return None
        assignment = solution.assignment
        found = answer_of(problem, assignment, usable)
        plain = replace(solution, incumbent=found, certificate=self._claim(solution.certificate))
        return PricedAnswer(price, found.objective, moves.of(assignment), floor, plain)

    def by_set(
        self, opened: BoolArray, limit: float, price: float, enough: float
    ) -> tuple[float, PricedAnswer | None]:
        """Return what answers with given sites that move within a limit cost, and the best found.

        Parameters
        ----------
        opened : (m,) bool
        limit : float, units that may be moved
        price : float, where to begin beside 0
        enough : float, a bound above this is not made better

        Returns
        -------
        tuple of float and PricedAnswer or None
            The bound is infinite if the sites can serve nobody within the limits.
        """
        problem, moves = self._problem, self._moves
        low, high, tried = 0.0, np.inf, 0.0
        bound, best = -np.inf, None
        for _ in range(_TRIES):
            dear = replace(problem, cost=problem.cost + tried * moves.weight)
            solution = with_sites(dear, opened, self._options)
            least = solution.certificate.lower_bound
            if solution.incumbent is None or least is None:
                nothing = solution.certificate.status == "infeasible"
                return (np.inf if nothing else bound), best
            bound = max(bound, least - tried * limit)
            found = answer_of(problem, solution.assignment, opened)
            moved = moves.of(solution.assignment)
            inside = moved <= limit + SLACK
            if inside and (best is None or found.objective < best.cost):
                plain = replace(
                    solution, incumbent=found, certificate=self._claim(solution.certificate)
                )
                best = PricedAnswer(tried, found.objective, moved, self.floor(tried), plain)
                best = self._spent(best, limit)
            low, high = (low, tried) if inside else (tried, high)
            known = enough if best is None else min(best.cost, enough)
            closed = np.isfinite(known) and known - bound <= self._options.gap * abs(known)
            if closed or high == 0.0:
                break
            tried = 0.5 * (low + high) if np.isfinite(high) else max(2 * tried, price)
        return bound, best

    def keep(self, one: PricedAnswer) -> None:
        """Keep an answer that was found otherwise."""
        self._keep(one)

    def _claim(self, fixed: Certificate) -> Certificate:
        """Return the certificate of the whole search that an answer with given sites rests on."""
        whole = self.answers[0].solution.certificate if self.answers else fixed
        return replace(whole, work=fixed.work)

    def between(self, before: PricedAnswer, after: PricedAnswer, limit: float) -> None:
        """Keep answers within a limit of moves with the sites of two others, if there are any.

        Where no price leads to answers between two corners, those with the sites of either are
        found at prices that only count with these sites.

        Parameters
        ----------
        before, after : PricedAnswer, moving more and less than the limit
        limit : float, units that may be moved
        """
        for one in (before, after):
            found = one.solution.incumbent
            best = None if found is None else self._within(found.open, limit, after.price)
            if best is not None:
                self._keep(best)

    def _within(self, opened: BoolArray, limit: float, price: float) -> PricedAnswer | None:
        """Return an answer with given sites that moves no more than a limit, None without one."""
        low, high, best = 0.0, max(price, SLACK), None
        for _ in range(_HALVINGS):
            one = self._with(opened, high, self.floor(high))
            if one is None:
                return None
            if one.moved <= limit + SLACK:
                best = one
                break
            low, high = high, 4 * high
        for _ in range(_HALVINGS if best is not None else 0):
            middle = 0.5 * (low + high)
            one = self._with(opened, middle, self.floor(middle))
            if one is not None and one.moved <= limit + SLACK:
                high, best = middle, one if best is None or one.cost < best.cost else best
            else:
                low = middle
        return None if best is None else self._spent(best, limit)

    def _spent(self, one: PricedAnswer, limit: float) -> PricedAnswer:
        """Return an answer with what is left of a limit spent on the moves that save most."""
        problem = self._problem
        changed = spend(problem, self._moves, one.solution.assignment, limit)
        if changed is None or one.solution.incumbent is None:
            return one
        found = answer_of(problem, changed, one.solution.incumbent.open)
        if found.objective >= one.cost:
            return one
        solution = replace(one.solution, incumbent=found)
        return PricedAnswer(
            one.price, found.objective, self._moves.of(changed), one.bound, solution
        )
