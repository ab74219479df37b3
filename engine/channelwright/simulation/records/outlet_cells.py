"""Sums by outlet, added up by area and mode for a KPI table."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.network import Network
from channelwright.tables.sink import Chunk


def area_mode_rows(network: Network, period: int, names: tuple[str, ...], sums: IntArray) -> Chunk:
    """Return rows of a table keyed by period, area and mode, those of zeros left out.

    Parameters
    ----------
    names : columns after the key
    sums : (columns, O) int64, zeros where outlets are not covered
    """
    cells = network.cells
    total, some = _grouped(sums, network.covered, cells.group, len(cells.area))
    found = np.flatnonzero(some)
    chunk = {
        "period": np.full(len(found), period, dtype=np.int64),
        "area": cells.area[found],
        "mode": cells.mode[found],
    }
    return chunk | dict(zip(names, total[:, found], strict=True))


@kernel
def _grouped(
    sums: IntArray, rows: IntArray, group: IntArray, groups: int
) -> tuple[IntArray, BoolArray]:
    """Return sums (K, groups) over outlets (n,) of equal group (n,), and groups with any."""
    total = np.zeros((sums.shape[0], groups), dtype=np.int64)
    some = np.zeros(groups, dtype=np.bool_)
    for column in range(sums.shape[0]):
        for row in range(len(rows)):
            amount = sums[column, rows[row]]
            if amount != 0:
                total[column, group[row]] += amount
                some[group[row]] = True
    return total, some
