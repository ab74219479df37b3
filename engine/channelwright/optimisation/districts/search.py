"""The search for answers: starts, annealing, repair of what the relaxation proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.districts.anneal import anneal
from channelwright.optimisation.districts.ground import best_centres, state_of
from channelwright.optimisation.districts.relocate import relocated
from channelwright.optimisation.districts.solution import Districts, districts_of, violation
from channelwright.optimisation.districts.start import first_answer, grown, placed, spread_centres

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from channelwright.optimisation.districts.ground import Ground
    from channelwright.optimisation.districts.problem import DistrictProblem

    Indices = NDArray[np.int64]

#: Up to this many units every move is judged with the best centres after it.
_EXACT_MOVES = 600
_HOT, _COLD, _REPAIR = 0.5, 0.01, 0.1


class Search:
    """Keeps the best answer of a problem and looks for better ones.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    seed : int
    stop : callable, optional
        Asked several times a second whether to end.
    """

    def __init__(
        self,
        problem: DistrictProblem,
        ground: Ground,
        seed: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._problem, self._ground, self._seed = problem, ground, seed
        self._stop = stop
        self._runs = 0
        #: Searches that ended at the best answer.
        self.hits = 0
        self.best: Districts | None = None

    @property
    def upper(self) -> float:
        """Objective of the best answer, infinite without one."""
        return np.inf if self.best is None else self.best.objective

    def offer(self, label: Indices) -> bool:
        """Keep an answer if it is whole, within its limits and better than the best one."""
        if label.min() < 0 or label.max() >= self._problem.territories:
            return False
        centre = best_centres(self._ground, label)
        if (centre < 0).any():
            return False
        found = districts_of(self._problem, label, centre)
        if found.objective >= self.upper or violation(self._problem, self._ground, found):
            return False
        self.best = found
        return True

    def restart(self, epochs: int, moves: int, centres: Indices | None = None) -> None:
        """Search from fresh centres.

        Parameters
        ----------
        epochs, moves : int
            Temperatures, and moves per unit at each.
        centres : (p,) int, optional
            Where to begin; by default spread at random.
        """
        if centres is None or np.unique(self._problem.atom[centres]).size < centres.size:
            centres = spread_centres(self._problem, self._dice())
        label = first_answer(self._problem, self._ground, centres)
        self._anneal(label, _HOT, epochs, moves)

    def fresh_centres(self, trials: int, stop: Callable[[], bool]) -> Indices:
        """Return centres to begin with, spread at random and put elsewhere while that is better.

        Parameters
        ----------
        trials : int
            Centres to put elsewhere.
        stop : callable
            Asked before every trial.
        """
        rng = self._dice()
        centres = spread_centres(self._problem, rng)
        return relocated(self._problem, self._ground, centres, rng, trials, stop).centre

    def _dice(self) -> np.random.Generator:
        return np.random.default_rng([self._seed, self._runs])

    def begin_at(self, label: Indices, epochs: int, moves: int) -> None:
        """Make a given division whole, offer it, and search on from it, less hot than afresh.

        Parameters
        ----------
        label : (n,) int
            Territory of every unit, as somebody left it: limits and rules may be broken.
        epochs, moves : int
            Temperatures, and moves per unit at each.
        """
        label, centre = placed(self._problem, self._ground, label)
        self.offer(label)
        self._anneal(grown(self._problem, self._ground, label, centre), _REPAIR, epochs, moves)

    def repair(self, centre_of: Indices, epochs: int, moves: int) -> None:
        """Make an assignment that may be in pieces whole and search around it.

        Parameters
        ----------
        centre_of : (n,) int
            Centre of every unit's territory.
        epochs, moves : int
            Temperatures, and moves per unit at each.
        """
        given = self._problem.centres
        others = np.setdiff1d(centre_of, given)
        centre = np.concatenate([given, others])
        if centre.size != self._problem.territories:
            return
        place = np.zeros(self._problem.n_units, dtype=np.int64)
        place[centre] = np.arange(centre.size)
        label = place[centre_of]
        if not self.offer(label):
            label = grown(self._problem, self._ground, label, centre)
            self._anneal(label, _REPAIR, epochs, moves)

    def _anneal(self, label: Indices, hot: float, epochs: int, moves: int) -> None:
        problem, ground = self._problem, self._ground
        self._runs += 1
        if (label < 0).any() or np.unique(label).size < problem.territories:
            return
        self.offer(label)
        exact = problem.n_units <= _EXACT_MOVES
        state = state_of(ground, label, self._seed * 1000 + self._runs, exact=exact)
        if (state.centre < 0).any():
            return
        centre = state.centre[label]
        scale = float(problem.cost[np.arange(label.size), centre].mean())
        scale = max(scale, 1e-9 * float(np.abs(problem.cost).max()), 1e-12)
        balanced = np.isfinite(problem.tolerance)
        hard = balanced & ~np.isfinite(problem.price)
        weight = np.maximum(ground.activity.mean(axis=0), 1e-300)
        price = np.where(hard, scale / weight, np.where(balanced, problem.price, 0.0))
        best = np.zeros(label.size, dtype=np.int64)
        heat = scale * np.geomspace(hot, _COLD, epochs)
        moves *= problem.n_units
        first = self.best is None
        value = anneal(ground, state, price, hard, heat, moves, best, self._stop, needed=first)
        if np.isfinite(value):
            before = self.upper
            if self.offer(best) and self.upper < before * (1 - 1e-9):
                self.hits = 1
            elif value <= self.upper * (1 + 1e-9):
                self.hits += 1
