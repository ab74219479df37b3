"""Laws by inversion: uniforms in, counts and times out (docs/architecture.md, section 3)."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv, ndtri

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_POISSON
from channelwright.simulation.demand.counting import Open, count_summed
from channelwright.simulation.demand.guiding import NO_GUIDE, Guide

_HALF_STEP = 2.0**-54


def shock(uniform: FloatArray, sigma: float) -> FloatArray:
    """Return mean-one lognormal shocks; exactly 1 when ``sigma`` is 0."""
    if sigma == 0:
        return np.ones_like(uniform)
    return np.asarray(np.exp(sigma * ndtri(uniform + _HALF_STEP) - sigma * sigma / 2))


def shocks(uniform: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return mean-one lognormal shocks, each with its own sigma; exactly 1 where it is 0."""
    drawn = np.exp(sigma * ndtri(uniform + _HALF_STEP) - sigma * sigma / 2)
    return np.asarray(np.where(sigma > 0, drawn, 1.0))


def exponential_seconds(uniform: FloatArray, mean: FloatArray) -> IntArray:
    """Return exponential times in whole seconds, rounded half up."""
    return np.floor(-mean * np.log1p(-uniform) + 0.5).astype(np.int64)


def delay_days(uniform: FloatArray, mean: FloatArray) -> IntArray:
    """Return whole days of delay, the floor of an exponential time."""
    return np.floor(-mean * np.log1p(-uniform)).astype(np.int64)


def counts(
    law: IntArray,
    mean: FloatArray,
    size: FloatArray,
    uniform: FloatArray,
    guide: Guide = NO_GUIDE,
) -> IntArray:
    """Return counts of many outlets and products.

    Parameters
    ----------
    law : (P,) int64, LAW_FIXED, LAW_POISSON or LAW_NEGATIVE_BINOMIAL
    mean : (n, P) float64, units
    size : (P,) float64, size parameter k of the negative binomial
    uniform : (n, P) float64 in [0, 1)
    guide : of these laws, worth its making where there is much to count

    Returns
    -------
    (n, P) int64
    """
    mean, uniform = np.ascontiguousarray(mean), np.ascontiguousarray(uniform)
    result = np.empty(mean.shape, dtype=np.int64)
    left = count_summed((law, size), mean, uniform, result, guide)
    if left[1].size:
        count_large((law, size), left, mean, result)
    return result


def count_large(
    laws: tuple[IntArray, FloatArray], pairs: Open, mean: FloatArray, out: IntArray
) -> None:
    """Write the counts of pairs with large means, as the page says; means and counts are (n, P)."""
    (row, product), uniform = pairs
    poisson, size, expected = laws[0][product] == LAW_POISSON, laws[1][product], mean[row, product]
    variance = np.where(poisson, expected, expected + expected * expected / size)
    value = gammaincinv(expected * expected / variance, uniform) * variance / expected
    out[row, product] = np.floor(value + 0.5).astype(np.int64)
