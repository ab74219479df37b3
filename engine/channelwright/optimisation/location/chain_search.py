"""Assignments to fixed sites bettered by the walk over chains: what every phase calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from channelwright.optimisation.location.chain_walk import Walk, return_to_best, walk
from channelwright.optimisation.location.chains import (
    Choices,
    Labels,
    Service,
    new_labels,
    new_service,
)
from channelwright.optimisation.location.deadline import out_of_time
from channelwright.optimisation.location.rooms import can_branch
from channelwright.optimisation.location.solution import answer_of
from channelwright.optimisation.location.split_service import split_duals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Choices of each customer, customers of a chain, and customers moved at random.
_CHOICES, _LENGTH, _KICKS = 6, 6, 2
#: Heats as shares of what the second choice loses on average, in turn.
_HEATS = (0.5, 0.25, 0.12, 0.06)
#: First price of overload as a multiple of the price of capacity.
_PENALTY = 2.0
#: Customers of all rounds between two looks at the clock, rounds at most, and bursts of a stage.
_BURST, _MOST_ROUNDS, _BURSTS = 15_000, 100, 32
#: Rounds of search of the options that stand for one stage.
_ROUNDS = 60
#: Largest table of customers by open sites.
_CELLS = 200_000


class Chained(NamedTuple):
    """A walk that can be taken up again.

    Attributes
    ----------
    sites : (n_open,) int
        The open sites, in the order of the choices.
    choices, service, labels, way
        See `chain_walk.walk`.
    heat : float
        What the second choice loses on average.
    """

    sites: Indices
    choices: Choices
    service: Service
    labels: Labels
    way: Walk
    heat: float


def choices_of(problem: LocationProblem, sites: Indices, price: Floats, most: int) -> Choices:
    """Return the open sites that each customer may have, best merit first.

    Parameters
    ----------
    problem : LocationProblem
        Single source, one binding measure.
    sites : (n_open,) int
    price : (n_open,)
        What one unit of capacity is worth.
    most : int
        Choices of a customer at most.
    """
    measure = problem.binding[0]
    cost = np.where(problem.allowed[:, sites], problem.cost[:, sites], np.inf)
    if problem.usage is None:
        need = np.repeat(problem.demand[:, [measure]], sites.size, axis=1)
    else:
        need = np.array(problem.usage[measure][:, sites])
    own = problem.own_customer[sites]
    for place in np.flatnonzero(own >= 0).tolist():
        # Who must be served here has no other choice.
        kept = cost[own[place], place]
        cost[own[place]] = np.inf
        cost[own[place], place] = kept
    merit = cost + price * need
    order = np.argsort(merit, axis=1, kind="stable")[:, : max(2, most)]
    merit = np.take_along_axis(merit, order, axis=1)
    merit -= merit[:, :1]
    most_taken = np.where(np.isfinite(cost), need, 0.0).sum(axis=0)
    limit = np.minimum(problem.limit[sites, measure], most_taken)
    if order.shape[1] < 2:
        none = np.full((order.shape[0], 1), np.inf)
        order, merit = np.hstack([order, 0 * order]), np.hstack([merit, none])
    site = np.where(np.isfinite(merit), order, -1)
    return Choices(
        site,
        np.take_along_axis(cost, order, axis=1),
        merit,
        np.take_along_axis(need, order, axis=1),
        limit + 1e-9 * np.maximum(1.0, limit),
        np.array(price, dtype=np.float64),
    )


def set_out(
    problem: LocationProblem,
    sites: Indices,
    served: Indices,
    price: Floats,
    seed: int,
    reach: tuple[int, int] = (_CHOICES, _LENGTH),
) -> Chained:
    """Return a walk that starts from an assignment.

    Parameters
    ----------
    problem : LocationProblem
    sites : (n_open,) int
    served : (n_customers,) int
        Place of the site of each customer among the open ones; other than that of a choice counts
        as the best choice.
    price : (n_open,)
        What one unit of capacity is worth.
    seed : int
    reach : tuple of int and int
        Choices of a customer and customers of a chain at most.
    """
    choices = choices_of(problem, sites, price, reach[0])
    at = np.argmax(choices.site == served[:, None], axis=1)
    second = choices.merit[:, 1][np.isfinite(choices.merit[:, 1])]
    middle = float(second.sum()) / max(second.size, 1)
    positive = price[price > 0.0]
    least = float(positive.mean()) if positive.size else _unit_loss(choices)
    service = new_service(choices, at, _PENALTY * np.maximum(price, least) + 1e-6)
    cost = float(np.take_along_axis(choices.cost, at[:, None], axis=1).sum())
    fits = bool((service.load <= choices.limit).all())
    way = Walk(
        at.copy(),
        at.copy(),
        np.array([cost, cost if fits else np.inf]),
        np.array([seed + 1], dtype=np.uint64),
    )
    labels = new_labels(at.size, sites.size, reach[1])
    return Chained(sites, choices, service, labels, way, max(middle, 1e-9))


def _unit_loss(choices: Choices) -> float:
    """Return what a unit loses on average when sent to the second choice."""
    second = np.isfinite(choices.merit[:, 1])
    need = float(choices.need[second, 1].sum())
    return float(choices.merit[second, 1].sum()) / max(need, 1e-9)


def go_on(chained: Chained, rounds: int, turn: int = 0) -> None:
    """Walk on for some rounds.

    Parameters
    ----------
    chained : Chained
        Changed in place.
    rounds : int
    turn : int
        Chooses the heat.
    """
    walk(
        chained.choices,
        chained.service,
        chained.labels,
        chained.way,
        chained.heat * _HEATS[turn % len(_HEATS)],
        _KICKS,
        rounds,
    )


def best_of(problem: LocationProblem, chained: Chained) -> Incumbent | None:
    """Return the best answer that a walk has found, None if nothing fitted.

    Parameters
    ----------
    problem : LocationProblem
    chained : Chained
    """
    if not np.isfinite(chained.way.cost[1]):
        return None
    place = np.take_along_axis(chained.choices.site, chained.way.best[:, None], axis=1)[:, 0]
    opened = np.zeros(problem.n_sites, dtype=np.bool_)
    opened[chained.sites] = True
    return answer_of(problem, chained.sites[place], opened)


def chains_from_best(state: Search, reach: tuple[int, int] = (_CHOICES, _LENGTH)) -> Chained | None:
    """Return a walk from the best answer over its open sites; None where it does not apply.

    Parameters
    ----------
    state : Search
    reach : tuple of int and int
        Choices of a customer and customers of a chain at most.
    """
    problem, found = state.problem, state.found
    if found is None or not can_branch(problem) or state.done:
        return None
    sites = np.flatnonzero(found.open)
    if sites.size < 2 or problem.n_customers * sites.size > _CELLS:
        return None
    duals = split_duals(problem, sites, state.seconds_left())
    if duals is None:
        return None
    served = np.empty(problem.n_customers, dtype=np.int64)
    served[found.customer] = np.searchsorted(sites, found.site)
    return set_out(problem, sites, served, duals.capacity, state.options.seed, reach)


def better_service(state: Search, stages: int, share: float) -> None:
    """Better the assignment to the open sites of the best answer.

    Parameters
    ----------
    state : Search
    stages : int
        Stretches of about the same work at most, with the usual rounds of search.
    share : float
        Share of the time limit at which to end.
    """
    chained = chains_from_best(state)
    if chained is None:
        return
    problem = state.problem
    rounds = max(1, min(_MOST_ROUNDS, _BURST // problem.n_customers))
    fixed = float(problem.fixed_cost[chained.sites].sum())
    for turn in range(_BURSTS * stages * state.options.search_rounds // _ROUNDS):
        if turn % len(_HEATS) == 0:
            return_to_best(chained.choices, chained.service, chained.way)
        go_on(chained, rounds, turn)
        state.count("chain_rounds", rounds)
        if chained.way.cost[1] + fixed < state.ceiling:
            state.offer(best_of(problem, chained))
        if state.done or out_of_time() or state.spent > share:
            return
