"""Outlets that must have one server are one customer of the location problem."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError
from channelwright.optimisation.location.solution import LocationSolution, answer_of

if TYPE_CHECKING:
    from channelwright.foundation.units import IntArray
    from channelwright.optimisation.location import LocationProblem

_NAMED = 3


def merge_groups(problem: LocationProblem, group: IntArray) -> tuple[LocationProblem, IntArray]:
    """Make one customer of all that must be together.

    Parameters
    ----------
    problem : LocationProblem
    group : (n,) int, number of the group of each customer, -1 = alone

    Returns
    -------
    tuple of LocationProblem and (n,) int
        The smaller problem, and the customer in it that each customer became.

    Raises
    ------
    InfeasibleError
        Two of a group are locked to different sites.
    """
    if not (group >= 0).any():
        return problem, np.arange(problem.n_customers)
    key = np.where(group >= 0, group, group.max() + 1 + np.arange(group.size))
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    index = order[index].astype(np.int64)
    size = first.size
    return merge_by(problem, index, _names(problem, index, size)), index


def merge_by(problem: LocationProblem, index: IntArray, names: tuple[str, ...]) -> LocationProblem:
    """Return a problem in which several customers are one.

    Parameters
    ----------
    problem : LocationProblem
    index : (n,) int, customer of the new problem that each customer becomes
    names : tuple of str, of the customers of the new problem

    Raises
    ------
    InfeasibleError
        Two that become one are locked to different sites.
    """
    size = len(names)
    return replace(
        problem,
        cost=_sums(problem.cost, index, size),
        demand=_sums(problem.demand, index, size),
        usage=None
        if problem.usage is None
        else np.stack([_sums(table, index, size) for table in problem.usage]),
        locks=_locks(problem, index, names),
        shape=None if problem.shape is None else problem.shape.merged(index, size),
        tiers=None if problem.tiers is None else problem.tiers.merged(index, size),
        customer_names=names,
    )


def spread_groups(
    problem: LocationProblem, solution: LocationSolution, index: IntArray
) -> LocationSolution:
    """Return the answer in terms of the single customers again.

    Parameters
    ----------
    problem : LocationProblem before merging
    solution : LocationSolution of the merged problem
    index : (n,) int, as `merge_groups` returned it
    """
    found = solution.incumbent
    if found is None or index.size == solution.assignment.size:
        return solution
    answer = answer_of(problem, solution.assignment[index], found.open)
    price = None if solution.price is None else solution.price[index]
    return replace(solution, incumbent=answer, price=price)


def _sums(table: np.ndarray, index: IntArray, size: int) -> np.ndarray:
    total = np.zeros((size, table.shape[1]))
    np.add.at(total, index, table)
    return total


def _names(problem: LocationProblem, index: IntArray, size: int) -> tuple[str, ...]:
    members: list[list[str]] = [[] for _ in range(size)]
    for customer, place in enumerate(index.tolist()):
        members[place].append(problem.customer_names[customer])
    return tuple(
        " + ".join(names[:_NAMED]) + (f" + {len(names) - _NAMED} more" * (len(names) > _NAMED))
        for names in members
    )


def _locks(problem: LocationProblem, index: IntArray, names: tuple[str, ...]) -> IntArray:
    locks = np.full(len(names), -1, dtype=np.int64)
    for customer in np.flatnonzero(problem.locks >= 0).tolist():
        place, site = int(index[customer]), int(problem.locks[customer])
        if locks[place] not in (-1, site):
            sites = problem.site_names[int(locks[place])], problem.site_names[site]
            message = (
                f"territories: {names[place]} must have one server, but they are locked to "
                f"{sites[0]} and to {sites[1]}; release a lock or the pair"
            )
            raise InfeasibleError(message)
        locks[place] = site
    return locks
