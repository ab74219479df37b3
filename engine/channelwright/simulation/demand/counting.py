"""Counts by inversion, one outlet and product after the other (docs/architecture.md, section 3).

A kernel stops at the count of each pair, where a batch would step on to the largest of all. It sums
the distribution function without divisions first. That sum and the one of the page agree to 2e-12
of their value (1,000 steps of some ten roundings each), so a uniform that is further from both ends
of its step has the count of the page; the few others are summed again as the page says.
"""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_POISSON

LARGE_MEAN = 30.0
LARGEST_COUNT = 1_000
_MARGIN = 1e-11  # of the sum: five times what two ways of rounding can differ by
_WHOLE_POWERS = 8.0
_INVERSE = 1.0 / np.maximum(1, np.arange(LARGEST_COUNT + 1))


def count_summed(
    law: IntArray, mean: FloatArray, size: FloatArray, uniform: FloatArray, out: IntArray
) -> IntArray:
    """Write every count whose distribution function is summed.

    Parameters
    ----------
    law, size : (P,) law and size parameter k of each product
    mean, uniform : (n, P), units; numbers in [0, 1)
    out : (n, P), written where the mean is not too large to sum

    Returns
    -------
    (m,) int64, places in the flat ``out`` that are left
    """
    left = np.empty(mean.size, dtype=np.int64)
    return left[: _count(law, mean, size, uniform, out, left, _INVERSE)]


@kernel
def _count(
    law: IntArray,
    mean: FloatArray,
    size: FloatArray,
    uniform: FloatArray,
    out: IntArray,
    left: IntArray,
    inverse: FloatArray,
) -> int:
    """Write the counts and the places that are left; return how many these are."""
    used = 0
    for row in range(mean.shape[0]):
        for product in range(mean.shape[1]):
            expected, target = mean[row, product], uniform[row, product]
            if not expected > 0:
                out[row, product] = 0
            elif law[product] == LAW_FIXED:
                out[row, product] = math.floor(expected + 0.5)
            elif expected > LARGE_MEAN:
                left[used] = row * mean.shape[1] + product
                used += 1
            elif law[product] == LAW_POISSON:
                term = math.exp(-expected)
                count = _quickly_above(target, term, 1.0, 0.0, expected, inverse)
                if count < 0:
                    count = _first_above(target, term, 1.0, 0.0, expected)
                out[row, product] = count
            else:
                width = size[product]
                part = 1.0 / (width + expected)
                term, ratio = _power(width * part, width), expected * part
                count = _quickly_above(target, term, width, 1.0, ratio, inverse)
                if count < 0:
                    ratio = expected / (width + expected)
                    base = width / (width + expected)
                    count = _first_above(target, base**width, width, 1.0, ratio)
                out[row, product] = count
    return used


@kernel
def _power(base: float, width: float) -> float:
    """Return base**width, by products where the width is small and whole."""
    if width > _WHOLE_POWERS or width != math.floor(width):
        return float(base**width)
    result = 1.0
    for _ in range(int(width)):
        result *= base
    return result


@kernel
def _quickly_above(
    target: float, term: float, shift: float, scale: float, ratio: float, inverse: FloatArray
) -> int:
    """Return what `_first_above` returns, -1 if rounding could decide."""
    total, before, count = term, 0.0, 0
    while target >= total and count < LARGEST_COUNT:
        term *= (scale * count + shift) * ratio * inverse[count + 1]
        before = total
        total += term
        count += 1
    sure = before * (1.0 + _MARGIN) <= target < total * (1.0 - _MARGIN)
    return count if sure else -1


@kernel
def _first_above(target: float, term: float, shift: float, scale: float, ratio: float) -> int:
    """Return the smallest n whose cumulated probability is above the target.

    p(n + 1) = p(n) (shift + n scale) ratio / (n + 1): Poisson has shift 1, scale 0, ratio m;
    the negative binomial shift k, scale 1, ratio m / (k + m).
    """
    total, count = term, 0
    while target >= total and count < LARGEST_COUNT:
        term *= (scale * count + shift) * ratio / (count + 1)
        total += term
        count += 1
    return count
