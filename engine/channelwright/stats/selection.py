"""Select the best of several designs: fully sequential with an indifference zone (KN)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from channelwright.stats.arrays import FloatArray, checked_confidence
from channelwright.stats.errors import StatisticsError

IntArray = npt.NDArray[np.int64]
ASSUMPTION = (
    "replications are independent and normal, designs of one replication may be correlated in any "
    "way; the best design is better than every other by the indifference zone or more (otherwise "
    "one within it is selected)"
)


class Observe(Protocol):
    """Makes observations of designs."""

    def __call__(self, designs: IntArray, first: int, last: int) -> npt.ArrayLike:
        """Return replications first to last - 1 of m designs: (m, last - first)."""
        ...


@dataclass(frozen=True)
class Selection:
    """What a selection procedure found.

    Attributes
    ----------
    best : int
        Row of the selected design.
    finished : bool
        True when the procedure ended by itself; its probability holds only then.
    survivors : (m,) int
        Designs that were not ruled out.
    observations : (k,) int
        Replications that each design was given.
    means : (k,) float
        Sample means of those.
    confidence : float
        Probability of correct selection that is guaranteed under `ASSUMPTION`.
    zone : float
        Indifference zone, unit of the KPI.
    """

    best: int
    finished: bool
    survivors: IntArray
    observations: IntArray
    means: FloatArray
    confidence: float
    zone: float

    #: What the guarantee takes for granted.
    assumption = ASSUMPTION

    def __str__(self) -> str:
        """Return the answer as one sentence."""
        total = int(self.observations.sum())
        if self.finished:
            return (
                f"design {self.best} selected after {total} replications, correct with probability "
                f"at least {self.confidence:g} if it leads by {self.zone:g} or more"
            )
        return (
            f"undecided among {self.survivors.size} designs after {total} replications; design "
            f"{self.best} has the best mean so far"
        )


def kn_constant(designs: int, first: int, confidence: float) -> float:
    """Return h^2 = 2 eta (n0 - 1) of the KN procedure.

    eta = ((2 alpha / (k - 1))^(-2 / (n0 - 1)) - 1) / 2 (Kim & Nelson 2001, "A fully sequential
    procedure for indifference-zone selection in simulation", ACM TOMACS 11).

    Parameters
    ----------
    designs : int, k
    first : int, n0, replications before the first elimination
    confidence : float, 1 - alpha
    """
    alpha = 1.0 - checked_confidence(confidence)
    eta = 0.5 * ((2.0 * alpha / (designs - 1)) ** (-2.0 / (first - 1)) - 1.0)
    return float(2.0 * eta * (first - 1))


def select_best(
    observe: Observe,
    designs: int,
    zone: float,
    *,
    confidence: float = 0.95,
    first: int = 10,
    step: int = 1,
    budget: int | None = None,
    larger_is_better: bool = True,
) -> Selection:
    """Select the best design, dropping designs as soon as they are clearly behind.

    After `first` replications of all, a design stays while for every rival l
    sum_i >= sum_l - max(0, (h^2 S_il^2 / zone - zone r) / 2), S_il^2 the variance of the paired
    differences of the first replications. Common random numbers make S_il^2 small and the end come
    early; the guarantee does not depend on them.

    Parameters
    ----------
    observe : Observe
    designs : int, at least 2
    zone : float
        Smallest difference that matters, unit of the KPI.
    confidence : float
        Wanted probability of correct selection.
    first : int, at least 2
    step : int
        Replications made at a time, so that all workers are busy; each is still judged by itself.
    budget : int, optional
        Replications of all designs together, after which it stops undecided; at least `first` of
        each.
    larger_is_better : bool

    Raises
    ------
    StatisticsError
        When a parameter makes no sense or an observation is not finite.
    """
    _check(designs, zone, first, step)
    if budget is not None and budget < designs * first:
        msg = (
            f"budget is {budget}; {designs} designs with {first} replications each at first need "
            f"{designs * first}"
        )
        raise StatisticsError(msg)
    sign = 1.0 if larger_is_better else -1.0
    seen = _observed(observe, np.arange(designs), 0, first)
    limit = kn_constant(designs, first, confidence) * _pair_variances(sign * seen) / zone
    alive, counts, totals = _race(observe, seen, limit, zone, sign, step, budget)
    means = totals / counts
    best = int(alive[np.argmax(sign * means[alive])])
    return Selection(best, alive.size == 1, alive, counts, means, confidence, zone)


def _race(
    observe: Observe,
    seen: FloatArray,
    limit: FloatArray,
    zone: float,
    sign: float,
    step: int,
    budget: int | None,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Drop designs replication by replication; return who is left, counts and sums of all."""
    designs, r = seen.shape
    sums = seen.sum(axis=1)
    counts, totals = np.full(designs, r), sums.copy()
    alive = np.arange(designs)
    waiting = np.empty((designs, 0))
    while True:
        alive = _kept(alive, sign * sums, limit, zone, r)
        if alive.size == 1:
            break
        if waiting.shape[1] == 0:
            if budget is not None and int(counts.sum()) + alive.size * step > budget:
                break
            waiting = np.zeros((designs, step))
            waiting[alive] = _observed(observe, alive, r, r + step)
            counts[alive] += step
            totals += waiting.sum(axis=1)
        sums[alive] += waiting[alive, 0]
        waiting = waiting[:, 1:]
        r += 1
    return alive, counts, totals


def _check(designs: int, zone: float, first: int, step: int) -> None:
    for name, value, least in (("designs", designs, 2), ("first", first, 2), ("step", step, 1)):
        if value < least:
            msg = f"{name} is {value}; give at least {least}"
            raise StatisticsError(msg)
    if not 0.0 < zone < np.inf:
        msg = f"zone is {zone}; give the smallest difference that matters, above 0"
        raise StatisticsError(msg)


def _observed(observe: Observe, designs: IntArray, first: int, last: int) -> FloatArray:
    values = np.asarray(observe(designs, first, last), dtype=np.float64)
    if values.shape != (designs.size, last - first) or not np.isfinite(values).all():
        msg = (
            f"replications {first} to {last - 1} of {designs.size} designs: got shape "
            f"{values.shape}, or values that are not finite; leave out designs with failed runs"
        )
        raise StatisticsError(msg)
    return values


def _pair_variances(values: FloatArray) -> FloatArray:
    gaps = values[:, None, :] - values[None, :, :]
    return np.asarray(gaps.var(axis=2, ddof=1))


def _kept(alive: IntArray, score: FloatArray, limit: FloatArray, zone: float, r: int) -> IntArray:
    slack = np.maximum(0.0, 0.5 * (limit[np.ix_(alive, alive)] - zone * r))
    behind = score[alive][:, None] < score[alive][None, :] - slack
    np.fill_diagonal(behind, False)
    kept = alive[~behind.any(axis=1)]
    if kept.size:
        return kept
    # With all slack used up, ties of rounding could drop everybody: the leader stays.
    return alive[[int(np.argmax(score[alive]))]]
