"""Laws by inversion: uniforms in, counts and times out (docs/architecture.md, section 3)."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv, ndtri

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_POISSON

LARGE_MEAN = 30.0
LARGEST_COUNT = 1_000
_SQUEEZE = 6  # steps between dropping the outlets that are done
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


def counts(law: IntArray, mean: FloatArray, size: FloatArray, uniform: FloatArray) -> IntArray:
    """Return counts of many outlets and products.

    Parameters
    ----------
    law : (P,) int64, LAW_FIXED, LAW_POISSON or LAW_NEGATIVE_BINOMIAL
    mean : (n, P) float64, units
    size : (P,) float64, size parameter k of the negative binomial
    uniform : (n, P) float64 in [0, 1)

    Returns
    -------
    (n, P) int64
    """
    result = np.zeros(mean.shape, dtype=np.int64)
    fixed = law == LAW_FIXED
    if fixed.any():
        result[:, fixed] = np.floor(np.maximum(mean[:, fixed], 0.0) + 0.5).astype(np.int64)
    drawn = (mean > 0) & ~fixed[None, :]
    large = drawn & (mean > LARGE_MEAN)
    small = drawn & ~large
    poisson = np.broadcast_to(law == LAW_POISSON, mean.shape)
    width = np.broadcast_to(size, mean.shape)
    if large.any():
        result[large] = _large_counts(poisson[large], mean[large], width[large], uniform[large])
    if small.any():
        result[small] = _small_counts(poisson[small], mean[small], width[small], uniform[small])
    return result


def _large_counts(
    poisson: BoolArray, mean: FloatArray, size: FloatArray, uniform: FloatArray
) -> IntArray:
    variance = np.where(poisson, mean, mean + mean * mean / size)
    value = gammaincinv(mean * mean / variance, uniform) * variance / mean
    return np.floor(value + 0.5).astype(np.int64)


def _small_counts(
    poisson: BoolArray, mean: FloatArray, size: FloatArray, uniform: FloatArray
) -> IntArray:
    """Step through the distribution function, dropping outlets whose count is found.

    p(n + 1) = p(n) (shift + n scale) ratio / (n + 1): Poisson has shift 1, scale 0, ratio m;
    the negative binomial shift k, scale 1, ratio m / (k + m).
    """
    base = size / (size + mean)
    term = np.where(poisson, np.exp(-mean), base**size)
    rows = np.flatnonzero(uniform >= term)
    result = np.zeros(len(mean), dtype=np.int64)
    ratio = np.where(poisson, mean, mean / (size + mean))[rows]
    shift, scale = np.where(poisson, 1.0, size)[rows], np.where(poisson, 0.0, 1.0)[rows]
    term, target = term[rows], uniform[rows]
    total, step = term.copy(), np.empty(len(rows))
    found, waiting = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows), dtype=bool)
    count = 0
    while rows.size and count < LARGEST_COUNT:
        found += waiting
        np.multiply(scale, count, out=step)
        step += shift
        step *= ratio
        step /= count + 1
        term *= step
        total += term
        count += 1
        np.greater_equal(target, total, out=waiting)
        if count % _SQUEEZE == 0:
            result[rows] = found
            keep = np.flatnonzero(waiting)
            rows, found, waiting, target = rows[keep], found[keep], waiting[keep], target[keep]
            term, total, step = term[keep], total[keep], step[: len(keep)]
            ratio, shift, scale = ratio[keep], shift[keep], scale[keep]
    result[rows] = found
    return result
