"""Standing tours: an order of points that keeps neighbours together.

Hilbert's space-filling curve (Bartholdi and Platzman 1988), improved by 2-opt in
overlapping windows: deterministic, near-linear in the number of points.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray

_ORDER = 16
_WINDOW = 96
_PASSES = 2
_LEAST_SAVING = 1e-12


def tour_order(lat: FloatArray, lon: FloatArray) -> IntArray:
    """Return the rows of points in the order of a short open tour.

    Parameters
    ----------
    lat, lon : (n,) degrees

    Returns
    -------
    (n,) int64, a permutation
    """
    if len(lat) < 3:
        return np.arange(len(lat))
    x = (lon - lon.min()) * np.cos(np.radians(float(lat.mean())))
    y = lat - lat.min()
    order = np.argsort(_hilbert(x, y), kind="stable")
    for turn in range(_PASSES):
        first = 0 if turn == 0 else _WINDOW // 2
        for start in range(first, len(order), _WINDOW):
            part = order[start : start + _WINDOW]
            order[start : start + _WINDOW] = part[_two_opt(x[part], y[part])]
    return np.asarray(order, dtype=np.int64)


def _hilbert(x: FloatArray, y: FloatArray) -> IntArray:
    """Return the position of each point along the curve."""
    scale = ((1 << _ORDER) - 1) / max(float(x.max()), float(y.max()), 1e-12)
    column = np.floor(x * scale).astype(np.int64)
    row = np.floor(y * scale).astype(np.int64)
    place = np.zeros(len(x), dtype=np.int64)
    side = 1 << (_ORDER - 1)
    while side:
        right = ((column & side) > 0).astype(np.int64)
        up = ((row & side) > 0).astype(np.int64)
        place += side * side * ((3 * right) ^ up)
        flip = (up == 0) & (right == 1)
        column = np.where(flip, side - 1 - column, column)
        row = np.where(flip, side - 1 - row, row)
        swap = up == 0
        column, row = np.where(swap, row, column), np.where(swap, column, row)
        side >>= 1
    return place


def _two_opt(x: FloatArray, y: FloatArray) -> IntArray:
    """Return the best 2-opt improvement of an open path with fixed ends."""
    if len(x) < 4:
        return np.arange(len(x))
    return _exchange(np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]))


@kernel
def _exchange(gap: FloatArray) -> IntArray:
    """Turn round the stretch that saves most, first come first served, until none saves.

    Parameters
    ----------
    gap : (n, n) distances
    """
    count = len(gap)
    path = np.arange(count)
    for _ in range(4 * count):
        best, first, last = 0.0, 0, 0
        for i in range(count - 2):
            a, b = path[i], path[i + 1]
            for j in range(i + 1, count - 1):
                c, d = path[j], path[j + 1]
                saving = gap[a, b] + gap[c, d] - gap[a, c] - gap[b, d]
                if saving > best:
                    best, first, last = saving, i, j
        if best <= _LEAST_SAVING:
            break
        first += 1
        while first < last:
            path[first], path[last] = path[last], path[first]
            first, last = first + 1, last - 1
    return path
