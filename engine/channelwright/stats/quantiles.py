"""Distribution-free intervals for quantiles from order statistics."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr

from channelwright.stats.arrays import FloatArray, checked_confidence, checked_sample
from channelwright.stats.errors import StatisticsError
from channelwright.stats.interval import Interval, Limits


def quantile_ranks(count: int, probability: float, confidence: float = 0.95) -> tuple[int, int]:
    """Return the ranks l and u for which [X_(l), X_(u)] covers the quantile.

    The number of observations below the quantile is binomial(n, p), so that the coverage for any
    continuous law is F(u - 1) - F(l - 1) >= confidence (David and Nagaraja, Order Statistics,
    3rd ed., section 7.1).

    Returns
    -------
    tuple of int
        l in 0..n and u in 1..n + 1; 0 and n + 1 stand for minus and plus infinity: the sample is
        too small for this quantile at this confidence.

    Raises
    ------
    StatisticsError
        When `probability` is not strictly between 0 and 1.
    """
    if not 0.0 < probability < 1.0:
        msg = f"quantile probability is {probability}; it must lie strictly between 0 and 1"
        raise StatisticsError(msg)
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    below = bdtr(np.arange(count + 1, dtype=np.float64), count, probability)
    lower = int(np.searchsorted(below, tail, side="right"))
    upper = int(np.searchsorted(below, 1.0 - tail, side="left")) + 1
    return lower, upper


def achieved_coverage(count: int, probability: float, confidence: float = 0.95) -> float:
    """Return the exact coverage of the interval that `quantile_ranks` chooses."""
    lower, upper = quantile_ranks(count, probability, confidence)
    top = 1.0 if upper == count + 1 else float(bdtr(float(upper - 1), count, probability))
    bottom = 0.0 if lower == 0 else float(bdtr(float(lower - 1), count, probability))
    return top - bottom


def quantile_limits(values: npt.ArrayLike, probability: float, confidence: float = 0.95) -> Limits:
    """Return estimate and limits of a quantile along the last axis.

    Parameters
    ----------
    values : (..., n)
        Independent observations.
    probability : float
        0.5 for the median.
    """
    sample = np.sort(checked_sample(values, minimum=1), axis=-1)
    count = sample.shape[-1]
    lower, upper = quantile_ranks(count, probability, confidence)
    unbounded = np.full(sample.shape[:-1], np.inf)
    low: FloatArray = sample[..., lower - 1] if lower > 0 else -unbounded
    high: FloatArray = sample[..., upper - 1] if upper <= count else unbounded
    estimate = np.asarray(np.quantile(sample, probability, axis=-1, method="median_unbiased"))
    return Limits(estimate, low, high)


def quantile_interval(
    values: npt.ArrayLike, probability: float, confidence: float = 0.95
) -> Interval:
    """Return the order-statistic interval for one sample of shape (n,)."""
    count = checked_sample(values, minimum=1).shape[-1]
    limits = quantile_limits(values, probability, confidence)
    return Interval.from_limits(limits, confidence, count, f"order statistics, p = {probability:g}")
