"""Student intervals for means of replications."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from channelwright.stats.arrays import checked_confidence, checked_sample
from channelwright.stats.interval import Interval, Limits

METHOD = "Student t"


def student_quantile(confidence: float, degrees: float) -> float:
    """Return the factor t of a two-sided interval at `confidence` with `degrees` of freedom."""
    return float(stdtrit(degrees, 0.5 + checked_confidence(confidence) / 2.0))


def mean_limits(values: npt.ArrayLike, confidence: float = 0.95) -> Limits:
    """Return Student limits for the mean along the last axis.

    Exact for normal observations; for others the error falls with n (Law, Simulation Modeling and
    Analysis, 5th ed., section 4.5).

    Parameters
    ----------
    values : (..., n)
        Independent replications.
    confidence : float
        Two-sided level.

    Returns
    -------
    Limits
        Arrays of shape (...).

    Raises
    ------
    StatisticsError
        With fewer than two observations, or observations that are not finite.
    """
    sample = checked_sample(values)
    count = sample.shape[-1]
    centre = sample.mean(axis=-1)
    half = student_quantile(confidence, count - 1) * sample.std(axis=-1, ddof=1) / np.sqrt(count)
    return Limits(centre, centre - half, centre + half)


def mean_interval(values: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Return the Student interval for the mean of one sample of shape (n,)."""
    sample = checked_sample(values)
    return Interval.from_limits(
        mean_limits(sample, confidence), confidence, sample.shape[-1], METHOD
    )
