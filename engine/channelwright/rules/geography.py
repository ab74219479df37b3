"""Road distances between points, land zones and named crossings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import Geography, Market

EARTH_METRES = 6_371_008.8
UNREACHABLE = -1


@dataclass(frozen=True)
class Points:
    """Points with their land zone (n rows): lat, lon in degrees, zone number."""

    lat: FloatArray
    lon: FloatArray
    zone: IntArray

    def take(self, rows: IntArray) -> Points:
        """Return the points of some rows."""
        return Points(self.lat[rows], self.lon[rows], self.zone[rows])

    def rolled(self) -> Points:
        """Return for every row the point of the row before, for the first that of the last."""
        return Points(np.roll(self.lat, 1), np.roll(self.lon, 1), np.roll(self.zone, 1))


def outlet_points(market: Market) -> Points:
    """Return the outlets as points (zone of their area)."""
    outlets = market.outlets
    return Points(outlets.lat, outlets.lon, market.areas.zone[outlets.area])


def site_points(market: Market) -> Points:
    """Return the sites as points (zone of their area)."""
    sites = market.sites
    return Points(sites.lat, sites.lon, market.areas.zone[sites.area])


def great_circle(
    lat_a: FloatArray, lon_a: FloatArray, lat_b: FloatArray, lon_b: FloatArray
) -> FloatArray:
    """Return great-circle metres (haversine); arguments in degrees, broadcast."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half_lat = np.sin((phi_b - phi_a) / 2)
    half_lon = np.sin(np.radians(np.asarray(lon_b) - np.asarray(lon_a)) / 2)
    chord = half_lat * half_lat + np.cos(phi_a) * np.cos(phi_b) * half_lon * half_lon
    return np.asarray(2 * EARTH_METRES * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))


def metres(geography: Geography, a: Points, b: Points) -> IntArray:
    """Return road metres between rows of ``a`` and ``b`` (broadcast), -1 = unreachable.

    One zone: great circle times the road factor. Two zones: the best single crossing.
    """
    shape = np.broadcast_shapes(a.lat.shape, b.lat.shape)
    direct = _road(geography, a.lat, a.lon, b.lat, b.lon)
    same = np.broadcast_to(np.equal(a.zone, b.zone), shape)
    result = np.where(same, direct, UNREACHABLE)
    if not same.all():
        detour = _by_crossing(geography, a, b, shape)
        result = np.where(same, result, detour)
    return result


def seconds(distance: IntArray, speed: FloatArray | float) -> IntArray:
    """Return driving seconds: metres x 3.6 / (km/h), rounded half up."""
    return np.asarray(np.floor(distance * 3.6 / speed + 0.5).astype(np.int64))


def distance_table(geography: Geography, a: Points, b: Points) -> IntArray:
    """Return the (n_a, n_b) table of road metres, -1 = unreachable."""
    rows = Points(a.lat[:, None], a.lon[:, None], a.zone[:, None])
    columns = Points(b.lat[None, :], b.lon[None, :], b.zone[None, :])
    return metres(geography, rows, columns)


def _road(
    geography: Geography, lat_a: FloatArray, lon_a: FloatArray, lat_b: FloatArray, lon_b: FloatArray
) -> IntArray:
    far = great_circle(lat_a, lon_a, lat_b, lon_b) * geography.road_factor
    return np.floor(far + 0.5).astype(np.int64)


def _by_crossing(geography: Geography, a: Points, b: Points, shape: tuple[int, ...]) -> IntArray:
    best = np.full(shape, UNREACHABLE, dtype=np.int64)
    table = geography.crossings
    for row in range(len(table)):
        ends = (
            (table.zone_a[row], table.lat_a[row], table.lon_a[row]),
            (table.zone_b[row], table.lat_b[row], table.lon_b[row]),
        )
        for near, far in (ends, ends[::-1]):
            fits = np.broadcast_to((a.zone == near[0]) & (b.zone == far[0]), shape)
            if not fits.any():
                continue
            leg_a = _road(geography, a.lat, a.lon, near[1], near[2])
            leg_b = _road(geography, far[1], far[2], b.lat, b.lon)
            total = leg_a + table.metres[row] + leg_b
            better = fits & ((best < 0) | (total < best))
            best = np.where(better, total, best)
    return best
