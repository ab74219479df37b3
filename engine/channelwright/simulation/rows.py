"""A growing table of whole numbers: one block for its columns and one for its grids.

Rows are taken and dropped for all columns at once by one kernel, where columns of their own would
cost a call each. Every column is contiguous, so that it is as good as an array of its own.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray

_ROOM = 64
_MASK = np.dtype(np.bool_)
_NEW = dict.__new__
Blocks: TypeAlias = tuple[IntArray, IntArray]


class Rows(dict[str, IntArray]):
    """Equally long columns (n,) and grids (n, width) of one width, appended in batches.

    Reading a name gives its column, a view. A column that was read stays as it was when rows are
    appended or dropped afterwards; what is written into a column is written into the table until
    then. The dictionary holds the views that were read since, and a new one where one is missing.
    """

    __slots__ = ("_count", "_grids", "_names", "_numbers", "_places")

    def __init__(self, **columns: np.ndarray) -> None:
        super().__init__()
        wide = [name for name, column in columns.items() if column.ndim == 2]
        plain = [name for name in columns if name not in wide]
        self._names = (tuple(plain), tuple(wide))
        self._places = {name: (False, place) for place, name in enumerate(plain)}
        self._places |= {name: (True, place) for place, name in enumerate(wide)}
        self._count = len(next(iter(columns.values())))
        room = max(self._count, _ROOM)
        width = columns[wide[0]].shape[1] if wide else 0
        self._numbers = np.empty((len(plain), room), dtype=np.int64)
        self._grids = np.empty((len(wide), room, width), dtype=np.int64)
        self._write(0, columns)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def __missing__(self, name: str) -> IntArray:
        """Return one column that was not read before."""
        wide, place = self._places[name]
        view = self._grids[place, : self._count] if wide else self._numbers[place, : self._count]
        self[name] = view
        return view

    def columns(self, names: tuple[str, ...]) -> tuple[IntArray, ...]:
        """Return some columns, views, as kernels take them."""
        return tuple([self[name] for name in names])

    def storage(self) -> Blocks:
        """Return columns (k, room) and grids (g, room, width) with their room, for kernels.

        Only the first rows, as many as there are, mean something. Slices of the rows in use
        would be of another layout, now and then, and a kernel compiled for it in the middle of
        a run.
        """
        return self._numbers, self._grids

    def append(self, **columns: np.ndarray) -> None:
        """Add rows; every column must be given."""
        begin = self._count
        self.extend(len(columns[self._names[0][0]]))
        self._write(begin, columns)

    def extend(self, count: int) -> Blocks:
        """Add rows that the caller writes: columns (k, count) and grids (g, count, width)."""
        begin = self._count
        end = begin + count
        if end > self._numbers.shape[1]:
            self._numbers = _widened(self._numbers, begin, 2 * end)
            self._grids = _widened(self._grids, begin, 2 * end)
        self._count = end
        self.clear()
        return self._numbers[:, begin:end], self._grids[:, begin:end]

    def keep(self, mask: BoolArray) -> None:
        """Drop the rows where ``mask`` is False."""
        rows = mask.nonzero()[0]
        self._numbers, self._grids = self._copied(rows, len(mask) + _ROOM)
        self._count = len(rows)
        self.clear()

    def take(self, rows: np.ndarray) -> Rows:
        """Return some rows, by number or by a mask, as a new table."""
        rows = rows.nonzero()[0] if rows.dtype == _MASK else rows
        other = _NEW(Rows)
        other._names, other._places = self._names, self._places
        other._count = len(rows)
        other._numbers, other._grids = self._copied(rows, len(rows))
        return other

    def plus(self, **columns: np.ndarray) -> Rows:
        """Return the table with more columns (n,)."""
        plain, wide = self._names
        more = {name: (False, len(plain) + place) for place, name in enumerate(columns)}
        other = _NEW(Rows)
        other._names, other._places = ((*plain, *columns), wide), self._places | more
        other._count = self._count
        other._grids = self._grids[:, : self._count].copy()
        other._numbers = np.empty((len(plain) + len(columns), self._count), dtype=np.int64)
        other._numbers[: len(plain)] = self._numbers[:, : self._count]
        for place, column in enumerate(columns.values(), len(plain)):
            other._numbers[place] = column
        return other

    def _copied(self, rows: IntArray, room: int) -> Blocks:
        """Return blocks with some room that begin with these rows."""
        columns, (grids, _, width) = len(self._numbers), self._grids.shape
        numbers = np.empty((columns, room), dtype=np.int64)
        wide = np.empty((grids, room, width), dtype=np.int64)
        _copy(self._numbers, self._grids, rows, numbers, wide)
        return numbers, wide

    def _write(self, begin: int, columns: dict[str, np.ndarray]) -> None:
        plain, wide = self._names
        for place, name in enumerate(plain):
            self._numbers[place, begin : self._count] = columns[name]
        for place, name in enumerate(wide):
            self._grids[place, begin : self._count] = columns[name]


def _widened(block: IntArray, used: int, room: int) -> IntArray:
    wider = np.empty((len(block), room, *block.shape[2:]), dtype=np.int64)
    wider[:, :used] = block[:, :used]
    return wider


@kernel
def _copy(
    numbers: IntArray, grids: IntArray, rows: IntArray, some: IntArray, wide: IntArray
) -> None:
    """Write these rows to the begin of other blocks.

    Rows are given as words without a sign: with one, each could count from the end, which the
    machine would ask for every value, at twice the time.
    """
    for column in range(numbers.shape[0]):
        for place in range(len(rows)):
            some[column, place] = numbers[column, np.uint64(rows[place])]
    for grid in range(grids.shape[0]):
        for place in range(len(rows)):
            row = np.uint64(rows[place])
            for column in range(grids.shape[2]):
                wide[grid, place, column] = grids[grid, row, column]
