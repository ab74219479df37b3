"""Batch means: an interval for the mean of one long stationary run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.errors import StatisticsError
from channelwright.stats.interval import Interval, Limits
from channelwright.stats.means import mean_limits

BATCHES = 20
METHOD = "batch means"


def batch_values(series: npt.ArrayLike, batches: int = BATCHES) -> FloatArray:
    """Return the means of equally long batches; what is left over is dropped at the beginning.

    Parameters
    ----------
    series : (..., n)
        One long run per row, warm-up left out.
    batches : int
        At least 2.

    Returns
    -------
    (..., batches)

    Raises
    ------
    StatisticsError
        When there are fewer periods than twice the batches.
    """
    values = checked_sample(series, name="series")
    length = values.shape[-1] // batches if batches >= 2 else 0
    if length < 2:
        msg = (
            f"{values.shape[-1]} periods in {batches} batches; give at least 2 batches of "
            "2 periods each"
        )
        raise StatisticsError(msg)
    kept = values[..., values.shape[-1] - length * batches :]
    return np.asarray(kept.reshape(*values.shape[:-1], batches, length).mean(axis=-1))


def batch_limits(series: npt.ArrayLike, confidence: float = 0.95, batches: int = BATCHES) -> Limits:
    """Return Student limits from batch means along the last axis.

    Asymptotic: right when batches are long against the memory of the output (Schmeiser 1982, "Batch
    size effects in the analysis of simulation output", Operations Research 30: 10 to 30 batches).
    `correlated` tests that.
    """
    return mean_limits(batch_values(series, batches), confidence)


def batch_interval(
    series: npt.ArrayLike, confidence: float = 0.95, batches: int = BATCHES
) -> Interval:
    """Return the batch-means interval of one run of shape (n,)."""
    return Interval.from_limits(
        batch_limits(series, confidence, batches), confidence, batches, METHOD
    )


def correlated(series: npt.ArrayLike, batches: int = BATCHES, level: float = 0.05) -> FloatArray:
    """Return whether neighbouring batches are positively correlated: longer batches are needed.

    Von Neumann's ratio of the batch means; with independent batches 1 - ratio / 2 is about normal
    with variance (b - 2) / (b^2 - 1) (Fishman 1978, "Grouping observations in digital simulation",
    Management Science 24).

    Parameters
    ----------
    series : (..., n)
    batches : int
    level : float
        Probability of a false alarm.

    Returns
    -------
    (...) bool
    """
    means = batch_values(series, batches)
    count = means.shape[-1]
    apart = np.asarray((np.diff(means, axis=-1) ** 2).sum(axis=-1))
    spread = np.asarray(((means - means.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1))
    ratio = np.divide(apart, spread, out=np.full(apart.shape, 2.0), where=spread > 0.0)
    statistic = (1.0 - ratio / 2.0) / np.sqrt((count - 2) / (count**2 - 1))
    return np.asarray(statistic > ndtri(1.0 - level))
