"""Compiled service from open sites in shares, everybody at the cheapest with room in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.lists import Lists
from channelwright.optimisation.location.solution import Incumbent

if TYPE_CHECKING:
    from channelwright.optimisation.location.problem import LocationProblem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

#: Share of a customer below which nothing is sent.
_LEAST = 1e-9


def share_out(problem: LocationProblem, opened: Flags) -> Incumbent | None:
    """Return an answer in shares, None where somebody finds no room among its candidates.

    Customers with most to lose at their second site come first. Own customers of open sites and
    least loads are not looked at: whoever calls it has to judge the answer.

    Parameters
    ----------
    problem : LocationProblem
        With customers that may be split.
    opened : (n_sites,) bool
    """
    lists = problem.lists
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    share = np.zeros(lists.site.size)
    if not _share(lists, opened, share):
        return None
    used = share > 0.0
    customer, site, share = customer[used], lists.site[used], share[used]
    service = float((problem.cost[customer, site] * share).sum())
    cost = service + float(problem.fixed_cost[opened].sum())
    return Incumbent(opened.copy(), customer, site, share, cost)


@kernel
def _share(lists: Lists, opened: Flags, share: Floats) -> bool:
    """Fill the shares of arcs; False where somebody is not served as a whole."""
    left = lists.limit.copy()
    for i in np.argsort(-_regrets(lists, opened)):
        rest = 1.0
        for arc in range(lists.start[i], lists.start[i + 1]):
            j = lists.site[arc]
            if not opened[j]:
                continue
            most = rest
            for k in range(left.shape[0]):
                if lists.need[k, arc] > 0.0:
                    most = min(most, left[k, j] / lists.need[k, arc])
            if most < _LEAST:
                continue
            share[arc] = most
            rest -= most
            for k in range(left.shape[0]):
                left[k, j] -= most * lists.need[k, arc]
            if rest < _LEAST:
                break
        if rest >= _LEAST:
            return False
    return True


@kernel
def _regrets(lists: Lists, opened: Flags) -> Floats:
    """Return what each customer loses at its second cheapest open site; most without one."""
    regret = np.empty(lists.start.size - 1)
    for i in range(regret.size):
        first, count = 0.0, 0
        regret[i] = np.inf
        for arc in range(lists.start[i], lists.start[i + 1]):
            if opened[lists.site[arc]]:
                count += 1
                if count == 2:
                    regret[i] = lists.cost[arc] - first
                    break
                first = lists.cost[arc]
    return regret
