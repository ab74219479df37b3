"""Where output becomes steady, and the mean of what follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.batches import batch_interval, correlated
from channelwright.stats.interval import Interval
from channelwright.stats.warmup import WarmUp, mser5, welch_average

#: Periods on each side of Welch's moving average.
WINDOW = 4
BATCHES = 10


@dataclass(frozen=True)
class Steady:
    """The start of the steady part of an output, and its mean.

    Attributes
    ----------
    found : WarmUp
        By MSER-5 on the mean over replications.
    level : (replications, n)
        Output over its expected seasonal level, mean of the whole 1.
    smooth : (n - window,)
        Welch's moving average of it.
    interval : Interval or None
        Mean of the steady part of the first replication by batch means, in the output's unit per
        mean period; None when it is too short for batches.
    dependent : bool
        Batches are still correlated: the interval is too narrow; simulate longer.
    """

    found: WarmUp
    level: FloatArray
    smooth: FloatArray
    interval: Interval | None
    dependent: bool


def steady(
    series: FloatArray, season: FloatArray, *, batches: int = BATCHES, confidence: float = 0.95
) -> Steady:
    """Find the steady part of an output.

    Parameters
    ----------
    series : (replications, n)
        Output by period, warm-up included.
    season : (n,)
        Its expected level (`channelwright.rules.seasonal`); periods of level 0 are left out.
    batches : int
    confidence : float

    Raises
    ------
    StatisticsError
        When the series has fewer than 20 periods.
    """
    kept = season > 0.0
    plain = checked_sample(series)[:, kept] / season[kept]
    centre = float(plain.mean())
    level = plain / centre if centre else plain
    found = mser5(level)
    rest = plain[0, found.periods :]
    long_enough = rest.size >= 2 * batches
    return Steady(
        found,
        level,
        welch_average(level, min(WINDOW, level.shape[1] // 4)),
        batch_interval(rest, confidence, batches) if long_enough else None,
        bool(np.any(correlated(rest, batches))) if long_enough else False,
    )
