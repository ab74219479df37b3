"""Differences between two designs: paired under common random numbers, or independent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from channelwright.stats.arrays import FloatArray, checked_confidence, checked_pair, checked_sample
from channelwright.stats.interval import Interval, Limits
from channelwright.stats.means import mean_limits


def paired_limits(
    values: npt.ArrayLike, reference: npt.ArrayLike, confidence: float = 0.95
) -> Limits:
    """Return limits for the mean of `values - reference`, entry by entry along the last axis.

    The differences are exact Student samples when they are normal, whatever the correlation between
    the two designs: common random numbers narrow the interval and leave its coverage alone.

    Parameters
    ----------
    values, reference : (..., n)
        Entry r of both belongs to replication r.

    Raises
    ------
    StatisticsError
        When the shapes differ or a sample is unusable.
    """
    one, two = checked_pair(values, reference, ("values", "reference"))
    return mean_limits(one - two, confidence)


def paired_interval(
    values: npt.ArrayLike, reference: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """Return the paired Student interval for two samples of shape (n,)."""
    count = checked_sample(values).shape[-1]
    return Interval.from_limits(
        paired_limits(values, reference, confidence), confidence, count, "paired Student t"
    )


def independent_limits(
    values: npt.ArrayLike, reference: npt.ArrayLike, confidence: float = 0.95
) -> Limits:
    """Return Welch limits for the difference of means of two samples drawn with different seeds.

    Degrees of freedom after Welch (1947), Biometrika 34, 28-35.

    Parameters
    ----------
    values : (..., n)
    reference : (..., m)
        Leading axes broadcast.
    """
    one, two = checked_sample(values), checked_sample(reference, name="reference")
    part_one = one.var(axis=-1, ddof=1) / one.shape[-1]
    part_two = two.var(axis=-1, ddof=1) / two.shape[-1]
    degrees = _welch_degrees(part_one, part_two, one.shape[-1], two.shape[-1])
    centre = one.mean(axis=-1) - two.mean(axis=-1)
    half = stdtrit(degrees, 0.5 + checked_confidence(confidence) / 2.0) * np.sqrt(
        part_one + part_two
    )
    return Limits(centre, centre - half, centre + half)


def _welch_degrees(one: FloatArray, two: FloatArray, count_one: int, count_two: int) -> FloatArray:
    total = np.asarray((one + two) ** 2)
    spread = np.asarray(one**2 / (count_one - 1) + two**2 / (count_two - 1))
    # Two constant samples: the half-width is zero whatever the degrees of freedom are.
    degrees = np.full(total.shape, float(count_one + count_two - 2))
    np.divide(total, spread, out=degrees, where=spread > 0.0)
    return degrees


def independent_interval(
    values: npt.ArrayLike, reference: npt.ArrayLike, confidence: float = 0.95
) -> Interval:
    """Return the Welch interval for two samples of shapes (n,) and (m,)."""
    count = checked_sample(values).shape[-1] + checked_sample(reference).shape[-1]
    return Interval.from_limits(
        independent_limits(values, reference, confidence), confidence, count, "Welch t"
    )


def variance_reduction(values: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return how many times fewer replications common random numbers need for a difference.

    (Var A + Var B) / Var(A - B), sample variances along the last axis. Infinite when the designs
    differ by a constant although each varies; 1 when neither varies, since nothing was to gain.

    Parameters
    ----------
    values, reference : (..., n)
        Entry r of both belongs to replication r.

    Returns
    -------
    (...)
        Factor; 1 means that the shared draws bought nothing, below 1 that they did harm.
    """
    one, two = checked_pair(values, reference, ("values", "reference"))
    apart = np.asarray(one.var(axis=-1, ddof=1) + two.var(axis=-1, ddof=1))
    together = np.asarray((one - two).var(axis=-1, ddof=1))
    factor = np.where(apart > 0.0, np.inf, 1.0)
    np.divide(apart, together, out=factor, where=together > 0.0)
    return factor
