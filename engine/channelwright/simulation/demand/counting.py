"""Counts by inversion, one outlet and product after the other (docs/architecture.md, section 3).

A kernel stops at the count of each pair, where a batch would step on to the largest of all. It sums
the distribution function without divisions first. That sum and the one of the page agree to 2e-12
of their value (1,000 steps of some ten roundings each), so a uniform that is further from both ends
of its step has the count of the page; the few others are summed again as the page says. A guide
(`channelwright.simulation.demand.guiding`) tells most counts without a sum.
"""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_POISSON
from channelwright.simulation.demand.guiding import (
    LARGE_MEAN,
    MEANS_PER_UNIT,
    NO_GUIDE,
    UNIFORMS,
    UNKNOWN,
    Guide,
)

LARGEST_COUNT = 1_000
_MARGIN = 1e-11  # of the sum: five times what two ways of rounding can differ by
_POWER_MARGIN = 1e-15  # the same for each unit of an exponent
_WHOLE_POWERS = 8.0
_INVERSE = 1.0 / np.maximum(1, np.arange(LARGEST_COUNT + 1))


def count_summed(
    laws: tuple[IntArray, FloatArray],
    mean: FloatArray,
    uniform: FloatArray,
    out: IntArray,
    guide: Guide = NO_GUIDE,
) -> IntArray:
    """Write every count whose distribution function is summed.

    Parameters
    ----------
    laws : (P,) law and size parameter k of each product
    mean, uniform : (n, P), units; numbers in [0, 1)
    out : (n, P), written where the mean is not too large to sum
    guide : of these laws, worth its making where there is much to count

    Returns
    -------
    (m,) int64, places in the flat ``out`` that are left
    """
    left = np.empty(mean.size, dtype=np.int64)
    return left[: _count(laws, mean, uniform, out, left, guide, _INVERSE)]


@kernel
def _count(
    laws: tuple[IntArray, FloatArray],
    mean: FloatArray,
    uniform: FloatArray,
    out: IntArray,
    left: IntArray,
    guide: Guide,
    inverse: FloatArray,
) -> int:
    """Write the counts and the places that are left; return how many these are."""
    (law, size), (tables, table_of) = laws, guide
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
            else:
                known = UNKNOWN
                if len(tables):
                    place = np.int64(expected * MEANS_PER_UNIT), np.int64(target * UNIFORMS)
                    known = tables[table_of[product], place[0], place[1]]
                if known == UNKNOWN:
                    out[row, product] = _summed(
                        law[product], expected, size[product], target, inverse
                    )
                else:
                    out[row, product] = known
    return used


@kernel
def _summed(law: int, mean: float, width: float, target: float, inverse: FloatArray) -> int:
    """Return the count of one pair by its sum, without divisions unless rounding could decide."""
    if law == LAW_POISSON:
        term = math.exp(-mean)
        count = _quickly_above(target, term, 1.0, 0.0, mean, inverse, _MARGIN)
        return count if count >= 0 else _first_above(target, term, 1.0, 0.0, mean)
    part = 1.0 / (width + mean)
    term, ratio = _power(width * part, width), mean * part
    margin = _MARGIN + _POWER_MARGIN * width
    count = _quickly_above(target, term, width, 1.0, ratio, inverse, margin)
    if count >= 0:
        return count
    base, ratio = width / (width + mean), mean / (width + mean)
    return _first_above(target, base**width, width, 1.0, ratio)


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
    target: float,
    term: float,
    shift: float,
    scale: float,
    ratio: float,
    inverse: FloatArray,
    margin: float,
) -> int:
    """Return what `_first_above` returns, -1 if rounding within the margin could decide."""
    total, before, count = term, 0.0, 0
    while target >= total and count < LARGEST_COUNT:
        term *= (scale * count + shift) * ratio * inverse[count + 1]
        before = total
        total += term
        count += 1
    sure = before * (1.0 + margin) <= target < total * (1.0 - margin)
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
