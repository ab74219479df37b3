"""Distances of section 4: great circles, a road factor, named crossings between zones."""

import math
from typing import NamedTuple

from channelwright.model.design import Design
from channelwright.model.market import Geography, Market
from tests.reference.laws import round_half_up

EARTH_METRES = 6_371_008.8


class Place(NamedTuple):
    """A point and its land zone."""

    lat: float
    lon: float
    zone: int


class Map:
    """Knows the place of everything and the road between two places."""

    def __init__(self, market: Market, design: Design) -> None:
        zone_of = market.areas.zone
        self._geography = market.geography
        self._known: dict[tuple[Place, Place], int] = {}
        self.outlets = _places(market.outlets, zone_of)
        self.sites = _places(market.sites, zone_of)
        self.reps = _places(design.reps, zone_of)

    def metres(self, start: Place, end: Place) -> int:
        """Return the road distance, over the best crossing if the zones differ."""
        way = (start, end)
        if way not in self._known:
            self._known[way] = self._measured(start, end)
        return self._known[way]

    def _measured(self, start: Place, end: Place) -> int:
        if start.zone == end.zone:
            return _metres_in_zone(self._geography, start, end)
        return min(self._over_crossings(start, end))

    def _over_crossings(self, start: Place, end: Place) -> list[int]:
        crossings = self._geography.crossings
        ways = []
        for row in range(len(crossings)):
            a = Place(crossings.lat_a[row], crossings.lon_a[row], crossings.zone_a[row])
            b = Place(crossings.lat_b[row], crossings.lon_b[row], crossings.zone_b[row])
            for near, far in ((a, b), (b, a)):
                if near.zone == start.zone and far.zone == end.zone:
                    to_crossing = _metres_in_zone(self._geography, start, near)
                    from_crossing = _metres_in_zone(self._geography, far, end)
                    ways.append(to_crossing + crossings.metres[row] + from_crossing)
        return ways


def seconds(metres: int, speed: float) -> int:
    """Return the driving time at a speed in km/h."""
    return round_half_up(metres * 3.6 / speed)


def _places(table: object, zone_of: list[int]) -> list[Place]:
    rows = zip(table.lat, table.lon, table.area, strict=True)
    return [Place(lat, lon, zone_of[area]) for lat, lon, area in rows]


def _metres_in_zone(geography: Geography, a: Place, b: Place) -> int:
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = (math.radians(b.lon) - math.radians(a.lon)) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return round_half_up(EARTH_METRES * 2 * math.asin(math.sqrt(h)) * geography.road_factor)
