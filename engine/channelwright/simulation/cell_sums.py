"""Sums by outlet become rows by area and mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.simulation.network import Network
from channelwright.simulation.scatter import add_at
from channelwright.tables.sink import Chunk


def cell_sums(
    network: Network, period: int, names: Sequence[str], columns: Sequence[IntArray] | IntArray
) -> Chunk:
    """Return the columns (O,) each, added up by area and mode of the covered outlets."""
    rows, modes = network.covered, len(network.market.modes)
    area = network.market.outlets.area[rows]
    mode = network.design.outlets.mode[rows]
    key, inverse = np.unique(area * modes + mode, return_inverse=True)
    sums = np.zeros((len(columns), len(key)), dtype=np.int64)
    for row, column in enumerate(columns):
        add_at(sums[row], inverse, column[rows])
    chunk = {
        "period": np.full(len(key), period, dtype=np.int64),
        "area": key // modes,
        "mode": key % modes,
    }
    return chunk | dict(zip(names, sums, strict=True))
