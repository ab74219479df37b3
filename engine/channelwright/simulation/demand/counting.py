"""Counts by inversion, one outlet and product after the other (docs/architecture.md, section 3).

A guide (`channelwright.simulation.demand.guiding`) tells nearly all counts. The others are summed:
a kernel stops at the count of each pair, where a batch would step on to the largest of all. It sums
the distribution function without divisions first. That sum and the one of the page agree to 2e-12
of their value (1,000 steps of some ten roundings each), so a uniform that is further from both ends
of its step has the count of the page; the few others are summed again as the page says.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import inlined, kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_POISSON
from channelwright.simulation.demand.guiding import (
    EDGES_PER_UNIT,
    LARGE_MEAN,
    MEANS_PER_UNIT,
    NO_GUIDE,
    SURE,
    UNIFORMS,
    UNKNOWN,
    Cells,
    Functions,
    Guide,
)
from channelwright.simulation.demand.large_counts import large_count, weights

LARGEST_COUNT = 1_000
_MARGIN = 1e-11  # of the sum: five times what two ways of rounding can differ by
_POWER_MARGIN = 1e-15  # the same for each unit of an exponent
_WHOLE_POWERS = 8.0
INVERSE = 1.0 / np.maximum(1, np.arange(LARGEST_COUNT + 1))

# What a guide does not tell at a glance: (2, n) row and product, (2, n) mean and uniform.
Open: TypeAlias = tuple[IntArray, FloatArray]


def open_pairs(size: int) -> Open:
    """Return room for so many pairs."""
    return np.empty((2, size), dtype=np.int64), np.empty((2, size))


def count_summed(
    laws: tuple[IntArray, FloatArray],
    mean: FloatArray,
    uniform: FloatArray,
    out: IntArray,
    guide: Guide = NO_GUIDE,
) -> Open:
    """Write every count but those of large means that a guide cannot tell.

    Parameters
    ----------
    laws : (P,) law and size parameter k of each product
    mean, uniform : (n, P), units; numbers in [0, 1)
    out : (n, P), written where the count is found
    guide : of these laws, worth its making where there is much to count

    Returns
    -------
    the pairs that are left
    """
    pairs = open_pairs(mean.size)
    left = _count(laws, mean, uniform, out, pairs, guide, INVERSE)
    return pairs[0][:, :left], pairs[1][:, :left]


@kernel
def _count(
    laws: tuple[IntArray, FloatArray],
    mean: FloatArray,
    uniform: FloatArray,
    out: IntArray,
    pairs: Open,
    guide: Guide,
    inverse: FloatArray,
) -> int:
    """Write the counts and the pairs that are left; return how many these are."""
    (places, numbers), first, tables = pairs, guide[0], guide[4]
    used = 0
    for row in range(mean.shape[0]):
        for product in range(mean.shape[1]):
            table = tables[product] if len(tables) else 0
            expected, drawn = mean[row, product], uniform[row, product]
            known = glance(first, table, expected, drawn)
            out[row, product] = known
            places[0, used], places[1, used] = row, product
            numbers[0, used], numbers[1, used] = expected, drawn
            used += known >= SURE
    return settle(pairs, used, laws, out, guide, inverse)


@inlined
def glance(first: Cells, table: int, mean: float, uniform: float) -> int:
    """Return the count of a pair if it is below `SURE`.

    Parameters
    ----------
    first : (T, means, uniforms) first counts of a guide; table : of the product
    mean, uniform : units; number in [0, 1)
    """
    if not len(first):
        return UNKNOWN
    row = min(int(max(mean, 0.0) * MEANS_PER_UNIT), first.shape[1] - 1)
    return int(first[table, row, int(uniform * UNIFORMS)])


@kernel
def settle(
    pairs: Open,
    used: int,
    laws: tuple[IntArray, FloatArray],
    out: IntArray,
    guide: Guide,
    inverse: FloatArray,
) -> int:
    """Count the pairs that no glance told; leave large means that no guide can tell.

    Parameters
    ----------
    pairs : what is open, the first ``used`` of them; in the end what is left
    out : (n, P), holds what `glance` returned; written
    inverse : `INVERSE`

    Returns
    -------
    int, how many are left, now the first of the pairs
    """
    (places, numbers), (law, size), (_, below, large, errors, tables) = pairs, laws, guide
    left = 0
    for pair in range(used):
        row, product = places[0, pair], places[1, pair]
        mean, uniform = numbers[0, pair], numbers[1, pair]
        kind, width, known = law[product], size[product], out[row, product]
        count = -1
        if not mean > 0:
            count = 0
        elif kind == LAW_FIXED:
            count = math.floor(mean + 0.5)
        elif mean > LARGE_MEAN:
            if len(tables):
                table = tables[product]
                share = 0.0 if kind == LAW_POISSON else 1.0 / width
                count = large_count(mean, share, uniform, table, large, errors)
            if count < 0:
                places[0, left], places[1, left] = row, product
                numbers[0, left], numbers[1, left] = mean, uniform
                left += 1
        else:
            if known != UNKNOWN:
                table = tables[product]
                count = _stepped(known - SURE, mean, uniform, table, below, errors[table, 0])
            if count < 0:
                count = _summed(kind, mean, width, uniform, inverse)
        out[row, product] = count
    return left


@kernel
def _stepped(
    count: int, mean: float, uniform: float, table: int, below: Functions, error: float
) -> int:
    """Return the first count from a possible one on that is sure, -1 if none is.

    Parameters
    ----------
    below : (T, counts, edges) distribution functions; error : of their interpolation
    """
    place = mean * EDGES_PER_UNIT
    left = max(int(place) - 1, 0)
    first, second, third, fourth = weights(place - left)
    while count < below.shape[1]:
        under = float(below[table, count, left] * first + below[table, count, left + 1] * second)
        under += float(
            below[table, count, left + 2] * third + below[table, count, left + 3] * fourth
        )
        if uniform < under - error:
            return count
        if uniform < under + error:
            return -1
        count += 1
    return -1


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
