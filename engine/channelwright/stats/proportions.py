"""Exact intervals for probabilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from channelwright.stats.arrays import checked_confidence
from channelwright.stats.errors import StatisticsError
from channelwright.stats.interval import Interval, Limits


def proportion_limits(successes: npt.ArrayLike, trials: int, confidence: float = 0.95) -> Limits:
    """Return Clopper-Pearson limits for a probability.

    Coverage is at least `confidence` for every true probability (Clopper and Pearson 1934,
    Biometrika 26, 404-413).

    Parameters
    ----------
    successes : (...)
        Number of replications in which the event happened.
    trials : int
        Number of replications.

    Raises
    ------
    StatisticsError
        When `trials` is not positive or a count is not between 0 and `trials`.
    """
    count = np.asarray(successes, dtype=np.float64)
    if trials < 1 or (count < 0).any() or (count > trials).any():
        msg = (
            f"successes between {count.min():g} and {count.max():g} of {trials} trials; "
            "need 0 <= successes <= trials and at least one trial"
        )
        raise StatisticsError(msg)
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    # The beta quantile has no value at the ends 0 and n, where the limits are 0 and 1.
    low = np.where(count == 0, 0.0, betaincinv(np.maximum(count, 1.0), trials - count + 1.0, tail))
    high = np.where(
        count == trials, 1.0, betaincinv(count + 1.0, np.maximum(trials - count, 1.0), 1.0 - tail)
    )
    return Limits(np.asarray(count / trials), low, high)


def proportion_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the Clopper-Pearson interval of one count."""
    return Interval.from_limits(
        proportion_limits(successes, trials, confidence), confidence, trials, "Clopper-Pearson"
    )
