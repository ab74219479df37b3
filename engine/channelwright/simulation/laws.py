"""Laws by inversion: uniforms in, counts and times out (docs/architecture.md, section 3)."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv, ndtri

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_POISSON

LARGE_MEAN = 30.0
LARGEST_COUNT = 1_000
_HALF_STEP = 2.0**-54


def shock(uniform: FloatArray, sigma: float) -> FloatArray:
    """Return mean-one lognormal shocks; exactly 1 when ``sigma`` is 0."""
    if sigma == 0:
        return np.ones_like(uniform)
    return np.asarray(np.exp(sigma * ndtri(uniform + _HALF_STEP) - sigma * sigma / 2))


def exponential_seconds(uniform: FloatArray, mean: FloatArray) -> IntArray:
    """Return exponential times in whole seconds, rounded half up."""
    return np.floor(-mean * np.log1p(-uniform) + 0.5).astype(np.int64)


def delay_days(uniform: FloatArray, mean: FloatArray) -> IntArray:
    """Return whole days of delay, the floor of an exponential time."""
    return np.floor(-mean * np.log1p(-uniform)).astype(np.int64)


def counts(law: int, mean: FloatArray, size: float, uniform: FloatArray) -> IntArray:
    """Return counts of one product for many outlets.

    Parameters
    ----------
    law : LAW_FIXED, LAW_POISSON or LAW_NEGATIVE_BINOMIAL
    mean : (n,) float64, units
    size : size parameter k of the negative binomial
    uniform : (n,) float64 in [0, 1)

    Returns
    -------
    (n,) int64
    """
    if law == LAW_FIXED:
        return np.floor(np.maximum(mean, 0.0) + 0.5).astype(np.int64)
    result = np.zeros(len(mean), dtype=np.int64)
    large = mean > LARGE_MEAN
    small = (mean > 0) & ~large
    if large.any():
        result[large] = _large_counts(law, mean[large], size, uniform[large])
    if small.any():
        result[small] = _small_counts(law, mean[small], size, uniform[small])
    return result


def _large_counts(law: int, mean: FloatArray, size: float, uniform: FloatArray) -> IntArray:
    variance = mean if law == LAW_POISSON else mean + mean * mean / size
    value = gammaincinv(mean * mean / variance, uniform) * variance / mean
    return np.floor(value + 0.5).astype(np.int64)


def _small_counts(law: int, mean: FloatArray, size: float, uniform: FloatArray) -> IntArray:
    """Step through the distribution function, dropping outlets whose count is found."""
    if law == LAW_POISSON:
        term = np.exp(-mean)
        ratio, shift = mean, 0.0
    else:
        term = (size / (size + mean)) ** size
        ratio, shift = mean / (size + mean), size
    result = np.zeros(len(mean), dtype=np.int64)
    rows = np.flatnonzero(uniform >= term)
    term, total, ratio, target = term[rows], term[rows], ratio[rows], uniform[rows]
    count = 0
    while rows.size and count < LARGEST_COUNT:
        growth = (shift + count) / (count + 1) if shift else 1.0 / (count + 1)
        count += 1
        term = term * (growth * ratio)
        total = total + term
        open_rows = target >= total
        found = rows[~open_rows]
        if found.size:
            result[found] = count
            rows, term, total = rows[open_rows], term[open_rows], total[open_rows]
            ratio, target = ratio[open_rows], target[open_rows]
    result[rows] = LARGEST_COUNT
    return result
