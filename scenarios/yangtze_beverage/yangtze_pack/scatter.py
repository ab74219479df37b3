"""Where the outlets of a town stand: streets of the built-up core and village clusters.

The scatter is assumed (no outlet register is public); its density follows the people of
the town. Lengths are kilometres.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.geography import Town, read_rows

FloatArray = NDArray[np.float64]

URBAN_DENSITY = 7_000.0  # people per km2 of built-up land
OUTLETS_PER_STREET = 9.0
STREET_SIGMA_KM = 0.12
OUTLETS_PER_VILLAGE = 4.0
VILLAGE_SIGMA_KM = 0.20
VILLAGE_RADIUS_KM = 3.5
LOOSE_SHARE = 0.15  # core outlets that stand outside the shopping streets
KM_PER_DEGREE = 111.195
SHORE_SIDES = {
    "delta": (("bay_north", 1.0), ("yangtze_south", -1.0)),
    "south_of_bay": (("bay_south", -1.0),),
    "north_of_yangtze": (("yangtze_north", 1.0),),
}


class Land:
    """Assumed shore lines (within 2 km): tells land of a zone from water."""

    def __init__(self) -> None:
        lines: dict[str, list[tuple[float, float]]] = {}
        for row in read_rows("shores.csv"):
            lines.setdefault(row["shore"], []).append((float(row["lon"]), float(row["lat"])))
        self._lines = {name: np.array(points) for name, points in lines.items()}

    def dry(self, zone: str, lat: FloatArray, lon: FloatArray) -> NDArray[np.bool_]:
        """Tell which points lie on the zone's side of its shores and not in Tai Lake.

        Parameters
        ----------
        lat, lon : (n,) float64, degrees
        """
        good = ~_inside(self._lines["tai_lake"], lat, lon)
        for name, side in SHORE_SIDES.get(zone, ()):
            line = self._lines[name]
            shore = np.interp(lon, line[:, 0], line[:, 1])
            covered = (lon >= line[0, 0]) & (lon <= line[-1, 0])
            good &= ~covered | (side * (lat - shore) > 0)
        return good


def _inside(ring: FloatArray, lat: FloatArray, lon: FloatArray) -> NDArray[np.bool_]:
    """Tell which points lie inside a ring of (lon, lat), by counting crossed edges."""
    odd = np.zeros(len(lat), dtype=bool)
    for (x_a, y_a), (x_b, y_b) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y_a == y_b:
            continue
        between = (lat > min(y_a, y_b)) & (lat <= max(y_a, y_b))
        odd ^= between & (lon < x_a + (lat - y_a) * (x_b - x_a) / (y_b - y_a))
    return odd


def town_points(
    town: Town, outlets: int, land: Land, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Scatter the outlets of one town.

    Returns
    -------
    lat, lon : (outlets,) float64, degrees, rounded to about a metre
    core : (outlets,) float64, distance to the town point over the core's radius
    """
    urban_people = town.people * town.urban_share
    radius = max(0.6, math.sqrt(max(urban_people, 1.0) / URBAN_DENSITY / math.pi))
    in_core = round(outlets * (0.25 + 0.75 * town.urban_share))
    east_parts, north_parts = [], []
    # Points in water are thrown again; the town point itself is on land, so this ends.
    for count, kind in ((in_core, "core"), (outlets - in_core, "village")):
        for east, north in _dry_batches(town, count, kind, radius, land, rng):
            east_parts.append(east)
            north_parts.append(north)
    east = np.concatenate(east_parts) if east_parts else np.zeros(0)
    north = np.concatenate(north_parts) if north_parts else np.zeros(0)
    lat, lon = _degrees(town, east, north)
    return np.round(lat, 5), np.round(lon, 5), np.hypot(east, north) / radius


def _degrees(town: Town, east: FloatArray, north: FloatArray) -> tuple[FloatArray, FloatArray]:
    lat = town.latitude + north / KM_PER_DEGREE
    lon = town.longitude + east / (KM_PER_DEGREE * math.cos(math.radians(town.latitude)))
    return lat, lon


def _dry_batches(
    town: Town, count: int, kind: str, radius: float, land: Land, rng: np.random.Generator
) -> Iterator[tuple[FloatArray, FloatArray]]:
    missing = count
    for _ in range(200):
        if missing <= 0:
            return
        east, north = (_core if kind == "core" else _villages)(missing, radius, rng)
        dry = land.dry(town.zone, *_degrees(town, east, north))
        missing -= int(dry.sum())
        yield east[dry], north[dry]
    # A town point that lies within 2 km of an assumed shore: the rest stands at the point.
    if missing > 0:
        yield np.zeros(missing), np.zeros(missing)


def _core(count: int, radius: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Shopping streets, denser towards the middle, and loose shops between them."""
    streets = max(1, math.ceil(count / OUTLETS_PER_STREET))
    angle = rng.uniform(0.0, 2 * math.pi, streets)
    reach = radius * rng.uniform(0.0, 1.0, streets) ** 0.7
    street = rng.integers(0, streets, count)
    east = reach[street] * np.cos(angle[street]) + rng.normal(0.0, STREET_SIGMA_KM, count)
    north = reach[street] * np.sin(angle[street]) + rng.normal(0.0, STREET_SIGMA_KM, count)
    loose = rng.uniform(0.0, 1.0, count) < LOOSE_SHARE
    loose_angle = rng.uniform(0.0, 2 * math.pi, count)
    loose_reach = radius * np.sqrt(rng.uniform(0.0, 1.0, count))
    east = np.where(loose, loose_reach * np.cos(loose_angle), east)
    north = np.where(loose, loose_reach * np.sin(loose_angle), north)
    return east, north


def _villages(count: int, radius: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Clusters of a few shops between the edge of the core and the next town."""
    villages = max(1, math.ceil(count / OUTLETS_PER_VILLAGE))
    angle = rng.uniform(0.0, 2 * math.pi, villages)
    reach = radius + (VILLAGE_RADIUS_KM - 0.5) * rng.uniform(0.0, 1.0, villages)
    village = rng.integers(0, villages, count)
    east = reach[village] * np.cos(angle[village]) + rng.normal(0.0, VILLAGE_SIGMA_KM, count)
    north = reach[village] * np.sin(angle[village]) + rng.normal(0.0, VILLAGE_SIGMA_KM, count)
    return east, north
