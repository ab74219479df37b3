"""Sums by outlet become rows by area and mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.network import Network
from channelwright.tables.sink import Chunk


def cell_sums(network: Network, period: int, names: Sequence[str], columns: IntArray) -> Chunk:
    """Return the columns (K, O), added up by area and mode of the covered outlets."""
    cells = network.cells
    sums = _grouped(columns, network.covered, cells.group, len(cells.area))
    chunk = {
        "period": np.full(len(cells.area), period, dtype=np.int64),
        "area": cells.area,
        "mode": cells.mode,
    }
    return chunk | dict(zip(names, sums, strict=True))


@kernel
def _grouped(columns: IntArray, rows: IntArray, group: IntArray, groups: int) -> IntArray:
    """Return sums of columns (K, O) over rows (n,) of equal group (n,): (K, groups)."""
    sums = np.zeros((columns.shape[0], groups), dtype=np.int64)
    for column in range(columns.shape[0]):
        for row in range(len(rows)):
            sums[column, group[row]] += columns[column, rows[row]]
    return sums
