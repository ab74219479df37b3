"""Solve a territory task: groups merged, moves limited, the answer in single outlets again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.frontier import frontier
from channelwright.optimisation.location import solve_location
from channelwright.optimisation.moves import Moves, PricedAnswer
from channelwright.optimisation.realignment import solve_within
from channelwright.optimisation.territory_groups import merge_groups, spread_groups

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.request import SiteChoice
    from channelwright.optimisation.location import LocationOptions, LocationSolution
    from channelwright.optimisation.territory_problem import TerritoryTask


def solve_task(
    market: Market,
    choice: SiteChoice,
    design: Design,
    task: TerritoryTask,
    options: LocationOptions,
) -> LocationSolution:
    """Return the answer to a territory task, with the planner's rules kept.

    Parameters
    ----------
    market : Market
    choice : SiteChoice
    design : Design, the present one
    task : TerritoryTask
    options : LocationOptions
    """
    rules = choice.rules
    if rules is None:
        return solve_location(task.problem, options)
    problem, index = merge_groups(task.problem, rules.together[task.rows])
    if not rules.limits_moves:
        return spread_groups(task.problem, solve_location(problem, options), index)
    moves = moves_of(market, choice, design, task)
    merged = Moves(_merged(moves.weight, index), moves.limit, moves.unit)
    return spread_groups(task.problem, solve_within(problem, merged, options), index)


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
) -> tuple[PricedAnswer, ...]:
    """Return the frontier between cost of the network and what is moved.

    Parameters
    ----------
    points : int
        Points at most.

    Returns
    -------
    tuple of PricedAnswer, most moves first, in single outlets
    """
    group = (
        np.full(task.rows.size, -1) if choice.rules is None else choice.rules.together[task.rows]
    )
    problem, index = merge_groups(task.problem, group)
    moves = moves_of(market, choice, design, task)
    merged = replace(moves, weight=_merged(moves.weight, index), limit=np.inf)
    return tuple(
        replace(one, solution=spread_groups(task.problem, one.solution, index))
        for one in frontier(problem, merged, options, points)
    )


def _merged(weight: np.ndarray, index: np.ndarray) -> np.ndarray:
    size = int(index.max()) + 1
    total = np.zeros((size, weight.shape[1]))
    np.add.at(total, index, weight)
    return total
