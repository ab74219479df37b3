"""Ways from one outlet to the next: `geography.metres` with what never changes at hand."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import Market
from channelwright.rules import geography

_RADIANS = np.pi / 180  # of a degree, as NumPy multiplies
_DIAMETER = 2 * geography.EARTH_METRES


class Roads:
    """The roads between the outlets of a market.

    Angles of the outlets are turned once; sines and arcsines stay with NumPy, so that every way is
    the one that `geography.metres` finds, bit for bit.
    """

    def __init__(self, market: Market) -> None:
        self._geography = market.geography
        self._points = geography.outlet_points(market)
        self._angle = np.radians(self._points.lat)
        self._cosine = np.cos(self._angle)

    def legs(self, outlet: IntArray) -> IntArray:
        """Return the metres to each outlet (n,) from the one before, to the first from the last."""
        points = self._points
        sine = np.sin(_half_angles(outlet, self._angle, points.lon))
        arc = np.arcsin(_half_chords(outlet, sine, self._cosine))
        result, crossed = _metres(outlet, arc, points.zone, self._geography.road_factor)
        if crossed:
            some = points.take(outlet)
            return geography.metres(self._geography, some.rolled(), some)
        return result


@kernel
def _half_angles(outlet: IntArray, angle: FloatArray, lon: FloatArray) -> FloatArray:
    """Return half the differences of latitude and longitude, in radians: (2, n)."""
    half = np.empty((2, len(outlet)))
    for row in range(len(outlet)):
        here, before = outlet[row], outlet[row - 1]
        half[0, row] = (angle[here] - angle[before]) / 2
        half[1, row] = (lon[here] - lon[before]) * _RADIANS / 2
    return half


@kernel
def _half_chords(outlet: IntArray, sine: FloatArray, cosine: FloatArray) -> FloatArray:
    """Return half the straight ways through the earth, in radii: (n,)."""
    chord = np.empty(len(outlet))
    for row in range(len(outlet)):
        here, before = outlet[row], outlet[row - 1]
        across = cosine[before] * cosine[here] * sine[1, row] * sine[1, row]
        chord[row] = np.sqrt(min(sine[0, row] * sine[0, row] + across, 1.0))
    return chord


@kernel
def _metres(
    outlet: IntArray, arc: FloatArray, zone: IntArray, road_factor: float
) -> tuple[IntArray, bool]:
    """Return the metres by road, and whether some way leads into another zone."""
    metres, crossed = np.empty(len(outlet), dtype=np.int64), False
    for row in range(len(outlet)):
        crossed = crossed or zone[outlet[row]] != zone[outlet[row - 1]]
        metres[row] = np.int64(np.floor(_DIAMETER * arc[row] * road_factor + 0.5))
    return metres, crossed
