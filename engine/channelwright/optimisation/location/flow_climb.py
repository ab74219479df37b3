"""Bound and answers together where the choice of sites decides; split service gives prices too."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.arcs import Arcs, choose_arcs, priced_arcs
from channelwright.optimisation.location.bursts import climb_sites
from channelwright.optimisation.location.climbing import climb_with_whole
from channelwright.optimisation.location.compiled_climb import (
    SiteArcs,
    compile_arcs,
    costs_when_open,
    price_sites,
)
from channelwright.optimisation.location.deadline import OutOfTime, grace
from channelwright.optimisation.location.lagrangian import Relaxation, first_prices
from channelwright.optimisation.location.site_search import SiteSets, improve_by_sites
from channelwright.optimisation.location.site_tree import branch_on_capacitated_sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.state import Search
    from channelwright.optimisation.location.transport import Transport

    Floats = NDArray[np.float64]

_BURST, _STRIDE = 50, 1.0
#: The climb ends when a burst at a small stride gains less than this share of the gap.
_SLOW, _SMALL = 2e-3, 0.1
#: Arcs up to which all are priced at every step; beyond, those with the least priced cost.
_EVERY_ARC, _MOST_ARCS, _FEWEST_ARCS = 4_000_000, 2_400_000, 8
#: Shares of the time limit: of the climb, of the tree, and of a single burst.
_CLIMB, _TREE, _ONE_BURST = 0.7, 0.8, 0.03
#: Seconds after the end for whole customers in the best split service.
_LAST = 0.5


@dataclass(frozen=True, eq=False)
class _Ground:
    """What is priced: some arcs at every step, all of them for the bound that counts."""

    problem: LocationProblem
    arcs: Arcs
    compiled: SiteArcs
    complete: bool

    def bound_at(self, price: Floats, value: float) -> float:
        """Return the bound over all arcs at prices whose bound over the kept ones is known."""
        if self.complete:
            return value
        problem = self.problem
        site, customer = np.nonzero(((problem.cost < price[:, None]) & problem.allowed).T)
        start = np.searchsorted(site, np.arange(problem.n_sites + 1))
        none = np.full(problem.n_customers, np.inf)
        paying = Arcs(customer, site, problem.cost[customer, site], start, none)
        return float(price_sites(compile_arcs(Relaxation(problem, paying)), price, False)[0])


def climb_by_flows(state: Search) -> None:
    """Raise the bound, judge sets of sites on the way, then branch on the sites.

    Parameters
    ----------
    state : Search
    """
    state.kind = "lagrangian"
    sets = SiteSets(state)
    try:
        _climb_and_branch(sets)
    except OutOfTime:
        state.note_end()
        _fit_last(sets)


def _fit_last(sets: SiteSets) -> None:
    """Fit whole customers into the best split service, in the little time that is left for it."""
    with grace(_LAST), suppress(OutOfTime):
        sets.make_whole()


def _climb_and_branch(sets: SiteSets) -> None:
    state = sets.state
    problem = state.problem
    sets.complete(~problem.forced_closed, np.zeros(problem.n_sites))
    ground = _ground(problem, sets)
    price = _climb(sets, ground)
    rho, _ = costs_when_open(ground.compiled, price)
    if sets.best is not None and not state.done:
        improve_by_sites(sets, rho, sets.value - state.bound)
    sets.make_whole()
    if not ground.complete:
        return
    relaxation = Relaxation(problem, ground.arcs)
    state.pricing = relaxation.price_at(price)
    if not state.done:
        branch_on_capacitated_sites(sets, ground.compiled, ground.arcs.ceiling, price, _TREE)
    sets.make_whole()
    climb_with_whole(state, relaxation)


def _ground(problem: LocationProblem, sets: SiteSets) -> _Ground:
    complete = problem.n_customers * problem.n_sites <= _EVERY_ARC
    if complete or sets.best is None:
        arcs = choose_arcs(problem, problem.n_sites)
    else:
        kept = max(_FEWEST_ARCS, _MOST_ARCS // problem.n_customers)
        arcs = priced_arcs(problem, units_of(problem, sets.best), kept)
    return _Ground(problem, arcs, compile_arcs(Relaxation(problem, arcs)), complete)


def _climb(sets: SiteSets, ground: _Ground) -> Floats:
    """Climb in bursts; judge the sites chosen between them, which may give better prices."""
    state, compiled, ceiling = sets.state, ground.compiled, ground.arcs.ceiling
    stride, left = _STRIDE, state.options.dual_iterations
    price = first_prices(state.problem, ground.arcs)
    value, judged = price_sites(compiled, price, False)[0], np.inf
    state.raise_bound(ground.bound_at(price, value), state.kind)
    burst = _BURST if ground.complete else 10
    while left > 0 and not state.done and state.spent < _CLIMB:
        if sets.best is not None and sets.value < judged:
            judged = sets.value
            other = np.minimum(prices_of(state.problem, sets.best), ceiling)
            there = price_sites(compiled, other, False)[0]
            if there > value:
                value, price = there, other
        goal = sets.value if np.isfinite(sets.value) else state.ceiling
        begin = time.perf_counter()
        burst = min(left, burst)
        # Without an answer the goal is a guess, which must not end the climb.
        enough = goal if np.isfinite(sets.value) else np.inf
        peak = climb_sites(compiled, price, ceiling, burst, stride, goal, enough, False)
        state.count("dual_iterations", peak.steps)
        gain = peak.value - value
        price, value, stride, left = peak.price, peak.value, peak.stride, left - burst
        state.raise_bound(ground.bound_at(price, value), state.kind)
        sets.complete(peak.opened, *costs_when_open(compiled, price))
        if sets.is_near or sets.is_late:
            sets.make_whole()
        slow = gain < _SLOW * max(goal - value, 0.0)
        if peak.steps < burst or (slow and stride < _SMALL):
            break
        burst = _next_burst(state, burst, time.perf_counter() - begin)
    return price


def _next_burst(state: Search, burst: int, seconds: float) -> int:
    """Return steps of the next burst: fewer where one takes too much of a time limit."""
    limit = state.options.seconds
    if limit is None:
        return _BURST
    allowed = int(burst * _ONE_BURST * limit / max(seconds, 1e-9))
    return max(5, min(_BURST, allowed))


def units_of(problem: LocationProblem, moved: Transport) -> Floats:
    """Return what a unit bears at each site, capacity and fixed cost; ``inf`` where closed.

    Parameters
    ----------
    problem : LocationProblem
    moved : Transport
        Cheapest split service from some sites.
    """
    lists, found = problem.lists, moved.found
    demand = problem.demand[:, int(lists.measure[0])]
    load = np.bincount(
        found.site, weights=demand[found.customer] * found.share, minlength=problem.n_sites
    )
    # Capacity earns part of the fixed cost; the load bears the rest.
    earned = moved.price[0] * np.where(moved.price[0] > 0.0, lists.limit[0], 0.0)
    rest = np.maximum(problem.fixed_cost - earned, 0.0) / np.maximum(load, 1e-9)
    return np.asarray(np.where(found.open, moved.price[0] + rest, np.inf))


def prices_of(problem: LocationProblem, moved: Transport) -> Floats:
    """Return prices of customers that go with split service: cost, capacity and fixed cost.

    Parameters
    ----------
    problem : LocationProblem
    moved : Transport
        Cheapest split service from some sites.
    """
    lists = problem.lists
    demand = problem.demand[:, int(lists.measure[0])]
    unit = units_of(problem, moved)[lists.site]
    served = np.where(np.isfinite(unit), unit, 0.0) * np.repeat(demand, np.diff(lists.start))
    value = np.where(np.isfinite(unit), lists.cost + served, np.inf)
    return np.asarray(np.minimum.reduceat(value, lists.start[:-1]))
