"""Groups that share no customer and no site, searched one after the other under one account.

While somebody listens, every group first gets a quick answer: so there is one for the whole from
the beginning, and whoever ends the search gets for every group the best one so far, which for a
group that was not begun is its first. Searches that are not ended never look at those answers, so
that listening changes no result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.compiled import search_clock
from channelwright.optimisation.interrupting import asked_to_end
from channelwright.optimisation.location.certify import cheapest_service, refusal
from channelwright.optimisation.location.components import idle_cost, join
from channelwright.optimisation.location.solution import LocationSolution, violation
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.watching import part_of_search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from channelwright.optimisation.location.components import Component
    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent, LocationOptions, Progress

    Solve = Callable[[LocationProblem, LocationOptions], LocationSolution]

#: Share of the time limit that first answers may take.
_FIRST_SHARE = 0.3


def solve_apart(
    problem: LocationProblem,
    parts: Sequence[Component],
    options: LocationOptions,
    solve: Solve,
) -> LocationSolution | None:
    """Solve groups apart; None if that breaks the limits on the number of sites.

    Parameters
    ----------
    problem : LocationProblem
        The whole.
    parts : sequence of Component
        Its groups.
    options : LocationOptions
        The time limit counts from now on and is shared by the groups.
    solve : callable
        Solves one group.
    """
    account = _Account(problem, parts, options)
    begin = search_clock()
    if options.progress is not None:
        for number in range(len(parts)):
            share = _FIRST_SHARE / len(parts)
            left = None if options.seconds is None else share * options.seconds
            account.first(number, solve, left)
            if account.refused:
                return account.refusal()
    for number in range(len(parts)):
        if account.stopped or asked_to_end():
            break
        left = options.seconds
        if left is not None:
            spent = search_clock() - begin
            left = max(left - spent, 0.0) / (len(parts) - number)
        account.search(number, solve, left)
        if account.refused:
            return account.refusal()
    return account.solution()


class _Account:
    """What is known of all groups together."""

    def __init__(
        self, problem: LocationProblem, parts: Sequence[Component], options: LocationOptions
    ) -> None:
        self._problem, self._parts, self._options = problem, parts, options
        self._idle = idle_cost(problem, parts)
        self._found: list[Incumbent | None] = [None] * len(parts)
        self._bound = [cheapest_service(part.problem) for part in parts]
        self._answers: list[LocationSolution | None] = [None] * len(parts)
        self._quick: list[LocationSolution | None] = [None] * len(parts)
        self.stopped = False

    def first(self, number: int, solve: Solve, seconds: float | None) -> None:
        """Find a first answer of a group."""
        progress = self._listener(number, first=True)
        self._quick[number] = self._solved(number, solve, progress, seconds)

    def search(self, number: int, solve: Solve, seconds: float | None) -> None:
        """Search a group to its end."""
        progress = None if self._options.progress is None else self._listener(number)
        self._answers[number] = self._solved(number, solve, progress, seconds)

    def _solved(
        self, number: int, solve: Solve, progress: Progress | None, seconds: float | None
    ) -> LocationSolution:
        limits = replace(self._options, progress=progress, seconds=seconds)
        with part_of_search(f"group {number + 1} of {len(self._parts)}"):
            answer = solve(self._parts[number].problem, limits)
        bound = answer.certificate.lower_bound
        self._keep(number, answer.incumbent, -np.inf if bound is None else bound)
        return answer

    def _listener(self, number: int, *, first: bool = False) -> Progress:
        """Return what a group's search reports to; a first answer ends it."""

        def tell(found: Incumbent | None, bound: float) -> bool:
            self._keep(number, found, bound)
            progress = self._options.progress
            if progress is not None and not progress(self._whole(), self._total()):
                self.stopped = True
            return not (self.stopped or first)

        return tell

    def _keep(self, number: int, found: Incumbent | None, bound: float) -> None:
        known = self._found[number]
        if found is not None and (known is None or found.objective <= known.objective):
            self._found[number] = found
        self._bound[number] = max(self._bound[number], bound)

    def _total(self) -> float:
        """Return what all groups cost at least: a bound of each, and sites of none."""
        return sum(self._bound) + self._idle

    def _whole(self) -> Incumbent | None:
        """Return the answer of all groups together; None while one has none, or if it is none."""
        found = [one for one in self._found if one is not None]
        if len(found) < len(self._parts):
            return None
        whole = join(self._problem, self._parts, found)
        return whole if violation(self._problem, whole) is None else None

    @property
    def refused(self) -> bool:
        """Whether a group has no answer at all."""
        return any(one.certificate.status == "infeasible" for one in self._known())

    def _known(self) -> list[LocationSolution]:
        """Return the solutions of groups: of the whole search, else of the first answer."""
        pairs = zip(self._answers, self._quick, strict=True)
        known = [quick if answer is None else answer for answer, quick in pairs]
        return [one for one in known if one is not None]

    def refusal(self) -> LocationSolution:
        """Return the answer to a request of which a group is infeasible."""
        texts = [
            text
            for one in self._known()
            if one.certificate.status == "infeasible"
            for text in one.certificate.messages
        ]
        return LocationSolution(None, refusal({}, tuple(texts)))

    def solution(self) -> LocationSolution | None:
        """Return what was found; None if the groups' answers break a limit on all sites."""
        state = Search(self._problem, replace(self._options, progress=None, seconds=None))
        for one in self._known():
            for name, count in one.certificate.work.items():
                state.count(name, count)
            state.timed |= one.certificate.timed
        state.bound = self._total()
        kinds = {one.certificate.bound_kind for one in self._known()}
        state.kind = ", ".join(sorted(kinds))
        found = [one for one in self._found if one is not None]
        if len(found) == len(self._parts) and not state.offer(
            join(self._problem, self._parts, found)
        ):
            return None
        state.count("groups", len(self._parts))
        return LocationSolution(state.found, state.certificate())
