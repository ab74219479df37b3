"""Spread a fixed budget of replications over designs: OCBA."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from channelwright.stats.arrays import FloatArray
from channelwright.stats.errors import StatisticsError
from channelwright.stats.selection import IntArray, Observe

ASSUMPTION = (
    "designs are treated as independent and normal; common random numbers that make them "
    "positively correlated make the probability conservative"
)


def ocba_shares(
    means: npt.ArrayLike, variances: npt.ArrayLike, *, larger_is_better: bool = True
) -> FloatArray:
    """Return the share of a budget that each design should get.

    N_i / N_j = ((s_i / d_i) / (s_j / d_j))^2 for those that are not best, d_i the distance to the
    best mean, and N_b = s_b sqrt(sum N_i^2 / s_i^2) (Chen, Lin, Yucesan & Chick 2000, "Simulation
    budget allocation for further enhancing the efficiency of ordinal optimization", DEDS 10).

    Parameters
    ----------
    means, variances : (k,)
    larger_is_better : bool

    Returns
    -------
    (k,), sum 1

    Raises
    ------
    StatisticsError
        With fewer than two designs or a negative variance.
    """
    centre = np.asarray(means, dtype=np.float64)
    spread = np.asarray(variances, dtype=np.float64)
    if centre.shape != spread.shape or centre.ndim != 1 or centre.size < 2 or (spread < 0).any():
        sizes = f"{centre.size} means and {spread.size} variances"
        msg = f"{sizes}; give two or more of each, none below 0"
        raise StatisticsError(msg)
    score = centre if larger_is_better else -centre
    best = int(np.argmax(score))
    # Equal means or no spread would ask for all or nothing: both are kept a little off zero.
    scale = max(float(np.ptp(score)), 1e-12)
    gap = np.maximum(score[best] - score, 1e-6 * scale)
    floor = max(1e-12 * float(spread.max()), 1e-300)
    safe = np.maximum(spread, floor)
    ratio = safe / gap**2
    ratio[best] = 0.0
    ratio[best] = np.sqrt(safe[best] * (ratio**2 / safe).sum())
    return np.asarray(ratio / ratio.sum())


def whole_shares(shares: npt.ArrayLike, budget: int) -> IntArray:
    """Return whole numbers that sum to the budget, by largest remainder."""
    exact = np.asarray(shares, dtype=np.float64) * budget
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: budget - int(whole.sum())]] += 1
    return whole


@dataclass(frozen=True)
class Allocation:
    """What a fixed budget showed.

    Attributes
    ----------
    best : int
    observations : (k,) int
    means : (k,) float
    probability : float
        Lower bound of the probability that `best` is best, by Welch's t and Bonferroni.
    """

    best: int
    observations: IntArray
    means: FloatArray
    probability: float

    #: What the answer takes for granted.
    assumption = ASSUMPTION


def spend_budget(
    observe: Observe,
    designs: int,
    budget: int,
    *,
    first: int = 10,
    step: int | None = None,
    larger_is_better: bool = True,
) -> Allocation:
    """Spend a budget of replications where it helps most to tell the best design.

    Parameters
    ----------
    observe : Observe
    designs : int
    budget : int
        Replications of all designs together, at least `first` of each.
    first : int
        Replications of each before the first look.
    step : int, optional
        Replications between two looks; default: one per design.
    larger_is_better : bool

    Raises
    ------
    StatisticsError
        When the budget is below `first` replications of each design.
    """
    if designs < 2 or first < 2 or budget < designs * first:
        msg = (
            f"a budget of {budget} for {designs} designs with {first} replications each at first; "
            f"give at least 2 of each and {designs * first} in all"
        )
        raise StatisticsError(msg)
    seen = [np.asarray(row) for row in np.asarray(observe(np.arange(designs), 0, first))]
    step = designs if step is None else step
    spent = designs * first
    while spent < budget:
        share = ocba_shares(
            [row.mean() for row in seen],
            [row.var(ddof=1) for row in seen],
            larger_is_better=larger_is_better,
        )
        target = whole_shares(share, min(spent + step, budget))
        spent += _grow(observe, seen, target, min(spent + step, budget) - spent)
    means = np.array([row.mean() for row in seen])
    best = int(np.argmax(means if larger_is_better else -means))
    counts = np.array([row.size for row in seen], dtype=np.int64)
    return Allocation(best, counts, means, _probability(seen, best, larger_is_better))


def _probability(seen: list[FloatArray], best: int, larger: bool) -> float:
    """Return 1 - sum of P(rival at least as good), each from Welch's t (Bonferroni)."""
    behind = 0.0
    for rival, row in enumerate(seen):
        if rival == best:
            continue
        gap = float(seen[best].mean() - row.mean()) * (1.0 if larger else -1.0)
        parts = [one.var(ddof=1) / one.size for one in (seen[best], row)]
        error = math.sqrt(sum(parts))
        if error == 0.0:
            behind += 0.5 if gap == 0.0 else 0.0
            continue
        squares = sum(
            part**2 / (one.size - 1) for part, one in zip(parts, (seen[best], row), strict=True)
        )
        behind += float(stdtr(error**4 / squares, -gap / error))
    return max(0.0, 1.0 - behind)


def _grow(observe: Observe, seen: list[FloatArray], target: IntArray, most: int) -> int:
    """Add replications where a design is behind its target, and return how many were made."""
    counts = np.array([row.size for row in seen])
    lack = np.maximum(target - counts, 0)
    # Designs that are ahead cannot give back: the others share what is left in proportion.
    wanted = (
        whole_shares(lack / lack.sum(), most)
        if lack.sum()
        else whole_shares(np.eye(len(seen))[int(np.argmax(target))], most)
    )
    for design in np.flatnonzero(wanted).tolist():
        begin = seen[design].size
        end = begin + int(wanted[design])
        new = np.asarray(observe(np.array([design]), begin, end), dtype=np.float64)[0]
        seen[design] = np.concatenate([seen[design], new])
    return most
