"""Relocation of centres before territories are drawn: one territory goes, another one is begun.

Annealing over borders keeps a territory in its part of the map, so an answer is about as good as
the centres that it begins with. Here centres are judged without connection: prices even the loads
(`start.evened`), centres move to the middles, and a centre is put elsewhere while that is better
(interchange of medians, Teitz & Bart 1968, under priced balance).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.districts.ground import best_centres
from channelwright.optimisation.districts.start import evened

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from channelwright.optimisation.districts.ground import Ground
    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Times that centres move to their middles, and steps of the prices each time: at first, and
#: after one of them was put elsewhere.
_FIRST, _AFTER = (8, 40), (4, 20)


@dataclass(frozen=True, eq=False)
class Centres:
    """Centres, the prices that even the loads around them, and what they are judged by.

    Attributes
    ----------
    centre : (p,) int
    price : (p, m)
    value : float
        Cost of all units to them and the price of what lies beyond the limits.
    """

    centre: Indices
    price: Floats
    value: float


def relocated(
    problem: DistrictProblem,
    ground: Ground,
    centre: Indices,
    rng: np.random.Generator,
    trials: int,
    stop: Callable[[], bool] = lambda: False,
) -> Centres:
    """Return better centres to begin with; given ones stay.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    centre : (p,) int
        Given centres first.
    rng : numpy Generator
    trials : int
        Centres to put elsewhere.
    stop : callable, optional
        Asked before every trial.
    """
    free = np.arange(problem.centres.size, centre.size)
    best = _settled(problem, ground, centre, np.zeros((centre.size, problem.n_measures)), _FIRST)
    for _ in range(trials if free.size else 0):
        if stop():
            break
        moved = np.array(best.centre)
        gone = int(rng.choice(free))
        left = np.delete(moved, gone)
        weight = _far(problem, left)
        if not weight.any():
            break
        moved[gone] = int(rng.choice(weight.size, p=weight / weight.sum()))
        price = np.array(best.price)
        # A new territory begins with the prices of the one whose part of the map it takes.
        near = int(problem.cost[moved[gone], left].argmin())
        price[gone] = np.delete(best.price, gone, axis=0)[near] if left.size else 0.0
        found = _settled(problem, ground, moved, price, _AFTER)
        if found.value < best.value * (1 - 1e-9):
            best = found
    return best


def _far(problem: DistrictProblem, left: Indices) -> Floats:
    """Return what the units that may be centres cost to the centres that are left, (n,)."""
    cost = problem.cost[:, left].min(axis=1, initial=np.inf)
    cost = np.where(np.isfinite(cost), np.maximum(cost, 0.0), 1.0)
    # Units held together with a centre are no other centre.
    free = problem.candidates & ~np.isin(problem.atom, problem.atom[left])
    return np.where(free, cost, 0.0)


def _settled(
    problem: DistrictProblem, ground: Ground, centre: Indices, price: Floats, work: tuple[int, int]
) -> Centres:
    """Return where centres come to rest while loads are evened; price changes in place."""
    rounds, steps = work
    best = Centres(centre, price, np.inf)
    for _ in range(rounds):
        of_atom = evened(problem, ground, centre, price, steps)
        moved = best_centres(ground, np.ascontiguousarray(of_atom[ground.atom]))
        moved = np.where(moved >= 0, moved, centre)
        value = _value(problem, ground, of_atom, moved)
        if value < best.value:
            best = Centres(moved, np.array(price), value)
        if (moved == centre).all():
            break
        centre = moved
    return best


def _value(problem: DistrictProblem, ground: Ground, of_atom: Indices, centre: Indices) -> float:
    """Return the cost to the centres and what lies beyond the limits, at the cost of moving it."""
    cost = ground.cost[np.arange(of_atom.size), centre[of_atom]].sum()
    load = np.zeros((centre.size, problem.n_measures))
    np.add.at(load, of_atom, ground.activity)
    low, high = ground.limits
    beyond = np.maximum(load - high, 0.0) + np.maximum(low - load, 0.0)
    mean = np.maximum(problem.mean, 1e-300)
    # A share of a territory beyond its limits costs as much as that share served twice as far.
    priced = cost / centre.size * (beyond / mean).sum()
    return float(cost + priced)
