"""Bound with two tiers: customers, capacities and numbers priced, trees of houses left.

With all rows that join houses priced, what is left falls apart into first-tier columns with those
below them, each open or closed. Capacities are priced as shares of the whole, so that all rows are
of one size. Steps follow Polyak (1969) in a deflected direction (Camerini, Fratta & Maffioli 1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.tiers import Tiers

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_PATIENCE = 20
_SMALLEST_STEP = 1e-4
_KEEP = 0.6


@dataclass(eq=False)
class Prices:
    """Prices of the rows that are relaxed.

    Attributes
    ----------
    customer : (n,) of being served once
    room : (m, k) of the whole capacity of a column; 0 where it has no limit
    house : (h,) of having one column; negative only for houses that are given
    fewest, most : (2,) of the number of open columns, of all and of the second tier
    """

    customer: Floats
    room: Floats
    house: Floats
    fewest: Floats
    most: Floats

    def moved(self, step: float, by: Prices) -> Prices:
        """Return the prices after a step."""
        return Prices(
            self.customer + step * by.customer,
            np.maximum(self.room + step * by.room, 0.0),
            self.house + step * by.house,
            np.maximum(self.fewest + step * by.fewest, 0.0),
            np.maximum(self.most + step * by.most, 0.0),
        )

    @property
    def norm(self) -> float:
        """Squared length of a direction."""
        parts = (self.customer, self.room, self.house, self.fewest, self.most)
        return sum(float((part**2).sum()) for part in parts)

    def mixed(self, before: Prices) -> Prices:
        """Return a direction that keeps part of the one before (deflection)."""
        return Prices(
            *(
                (1 - _KEEP) * getattr(self, name) + _KEEP * getattr(before, name)
                for name in ("customer", "room", "house", "fewest", "most")
            )
        )


@dataclass(frozen=True, eq=False)
class TierPricing:
    """The relaxation at given prices.

    Attributes
    ----------
    value : float, the bound
    reduced : (n, m), inf where an arc may not be used
    column : (m,), what opening a column adds, its paying customers included
    tree : (m,), what opening a first-tier column adds with all that pays below it; 0 elsewhere
    opened : (m,) bool
    """

    value: float
    reduced: Floats
    column: Floats
    tree: Floats
    opened: Flags


class TierBound:
    """The bound and how it is raised; the best pricing is kept."""

    def __init__(self, problem: LocationProblem, tiers: Tiers) -> None:
        self._problem, self._tiers = problem, tiers
        self._cost = np.where(problem.allowed, problem.cost, np.inf)
        limit = problem.limit
        self._limited = np.isfinite(limit) & (limit > 0)
        self._per_unit = np.divide(1.0, limit, out=np.zeros_like(limit), where=self._limited)
        self._given = np.isin(np.arange(tiers.houses), tiers.forced)
        self._counted = np.stack([~problem.forced_closed, tiers.second & ~problem.forced_closed])
        self._fewest = np.array([problem.fewest_open, tiers.minimum], dtype=float)
        self._most = np.array([problem.maximum_open, tiers.maximum], dtype=float)
        cheapest = np.sort(self._cost, axis=1)[:, :2]
        second = np.where(np.isfinite(cheapest[:, -1]), cheapest[:, -1], cheapest[:, 0])
        m, k = limit.shape
        self._prices = Prices(
            second, np.zeros((m, k)), np.zeros(tiers.houses), np.zeros(2), np.zeros(2)
        )
        self._direction: Prices | None = None
        self._step, self._waited = 1.0, 0
        self.best = self.price(self._prices)
        self.iterations = 0
        self.customer_price = second

    def price(self, prices: Prices) -> TierPricing:
        """Return the relaxation at given prices."""
        problem, tiers = self._problem, self._tiers
        reduced = self._cost - prices.customer[:, None]
        dear = prices.room * self._per_unit
        below = tiers.parent >= 0
        for k in range(problem.n_measures):
            if not dear[:, k].any():
                continue
            reduced = reduced + dear[None, :, k] * problem.arc_usage(k)
            above = np.where(below, dear[np.maximum(tiers.parent, 0), k], 0.0)
            reduced = reduced + above[None, :] * tiers.through[k]
        column = problem.fixed_cost + np.minimum(reduced, 0.0).sum(axis=0)
        column = column - prices.room.sum(axis=1) + prices.house[tiers.house]
        column = column + (prices.most - prices.fewest) @ self._counted
        column = np.where(problem.forced_closed, np.inf, column)
        column = np.where(
            below & problem.forced_closed[np.maximum(tiers.parent, 0)], np.inf, column
        )
        gain = np.where(below & ~problem.forced_open, np.minimum(column, 0.0), column)
        tree = np.where(below, 0.0, column)
        np.add.at(tree, tiers.parent[below], gain[below])
        needed = problem.forced_open & ~below
        needed[tiers.parent[below & problem.forced_open]] = True
        first = ~below & (needed | (tree < 0.0))
        opened = first | (
            below & first[np.maximum(tiers.parent, 0)] & (problem.forced_open | (column < 0.0))
        )
        value = float(
            tree[first].sum()
            + prices.customer.sum()
            - prices.house.sum()
            - prices.most @ self._most
            + prices.fewest @ self._fewest
        )
        return TierPricing(value, reduced, column, tree, opened)

    def run(self, steps: int, ceiling: float) -> None:
        """Raise the bound by some steps towards a ceiling (an answer's objective)."""
        for _ in range(steps):
            pricing = self.price(self._prices)
            self.iterations += 1
            self._keep(pricing)
            slope = self._slope(pricing)
            if self._direction is not None:
                slope = slope.mixed(self._direction)
            self._direction = slope
            norm = slope.norm
            if norm <= 0.0 or self._step < _SMALLEST_STEP:
                return
            target = ceiling if np.isfinite(ceiling) else self.best.value * 1.05 + 1.0
            room = max(target - pricing.value, 1e-6 * abs(pricing.value))
            self._prices = self._prices.moved(self._step * room / norm, slope)
            self._prices.house = np.where(
                self._given, self._prices.house, np.maximum(self._prices.house, 0.0)
            )

    def _keep(self, pricing: TierPricing) -> None:
        if pricing.value > self.best.value + 1e-7 * abs(self.best.value):
            self.best, self._waited = pricing, 0
            self.customer_price = self._prices.customer
            return
        self._waited += 1
        if self._waited > _PATIENCE:
            self._step, self._waited = 0.6 * self._step, 0

    def _slope(self, pricing: TierPricing) -> Prices:
        """Return how far every priced row is from being met."""
        problem, tiers, opened = self._problem, self._tiers, pricing.opened
        taken = (pricing.reduced < 0.0) & opened[None, :]
        below = (tiers.parent >= 0) & opened
        load = np.zeros(self._per_unit.shape)
        for k in range(problem.n_measures):
            load[:, k] = np.where(taken, problem.arc_usage(k), 0.0).sum(axis=0)
            passed = np.where(taken, tiers.through[k], 0.0).sum(axis=0)
            load[:, k] += np.bincount(
                tiers.parent[below], weights=passed[below], minlength=problem.n_sites
            )
        room = np.where(self._limited, load * self._per_unit - opened[:, None], 0.0)
        count = self._counted @ opened.astype(float)
        houses = np.bincount(tiers.house[opened], minlength=tiers.houses)
        return Prices(
            1.0 - taken.sum(axis=1),
            room,
            np.asarray(houses - 1.0, dtype=np.float64),
            self._fewest - count,
            count - self._most,
        )

    def penalties(self) -> Floats:
        """Return by how much the best bound rises at least when an arc is used: (n, m)."""
        best, tiers = self.best, self._tiers
        below = tiers.parent >= 0
        above = np.maximum(tiers.parent, 0)
        tree = np.where(best.opened, 0.0, np.maximum(best.tree, 0.0))
        own = np.where(best.opened, 0.0, np.maximum(best.column, 0.0))
        opening = np.where(below, tree[above] + own, tree)
        return np.asarray(np.maximum(best.reduced, 0.0) + opening[None, :])
