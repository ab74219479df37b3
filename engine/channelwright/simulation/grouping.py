"""Sums of rows over equal keys, as kernels: sorted by radix, or in a table that keeps them."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray

Whole = int | np.int64
_DIGIT_BITS = 11
_FEW, _FEW_BITS = 2_000, 8  # buckets that are cleared cost more than the rows, if these are few
_FREE = -1
_FULL_SHARE = 2  # a table is full when it holds one key for so many places
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@kernel
def radix_order(columns: IntArray, keys: Whole, count: Whole) -> IntArray:
    """Return the order of rows by their keys, first column first, equal rows as they came.

    Kernels give numbers as `numpy.int64`: every literal would be compiled for itself.

    Parameters
    ----------
    columns : (k, capacity) int64, one key or value per row of the array
    keys : number of columns that are keys
    count : rows in use
    """
    order = np.arange(count)
    other = np.empty_like(order)
    bits = _FEW_BITS if count < _FEW else _DIGIT_BITS
    buckets = np.empty(1 << bits, dtype=np.int64)
    for key in range(keys - 1, -1, -1):
        column = columns[key]
        least, most = np.int64(0), np.int64(0)
        for row in range(count):
            least = column[row] if row == 0 else min(least, column[row])
            most = column[row] if row == 0 else max(most, column[row])
        shift = 0
        while (most - least) >> shift:
            buckets[:] = 0
            for row in range(count):
                buckets[((column[row] - least) >> shift) & (len(buckets) - 1)] += 1
            begin = np.int64(0)
            for digit in range(len(buckets)):
                size = buckets[digit]
                buckets[digit] = begin
                begin += size
            for place in range(count):
                row = order[place]
                digit = ((column[row] - least) >> shift) & (len(buckets) - 1)
                other[buckets[digit]] = row
                buckets[digit] += 1
            order, other = other, order
            shift += bits
    return order


@kernel
def group_sums(columns: IntArray, count: int) -> IntArray:
    """Sum the last column over equal keys (all other columns).

    Parameters
    ----------
    columns : (k + 1, capacity) int64, k keys and the amount
    count : rows in use

    Returns
    -------
    (k + 1, groups) int64, sorted by key; sums of zero are left out
    """
    keys = columns.shape[0] - 1
    order = radix_order(columns, keys, count)
    result = np.empty((keys + 1, count), dtype=np.int64)
    used = 0
    begin = 0
    while begin < count:
        head = order[begin]
        total = np.int64(0)
        end = begin
        while end < count:
            row = order[end]
            same = True
            for key in range(keys):
                if columns[key, row] != columns[key, head]:
                    same = False
                    break
            if not same:
                break
            total += columns[keys, row]
            end += 1
        if total != 0:
            for key in range(keys):
                result[key, used] = columns[key, head]
            result[keys, used] = total
            used += 1
        begin = end
    return result[:, :used].copy()


class SumTable:
    """Sums by a whole-number key, at least 0, that grow with every batch (open addressing).

    A kernel that makes the keys enters them itself, by `enter_sums`.

    Attributes
    ----------
    entries : (places,) int64 keys and sums
    used : (1,) int64, number of keys
    """

    def __init__(self, places: int = 1 << 12) -> None:
        self.entries = _empty_table(places)
        self.used = np.zeros(1, dtype=np.int64)

    def grow(self) -> None:
        """Double the room."""
        keys, sums = self.entries
        self.entries = _empty_table(2 * len(keys))
        self.used[0] = 0
        held = keys != _FREE
        enter_sums(*self.entries, self.used, keys[held], sums[held])

    def take(self) -> tuple[IntArray, IntArray]:
        """Return keys in ascending order and their sums, zero left out; then forget them."""
        keys, sums = self.entries
        held = sums.nonzero()[0]
        held = held[keys[held].argsort()]
        found = keys[held], sums[held]
        keys.fill(_FREE)
        sums.fill(0)
        self.used[0] = 0
        return found


def _empty_table(places: int) -> tuple[IntArray, IntArray]:
    return np.full(places, _FREE, dtype=np.int64), np.zeros(places, dtype=np.int64)


@kernel
def enter_sums(
    table: IntArray, sums: IntArray, used: IntArray, keys: IntArray, amounts: IntArray
) -> int:
    """Add amounts to the sums of their keys; return how many, fewer than given if it is full.

    Parameters
    ----------
    table, sums, used : entries and number of keys of a `SumTable`; changed
    keys, amounts : (n,) int64
    """
    places = len(table)
    last, place = np.int64(_FREE), np.int64(0)
    for row in range(len(keys)):
        key = keys[row]
        if key != last:
            place = np.int64((np.uint64(key) * _MULTIPLIER) >> np.uint64(33)) & (places - 1)
            while table[place] != key and table[place] != _FREE:
                place = np.int64((place + 1) & (places - 1))
            if table[place] == _FREE:
                if _FULL_SHARE * used[0] >= places:
                    return row
                table[place] = key
                used[0] += 1
            last = key
        sums[place] += amounts[row]
    return len(keys)
