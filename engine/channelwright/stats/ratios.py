"""Ratios of means, such as fill rate = shipped / ordered, turned into samples of means.

A ratio's numerator and denominator are added over replications before dividing. Both methods below
give one value per replication whose mean estimates the ratio and whose spread gives its standard
error, so that paired differences, gates, stop rules and rankings treat a ratio like any other KPI.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from channelwright.stats.arrays import FloatArray, checked_pair
from channelwright.stats.errors import StatisticsError
from channelwright.stats.interval import Interval, Limits
from channelwright.stats.means import mean_limits

RatioMethod = Literal["delta", "jackknife"]


def ratio_values(
    numerators: npt.ArrayLike, denominators: npt.ArrayLike, method: RatioMethod = "jackknife"
) -> FloatArray:
    """Return one value per replication whose mean estimates E[numerator] / E[denominator].

    *delta*: R + (x_i - R y_i) / mean(y), the linearisation of the ratio; its mean is R exactly.
    *jackknife*: n R - (n - 1) R without replication i (Quenouille 1956; Tukey 1958); its mean also
    removes the bias of order 1/n.

    Parameters
    ----------
    numerators, denominators : (..., n)
        Entry r of both belongs to replication r.

    Raises
    ------
    StatisticsError
        When a sum of denominators, with or without one replication, is zero.
    """
    above, below = checked_pair(numerators, denominators, ("numerators", "denominators"))
    ratio = _divide(above.sum(axis=-1, keepdims=True), below.sum(axis=-1, keepdims=True))
    if method == "delta":
        return np.asarray(ratio + (above - ratio * below) / below.mean(axis=-1, keepdims=True))
    count = above.shape[-1]
    left_out = _divide(
        above.sum(axis=-1, keepdims=True) - above, below.sum(axis=-1, keepdims=True) - below
    )
    return np.asarray(count * ratio - (count - 1) * left_out)


def _divide(above: FloatArray, below: FloatArray) -> FloatArray:
    if (below == 0.0).any():
        msg = (
            "the denominators of a ratio sum to zero, so the ratio has no value; "
            "widen the window or drop the KPI"
        )
        raise StatisticsError(msg)
    return np.asarray(above / below)


def ratio_limits(
    numerators: npt.ArrayLike,
    denominators: npt.ArrayLike,
    confidence: float = 0.95,
    method: RatioMethod = "jackknife",
) -> Limits:
    """Return limits for the ratio of means along the last axis; coverage is asymptotic in n."""
    return mean_limits(ratio_values(numerators, denominators, method), confidence)


def ratio_interval(
    numerators: npt.ArrayLike,
    denominators: npt.ArrayLike,
    confidence: float = 0.95,
    method: RatioMethod = "jackknife",
) -> Interval:
    """Return the interval for the ratio of means of two samples of shape (n,)."""
    values = ratio_values(numerators, denominators, method)
    return Interval.from_limits(
        mean_limits(values, confidence), confidence, values.shape[-1], f"ratio, {method}"
    )
