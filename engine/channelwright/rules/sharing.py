"""Sharing out what is short: (n, P) cases wanted by n parties, (P,) cases to give."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray


def in_turn(wanted: IntArray, left: IntArray, turn: IntArray) -> IntArray:
    """Return what each gets if the first in turn is served in full before the next: (n, P).

    Parameters
    ----------
    wanted : (n, P) int64; left : (P,) int64
    turn : (n,) int64, rows in the order in which they are served
    """
    asked = wanted[turn]
    before = np.cumsum(asked, axis=0) - asked
    given = np.empty_like(wanted)
    given[turn] = np.clip(left - before, 0, asked)
    return given


def in_proportion(wanted: IntArray, left: IntArray) -> IntArray:
    """Return shares in proportion to what is wanted, whole cases: (n, P).

    Rounded down; what is left over goes one by one to the largest remainders, the first row
    first where they are equal.
    """
    total = wanted.sum(axis=0)
    short = total > left
    scaled = wanted * np.where(short, left, 0)
    base = np.maximum(total, 1)
    given = np.where(short, scaled // base, wanted)
    over = np.where(short, left - given.sum(axis=0), 0)
    rank = np.argsort(np.argsort(-(scaled % base), axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(given + (short & (rank < over)))
