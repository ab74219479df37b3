"""The last phase: what the bound leaves is searched exactly, near the bound first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.branch import branch_on_sites
from channelwright.optimisation.location.chain_search import better_service
from channelwright.optimisation.location.exact import ExactReport, solve_exact
from channelwright.optimisation.location.reduce import reduce_problem
from channelwright.optimisation.location.relinking import better_by_paths
from channelwright.optimisation.location.rooms import (
    ROOMS,
    can_branch,
    close_in_by_tree,
    finish_by_tree,
)
from channelwright.optimisation.location.site_search import sites_decide
from channelwright.optimisation.location.site_walk import better_sites
from channelwright.optimisation.location.solution import Incumbent, answer_of
from channelwright.optimisation.solver import SolverOptions, SolveStatus

if TYPE_CHECKING:
    from channelwright.optimisation.location.model import ModelArcs
    from channelwright.optimisation.location.state import Search

#: The largest model of a room and of the tree over sites.
_ROOM_COLUMNS = 8_000
_TREE_COLUMNS = 4_000
#: The largest rest that HiGHS takes first where sites decide, its nodes and its share of the time.
_SMALL_COLUMNS, _SMALL_NODES, _SMALL_TIME = 3_000, 3_000, 0.4
#: Stages of the walk over chains before the first tree, the work of following paths after it where
#: sites are chosen, and shares of the time at which walk and search of sites end.
_FIRST_STAGES, _CHOSEN_WORK = 2, 0.25
_FIRST_TIME, _SITES_TIME = 0.2, 0.4
#: The same for first tree and paths where all sites are given, and for what comes last.
_TREE_TIME, _PATHS_TIME, _LAST_TIME = 0.15, 0.65, 0.9


def close_in(state: Search) -> None:
    """Solve what lies within a small room above the bound, then within a larger one.

    HiGHS takes what the tree over servers cannot: several capacities, least loads, fractions, and
    what is left when the tree grows too large.

    Parameters
    ----------
    state : Search
    """
    problem, options, pricing = state.problem, state.options, state.pricing
    if not problem.binding or pricing is None:
        return
    if sites_decide(problem):
        _solve_if_small(state)
    if can_branch(problem) and not state.done:
        if problem.forced_open.all():
            _close_in_on_servers(state)
        else:
            _close_in_on_sites(state)
    if state.done:
        return
    for share in ROOMS:
        room = share * abs(pricing.value)
        if state.found is not None:
            room = min(room, state.found.objective - pricing.value)
        part = reduce_problem(problem, pricing, room, 1e-7 * abs(pricing.value))
        if part.customer.size > min(_ROOM_COLUMNS, options.model_columns) or state.done:
            return
        if np.unique(part.customer).size < problem.n_customers:
            state.raise_bound(pricing.value + room, "branch and bound")
            continue
        report = solve_part(state, part)
        if report.status not in (SolveStatus.INFEASIBLE, SolveStatus.OPTIMAL):
            if report.bound is not None:
                state.raise_bound(min(report.bound, pricing.value + room), "branch and bound")
            return
        inside = np.inf if report.bound is None else report.bound
        state.raise_bound(min(inside, pricing.value + room), "branch and bound")
        if state.done:
            return


def _close_in_on_servers(state: Search) -> None:
    """Answers and bound by turns where all sites are given."""
    better_service(state, _FIRST_STAGES, _FIRST_TIME)
    close_in_by_tree(state, _TREE_TIME)
    better_by_paths(state, _PATHS_TIME)
    if state.options.seconds is not None:
        # Without a limit on the time the last tree has the nodes of the options.
        close_in_by_tree(state, _LAST_TIME)


def _close_in_on_sites(state: Search) -> None:
    """Answers and bound by turns where sites are chosen: who is served counts for less."""
    better_service(state, _FIRST_STAGES, _FIRST_TIME)
    better_sites(state, _SITES_TIME)
    close_in_by_tree(state)
    better_by_paths(state, _LAST_TIME, _CHOSEN_WORK)


def _solve_if_small(state: Search) -> None:
    """Hand what fixing leaves to HiGHS at once if it is small: its cuts close mixed rows best."""
    if state.pricing is None or state.found is None:
        return
    room = state.found.objective - state.pricing.value
    part = reduce_problem(state.problem, state.pricing, room, 1e-7 * abs(state.pricing.value))
    if part.customer.size > _SMALL_COLUMNS:
        return
    beyond = state.found.objective
    report = solve_part(state, part, _SMALL_NODES, _SMALL_TIME)
    if report.status is SolveStatus.INFEASIBLE:
        state.raise_bound(beyond, "branch and bound")
    elif report.bound is not None:
        state.raise_bound(min(report.bound, beyond), "branch and bound")


def solve_part(
    state: Search, part: ModelArcs, nodes: int | None = None, share: float = 1.0
) -> ExactReport:
    """Solve a part exactly within the work limits and keep what it finds.

    Parameters
    ----------
    state : Search
    part : ModelArcs
    nodes : int, optional
        Nodes at most, by default those of the options.
    share : float
        Share of the time that is left.
    """
    problem, options = state.problem, state.options
    seconds = state.seconds_left()
    start = state.found if state.found is not None and _inside(part, state.found) else None
    limits = SolverOptions(
        nodes=options.nodes if nodes is None else min(nodes, options.nodes),
        relative_gap=options.gap,
        absolute_gap=max(1e-9, 0.999 * problem.cost_step),
        threads=options.threads,
        seed=options.seed,
        seconds=None if seconds is None else share * seconds,
    )
    report = solve_exact(problem, part, limits, start)
    state.count("nodes", report.nodes)
    state.count("links", report.links)
    state.timed |= report.timed and share >= 1.0
    state.offer(report.incumbent)
    return report


def finish(state: Search) -> None:
    """Fix by reduced cost and hand what is left to branch and bound.

    Parameters
    ----------
    state : Search
    """
    problem, options = state.problem, state.options
    if state.pricing is None:
        return
    if state.found is not None and can_branch(problem):
        finish_by_tree(state)
        return
    room = np.inf if state.found is None else state.found.objective - state.pricing.value
    # An answer that is better by less than one step does not exist: less room is needed.
    slack = 1e-7 * abs(state.ceiling) - (0.999 * problem.cost_step if np.isfinite(room) else 0.0)
    part = reduce_problem(problem, state.pricing, room, slack)
    state.count("model_columns", part.customer.size)
    tree = not problem.binding and not problem.minimum_load.any()
    # A small rest is quicker with the cuts of HiGHS, a large one with bounds per set of sites.
    if tree and state.found is not None and part.customer.size > _TREE_COLUMNS:
        _branch_on_sites(state, part)
        return
    if part.customer.size > options.model_columns:
        return
    report = solve_part(state, part)
    if report.status is SolveStatus.INFEASIBLE:
        state.infeasible = state.found is None
        if state.found is not None:
            state.raise_bound(state.found.objective, "branch and bound")
    elif report.bound is not None:
        beyond = np.inf if state.found is None else state.found.objective
        # A gap below one step of the objective is no gap.
        closed = report.status is SolveStatus.OPTIMAL and problem.cost_step > 0
        state.raise_bound(beyond if closed else min(report.bound, beyond), "branch and bound")


def _branch_on_sites(state: Search, part: ModelArcs) -> None:
    """Branch on the sites that are left; only the set of sites matters without capacities."""
    problem = state.problem
    if state.found is None or state.pricing is None:
        return
    kept = np.flatnonzero(~part.closed)
    tree = branch_on_sites(
        problem, state.pricing, kept, state.found.objective, state.options.nodes, lambda: state.done
    )
    state.count("nodes", tree.nodes)
    if tree.opened is not None:
        cost = np.where(problem.allowed, problem.cost, np.inf)
        sites = np.flatnonzero(tree.opened)
        state.offer(answer_of(problem, sites[cost[:, sites].argmin(axis=1)], tree.opened))
    state.raise_bound(tree.bound, "lagrangian branch and bound")


def _inside(part: ModelArcs, found: Incumbent) -> bool:
    """Return whether an answer lies in what is left of the problem."""
    sites = part.closed.size
    kept = np.isin(found.customer * sites + found.site, part.customer * sites + part.site)
    return bool(kept.all() and not (found.open & part.closed).any())
