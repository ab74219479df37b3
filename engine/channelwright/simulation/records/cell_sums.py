"""Sums by outlet become rows by area and mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.network import Network
from channelwright.tables.sink import Chunk


class NamedSums(dict[str, IntArray]):
    """The rows of a block of sums by name."""

    def __init__(self, names: Sequence[str], block: IntArray) -> None:
        super().__init__(zip(names, block, strict=True))
        self._known: dict[tuple[str, ...], tuple[IntArray, ...]] = {}

    def columns(self, *names: str) -> tuple[IntArray, ...]:
        """Return some rows, to be added to by a kernel; asked for every day, so it is kept."""
        found = self._known.get(names)
        if found is None:
            found = self._known[names] = tuple([self[name] for name in names])
        return found


def cell_sums(network: Network, period: int, names: Sequence[str], columns: IntArray) -> Chunk:
    """Return the columns (K, O), added up by area and mode of the covered outlets; clear them."""
    cells = network.cells
    sums = _taken(columns, network.covered, cells.group, len(cells.area))
    chunk = {
        "period": np.full(len(cells.area), period, dtype=np.int64),
        "area": cells.area,
        "mode": cells.mode,
    }
    return chunk | dict(zip(names, sums, strict=True))


def filled_rows(names: Sequence[str], period: int, table: IntArray) -> Chunk:
    """Return a row for each entity with a sum (K, n) that is not zero; clear the sums.

    ``names`` : period, the entity and the K sums
    """
    rows = np.flatnonzero(table.any(axis=0))
    chunk = {names[0]: np.full(len(rows), period, dtype=np.int64), names[1]: rows}
    chunk |= dict(zip(names[2:], table[:, rows], strict=True))
    table.fill(0)
    return chunk


@kernel
def _taken(columns: IntArray, rows: IntArray, group: IntArray, groups: int) -> IntArray:
    """Return sums of columns (K, O) over rows (n,) of equal group (n,): (K, groups); clear them."""
    sums = np.zeros((columns.shape[0], groups), dtype=np.int64)
    for column in range(columns.shape[0]):
        for row in range(len(rows)):
            sums[column, group[row]] += columns[column, rows[row]]
        columns[column] = 0
    return sums
