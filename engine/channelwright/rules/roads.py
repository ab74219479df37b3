"""Ways from one outlet to the next: `geography.metres` with what never changes at hand."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import Market
from channelwright.rules import geography

#: Latitude and longitude in radians and in degrees, cosine of the latitude, zone: (O,) each.
RoadPoints: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, IntArray]

UNSURE = -2  # another zone, or a way that the last bit of a sine may round up or down
RADIANS = np.pi / 180  # of a degree, as NumPy multiplies
_DIAMETER = 2 * geography.EARTH_METRES
_DOUBT = 1e-6  # m; sines and arcsines of two libraries differ by less than a hundredth of it
_LONG = 0.25  # of the squared chord: the arcsine is steep beyond, some 6,600 km


class Roads:
    """The roads between the outlets of a market.

    Angles of the outlets are turned once. Kernels have sines of their own, which may differ from
    NumPy's in the last bit: where that could matter to a whole metre they say so, and `legs`
    finds the ways as `geography.metres` does.
    """

    def __init__(self, market: Market) -> None:
        self._geography = market.geography
        self._outlets = geography.outlet_points(market)
        self.points = road_points(self._outlets)
        self.factor = float(market.geography.road_factor)

    def legs(self, outlet: IntArray) -> IntArray:
        """Return the metres to each outlet (n,) from the one before, to the first from the last."""
        some = self._outlets.take(outlet)
        return geography.metres(self._geography, some.rolled(), some)

    def table(self, outlet: IntArray) -> IntArray:
        """Return the metres between some outlets: (n, n)."""
        some = self._outlets.take(outlet)
        return geography.distance_table(self._geography, some, some)


def road_points(points: geography.Points) -> RoadPoints:
    """Return points as kernels take them."""
    angle = np.radians(points.lat)
    return angle, points.lon.copy(), np.cos(angle), points.zone.astype(np.int64)


@kernel
def road_metres(points: RoadPoints, a: int, b: int, factor: float) -> int | np.int64:
    """Return the metres by road between two points, UNSURE where a kernel cannot say."""
    angle, lon, cosine, zone = points
    if zone[a] != zone[b]:
        return UNSURE
    east, cosines = (lon[b] - lon[a]) * RADIANS, cosine[a] * cosine[b]
    metres: int | np.int64 = arc_metres(angle[b] - angle[a], east, cosines, factor)
    return metres


@kernel
def arc_metres(north: float, east: float, cosines: float, factor: float) -> int | np.int64:
    """Return the metres by road of a way by its angles and the cosines of its ends, or UNSURE.

    For loops over many ways: the points of `road_metres` would be taken up for each.
    """
    half_lat, half_lon = np.sin(north / 2), np.sin(east / 2)
    chord = half_lat * half_lat + cosines * half_lon * half_lon
    if chord > _LONG:
        return UNSURE
    far = _DIAMETER * np.arcsin(np.sqrt(chord)) * factor + 0.5
    whole = np.floor(far)
    if far - whole < _DOUBT or whole + 1 - far < _DOUBT:
        return UNSURE
    return np.int64(whole)


@kernel
def ways(points: RoadPoints, a: IntArray, b: IntArray, factor: float) -> IntArray:
    """Return the metres by road between pairs of points (n,), UNSURE as in `road_metres`."""
    result = np.empty(len(a), dtype=np.int64)
    for row in range(len(a)):
        result[row] = road_metres(points, a[row], b[row], factor)
    return result
