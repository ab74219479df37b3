"""Answers with two tiers: houses from the relaxation, customers by regret, then single moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.solution import answer_of
from channelwright.optimisation.location.tiers import loads_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent
    from channelwright.optimisation.location.state import Search
    from channelwright.optimisation.location.tier_bound import TierPricing
    from channelwright.optimisation.location.tiers import Tiers

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_SLACK = 1e-9
_PASSES = 3


def houses_of(problem: LocationProblem, tiers: Tiers, pricing: TierPricing) -> Flags:
    """Return columns to open: those of a relaxation, with the rows that join houses repaired."""
    worth = np.where(np.isfinite(pricing.column), pricing.column, np.inf)
    opened = pricing.opened | problem.forced_open
    for house in range(tiers.houses):
        mine = np.flatnonzero(tiers.house == house)
        if house in tiers.forced and not opened[mine].any():
            opened[mine[worth[mine].argmin()]] = True
        several = mine[opened[mine]]
        if several.size > 1:
            given = several[problem.forced_open[several]]
            best = given[0] if given.size else several[worth[several].argmin()]
            opened[several] = False
            opened[best] = True
    opened[tiers.parent[opened & (tiers.parent >= 0)]] = True
    return _counted(problem, tiers, opened, worth)


def _counted(problem: LocationProblem, tiers: Tiers, opened: Flags, worth: Floats) -> Flags:
    """Open the cheapest further columns while too few are open."""
    taken = np.zeros(tiers.houses, dtype=np.bool_)
    taken[tiers.house[opened]] = True
    for o in np.argsort(worth, kind="stable").tolist():
        few = opened.sum() < problem.minimum_open
        few_second = (opened & tiers.second).sum() < tiers.minimum
        above = int(tiers.parent[o])
        if not (few or (few_second and tiers.second[o])) or not np.isfinite(worth[o]):
            continue
        if not taken[tiers.house[o]] and (above < 0 or opened[above]):
            opened[o] = taken[tiers.house[o]] = True
    return opened


def assign(problem: LocationProblem, tiers: Tiers, opened: Flags) -> Incumbent | None:
    """Give every customer one open column, those first that lose most by waiting; None = no room.

    Parameters
    ----------
    opened : (m,) bool
    """
    columns = np.flatnonzero(opened)
    cost = np.where(problem.allowed[:, columns], problem.cost[:, columns], np.inf)
    if not columns.size or not np.isfinite(cost.min(axis=1)).all():
        return None
    chosen = columns[cost.argmin(axis=1)]
    rows = np.arange(problem.n_customers)
    over = loads_of(problem, rows, chosen, np.ones(rows.size)) > problem.limit + _SLACK
    if not over.any():
        return answer_of(problem, chosen, opened)
    ranked = np.sort(cost, axis=1)
    regret = ranked[:, 1] - ranked[:, 0] if columns.size > 1 else np.zeros(rows.size)
    size = problem.arc_usage(0)[rows, np.minimum(chosen, problem.arc_usage(0).shape[1] - 1)]
    order = np.lexsort((-size, -np.where(np.isfinite(regret), regret, 1e300)))
    room = problem.limit.copy()
    server = np.full(rows.size, -1, dtype=np.int64)
    for i in order.tolist():
        for place in np.argsort(cost[i], kind="stable").tolist():
            o = int(columns[place])
            if not np.isfinite(cost[i, place]):
                return None
            if _take(problem, tiers, room, i, o):
                server[i] = o
                break
        else:
            return None
    _shift(problem, tiers, room, server, columns, cost)
    return answer_of(problem, server, opened)


def _need(problem: LocationProblem, tiers: Tiers, i: int, o: int) -> tuple[Floats, Floats]:
    own = problem.demand[i] if problem.usage is None else problem.usage[:, i, o]
    return np.asarray(own), np.asarray(tiers.through[:, i, o])


def _take(problem: LocationProblem, tiers: Tiers, room: Floats, i: int, o: int) -> bool:
    """Take room for a customer at a column and above it, if there is enough."""
    own, passed = _need(problem, tiers, i, o)
    above = int(tiers.parent[o])
    if (own > room[o] + _SLACK).any() or (above >= 0 and (passed > room[above] + _SLACK).any()):
        return False
    room[o] -= own
    if above >= 0:
        room[above] -= passed
    return True


def _give_back(problem: LocationProblem, tiers: Tiers, room: Floats, i: int, o: int) -> None:
    own, passed = _need(problem, tiers, i, o)
    room[o] += own
    if tiers.parent[o] >= 0:
        room[tiers.parent[o]] += passed


def _shift(
    problem: LocationProblem,
    tiers: Tiers,
    room: Floats,
    server: Indices,
    columns: Indices,
    cost: Floats,
) -> None:
    """Move single customers to cheaper columns with room until nothing moves."""
    for _ in range(_PASSES):
        moved = False
        now = problem.cost[np.arange(server.size), server]
        for i in np.flatnonzero(cost.min(axis=1) < now - _SLACK).tolist():
            before = int(server[i])
            _give_back(problem, tiers, room, i, before)
            for place in np.argsort(cost[i], kind="stable").tolist():
                o = int(columns[place])
                if _take(problem, tiers, room, i, o):
                    moved |= o != before
                    server[i] = o
                    break
        if not moved:
            return


def climb(state: Search, tiers: Tiers, rounds: int) -> None:
    """Close, open and move houses one at a time while that makes the answer cheaper."""
    problem = state.problem
    for _ in range(rounds):
        if state.found is None or state.done:
            return
        before = state.found.objective
        for opened in _neighbours(problem, tiers, state.found.open):
            if state.done:
                return
            if state.offer(assign(problem, tiers, opened)):
                break
        if state.found.objective >= before - _SLACK:
            return


def _neighbours(problem: LocationProblem, tiers: Tiers, opened: Flags) -> Iterator[Flags]:
    """Yield sets of columns that differ by one house closed, opened or put below another parent."""
    for o in range(opened.size):
        if problem.forced_closed[o]:
            continue
        other = opened.copy()
        if opened[o]:
            # With a parent those below it close as well.
            other[o] = False
            other[(tiers.parent == o) & opened] = False
        else:
            other[tiers.house == tiers.house[o]] = False
            other[o] = True
            if tiers.parent[o] >= 0:
                other[tiers.parent[o]] = True
        if not (problem.forced_open & ~other).any():
            yield other
