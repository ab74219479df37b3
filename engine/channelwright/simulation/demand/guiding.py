"""A guide to counts: nearly all means and uniforms get their count from tables.

The distribution function of a count falls as the mean grows. So where both ends of a small range
of means give one count for both ends of a small range of uniforms, everything between has that
count. After Chen and Asau (1974), "On generating random variates from an empirical distribution",
AIIE Transactions 6, who guide one distribution; here one of every mean. Where several counts are
possible, the distribution function is interpolated between means; where the mean is too large to
sum, `channelwright.simulation.demand.large_counts` interpolates the inverse. What lies closer to a
step than the error of an interpolation can be, is unknown: a guide never decides on a rounding.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_FIXED, LAW_NEGATIVE_BINOMIAL
from channelwright.simulation.demand.large_counts import quantiles

LARGE_MEAN = 30.0
MEANS_PER_UNIT, UNIFORMS = 8.0, 256  # powers of two: the place of a number in them is exact
EDGES_PER_UNIT = 8.0  # means between which the distribution function is interpolated
SURE = 128  # counts below are the counts of a cell; from here on the first possible one, plus SURE
UNKNOWN = 255
COUNTS = UNKNOWN - SURE
_RANGES = int(LARGE_MEAN * MEANS_PER_UNIT)  # and one more for all means above
_EDGES = int(LARGE_MEAN * EDGES_PER_UNIT) + 3
# Of the distribution function: sums over counts err by 1e-11 at most, for the largest size, 10⁹, by
# some 2e-7 to either side; what lies so close to a step is unknown.
_MARGIN = 1e-6
_ROUNDED = 2e-7  # what four numbers of 32 bits, none above 1, add to the error

# first counts (T, means, uniforms), distribution functions (T, counts, edges), large counts
# (T, uniforms, spreads), numbers of each table (T, 4), table of each product (P,)
Cells: TypeAlias = NDArray[np.uint8]
Functions: TypeAlias = NDArray[np.float32]
Guide: TypeAlias = tuple[Cells, Functions, FloatArray, FloatArray, IntArray]
_TABLES = 64  # that are kept, 0.2 MB each


class _Table(NamedTuple):
    """The guide to one law."""

    first: Cells
    below: Functions
    large: FloatArray
    numbers: FloatArray


def _stacked(tables: list[_Table], place: IntArray) -> Guide:
    first, below, large, numbers = (np.stack(parts) for parts in zip(*tables, strict=True))
    return first, below, large, numbers, place


def guide_of(law: IntArray, size: FloatArray) -> Guide:
    """Return the tables of some laws, and the table of each product.

    More laws than tables are kept have no guide.

    Parameters
    ----------
    law, size : (P,) law and size parameter k of each product
    """
    return _guide_of(tuple(law.tolist()), tuple(size.tolist()))


@lru_cache(maxsize=8)
def _guide_of(law: tuple[int, ...], size: tuple[float, ...]) -> Guide:
    pairs = []
    for kind, width in zip(law, size, strict=True):
        pairs.append((kind, width if kind == LAW_NEGATIVE_BINOMIAL else 0.0))
    different = sorted(set(pairs))
    if len(different) > _TABLES:
        return NO_GUIDE
    place = np.array([different.index(pair) for pair in pairs], dtype=np.int64)
    return _stacked([_table(*pair) for pair in different], place)


@lru_cache(maxsize=_TABLES)
def _table(law: int, size: float) -> _Table:
    """Return the guide to a law."""
    poisson = law != LAW_NEGATIVE_BINOMIAL
    first = np.full((_RANGES + 1, UNIFORMS), UNKNOWN, dtype=np.uint8)
    if law != LAW_FIXED:  # a fixed count is never looked up
        _mark(first, _functions(np.arange(_RANGES + 1) / MEANS_PER_UNIT, poisson, size))
    below = _functions(np.arange(_EDGES) / EDGES_PER_UNIT, poisson, size)[:, :COUNTS]
    large, (error, least, per_place) = quantiles(0.0 if poisson else 1.0 / size, LARGE_MEAN)
    numbers = np.array([_error(poisson, size), error, least, per_place])
    return _Table(first, np.ascontiguousarray(below.T, dtype=np.float32), large, numbers)


def _functions(mean: FloatArray, poisson: bool, size: float) -> FloatArray:
    """Return the distribution functions of some means: (n, counts) P(count <= column)."""
    if poisson:
        return _summed(np.exp(-mean), mean, 1.0, 0.0)
    return _summed((size / (size + mean)) ** size, mean / (size + mean), size, 1.0)


def _error(poisson: bool, size: float) -> float:
    """Return how far an interpolated distribution function can be from that of the page.

    Cubic interpolation errs by the fourth derivative times h⁴ / 24 at most. By the mean, that of a
    Poisson distribution function is a third difference of probabilities, 3 at most. A negative
    binomial count is a Poisson count of the mean m G, G of a gamma law with mean 1 and shape k,
    so there it is 3 E[G⁴] at most.
    """
    moment = 1.0 if poisson else (1 + 1 / size) * (1 + 2 / size) * (1 + 3 / size)
    return 3.0 * moment / (24.0 * EDGES_PER_UNIT**4) + _ROUNDED + _MARGIN


@kernel
def _summed(first: FloatArray, ratio: FloatArray, shift: float, scale: float) -> FloatArray:
    """Return the sums of the terms of some means: (n, counts).

    Parameters
    ----------
    first, ratio : (n,) probability of nothing and ratio of terms
    shift, scale : of the terms, as of `counting._first_above`
    """
    result = np.empty((len(first), UNKNOWN))
    for row in range(len(first)):
        term = total = first[row]
        for count in range(UNKNOWN):
            result[row, count] = total
            term *= (scale * count + shift) / (count + 1) * ratio[row]
            total += term
    return result


@kernel
def _mark(table: Cells, below: FloatArray) -> None:
    """Write the first possible count of every cell, and whether it is the only one.

    Parameters
    ----------
    table : (means + 1, uniforms), written where the first count is below `COUNTS`
    below : (means + 1, counts) distribution functions at the ends of the ranges
    """
    for mean in range(table.shape[0] - 1):
        # At the lower end of the means counts are smallest: there everything below is likeliest.
        first = last = 0
        for uniform in range(table.shape[1]):
            begin, end = uniform / UNIFORMS, (uniform + 1) / UNIFORMS
            while first < COUNTS and below[mean, first] * (1.0 + _MARGIN) <= begin:
                first += 1
            while last < COUNTS and below[mean + 1, last] * (1.0 - _MARGIN) < end:
                last += 1
            if first < COUNTS:
                table[mean, uniform] = first if first == last else SURE + first


NO_GUIDE: Guide = (
    np.full((1, 1, UNIFORMS), UNKNOWN, dtype=np.uint8),
    np.zeros((0, 0, 0), dtype=np.float32),
    np.zeros((0, 0, 0)),
    np.zeros((0, 0)),
    np.zeros(0, dtype=np.int64),
)
