"""Solve a territory task: groups merged, moves limited, the answer in single outlets again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.frontier import frontier
from channelwright.optimisation.location.shape import loosened
from channelwright.optimisation.moves import Moves, PricedAnswer
from channelwright.optimisation.realignment import solve_within
from channelwright.optimisation.solve_again import given_answer, solve_again
from channelwright.optimisation.territories.groups import merge_groups, spread_groups
from channelwright.optimisation.territories.memory import TerritoryMemory

if TYPE_CHECKING:
    from channelwright.foundation.units import IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.request import SiteChoice
    from channelwright.optimisation.location import (
        LocationOptions,
        LocationProblem,
        LocationSolution,
    )
    from channelwright.optimisation.territories.problem import TerritoryTask


def solve_task(
    market: Market,
    choice: SiteChoice,
    design: Design,
    task: TerritoryTask,
    options: LocationOptions,
    warm: TerritoryMemory | None = None,
) -> LocationSolution:
    """Return the answer to a territory task, with the planner's rules kept.

    Parameters
    ----------
    market : Market
    choice : SiteChoice
    design : Design, the present one
    task : TerritoryTask
    options : LocationOptions
    warm : TerritoryMemory, optional
        What an earlier choice left.
    """
    problem, index = stated(choice, task)
    customer = _customers(market, task, index)
    rules = choice.rules
    if rules is None or not rules.limits_moves:
        known = None if warm is None else warm.known(problem, customer, gap=options.gap)
        return spread_groups(task.problem, solve_again(problem, known, options), index)
    merged = _merged_moves(market, choice, design, task, index)
    before = given_answer(problem, merged, warm, customer)
    known = None if warm is None else warm.known(problem, customer, merged, options.gap)
    solution = solve_within(problem, merged, options, before, known)
    return spread_groups(task.problem, solution, index)


def stated(choice: SiteChoice, task: TerritoryTask) -> tuple[LocationProblem, IntArray]:
    """Return the problem that is solved, and the customer in it that each outlet became."""
    if choice.rules is None:
        return task.problem, np.arange(task.rows.size)
    return merge_groups(task.problem, choice.rules.together[task.rows])


def memory_of(
    market: Market,
    choice: SiteChoice,
    design: Design,
    task: TerritoryTask,
    solution: LocationSolution,
    warm: TerritoryMemory | None = None,
) -> TerritoryMemory:
    """Return what a choice leaves for the next one.

    Parameters
    ----------
    solution : LocationSolution of the task, with an answer
    warm : TerritoryMemory, optional
        What the choice before left: its claim without shape is handed on where it is the better.
    """
    problem, index = stated(choice, task)
    found = solution.incumbent
    opened = np.zeros(problem.n_sites, dtype=np.bool_) if found is None else found.open
    first = np.unique(index, return_index=True)[1]
    limited = choice.rules is not None and choice.rules.limits_moves
    within = _merged_moves(market, choice, design, task, index) if limited else None
    customer = _customers(market, task, index)
    loose = solution.loose
    if warm is not None and problem.shape is not None:
        claim = warm.claim_of(loosened(problem, problem.shape), customer, within)
        if np.isfinite(claim.bound) and (loose is None or claim.bound > loose[0]):
            loose = claim.bound, claim.kind
    return TerritoryMemory(
        problem=replace(problem, tiers=None),
        certificate=solution.certificate,
        opened=np.array(opened),
        assignment=solution.assignment[first],
        customer=customer,
        loose=loose,
        within=within,
        tiered=problem.tiers is not None,
    )


def _customers(market: Market, task: TerritoryTask, index: IntArray) -> IntArray:
    """Return the customer that every outlet of the market is part of, -1 = none."""
    customer = np.full(len(market.outlets), -1, dtype=np.int64)
    customer[task.rows] = index
    return customer


def moves_of(market: Market, choice: SiteChoice, design: Design, task: TerritoryTask) -> Moves:
    """Return what counts as a move in a task: outlets, or cases if the limit is a share of them."""
    rules = choice.rules
    moved = design.outlets.site[task.rows][:, None] != task.sites[None, :]
    cases = task.problem.arc_usage(0)[:, 0]
    if rules is not None and rules.maximum_moved_share >= 0:
        limit = rules.maximum_moved_share / 1e6 * float(cases.sum())
        return Moves(moved * cases[:, None], limit, "cases per week")
    outlets = np.inf if rules is None or rules.maximum_moved < 0 else float(rules.maximum_moved)
    return Moves(moved.astype(np.float64), outlets, "outlets")


def realignment_frontier(
    market: Market,
    choice: SiteChoice,
    design: Design,
    task: TerritoryTask,
    options: LocationOptions,
    points: int = 10,
    warm: TerritoryMemory | None = None,
) -> tuple[PricedAnswer, ...]:
    """Return the frontier between cost of the network and what is moved.

    Parameters
    ----------
    points : int
        Points at most.
    warm : TerritoryMemory, optional
        What the choice of the request left.

    Returns
    -------
    tuple of PricedAnswer, most moves first, in single outlets
    """
    problem, index = stated(choice, task)
    moves = _merged_moves(market, choice, design, task, index)
    merged = replace(moves, limit=np.inf)
    known = given_answer(problem, merged, warm, _customers(market, task, index))
    return tuple(
        replace(one, solution=spread_groups(task.problem, one.solution, index))
        for one in frontier(problem, merged, options, points, known)
    )


def _merged_moves(
    market: Market, choice: SiteChoice, design: Design, task: TerritoryTask, index: IntArray
) -> Moves:
    moves = moves_of(market, choice, design, task)
    return Moves(_merged(moves.weight, index), moves.limit, moves.unit)


def _merged(weight: np.ndarray, index: np.ndarray) -> np.ndarray:
    size = int(index.max()) + 1
    total = np.zeros((size, weight.shape[1]))
    np.add.at(total, index, weight)
    return total
