"""Sets of sites that leave nobody without a server: sites move to where none is near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.deadline import out_of_time
from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]


def spread_sites(problem: LocationProblem, opened: Flags) -> Flags:
    """Change a set of sites until every customer has an open one among its candidates.

    Parameters
    ----------
    problem : LocationProblem
    opened : (n_sites,) bool
        Sites to start from.

    Returns
    -------
    (n_sites,) bool
        As many sites at most as are allowed; somebody is still left out where no change helps.
    """
    lists, opened = problem.lists, opened.copy()
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    fixed = problem.forced_open | problem.forced_closed
    added = np.zeros(problem.n_sites, dtype=np.bool_)
    for _ in range(2 * problem.n_sites):
        if out_of_time():
            break
        served = np.bincount(customer[opened[lists.site]], minlength=problem.n_customers)
        lost = served == 0
        if not lost.any():
            break
        reach = np.bincount(lists.site[lost[customer]], minlength=problem.n_sites)
        reach[opened | problem.forced_closed] = 0
        if not reach.any():
            break
        best = int(reach.argmax())
        opened[best] = added[best] = True
        if int(opened.sum()) > problem.maximum_open:
            may_leave = opened & ~fixed & ~added
            if not may_leave.any():
                opened[best] = False
                break
            loss = _losses(problem, customer, opened)
            opened[int(np.where(may_leave, loss, np.inf).argmin())] = False
    return opened


def _losses(problem: LocationProblem, customer: Indices, opened: Flags) -> Floats:
    """Return what its customers lose when an open site closes, (n_sites,); capacity left aside."""
    lists = problem.lists
    arc = np.flatnonzero(opened[lists.site])
    who = customer[arc]
    rank = np.arange(arc.size) - np.searchsorted(who, who)
    first = arc[rank == 0]
    following = np.full(problem.n_customers, np.inf)
    following[who[rank == 1]] = lists.cost[arc[rank == 1]]
    owner = customer[first]
    # Whoever has no other open site would be lost: that weighs more than any cost.
    loss = np.minimum(following[owner] - lists.cost[first], 1e3 * lists.penalty)
    return sums_by(lists.site[first], loss, problem.n_sites) - problem.fixed_cost


def shift_sites(problem: LocationProblem, opened: Flags, site: Indices) -> Flags | None:
    """Open sites among the customers of overloaded ones, and close others where little is lost.

    Parameters
    ----------
    problem : LocationProblem
        With one binding measure.
    opened : (n_sites,) bool
        Open sites.
    site : (n_customers,) int
        Server of each customer; some sites carry too much.

    Returns
    -------
    (n_sites,) bool or None
        None where nothing can be moved.
    """
    measure = problem.binding[0]
    used = problem.used(measure, np.arange(problem.n_customers), site)
    limit = problem.limit[:, measure]
    over = np.maximum(sums_by(site, used, problem.n_sites) - limit, 0.0)
    worst = np.argsort(-over, kind="stable")[: int((over > 0).sum())]
    mean = float(limit[opened].mean())
    wanted = min(worst.size, max(1, int(np.ceil(over.sum() / mean))))
    changed, added = opened.copy(), np.zeros(opened.size, dtype=np.bool_)
    for j in worst[:wanted].tolist():
        members = np.flatnonzero(site == j)
        cost = np.where(problem.allowed[members], problem.cost[members], np.inf).sum(axis=0)
        cost[changed | problem.forced_closed] = np.inf
        best = int(cost.argmin())
        if np.isfinite(cost[best]):
            changed[best] = added[best] = True
    surplus = int(changed.sum()) - problem.maximum_open
    if surplus > 0:
        customer = np.repeat(np.arange(problem.n_customers), np.diff(problem.lists.start))
        loss = _losses(problem, customer, changed)
        loss[~changed | added | problem.forced_open | (over > 0)] = np.inf
        leavers = np.argsort(loss, kind="stable")[:surplus]
        if not np.isfinite(loss[leavers]).all():
            return None
        changed[leavers] = False
    return spread_sites(problem, changed)
