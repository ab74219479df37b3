"""Lagrangian bound of the location problem: customers' rows are priced, sites decide alone.

Notation in formulas: lambda_i is the price of customer i, rho_j the least cost of an open site j
after prices. The bound is sum(lambda) + the cheapest choice of sites by rho (Beasley 1988;
Ceselli & Righini 2005).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.choosing import choose
from channelwright.optimisation.location.knapsack import (
    TABLE_LIMIT,
    fill_fractional,
    fill_free,
    fill_whole,
)
from channelwright.optimisation.location.sums import sums_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.arcs import Arcs
    from channelwright.optimisation.location.knapsack import Filling
    from channelwright.optimisation.location.problem import LocationProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pricing:
    """The relaxed problem at one vector of prices.

    Attributes
    ----------
    value : float
        The bound.
    price : (n_customers,)
        The prices.
    rho : (n_sites,)
        Least cost of each site when open.
    weak_rho : (n_sites,)
        The same with fractional filling; equals `rho` unless whole customers were demanded.
    dual : (n_sites,)
        Price of capacity at each site.
    measure : int
        Measure that the capacity price belongs to, -1 without capacities.
    opened : (n_sites,) bool
        Sites chosen.
    slack : (n_customers,)
        One minus how often each customer is served: the subgradient.
    """

    value: float
    price: Floats
    rho: Floats
    weak_rho: Floats
    dual: Floats
    measure: int
    opened: Flags
    slack: Floats


class Relaxation:
    """The relaxed problem, ready to be priced many times.

    Parameters
    ----------
    problem : LocationProblem
        The problem; minimum loads are left out, which keeps the bound valid.
    arcs : Arcs
        Arcs to look at.
    whole : bool
        Fill sites with whole customers where the measure is integer.
    """

    def __init__(self, problem: LocationProblem, arcs: Arcs, whole: bool = False) -> None:
        self.problem = problem
        self.arcs = arcs
        self.weights = [problem.used(k, arcs.customer, arcs.site) for k in problem.binding]
        self.limits = [problem.limit[:, k] for k in problem.binding]
        self.whole = whole and self.can_be_whole()
        self._own = self._own_arcs()

    def can_be_whole(self) -> bool:
        """Return whether the 0-1 knapsack applies: single source, one integer measure."""
        if not self.problem.single_source or len(self.weights) != 1:
            return False
        weight, limit = self.weights[0], self.limits[0]
        finite = limit[np.isfinite(limit)]
        return bool((weight == np.round(weight)).all()) and finite.max(initial=0.0) <= TABLE_LIMIT

    def _own_arcs(self) -> Indices:
        own = np.full(self.problem.n_sites, -1, dtype=np.int64)
        customers = self.problem.own_customer
        match = np.flatnonzero(customers[self.arcs.site] == self.arcs.customer)
        own[self.arcs.site[match]] = match
        return own

    def price_at(self, price: Floats) -> Pricing:
        """Price the relaxed problem.

        Parameters
        ----------
        price : (n_customers,)
            Prices; values above the ceiling of the arcs are cut to it.
        """
        price = np.minimum(price, self.arcs.ceiling)
        reduced = self.arcs.cost - price[self.arcs.customer]
        base, limits, reduced = self._own_first(reduced)
        filling, measure = self._fractional(reduced, limits)
        weak = base + filling.value
        if self.whole:
            return self._whole(price, reduced, base, limits[0], weak, filling.dual)
        opened, value = choose_sites(self.problem, weak)
        arcs, share = self._with_own(filling.arcs, filling.share)
        used = opened[self.arcs.site[arcs]]
        served = sums_by(self.arcs.customer[arcs[used]], share[used], price.size)
        total = float(price.sum()) + value
        return Pricing(total, price, weak, weak, filling.dual, measure, opened, 1.0 - served)

    def _own_first(self, reduced: Floats) -> tuple[Floats, list[Floats], Floats]:
        base = self.problem.fixed_cost.copy()
        has = np.flatnonzero(self._own >= 0)
        if not has.size:
            return base, self.limits, reduced
        own = self._own[has]
        base[has] += reduced[own]
        limits = [limit.copy() for limit in self.limits]
        for limit, weight in zip(limits, self.weights, strict=True):
            limit[has] -= weight[own]
        reduced[own] = 0.0
        return base, limits, reduced

    def _with_own(self, arcs: Indices, share: Floats) -> tuple[Indices, Floats]:
        own = self._own[self._own >= 0]
        return np.concatenate([arcs, own]), np.concatenate([share, np.ones(own.size)])

    def _fractional(self, reduced: Floats, limits: list[Floats]) -> tuple[Filling, int]:
        site, sites = self.arcs.site, self.problem.n_sites
        if not limits:
            return fill_free(reduced, site, sites), -1
        fillings = [
            fill_fractional(reduced, weight, site, limit)
            for weight, limit in zip(self.weights, limits, strict=True)
        ]
        # Each measure alone gives a bound on rho; the one with the best sum is taken throughout.
        best = int(np.argmax([float(filling.value.sum()) for filling in fillings]))
        return fillings[best], self.problem.binding[best]

    def _whole(
        self,
        price: Floats,
        reduced: Floats,
        base: Floats,
        limit: Floats,
        weak: Floats,
        dual: Floats,
    ) -> Pricing:
        rho = weak.copy()
        done = np.zeros(rho.size, dtype=np.bool_)
        taken: dict[int, Indices] = {}
        while True:
            opened, value = choose_sites(self.problem, rho)
            todo = np.flatnonzero(opened & ~done)
            if not todo.size:
                break
            for j in todo.tolist():
                gain, taken[j] = self._fill_site(j, reduced, limit[j])
                rho[j] = base[j] - gain
                done[j] = True
        chosen = [taken[j] for j in np.flatnonzero(opened).tolist()]
        own = self._own[opened & (self._own >= 0)]
        served_arcs = np.concatenate([*chosen, own]).astype(np.int64)
        ones = np.ones(served_arcs.size)
        served = sums_by(self.arcs.customer[served_arcs], ones, price.size)
        total = float(price.sum()) + value
        return Pricing(total, price, rho, weak, dual, self.problem.binding[0], opened, 1.0 - served)

    def _fill_site(self, j: int, reduced: Floats, limit: float) -> tuple[float, Indices]:
        begin, end = self.arcs.start[j], self.arcs.start[j + 1]
        pays = begin + np.flatnonzero(reduced[begin:end] < 0.0)
        if not np.isfinite(limit):
            return float(-reduced[pays].sum()), pays
        weight = self.weights[0][pays].astype(np.int64)
        gain, items = fill_whole(-reduced[pays], weight, int(np.floor(limit + 1e-9)))
        return gain, pays[items]

    def complete(self, pricing: Pricing) -> Pricing:
        """Return the pricing with exact rho at all sites, as fixing by reduced cost needs."""
        if not self.whole:
            return pricing
        reduced = self.arcs.cost - pricing.price[self.arcs.customer]
        base, limits, reduced = self._own_first(reduced)
        gains = [self._fill_site(j, reduced, limits[0][j])[0] for j in range(self.problem.n_sites)]
        return replace(pricing, rho=base - np.array(gains))


def choose_sites(problem: LocationProblem, rho: Floats) -> tuple[Flags, float]:
    """Open the cheapest sites within the limits on their number.

    Parameters
    ----------
    problem : LocationProblem
        Given sites and limits.
    rho : (n_sites,)
        Least cost of each site when open.

    Returns
    -------
    tuple of (n_sites,) bool and float
        Open sites and their cost.
    """
    return choose(
        rho,
        np.array(problem.forced_open),
        np.array(problem.forced_closed),
        problem.fewest_open,
        problem.maximum_open,
        *problem.covering,
    )


def first_prices(problem: LocationProblem, arcs: Arcs) -> Floats:
    """Return starting prices: second cheapest arc plus the customer's share of the fixed cost.

    Parameters
    ----------
    problem : LocationProblem
        The problem.
    arcs : Arcs
        Arcs to look at.
    """
    order = np.lexsort((arcs.cost, arcs.customer))
    customer = arcs.customer[order]
    first = np.searchsorted(customer, np.arange(problem.n_customers))
    last = np.searchsorted(customer, np.arange(problem.n_customers), side="right") - 1
    second = order[np.minimum(first + 1, last)]
    price = arcs.cost[second].copy()
    for k in problem.binding:
        limit = problem.limit[arcs.site[second], k]
        used = problem.used(k, arcs.customer[second], arcs.site[second])
        price += problem.fixed_cost[arcs.site[second]] * used / np.maximum(limit, 1e-12)
        break
    return np.minimum(price, arcs.ceiling)
