"""A lower bound by prices: every unit's membership and every balance are paid for, not required.

With price u_i for serving unit i and v_jk for a unit of measure k in the territory of centre j,
centre j takes every unit that is worth more than it costs; the p cheapest centres are opened:

    L(u, v) = sum_i u_i + min_{|S| = p} sum_{j in S} r_j(u, v)
    r_j = own_j + sum_{i != j} min(0, c_ij - u_i - v_j a_i) + sum_k (v_jk > 0 ? low_k : high_k) v_jk

L is a bound for any u and v (Lagrangian relaxation, Geoffrion 1974; for districts Hojati 1996);
its best value is that of the linear relaxation. Connection is left out, which keeps it a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.districts.arcs import Arcs
from channelwright.optimisation.districts.start import evened

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from channelwright.optimisation.districts.ground import Ground
    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Up to this many units all arcs are kept; beyond, so many times the units of a territory.
_FULL, _FEWEST, _SPREAD = 700, 300, 7
_PATIENCE = 15
#: Longest step of a balance price, as a share of a typical unit price.
_PACE = 0.015
#: Steps that even the loads of an answer before prices begin there.
_EVEN_STEPS = 200


@dataclass(frozen=True, eq=False)
class PriceBound:
    """The best bound found and the prices that give it.

    Attributes
    ----------
    value : float
        Bound.
    unit_price : (atoms,)
    balance_price : (n, m)
    centre_cost : (n,)
        r_j at these prices; infinite for units that may not be centres.
    iterations : int
    centres : tuple of (p,) int
        Sets of centres opened near the best prices, to start searches from.
    """

    value: float
    unit_price: Floats
    balance_price: Floats
    centre_cost: Floats
    iterations: int
    centres: tuple[Indices, ...] = ()

    def floor_with(self, p: int, given: Indices) -> Floats:
        """Return the bound of every answer that has a unit among its centres, (n,).

        Parameters
        ----------
        p : int
            Number of centres.
        given : (c,) int
            Given centres.
        """
        free = np.ones(self.centre_cost.size, dtype=np.bool_)
        free[given] = False
        base = float(self.unit_price.sum() + self.centre_cost[given].sum())
        order = np.sort(self.centre_cost[free])
        room = p - given.size
        if room <= 0:
            return np.where(free, np.inf, base)
        with_it = base + order[: room - 1].sum() + self.centre_cost
        best = base + order[:room].sum()
        return np.asarray(np.where(free, np.maximum(with_it, best), best))


class PriceSearch:
    """Subgradient search for the best prices.

    Every atom keeps its cheapest arcs only, and its price is cut at the cost of the cheapest one
    left out: no arc left out ever has a negative reduced cost, so the bound holds for all arcs.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    """

    def __init__(self, problem: DistrictProblem, ground: Ground) -> None:
        self._problem, self._ground = problem, ground
        # Measures in units of their mean per atom, so that one step size fits all prices.
        self._scale = np.maximum(ground.activity.mean(axis=0), 1e-300)
        self._scaled = np.ascontiguousarray(ground.activity / self._scale)
        self._limits = np.ascontiguousarray(ground.limits / self._scale)
        finite = np.isfinite(problem.price)
        self._most = np.where(finite, problem.price * self._scale, np.inf)
        n, atoms = problem.n_units, ground.movable.size
        most = n if n <= _FULL else min(n, max(_FEWEST, _SPREAD * n // problem.territories))
        self._arcs = Arcs(ground, problem.candidates, self._scaled, self._limits, most)
        self._balance = np.zeros((n, problem.n_measures))
        self._value, self._load = np.zeros(n), np.zeros((n, problem.n_measures))
        self._count, self._direction = np.zeros(atoms), np.zeros(atoms)
        self._theta, self._stalls = 1.0, 0
        self.iterations = 0
        middle = np.median(ground.cost, axis=1) / np.sqrt(problem.territories)
        trials = [middle * share for share in (0.25, 0.5, 0.75, 1.0, 1.5)]
        self._unit = self._best_of(trials)[1]
        self._typical = max(float(np.median(self._unit)), 1e-12)
        self._pace = np.full(self._balance.shape, _PACE * self._typical)
        self._way = np.zeros(self._balance.shape)
        self.best = PriceBound(-np.inf, self._unit, self._balance, self._value, 0)
        self._sets: list[Indices] = []

    def begin_at(self, centre: Indices) -> None:
        """Start from the prices that an answer suggests: between its nearest and next centre.

        Parameters
        ----------
        centre : (p,) int
        """
        if centre.size < 2:
            return
        shares = (0.3, 0.5, 0.7, 0.85)
        near = np.partition(self._ground.cost[:, centre], 1, axis=1)[:, :2]
        nearest, second = near.T
        plain = [self._unit, *(share * nearest + (1 - share) * second for share in shares)]
        plain_value, plain_unit = self._best_of(plain)
        plain_balance = self._balance
        # Prices that even the loads of these centres, for each and for all that could replace it.
        price = np.zeros((centre.size, self._problem.n_measures))
        of_atom = evened(self._problem, self._ground, centre, price, _EVEN_STEPS)
        price = np.clip(-price, -self._most, self._most)
        self._balance = price[of_atom[self._ground.atom]]
        priced = self._ground.cost[:, centre] - self._scaled @ price.T
        nearest, second = np.partition(priced, 1, axis=1)[:, :2].T
        even = [share * nearest + (1 - share) * second for share in shares]
        even_value, even_unit = self._best_of(even)
        if even_value > plain_value:
            self._unit = even_unit
        else:
            self._unit, self._balance = plain_unit, plain_balance

    def _best_of(self, trials: list[Floats]) -> tuple[float, Floats]:
        """Return the largest bound of some prices of units, and the prices."""
        values = []
        for trial in trials:
            self._unit = self._cut(trial)
            values.append(self._evaluate()[0])
        best = int(np.argmax(values))
        return values[best], self._cut(trials[best])

    def _cut(self, unit: Floats) -> Floats:
        dearest = np.maximum(self._balance.max(axis=0), 0.0)
        return np.asarray(np.minimum(unit, self._arcs.beyond - self._scaled @ dearest))

    def run(
        self, upper: float, iterations: int, stop: Callable[[], bool] = lambda: False
    ) -> PriceBound:
        """Improve the bound.

        Parameters
        ----------
        upper : float
            Objective of a known answer; infinite if there is none.
        iterations : int
            Steps to make.
        stop : callable, optional
            Asked before every step whether to end.
        """
        value, opened = self._evaluate()
        # Whatever the limit, what is begun with is a bound.
        if value > self.best.value:
            self._keep(value, opened)
        for _ in range(iterations):
            if stop():
                break
            self._step(opened, value, upper)
            value, opened = self._evaluate()
            self.iterations += 1
            self._keep(value, opened)
            if self.best.value >= upper * (1 - 1e-9) - 1e-9:
                break
            if self._stalls > _PATIENCE:
                self._theta, self._stalls = max(self._theta * 0.75, 1e-4), 0
                self._unit = self.best.unit_price.copy()
                self._balance = self.best.balance_price * self._scale
                value, opened = self._evaluate()
        self._sets.append(opened)
        return self.best

    def _keep(self, value: float, opened: Indices) -> None:
        if value <= self.best.value + 1e-12 * abs(value):
            self._stalls += 1
            return
        self._stalls = 0
        found = np.where(self._problem.candidates, self._value, np.inf)
        price = self._balance / self._scale
        self.best = PriceBound(value, self._unit.copy(), price, found, self.iterations)

    def _evaluate(self) -> tuple[float, Indices]:
        self._arcs.take(self._unit, self._balance, self._value, self._load)
        value = np.where(self._problem.candidates, self._value, np.inf)
        value[self._problem.centres] = -np.inf
        p = self._problem.territories
        opened = np.argpartition(value, p - 1)[:p].astype(np.int64)
        return float(self._unit.sum() + self._value[opened].sum()), opened

    def _step(self, opened: Indices, value: float, upper: float) -> None:
        self._arcs.counts(self._unit, self._balance, opened, self._count)
        slope = 1.0 - self._count
        self._direction = 0.7 * slope + 0.3 * self._direction
        aim = upper if np.isfinite(upper) else value + 0.05 * abs(value) + 1e-9
        gap = max(aim * 1.005 - value, 1e-6 * abs(aim))
        size = self._theta * gap / max(float(slope @ slope), 1.0)
        self._move_balance()
        self._unit = self._cut(self._unit + size * self._direction)

    def _move_balance(self) -> None:
        """Move every centre's balance prices uphill; each r_j is a concave function of its own.

        Steps grow while the direction stays and halve when it turns (Riedmiller & Braun 1993).
        """
        low, high = self._limits
        under = np.maximum(low - self._load, 0.0)
        over = np.maximum(self._load - high, 0.0)
        priced_low, priced_high = self._balance > 0, self._balance < 0
        pull = np.where(priced_low, low - self._load, under - over)
        way = np.sign(np.where(priced_high, high - self._load, pull))
        turned = way * self._way < 0
        kept = way * self._way > 0
        self._pace = np.where(
            turned, 0.5 * self._pace, np.where(kept, 1.3 * self._pace, self._pace)
        )
        self._pace = np.clip(self._pace, 1e-5 * self._typical, self._theta * _PACE * self._typical)
        self._way = way
        moved = self._balance + self._pace * way
        moved = np.where(moved * self._balance < 0, 0.0, moved)
        self._balance = np.clip(moved, -self._most, self._most)

    @property
    def sets(self) -> tuple[Indices, ...]:
        """Centres opened at the ends of the blocks, latest first."""
        return tuple(reversed(self._sets))
