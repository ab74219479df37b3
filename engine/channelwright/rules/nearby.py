"""Pairs of points within a road distance, without the table of all pairs."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import Geography
from channelwright.rules.geography import EARTH_METRES, Points, metres

_BLOCK = 4_096
_SLACK = 1.000001


def nearby(
    geography: Geography, origins: Points, places: Points, radius: float
) -> tuple[IntArray, IntArray, IntArray]:
    """Return all pairs (origin, place) within ``radius`` road metres, sorted.

    Returns
    -------
    origin, place, distance : (K,) int64 each; road metres
    """
    if not len(origins.lat) or not len(places.lat):
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    tree = cKDTree(_on_sphere(places))
    # No road is shorter than the great circle; crossings may be, so they get double reach.
    reach = radius * (2.0 if len(geography.crossings) else 1.0)
    chord = 2 * np.sin(min(reach / EARTH_METRES * _SLACK, np.pi) / 2)
    rows, columns, lengths = [], [], []
    for first in range(0, len(origins.lat), _BLOCK):
        block = np.arange(first, min(first + _BLOCK, len(origins.lat)))
        found = tree.query_ball_point(_on_sphere(origins.take(block)), chord, return_sorted=True)
        count = np.array([len(one) for one in found], dtype=np.int64)
        row = np.repeat(block, count)
        column = np.concatenate([np.asarray(one, dtype=np.int64) for one in found])
        distance = metres(geography, origins.take(row), places.take(column))
        kept = (distance >= 0) & (distance <= radius)
        rows.append(row[kept])
        columns.append(column[kept])
        lengths.append(distance[kept])
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(lengths)


def _on_sphere(points: Points) -> FloatArray:
    """Return unit vectors: (n, 3)."""
    lat, lon = np.radians(points.lat), np.radians(points.lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
