"""A guide to counts: for most means and uniforms the count is read off a table.

The distribution function of a count falls as the mean grows. So where both ends of a small range
of means give one count for both ends of a small range of uniforms, everything between has that
count, and needs no sum. After Chen and Asau (1974), "On generating random variates from an
empirical distribution", AIIE Transactions 6, who guide one distribution; here one of every mean.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import LAW_NEGATIVE_BINOMIAL, LAW_POISSON

LARGE_MEAN = 30.0
MEANS_PER_UNIT, UNIFORMS = 16.0, 512  # powers of two: the place of a number in them is exact
UNKNOWN = 255
_RANGES = int(LARGE_MEAN * MEANS_PER_UNIT) + 1
# Of the distribution function: sums over counts err by 1e-11 at most, for the largest size, 10⁹, by
# some 2e-7 to either side; what lies so close to a step is unknown.
_MARGIN = 1e-6

Guide = tuple[np.ndarray, IntArray]
_TABLES = 64  # that are kept, 0.25 MB each
NO_GUIDE: Guide = (np.zeros((0, 0, 0), dtype=np.uint8), np.zeros(0, dtype=np.int64))


def guide_of(law: IntArray, size: FloatArray) -> Guide:
    """Return the tables (T, means, uniforms) of some laws, and the table of each product (P,).

    More laws than tables are kept have no guide.

    Parameters
    ----------
    law, size : (P,) law and size parameter k of each product
    """
    pairs = []
    for kind, width in zip(law.tolist(), size.tolist(), strict=True):
        summed = kind == LAW_NEGATIVE_BINOMIAL  # a fixed count is never looked up
        pairs.append((kind, width) if summed else (LAW_POISSON, 0.0))
    different = sorted(set(pairs))
    if len(different) > _TABLES:
        return NO_GUIDE
    place = np.array([different.index(pair) for pair in pairs], dtype=np.int64)
    return np.stack([_table(*pair) for pair in different]), place


@lru_cache(maxsize=_TABLES)
def _table(law: int, size: float) -> np.ndarray:
    """Return the counts of a law by range of means and of uniforms, `UNKNOWN` where they differ."""
    poisson = law == LAW_POISSON
    edges = np.arange(_RANGES + 1) / MEANS_PER_UNIT
    first = np.exp(-edges) if poisson else (size / (size + edges)) ** size
    ratio = edges if poisson else edges / (size + edges)
    table = np.full((_RANGES, UNIFORMS), UNKNOWN, dtype=np.uint8)
    _mark(table, first, ratio, 1.0 if poisson else size, 0.0 if poisson else 1.0)
    table.flags.writeable = False
    return table


@kernel
def _mark(
    table: np.ndarray, first: FloatArray, ratio: FloatArray, shift: float, scale: float
) -> None:
    """Write every count that is sure into a table (means, uniforms).

    Parameters
    ----------
    first, ratio : (means + 1,) probability of nothing and ratio of terms at the ends of the ranges
    shift, scale : of the terms, as of `counting._first_above`
    """
    for mean in range(table.shape[0]):
        # At the lower end of the means counts are smallest: there everything below is likeliest.
        below, low_term, high_term = 0.0, first[mean], first[mean + 1]
        low, high = low_term, high_term
        for count in range(UNKNOWN):
            begin = int(np.ceil(below * (1.0 + _MARGIN) * UNIFORMS))
            end = int(np.floor(high * (1.0 - _MARGIN) * UNIFORMS))
            for uniform in range(begin, end):
                table[mean, uniform] = count
            if begin >= UNIFORMS:
                break
            below = low
            growth = (scale * count + shift) / (count + 1)
            low_term *= growth * ratio[mean]
            high_term *= growth * ratio[mean + 1]
            low += low_term
            high += high_term
