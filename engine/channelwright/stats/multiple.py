"""Statements about several designs that hold together: comparison with the best, screening."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from channelwright.stats.arrays import FloatArray, checked_sample
from channelwright.stats.errors import StatisticsError
from channelwright.stats.means import student_quantile
from channelwright.stats.simultaneous import bonferroni


def _pairs(
    samples: npt.ArrayLike, confidence: float, sides: int, larger: bool
) -> tuple[FloatArray, FloatArray]:
    """Return mean and half-width of all paired differences: (k, k) each."""
    matrix = checked_sample(samples, name="samples")
    if matrix.ndim != 2 or matrix.shape[0] < 2:
        msg = f"samples have shape {matrix.shape}; give two or more designs x replications"
        raise StatisticsError(msg)
    score = matrix if larger else -matrix
    designs, count = score.shape
    gaps = score[:, None, :] - score[None, :, :]
    statements = designs * (designs - 1) // 2 if sides == 2 else designs - 1
    level = bonferroni(confidence, statements)
    level = level if sides == 2 else 2.0 * level - 1.0
    half = student_quantile(level, count - 1) * gaps.std(axis=2, ddof=1) / np.sqrt(count)
    return gaps.mean(axis=2), np.asarray(half)


def compare_with_best(
    samples: npt.ArrayLike, *, confidence: float = 0.95, larger_is_better: bool = True
) -> pd.DataFrame:
    """Return simultaneous limits of each design's distance to the best of the others.

    mu_i - max_{l != i} mu_l is the least of the differences mu_i - mu_l, so simultaneous paired
    intervals of all pairs (Bonferroni, any correlation) bound it; limits are cut at 0 on the side
    that says nothing (Hsu 1984, "Constrained simultaneous confidence intervals for multiple
    comparisons with the best", Annals of Statistics 12; with common random numbers
    Nelson & Matejcik 1995, Management Science 41).

    Parameters
    ----------
    samples : (k, n)
        Row d, column r: design d in replication r.
    confidence : float
        That all limits hold.
    larger_is_better : bool

    Returns
    -------
    DataFrame
        design (row), distance, low, high, in the KPI's direction where larger is better; `verdict`:
        ``best`` (low = 0), ``not best`` (high = 0) or ``open``.
    """
    mean, half = _pairs(samples, confidence, 2, larger_is_better)
    designs = len(mean)
    np.fill_diagonal(mean, np.inf)
    np.fill_diagonal(half, 0.0)
    low = np.minimum((mean - half).min(axis=1), 0.0)
    high = np.maximum((mean + half).min(axis=1), 0.0)
    verdict = np.where(low >= 0.0, "best", np.where(high <= 0.0, "not best", "open"))
    return pd.DataFrame(
        {
            "design": np.arange(designs),
            "distance": mean.min(axis=1),
            "low": low,
            "high": high,
            "verdict": verdict,
        }
    )


def screen(
    samples: npt.ArrayLike, *, confidence: float = 0.95, larger_is_better: bool = True
) -> FloatArray:
    """Return which designs may still be the best: a subset that holds it with the confidence.

    A design stays unless some rival is ahead by more than the one-sided paired limit at level
    1 - alpha / (k - 1) (Nelson, Swann, Goldsman & Song 2001, "Simple procedures for selecting the
    best simulated system when the number of alternatives is large", Operations Research 49; paired
    variances as in Nelson & Matejcik).

    Parameters
    ----------
    samples : (k, n)

    Returns
    -------
    (k,) bool
    """
    mean, half = _pairs(samples, confidence, 1, larger_is_better)
    behind = mean < -half
    np.fill_diagonal(behind, False)
    return np.asarray(~behind.any(axis=1))
