"""Sums by outlet, added up by area and mode for a KPI table."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.simulation.network import Network
from channelwright.tables.sink import Chunk


def area_mode_rows(network: Network, period: int, names: tuple[str, ...], sums: IntArray) -> Chunk:
    """Return rows of a table keyed by period, area and mode, those of zeros left out.

    Parameters
    ----------
    names : columns after the key
    sums : (columns, O) int64
    """
    rows = np.flatnonzero(sums.any(axis=0))
    modes = len(network.market.modes)
    place = network.market.outlets.area[rows] * modes + network.design.outlets.mode[rows]
    key, inverse = np.unique(place, return_inverse=True)
    total = np.zeros((len(sums), len(key)), dtype=np.int64)
    for into, column in zip(total, sums, strict=True):
        np.add.at(into, inverse, column[rows])
    chunk = {
        "period": np.full(len(key), period, dtype=np.int64),
        "area": key // modes,
        "mode": key % modes,
    }
    return chunk | dict(zip(names, total, strict=True))
