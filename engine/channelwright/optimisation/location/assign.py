"""Single-source assignment to open sites: regret construction, then shifts and swaps.

Overload is priced, so that one search both repairs and improves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_EPSILON = 1e-9
_FORBIDDEN = 1e15


@dataclass(frozen=True, eq=False)
class AssignmentTask:
    """Customers, the sites that are open, and their limits.

    Attributes
    ----------
    cost : (n_customers, n_open)
        Cost of serving; a very large number where it is forbidden.
    weight : (n_measures, n_customers, n_open)
        Consumption (broadcast views are fine).
    limit, floor : (n_measures, n_open)
        Capacities and least loads.
    measures : tuple of int
        The problem's measure of each row.
    penalty : float
        Price of one unit of overload or shortage.
    """

    cost: Floats
    weight: Floats
    limit: Floats
    floor: Floats
    measures: tuple[int, ...]
    penalty: float


def assignment_task(problem: LocationProblem, sites: Indices) -> AssignmentTask:
    """Return the task of serving all customers from given sites.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    sites : (n_open,) int
        Open sites; own customers are tied to them.
    """
    cost = np.where(problem.allowed[:, sites], problem.cost[:, sites], _FORBIDDEN)
    own = np.flatnonzero(problem.own_customer[sites] >= 0)
    for place in own.tolist():
        row = problem.own_customer[sites[place]]
        keep = cost[row, place]
        cost[row] = _FORBIDDEN
        cost[row, place] = keep
    least = np.flatnonzero(problem.minimum_load[sites].any(axis=0)).tolist()
    measures = sorted({*problem.binding, *least})
    shape = (len(measures), problem.n_customers, sites.size)
    weight = np.empty(shape)
    for row, k in enumerate(measures):
        used = problem.arc_usage(k)
        weight[row] = used if used.shape[1] == 1 else used[:, sites]
    real = cost[cost < _FORBIDDEN]
    spread = float(real.max() - real.min()) if real.size else 1.0
    lightest = weight[weight > 0].min() if (weight > 0).any() else 1.0
    return AssignmentTask(
        cost,
        weight,
        problem.limit[sites][:, measures].T,
        problem.minimum_load[sites][:, measures].T,
        tuple(measures),
        4.0 * max(spread, 1.0) / lightest,
    )


def construct(task: AssignmentTask, guide: Floats | None = None) -> Indices:
    """Assign customers one by one, those with most to lose first.

    Parameters
    ----------
    task : AssignmentTask
        What to assign.
    guide : (n_customers, n_open), optional
        Costs that decide instead of the task's (for instance with capacity priced in).

    Returns
    -------
    (n_customers,) int
        Position of the site of each customer; capacities may be exceeded.
    """
    cost = task.cost if guide is None else guide
    customers, sites = cost.shape
    if sites == 1:
        return np.zeros(customers, dtype=np.int64)
    ranked = np.partition(cost, 1, axis=1)
    regret = ranked[:, 1] - ranked[:, 0]
    order = np.argsort(-regret, kind="stable")
    chosen = np.zeros(customers, dtype=np.int64)
    left = task.limit.copy()
    for i in order.tolist():
        lack = np.maximum(task.weight[:, i, :] - left, 0.0).sum(axis=0)
        best = int(np.argmin(cost[i] + task.penalty * lack))
        chosen[i] = best
        left[:, best] -= task.weight[:, i, best]
    return chosen


def overload(task: AssignmentTask, chosen: Indices) -> float:
    """Return the total overload and shortage of an assignment."""
    return float(_off(_loads(task, chosen), task.limit, task.floor).sum())


def overloaded(task: AssignmentTask, chosen: Indices) -> NDArray[np.bool_]:
    """Return which sites carry more than they can, (n_open,)."""
    return np.asarray((_loads(task, chosen) > task.limit + 1e-9).any(axis=0))


def value_of(task: AssignmentTask, chosen: Indices) -> float:
    """Return cost plus priced overload of an assignment."""
    cost = float(task.cost[np.arange(chosen.size), chosen].sum())
    return cost + task.penalty * overload(task, chosen)


def _loads(task: AssignmentTask, chosen: Indices) -> Floats:
    customers = np.arange(chosen.size)
    sites = task.cost.shape[1]
    loads = np.zeros_like(task.limit)
    for row, weight in enumerate(task.weight):
        loads[row] = sums_by(chosen, weight[customers, chosen], sites)
    return loads


def improve(task: AssignmentTask, chosen: Indices, moves: int = 5000) -> Indices:
    """Shift single customers and swap pairs while it pays.

    Parameters
    ----------
    task : AssignmentTask
        What to assign.
    chosen : (n_customers,) int
        Where to start; may be overloaded.
    moves : int
        Moves at most.
    """
    chosen = chosen.copy()
    customers = np.arange(chosen.size)
    loads = _loads(task, chosen)
    real = task.cost[task.cost < _FORBIDDEN]
    least = _EPSILON * float(np.abs(real).max(initial=1.0))
    for _ in range(moves):
        gain, i, site = _best_shift(task, chosen, customers, loads)
        other = -1
        if gain <= least:
            gain, i, other = _best_swap(task, chosen, customers, loads)
            if gain <= least:
                break
            site = int(chosen[other])
        before = int(chosen[i])
        _move(task, chosen, loads, i, site)
        if other >= 0:
            _move(task, chosen, loads, other, before)
    return chosen


def _move(task: AssignmentTask, chosen: Indices, loads: Floats, i: int, site: int) -> None:
    loads[:, chosen[i]] -= task.weight[:, i, chosen[i]]
    loads[:, site] += task.weight[:, i, site]
    chosen[i] = site


def _off(loads: Floats, limit: Floats, floor: Floats) -> Floats:
    """Return by how much loads lie outside their limits; infinite limits never count."""
    return np.maximum(loads - limit, 0.0) + np.maximum(floor - loads, 0.0)


def _best_shift(
    task: AssignmentTask, chosen: Indices, customers: Indices, loads: Floats
) -> tuple[float, int, int]:
    change = task.cost - task.cost[customers, chosen][:, None]
    rows = zip(task.weight, loads, task.limit, task.floor, strict=True)
    for weight, load, limit, floor in rows:
        own = weight[customers, chosen]
        now = _off(load, limit, floor)
        relief = now[chosen] - _off(load[chosen] - own, limit[chosen], floor[chosen])
        burden = _off(load[None, :] + weight, limit[None, :], floor[None, :]) - now[None, :]
        change = change + task.penalty * (burden - relief[:, None])
    change[customers, chosen] = 0.0
    place = int(change.argmin())
    i, site = divmod(place, change.shape[1])
    return -float(change.flat[place]), i, site


def _best_swap(
    task: AssignmentTask, chosen: Indices, customers: Indices, loads: Floats
) -> tuple[float, int, int]:
    now = task.cost[customers, chosen]
    there = task.cost[:, chosen]
    change = there + there.T - now[:, None] - now[None, :]
    # Sums with a forbidden cost would drown every real difference in rounding.
    barred = there >= _FORBIDDEN / 2
    change[barred | barred.T] = np.inf
    rows = zip(task.weight, loads, task.limit, task.floor, strict=True)
    for weight, load, limit, floor in rows:
        own = weight[customers, chosen]
        cross = weight[:, chosen]
        base = _off(load, limit, floor)[chosen]
        moved = load[chosen][:, None] - own[:, None] + cross.T
        after = _off(moved, limit[chosen][:, None], floor[chosen][:, None])
        delta = after - base[:, None]
        change = change + task.penalty * (delta + delta.T)
    change[chosen[:, None] == chosen[None, :]] = 0.0
    place = int(change.argmin())
    i, other = divmod(place, change.shape[1])
    return -float(change.flat[place]), i, other
