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
from channelwright.foundation.philox import Word
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

# Room for pairs that no glance tells: (4, n) row and product of those between two or more counts,
# then of those that no guide knows, and (2, n) their uniforms.
Open: TypeAlias = tuple[IntArray, FloatArray]
_ROW, _PRODUCT, _FAR_ROW, _FAR_PRODUCT = (np.uint64(line) for line in range(4))
_NEAR, _FAR = np.uint64(0), np.uint64(1)


def open_pairs(size: int) -> Open:
    """Return room for so many pairs."""
    return np.empty((4, size + 1), dtype=np.int64), np.empty((2, size + 1))


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
    (2, m) rows and products that are left, and (m,) their uniforms
    """
    places, uniforms, left = _count(laws, mean, uniform, out, guide, INVERSE)
    return places[:2, :left], uniforms[0, :left]


@kernel
def _count(
    laws: tuple[IntArray, FloatArray],
    mean: FloatArray,
    uniform: FloatArray,
    out: IntArray,
    guide: Guide,
    inverse: FloatArray,
) -> tuple[IntArray, FloatArray, int]:
    """Write counts; return the pairs with room, and how many of them are left."""
    pairs = (np.empty((4, mean.size + 1), dtype=np.int64), np.empty((2, mean.size + 1)))
    seen = _glance_at(mean, uniform, out, pairs, guide[0], guide[4])
    return pairs[0], pairs[1], settle(pairs, seen, laws, mean, out, guide, inverse)


@kernel
def _glance_at(
    mean: FloatArray,
    uniform: FloatArray,
    out: IntArray,
    pairs: Open,
    first: Cells,
    tables: IntArray,
) -> int:
    """Write the counts that a glance tells, and note the other pairs; return how many."""
    (places, uniforms), used = pairs, 0
    for row in range(mean.shape[0]):
        for column in range(mean.shape[1]):
            table = np.uint64(tables[column] if len(tables) else 0)
            place, product, drawn = np.uint64(row), np.uint64(column), uniform[row, column]
            used = glance(first, table, mean, place, product, drawn, out, places, uniforms, used)
    return used


@inlined
def glance(
    first: Cells,
    table: Word,
    mean: FloatArray,
    row: Word,
    product: Word,
    uniform: float,
    out: IntArray,
    places: IntArray,
    uniforms: FloatArray,
    used: int,
) -> int:
    """Write the count of a pair, or note that it is open; return how many are.

    Parameters
    ----------
    first : (T, means, uniforms) first counts of a guide; table : of the product
    mean, out : (n, P), units; places are unsigned, so that nobody looks for their sign
    places, uniforms, used : pairs that are open
    """
    line = min(max(int(mean[row, product] * MEANS_PER_UNIT), 0), first.shape[1] - 1)
    known = int(first[table, np.uint64(line), np.uint64(int(uniform * UNIFORMS))])
    out[row, product] = known
    place = np.uint64(used)  # every pair is noted, and only some stay: there is nothing to guess
    places[_ROW, place], places[_PRODUCT, place], uniforms[_NEAR, place] = row, product, uniform
    return used + int(known >= SURE)


@kernel
def settle(
    pairs: Open,
    used: int,
    laws: tuple[IntArray, FloatArray],
    mean: FloatArray,
    out: IntArray,
    guide: Guide,
    inverse: FloatArray,
) -> int:
    """Count the pairs that no glance told; leave large means that no guide can tell.

    Parameters
    ----------
    pairs, used : those that are open; in the end those that are left
    mean, out : (n, P), the second holds what `glance` wrote; written
    inverse : `INVERSE`

    Returns
    -------
    int, how many are left
    """
    near = _parted(pairs, used, out)
    _step(pairs, near, laws, mean, out, guide, inverse)
    (places, uniforms), (law, size), (_, _, large, errors, tables) = pairs, laws, guide
    left = 0
    for pair in range(used - near):
        row, product = places[_FAR_ROW, pair], places[_FAR_PRODUCT, pair]
        kind, width, expected = law[product], size[product], mean[row, product]
        uniform, count = uniforms[_FAR, pair], -1
        if not expected > 0:
            count = 0
        elif kind == LAW_FIXED:
            count = math.floor(expected + 0.5)
        elif expected <= LARGE_MEAN:
            count = _summed(kind, expected, width, uniform, inverse)
        elif len(tables):
            share = 0.0 if kind == LAW_POISSON else 1.0 / width
            count = large_count(expected, share, uniform, tables[product], large, errors)
        if count < 0:
            places[_ROW, left], places[_PRODUCT, left], uniforms[_NEAR, left] = (
                row,
                product,
                uniform,
            )
            left += 1
        out[row, product] = count
    return left


@kernel
def _parted(pairs: Open, used: int, out: IntArray) -> int:
    """Take the pairs that no guide knows away from the others; return how many others there are."""
    (places, uniforms), near = pairs, 0
    for pair in range(used):
        row, product, uniform = places[_ROW, pair], places[_PRODUCT, pair], uniforms[_NEAR, pair]
        here, there = np.uint64(near), np.uint64(pair - near)
        places[_ROW, here], places[_PRODUCT, here], uniforms[_NEAR, here] = row, product, uniform
        places[_FAR_ROW, there], places[_FAR_PRODUCT, there] = row, product
        uniforms[_FAR, there] = uniform
        near += out[np.uint64(row), np.uint64(product)] != UNKNOWN
    return near


@kernel
def _step(
    pairs: Open,
    near: int,
    laws: tuple[IntArray, FloatArray],
    mean: FloatArray,
    out: IntArray,
    guide: Guide,
    inverse: FloatArray,
) -> None:
    """Count the pairs between two or more counts, from the first that is possible on."""
    (places, uniforms), (law, size), (_, functions, _, errors, tables) = pairs, laws, guide
    for pair in range(near):
        row, product = np.uint64(places[_ROW, pair]), np.uint64(places[_PRODUCT, pair])
        expected, table = mean[row, product], np.uint64(tables[product])
        uniform = uniforms[_NEAR, pair]
        error, count = errors[table, 0], out[row, product] - SURE
        edge = max(int(expected * EDGES_PER_UNIT) - 1, 0)
        parts, left = weights(expected * EDGES_PER_UNIT - edge), np.uint64(edge)
        sure, above = True, True
        while sure and above and count + 1 < functions.shape[1]:
            # Two steps at once: nearly always one of them decides, and nothing has to be guessed.
            low = below(functions, table, np.uint64(count), left, parts)
            high = below(functions, table, np.uint64(count + 1), left, parts)
            sure = min(abs(uniform - low), abs(uniform - high)) > error
            above = uniform > high
            count += int(uniform > low) + int(above)
        if above or not sure:
            count = _summed(law[product], expected, size[product], uniform, inverse)
        out[row, product] = count


@inlined
def below(
    functions: Functions,
    table: Word,
    count: Word,
    left: Word,
    parts: tuple[float, float, float, float],
) -> float:
    """Return an interpolated distribution function at a count.

    Parameters
    ----------
    functions : (T, counts, edges); left : first of four edges, with the weights ``parts``
    """
    value = functions[table, count, left] * parts[0]
    value += functions[table, count, left + np.uint64(1)] * parts[1]
    value += functions[table, count, left + np.uint64(2)] * parts[2]
    return float(value + functions[table, count, left + np.uint64(3)] * parts[3])


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
