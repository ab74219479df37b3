"""Two tiers of houses: prices for the bound, answers on the way, branch and bound for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.certify import refusal, tightness
from channelwright.optimisation.location.closing import solve_part
from channelwright.optimisation.location.infeasible import clashes
from channelwright.optimisation.location.model import ModelArcs
from channelwright.optimisation.location.rooms import ROOMS
from channelwright.optimisation.location.solution import LocationSolution
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.location.tier_answers import assign, climb, houses_of
from channelwright.optimisation.location.tier_bound import TierBound
from channelwright.optimisation.location.tiers import least_passing
from channelwright.optimisation.solver import SolveStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import LocationOptions
    from channelwright.optimisation.location.tiers import Tiers

#: Steps of the bound between two answers.
_STEPS = 25
_ROOM_COLUMNS = 8_000
_KIND = "lagrangian of two tiers"
_EXACT = "branch and bound"


def solve_tiers(
    problem: LocationProblem, tiers: Tiers, options: LocationOptions
) -> LocationSolution:
    """Choose houses of both tiers, who stands below whom, and who serves whom.

    Parameters
    ----------
    problem : LocationProblem with these tiers
    tiers : Tiers
    options : LocationOptions

    Returns
    -------
    LocationSolution
        The certificate is one of the combined problem: bound and answer know both tiers.
    """
    reasons = (*clashes(problem), *tier_clashes(problem, tiers))
    if reasons:
        return LocationSolution(None, refusal({}, reasons))
    state = Search(problem, options, kind=_KIND)
    bound = TierBound(problem, tiers)
    _seek(state, tiers, bound)
    _close_in(state, bound)
    if state.infeasible:
        return LocationSolution(None, refusal(state.work, (tightness(problem),)))
    return LocationSolution(state.found, state.certificate(), bound.customer_price)


def _seek(state: Search, tiers: Tiers, bound: TierBound) -> None:
    """Raise the bound, and try the houses that each stage of it would open."""
    for _ in range(max(1, state.options.dual_iterations // _STEPS)):
        bound.run(_STEPS, state.found.objective if state.found is not None else np.inf)
        state.raise_bound(bound.best.value, _KIND)
        state.offer(assign(state.problem, tiers, houses_of(state.problem, tiers, bound.best)))
        state.tell()
        if state.done:
            break
    climb(state, tiers, state.options.search_rounds)
    state.count("dual_iterations", bound.iterations)


def _close_in(state: Search, bound: TierBound) -> None:
    """Solve what costs no more than the bound and a small room, then a larger one, then all."""
    rise, value = bound.penalties(), bound.best.value
    for room in _rooms(state, value):
        if state.done:
            return
        part = _part(state.problem, rise, room + 1e-7 * abs(value))
        whole = room == np.inf or (
            state.found is not None and room >= state.found.objective - value
        )
        most = state.options.model_columns if whole else _ROOM_COLUMNS
        if part.customer.size > most:
            continue
        if np.unique(part.customer).size < state.problem.n_customers:
            # Somebody has no server within the room, so every answer costs more.
            state.raise_bound(value + room, _EXACT)
            state.infeasible = room == np.inf
            continue
        known = np.inf if state.found is None else state.found.objective
        report = solve_part(state, part)
        state.count("models")
        inside = np.inf if report.bound is None else report.bound
        if report.status is SolveStatus.INFEASIBLE:
            state.infeasible = room == np.inf
        elif report.status is not SolveStatus.OPTIMAL:
            if report.bound is not None:
                state.raise_bound(min(report.bound, value + room, known), _EXACT)
            return
        if state.infeasible:
            return
        best = np.inf if state.found is None else state.found.objective
        state.raise_bound(min(inside, value + room, best), _EXACT)


def _rooms(state: Search, value: float) -> Iterator[float]:
    """Yield rooms above the bound, the last one as large as the gap."""
    for share in ROOMS:
        room = share * abs(value)
        if state.found is not None and room >= state.found.objective - value:
            break
        yield room
    yield np.inf if state.found is None else state.found.objective - value


def _part(problem: LocationProblem, rise: np.ndarray, room: float) -> ModelArcs:
    customer, site = np.nonzero((rise <= room) & problem.allowed)
    nobody = np.zeros(problem.n_sites, dtype=np.bool_)
    return ModelArcs(customer, site, problem.forced_closed, nobody, np.zeros(0, dtype=np.int64))


def tier_clashes(problem: LocationProblem, tiers: Tiers) -> Iterator[str]:
    """Yield what clashes between the tiers and can be seen without a search."""
    names, second = problem.site_names, tiers.second
    for house in tiers.forced.tolist():
        mine = np.flatnonzero(tiers.house == house)
        usable = ~problem.forced_closed[mine]
        if not usable.any():
            yield f"{names[mine[0]]} must be open but has no parent that may be open."
    houses = np.unique(tiers.house[second & ~problem.forced_closed]).size
    if tiers.minimum > houses:
        yield (
            f"at least {tiers.minimum} houses of the second tier are asked for but only {houses} "
            "have a parent that may be open."
        )
    given = np.unique(tiers.house[second & problem.forced_open])
    forced = np.union1d(given, tiers.forced).size
    if forced > tiers.maximum:
        yield (
            f"{forced} houses of the second tier are given as open but at most {tiers.maximum} may "
            "be open."
        )
    yield from _through_clashes(problem, tiers)


def _through_clashes(problem: LocationProblem, tiers: Tiers) -> Iterator[str]:
    """Compare what must pass the first tier with what it can give."""
    first = np.flatnonzero(~tiers.second & ~problem.forced_closed)
    for k, measure in enumerate(problem.measure_names):
        need = least_passing(problem, tiers, k)
        total = float(problem.limit[first, k].sum())
        if np.isfinite(need) and need > total * (1 + 1e-9):
            yield (
                f"{need:g} of {measure} must pass the first tier, but its {first.size} houses can "
                f"give {total:g} together; appoint more of them, or houses of their own."
            )
