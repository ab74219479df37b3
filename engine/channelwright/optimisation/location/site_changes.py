"""What closing, opening or swapping sites saves at most, from the prices of split service.

Prices of customers and of capacity stay a limit from below when a site is closed or opened, so that
most of the sets near a good one are seen to be dearer without another transport problem. This is
the fast interchange of Whitaker (1983) and Resende & Werneck (2007) with prices on capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.transport import Transport

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Share of the cost below which a saving is rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class SiteChanges:
    """Least cost of the sets one change away from a set of open sites.

    Attributes
    ----------
    base : float
        Cost of the set itself, by its prices.
    closing, opening : (n_sites,)
        Least change of the cost when an open site is closed, a closed one opened.
    swapping : (n_sites, n_sites)
        What the change of a swap (closed, opened) is less than closing plus opening.
    """

    base: float
    closing: Floats
    opening: Floats
    swapping: Floats

    def worthwhile(self, inside: Indices, outside: Indices) -> Iterator[tuple[int, ...]]:
        """Yield sites to change together that may save something, the likeliest first.

        Parameters
        ----------
        inside, outside : (n,) int
            Open sites that may be closed and closed ones that may be opened.
        """
        both = self.closing[inside][:, None] + self.opening[outside] + self._swap(inside, outside)
        change = np.concatenate([self.closing[inside], self.opening[outside], both.ravel()])
        saves = np.flatnonzero(change < -_ROUNDING * abs(self.base))
        for k in saves[np.argsort(change[saves], kind="stable")].tolist():
            if k < inside.size:
                yield (int(inside[k]),)
            elif k < inside.size + outside.size:
                yield (int(outside[k - inside.size]),)
            else:
                row, column = divmod(k - inside.size - outside.size, outside.size)
                yield int(inside[row]), int(outside[column])

    def _swap(self, inside: Indices, outside: Indices) -> Floats:
        return np.asarray(self.swapping[np.ix_(inside, outside)])


def changes_near(problem: LocationProblem, moved: Transport) -> SiteChanges:
    """Return the least costs of the sets near one whose split service is known.

    Parameters
    ----------
    problem : LocationProblem
        A transport problem once sites are given, no site with a customer of its own.
    moved : Transport
        Cheapest split service from the set.
    """
    lists, opened, worth = problem.lists, moved.found.open, moved.price[0]
    demand = problem.demand[:, int(lists.measure[0])]
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    charged = lists.cost + worth[lists.site] * demand[customer]
    first, u, second = _cheapest_two(problem, opened, charged, moved)
    limit = np.where(worth > 0.0, lists.limit[0], 0.0)
    lost = np.bincount(first, weights=second - u, minlength=problem.n_sites)
    earned = worth * limit
    closing = np.where(opened, lost + earned - problem.fixed_cost, np.inf)
    arcs = np.flatnonzero(~opened[lists.site] & (lists.cost < second[customer]))
    i, k = customer[arcs], lists.site[arcs]
    paid = _tolls(problem, i, k, u[i] - lists.cost[arcs], demand)
    charged = lists.cost[arcs] + paid[k] * demand[i]
    saved = np.maximum(u[i] - charged, 0.0)
    opening = problem.fixed_cost - np.bincount(k, weights=saved, minlength=problem.n_sites)
    opening = np.where(opened, np.inf, opening - paid * np.where(paid > 0.0, lists.limit[0], 0.0))
    more = np.bincount(
        first[i] * problem.n_sites + k,
        weights=saved - np.maximum(second[i] - charged, 0.0),
        minlength=problem.n_sites**2,
    )
    base = float(u.sum() - earned[opened].sum() + problem.fixed_cost[opened].sum())
    swapping = more.astype(np.float64).reshape(problem.n_sites, problem.n_sites)
    return SiteChanges(base, closing, opening, swapping)


def _cheapest_two(
    problem: LocationProblem, opened: Flags, charged: Floats, moved: Transport
) -> tuple[Indices, Floats, Floats]:
    """Return each customer's cheapest open site at the prices, what it costs, and the next one.

    Where there is no next one it costs as much more as the whole answer: less than it is.
    """
    lists = problem.lists
    start = lists.start[:-1]
    value = np.where(opened[lists.site], charged, np.inf)
    least = np.minimum.reduceat(value, start)
    customer = np.repeat(np.arange(problem.n_customers), np.diff(lists.start))
    at = np.flatnonzero(value == least[customer])
    arc = np.empty(problem.n_customers, dtype=np.int64)
    arc[customer[at][::-1]] = at[::-1]
    value[arc] = np.inf
    second = np.minimum.reduceat(value, start)
    return lists.site[arc], least, np.minimum(second, least + abs(moved.found.objective))


def _tolls(
    problem: LocationProblem, i: Indices, k: Indices, saving: Floats, demand: Floats
) -> Floats:
    """Return the price of capacity, (n_sites,), at which a site just holds whom it would win."""
    toll = np.zeros(problem.n_sites)
    wins = np.flatnonzero((saving > 0.0) & (demand[i] > 0.0))
    i, k, saving = i[wins], k[wins], saving[wins]
    limit = problem.lists.limit[0]
    full = np.bincount(k, weights=demand[i], minlength=problem.n_sites) > limit
    for site in np.flatnonzero(full).tolist():
        mine = np.flatnonzero(k == site)
        each = saving[mine] / demand[i[mine]]
        order = np.argsort(-each, kind="stable")
        held = np.cumsum(demand[i[mine]][order])
        toll[site] = each[order[int(np.searchsorted(held, limit[site]))]]
    return toll
