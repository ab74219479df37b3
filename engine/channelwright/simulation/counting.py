"""Counts by inversion, one outlet and product after the other (docs/architecture.md, section 3).

A kernel stops at the count of each pair, where a batch would step on to the largest of all.
"""

from __future__ import annotations

import math

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_POISSON

LARGE_MEAN = 30.0
LARGEST_COUNT = 1_000


@kernel
def count_summed(
    law: IntArray, mean: FloatArray, size: FloatArray, uniform: FloatArray, out: IntArray
) -> int:
    """Write every count whose distribution function is summed; return how many are left.

    Parameters
    ----------
    law, size : (P,) law and size parameter k of each product
    mean, uniform : (n, P), units; numbers in [0, 1)
    out : (n, P), written; -1 where the mean is too large to sum
    """
    left = 0
    for row in range(mean.shape[0]):
        for product in range(mean.shape[1]):
            expected = mean[row, product]
            if not expected > 0:
                out[row, product] = 0
            elif law[product] == LAW_FIXED:
                out[row, product] = math.floor(expected + 0.5)
            elif expected > LARGE_MEAN:
                out[row, product] = -1
                left += 1
            elif law[product] == LAW_POISSON:
                target = uniform[row, product]
                out[row, product] = _first_above(target, math.exp(-expected), 1.0, 0.0, expected)
            else:
                width = size[product]
                ratio = expected / (width + expected)
                base = width / (width + expected)
                target = uniform[row, product]
                out[row, product] = _first_above(target, base**width, width, 1.0, ratio)
    return left


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
