"""The first phase: raise the bound and look for answers on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.arcs import choose_arcs, usual_neighbours
from channelwright.optimisation.location.bursts import climb_sites
from channelwright.optimisation.location.compiled_climb import (
    compile_arcs,
)
from channelwright.optimisation.location.lagrangian import Pricing, Relaxation, first_prices
from channelwright.optimisation.location.primal import (
    answer_from,
    polish,
    settle_by_transport,
)
from channelwright.optimisation.location.split_service import split_duals
from channelwright.optimisation.location.subgradient import climb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]


_BURST = 50
_FEW_PER_SITE = 60
#: Arcs beyond which looking for an answer takes far longer than a burst, and bursts between looks.
_LARGE, _PAUSE = 4_000_000, 4
#: Pairs of customers and given sites up to which the climb starts from a linear model's prices.
_SPLIT_CELLS = 20_000


def climb_bound(state: Search) -> None:
    """Raise the Lagrangian bound and look for answers on the way.

    Parameters
    ----------
    state : Search
    """
    problem, options = state.problem, state.options
    arcs = choose_arcs(problem, usual_neighbours(problem, options.neighbours))
    relaxation = Relaxation(problem, arcs)
    price = _start(state, first_prices(problem, arcs), arcs.ceiling)
    if len(problem.binding) > 1:
        _climb_by_measures(state, relaxation, price)
        return
    state.kind = "lagrangian"
    _climb(state, relaxation, price, options.dual_iterations, 1.5)
    climb_with_whole(state, relaxation)


def _start(state: Search, price: Floats, ceiling: Floats) -> Floats:
    """Return prices to start from: those of split service where all sites are open and few."""
    problem = state.problem
    given = problem.forced_open.all() and len(problem.binding) == 1
    if not given or problem.n_customers * problem.n_sites > _SPLIT_CELLS:
        return price
    duals = split_duals(problem, np.arange(problem.n_sites), state.seconds_left())
    return price if duals is None else np.minimum(duals.customer, ceiling)


def climb_with_whole(state: Search, relaxation: Relaxation) -> None:
    """Raise the bound further by filling sites with whole customers, where that tells.

    Parameters
    ----------
    state : Search
        With a pricing.
    relaxation : Relaxation
        That fills sites in part.
    """
    state.whole = relaxation.can_be_whole() and few_per_site(state)
    if state.whole and state.pricing is not None and not state.done:
        state.kind = "lagrangian with whole customers"
        whole = Relaxation(state.problem, relaxation.arcs, whole=True)
        _climb(state, whole, state.pricing.price, state.options.dual_iterations // 2, 0.5)


def few_per_site(state: Search) -> bool:
    """Return whether sites serve so few customers that whole ones make a better bound."""
    if state.pricing is None:
        return False
    return state.problem.n_customers <= _FEW_PER_SITE * max(1, int(state.pricing.opened.sum()))


def _climb_by_measures(state: Search, relaxation: Relaxation, price: Floats) -> None:
    """Climb with several measures, of which the best counts at each step."""
    calls = 0

    def ceiling(pricing: Pricing) -> float:
        nonlocal calls
        if calls % (20 if calls < 200 else 50) == 0:
            try_sites(state, pricing)
        calls += 1
        return state.ceiling

    state.kind = "lagrangian"
    result = climb(relaxation, price, state.options.dual_iterations, ceiling, state.enough)
    state.count("dual_iterations", result.steps)
    state.raise_bound(result.best.value, state.kind)
    state.pricing = result.best
    try_sites(state, result.best)


def _climb(state: Search, relaxation: Relaxation, price: Floats, steps: int, stride: float) -> None:
    """Climb in compiled bursts, between which answers are looked for."""
    arcs, whole = compile_arcs(relaxation), relaxation.whole
    ceiling, left = relaxation.arcs.ceiling, steps
    first = relaxation.price_at(price)
    # Whatever the time limit, there is a bound.
    state.raise_bound(first.value, state.kind)
    try_sites(state, first)
    large = state.problem.n_customers * state.problem.n_sites > _LARGE
    bursts, pause = 0, _PAUSE if large else 1
    while left > 0 and not state.done:
        burst = min(left, _BURST)
        goal = state.ceiling
        # Without an answer the goal is a guess, which must not end the climb.
        enough = goal if state.found is not None else np.inf
        peak = climb_sites(arcs, price, ceiling, burst, stride, goal, enough, whole)
        state.count("dual_iterations", peak.steps)
        price, stride, left = peak.price, peak.stride, left - burst
        state.raise_bound(peak.value, state.kind)
        bursts += 1
        ended = peak.steps < burst or left <= 0
        if ended or bursts % pause == 0:
            try_sites(state, relaxation.price_at(price))
        if peak.steps < burst:
            break
    state.pricing = relaxation.complete(relaxation.price_at(price))


def try_sites(state: Search, pricing: Pricing) -> None:
    """Look for an answer guided by a pricing.

    Parameters
    ----------
    state : Search
    pricing : Pricing
    """
    key = pricing.opened.tobytes()
    if key in state.tried and not state.problem.binding:
        return
    state.tried.add(key)
    state.count("primal_starts")
    found = answer_from(state.problem, pricing, lambda: state.done)
    if found is None:
        return
    capacitated = state.problem.single_source and state.problem.binding
    if not capacitated:
        state.offer(found)
        return
    found = polish(state.problem, found, lambda: state.done)
    if state.offer(found) and not state.done:
        state.offer(settle_by_transport(state.problem, found))
