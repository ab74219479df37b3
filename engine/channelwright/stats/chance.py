"""Best design among those that keep a promise: chance constraints with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.best import probability_best
from channelwright.stats.errors import StatisticsError
from channelwright.stats.means import mean_limits
from channelwright.stats.simultaneous import bonferroni


@dataclass(frozen=True)
class Promise:
    """A KPI that must reach a bound.

    Attributes
    ----------
    values : (k, n)
        The KPI by design and replication.
    at_least : float
        Bound on its mean; turn the sign of a KPI that must stay below.
    """

    values: npt.ArrayLike
    at_least: float


@dataclass(frozen=True)
class ConstrainedBest:
    """The answer to "best profit among those with a fill rate of at least 95 %".

    Attributes
    ----------
    best : int or None
        The best design among those shown to keep every promise; None without one.
    kept, broken : (k,) bool
        Shown to keep every promise; shown to break one. The rest is undecided.
    probability : float
        Probability that `best` is the best of those not shown to break a promise.
    confidence : float
        With which all statements on promises hold together.
    """

    best: int | None
    kept: npt.NDArray[np.bool_]
    broken: npt.NDArray[np.bool_]
    probability: float
    confidence: float


def best_that_keeps(
    goal: npt.ArrayLike,
    promises: list[Promise],
    *,
    confidence: float = 0.95,
    larger_is_better: bool = True,
) -> ConstrainedBest:
    """Return the best design among those that keep all promises.

    Every promise of every design is judged by one side of a Student interval at a level at which
    all hold together (Bonferroni).

    Parameters
    ----------
    goal : (k, n)
        KPI to be best in.
    promises : list of Promise, at least one
    confidence : float
    larger_is_better : bool
        Direction of the goal.

    Raises
    ------
    StatisticsError
        Without promises, or when shapes differ.
    """
    matrix = checked_sample(goal, name="goal")
    if not promises:
        msg = "no promise is given; use probability_best to choose without"
        raise StatisticsError(msg)
    level = 2.0 * bonferroni(confidence, len(promises) * len(matrix)) - 1.0
    kept = np.ones(len(matrix), dtype=np.bool_)
    broken = np.zeros(len(matrix), dtype=np.bool_)
    for promise in promises:
        values = checked_sample(promise.values, name="promise")
        if values.shape != matrix.shape:
            msg = f"promise has shape {values.shape} and goal {matrix.shape}; give the same designs"
            raise StatisticsError(msg)
        limits = mean_limits(values, level)
        kept &= limits.low >= promise.at_least
        broken |= limits.high < promise.at_least
    if not kept.any():
        return ConstrainedBest(None, kept, broken, 0.0, confidence)
    score: FloatArray = matrix.mean(axis=1) * (1.0 if larger_is_better else -1.0)
    best = int(np.argmax(np.where(kept, score, -np.inf)))
    rivals = np.flatnonzero(~broken)
    if rivals.size == 1:
        return ConstrainedBest(best, kept, broken, 1.0, confidence)
    chance = probability_best(matrix[rivals], larger_is_better=larger_is_better)
    place = int(np.flatnonzero(rivals == best)[0])
    return ConstrainedBest(best, kept, broken, float(chance[place]), confidence)
