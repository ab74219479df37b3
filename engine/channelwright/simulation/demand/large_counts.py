"""Counts of large means, read off a table of the inverse gamma function.

Above a mean of 30 a count is the rounded value of a gamma law with the mean m and the variance of
the count, of shape 1 / s², s the coefficient of variation. Its value at u is m (1 + s q)³, where
q(s, u) is smooth: for small s a third of the normal quantile (Wilson and Hilferty 1931, "The
distribution of chi-square", PNAS 17). So q is tabulated over s and log(u / (1 - u)), and
interpolated; where the rounding could go either way within four times the largest error that was
measured in the middle of the cells, the inverse itself decides.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaincinv, ndtri

from channelwright.foundation.compiled import inlined, kernel
from channelwright.foundation.units import FloatArray

_WIDEST, _PER_UNIT, _SPREADS = 14.0, 16.0, 8
_SAFETY, _LEAST_ERROR = 4.0, 1e-9


def quantiles(inverse_size: float, least_mean: float) -> tuple[FloatArray, tuple[float, ...]]:
    """Return the table of a law, and what reads it.

    Parameters
    ----------
    inverse_size : 1 / k of the negative binomial, 0 of Poisson
    least_mean : from which the table holds, units

    Returns
    -------
    table : (n, 9) q by logit of the uniform and by spread s
    error, least spread, places per unit of spread
    """
    least = math.sqrt(inverse_size)
    width = (math.sqrt(inverse_size + 1.0 / least_mean) - least) / _SPREADS
    logits = np.arange(-_WIDEST * _PER_UNIT, _WIDEST * _PER_UNIT + 1) / _PER_UNIT
    spreads = least + width * np.arange(_SPREADS + 1.0)
    table = _exact(logits, spreads)
    middle = _exact((logits + 0.5 / _PER_UNIT)[:-1], (spreads + 0.5 * width)[:-1])
    error = _SAFETY * _largest_error(table[None], middle) + _LEAST_ERROR
    return table, (error, least, 1.0 / width)


def _exact(logit: FloatArray, spread: FloatArray) -> FloatArray:
    uniform = 1.0 / (1.0 + np.exp(-logit))[:, None]
    table = np.repeat(ndtri(uniform) / 3.0, len(spread), axis=1)
    for column in np.flatnonzero(spread > 0).tolist():
        shape = 1.0 / spread[column] ** 2
        relative = gammaincinv(shape, uniform[:, 0]) / shape
        table[:, column] = (np.cbrt(relative) - 1.0) / spread[column]
    return table


@kernel
def _largest_error(tables: FloatArray, middle: FloatArray) -> float:
    """Return the largest error of the interpolation in the middle of the cells (n - 1, m - 1)."""
    worst = 0.0
    for row in range(middle.shape[0]):
        for column in range(middle.shape[1]):
            value = _interpolated(tables, 0, row + 0.5, column + 0.5)
            worst = max(worst, abs(value - middle[row, column]))
    return worst


@inlined
def weights(place: float) -> tuple[float, float, float, float]:
    """Return the weights of four points 0, 1, 2, 3 in cubic interpolation at a place."""
    first, second, third, fourth = place, place - 1.0, place - 2.0, place - 3.0
    return (
        second * third * fourth * (-1.0 / 6.0),
        first * third * fourth * 0.5,
        first * second * fourth * -0.5,
        first * second * third * (1.0 / 6.0),
    )


@inlined
def _interpolated(tables: FloatArray, law: int, row: float, column: float) -> float:
    """Return the value of a table of (T, n, m) at a place between its points."""
    top = min(max(int(row) - 1, 0), tables.shape[1] - 4)
    left = min(max(int(column) - 1, 0), tables.shape[2] - 4)
    down, along = weights(row - top), weights(column - left)
    value = 0.0
    for step in range(4):
        line = tables[law, top + step, left] * along[0]
        line += tables[law, top + step, left + 1] * along[1]
        line += tables[law, top + step, left + 2] * along[2]
        value += (line + tables[law, top + step, left + 3] * along[3]) * down[step]
    return value


@kernel
def large_count(
    mean: float,
    inverse_size: float,
    uniform: float,
    law: int,
    tables: FloatArray,
    numbers: FloatArray,
) -> int:
    """Return the count of a large mean, -1 if the table cannot tell.

    Parameters
    ----------
    inverse_size : 1 / k of the negative binomial, 0 of Poisson
    table, numbers : what `quantiles` returns, the numbers from the second on
    """
    place = (math.log(uniform / (1.0 - uniform)) + _WIDEST) * _PER_UNIT
    if not 0.0 < place < tables.shape[1] - 1:
        return -1
    error, least, per_place = numbers[law, 1], numbers[law, 2], numbers[law, 3]
    spread = math.sqrt(inverse_size + 1.0 / mean)
    root = 1.0 + spread * _interpolated(tables, law, place, (spread - least) * per_place)
    value = mean * root * root * root + 0.5
    count = math.floor(value)
    widest = root + spread * error
    slack = 3.0 * mean * widest * widest * spread * error
    return int(count) if count + slack < value < count + 1.0 - slack else -1
