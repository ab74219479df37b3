"""Sets of sites judged by the cheapest split service from them: first answers, and local search.

Where sites serve many customers each, splitting a few of them changes the cost little, so that the
choice of sites can be searched with the transport problem and customers be made whole at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.choosing import forced_rises
from channelwright.optimisation.location.rounding import fit_whole
from channelwright.optimisation.location.site_changes import changes_near
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.location.transport import (
    Transport,
    costs_at_least,
    is_transport,
    transport,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Fewest customers for each candidate site; with fewer, whole customers decide more than sites do.
_CUSTOMERS_PER_SITE = 8
#: What whole customers cost more, as long as there is no answer with them.
_WHOLE = 0.01
#: Share of the gap asked for that split service may leave before customers are made whole.
NEAR = 0.9
#: Share of a time limit after which the first answer with whole customers is due.
_LATE = 0.4
#: Share after which sets of sites are not changed any more: whole customers have to be fitted in.
_SITES = 0.8
#: Share for looking for one site more where whole customers do not fit.
_ONE_MORE = 0.1


def sites_decide(problem: LocationProblem) -> bool:
    """Return whether the choice of sites can be searched by split service.

    Parameters
    ----------
    problem : LocationProblem
    """
    many = problem.n_customers >= _CUSTOMERS_PER_SITE * problem.n_sites
    free = not problem.forced_open.all() and not (problem.own_customer >= 0).any()
    return bool(many and free and len(problem.binding) == 1 and is_transport(problem))


@dataclass
class SiteSets:
    """Sets of sites that were judged; lives for one search only.

    Attributes
    ----------
    state : Search
    value : float
        Cost of the best set with split service.
    best : Transport or None
        Its service.
    fitted : float
        Value of the set that was last made whole.
    least_enough : float
        Least value that `enough` has had: what was pruned costs at least that much.
    seen : dict
        Value of every set that was judged.
    """

    state: Search
    value: float = np.inf
    best: Transport | None = None
    fitted: float = np.inf
    least_enough: float = np.inf
    seen: dict[bytes, float] = field(default_factory=dict)

    @property
    def every_arc(self) -> bool:
        """True if split service looks at every allowed arc, so that its cost is a limit."""
        return self.state.problem.lists.site.size == int(self.state.problem.allowed.sum())

    @property
    def is_near(self) -> bool:
        """True if the best split service is so near the bound that whole customers may do."""
        state = self.state
        return self.value - state.bound <= NEAR * state.options.gap * abs(self.value)

    @property
    def is_late(self) -> bool:
        """True if so much of a time limit is gone that an answer with whole customers is due."""
        return self.state.found is None and self.state.spent > _LATE

    @property
    def goal(self) -> float:
        """Objective that a better answer must beat."""
        if self.state.found is not None:
            return self.state.found.objective
        return self.value * (1.0 + _WHOLE) if self.state.problem.single_source else self.value

    def enough(self) -> float:
        """Return the bound at which a set of sites cannot hold an answer that matters."""
        share, step = self.state.options.gap, self.state.problem.cost_step
        enough = self.goal - max(0.95 * share * abs(self.goal), 0.999 * step)
        self.least_enough = min(self.least_enough, enough)
        return enough

    def judge(self, opened: Flags, price: Floats | None = None) -> float:
        """Return the cost of a set with split service, ``inf`` if it cannot serve everybody.

        Of a set that is dearer than the best one a limit from below of its cost may be returned.
        `price` (n_sites,) may say what capacity is worth, to save time.
        """
        key = opened.tobytes()
        if key in self.seen:
            return self.seen[key]
        problem = self.state.problem
        self.seen[key] = np.inf
        if not problem.minimum_open <= int(opened.sum()) <= problem.maximum_open:
            return np.inf
        if price is None and self.best is not None:
            price = self.best.price[0]
        least, price = costs_at_least(problem, opened, price, self.value)
        self.state.count("priced_sets")
        if least >= self.value:
            self.seen[key] = least
            return least
        moved = transport(problem, opened, price)
        self.state.count("transports")
        if moved is None:
            return np.inf
        value = moved.found.objective
        self.seen[key] = value
        if value < self.value:
            self.value, self.best = value, moved
            if not problem.single_source and violation(problem, moved.found) is None:
                self.state.offer(moved.found)
        return value

    def complete(self, opened: Flags, rho: Floats, price: Floats | None = None) -> float:
        """Judge a set; while it cannot serve everybody, open more, those of best merit first."""
        problem, opened = self.state.problem, opened.copy()
        order = np.argsort(rho, kind="stable")
        order = order[~opened[order] & ~problem.forced_closed[order]]
        step, value = 1, self.judge(opened, price)
        while not np.isfinite(value) and order.size and not self.state.done:
            room = problem.maximum_open - int(opened.sum())
            if room <= 0:
                break
            opened[order[: min(step, room)]] = True
            order, step = order[min(step, room) :], 2 * step
            value = self.judge(opened, price)
        return value

    def make_whole(self) -> None:
        """Give every customer one server, near the best split service, and offer that."""
        if self.best is None or not self.state.problem.single_source:
            return
        found = self.state.found
        if self.value >= self.fitted or (found is not None and self.value >= found.objective):
            return
        self.fitted = self.value
        self.state.count("fittings")
        fitted = fit_whole(self.state.problem, self.best.found.open, self.best)
        if fitted is None and found is None:
            fitted = self._with_one_more(self.best.found.open)
        self.state.offer(fitted)

    def _with_one_more(self, opened: Flags) -> Incumbent | None:
        """Fit whole customers into a set with one site more, the best one in which they fit."""
        problem = self.state.problem
        sets: list[tuple[float, Flags]] = []
        last = self.state.spent + _ONE_MORE
        for j in np.flatnonzero(~opened & ~problem.forced_closed).tolist():
            larger = _changed(opened, j)
            value = self.judge(larger)
            if np.isfinite(value):
                sets.append((value, larger))
            if self.state.done or (sets and self.state.spent > last):
                break
        for _, larger in sorted(sets, key=lambda pair: pair[0]):
            moved = transport(problem, larger)
            found = None if moved is None else fit_whole(problem, larger, moved)
            if found is not None or self.state.done:
                return found
        return None


def improve_by_sites(sets: SiteSets, rho: Floats, room: float) -> None:
    """Close, open and swap sites in doubt while it pays.

    Parameters
    ----------
    sets : SiteSets
    rho : (n_sites,)
        Least cost of each site when open, at good prices.
    room : float
        Distance from the bound within which a better set must lie.
    """
    problem, state = sets.state.problem, sets.state
    opening, closing = forced_rises(
        rho,
        np.array(problem.forced_open),
        np.array(problem.forced_closed),
        problem.fewest_open,
        problem.maximum_open,
        *problem.covering,
    )
    doubt = np.flatnonzero((opening <= room) & (closing <= room))
    while sets.best is not None and not _is_over(state) and _step(sets, doubt):
        if sets.is_near or sets.is_late:
            sets.make_whole()


def _step(sets: SiteSets, doubt: Indices) -> bool:
    """Judge the sets one change away that may be cheaper until one is; returns whether one was."""
    if sets.best is None:
        return False
    before, opened = sets.value, sets.best.found.open
    changes = changes_near(sets.state.problem, sets.best)
    for sites in changes.worthwhile(doubt[opened[doubt]], doubt[~opened[doubt]]):
        if _is_over(sets.state) or sets.judge(_changed(opened, *sites)) < before:
            break
    return sets.value < before


def _is_over(state: Search) -> bool:
    return state.done or state.spent > _SITES


def _changed(opened: Flags, *sites: int) -> Flags:
    changed = opened.copy()
    for j in sites:
        changed[j] = not changed[j]
    return changed
