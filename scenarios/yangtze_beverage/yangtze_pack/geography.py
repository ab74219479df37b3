"""Counties, towns, land zones and crossings: which piece of country a pack covers.

Everything is read from the pack's own ``source/`` folder. Distances are kilometres.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "source"
EARTH_RADIUS_KM = 6371.0
OUTLETS_PER_PERSON = 2.6e-3
SEAT_RADIUS_KM = 3.0  # a GeoNames point this near to the county's point is its seat
TOWN_SPACING_KM = 3.0  # nearer points of one county are one town
PEOPLE_PER_TOWN_AT_LEAST = 22_000
SEAT_SHARE_OF_URBAN = 0.5
TOWN_DECAY_KM = 20.0
FARTHEST_TOWN_KM = 60.0  # a point farther from every seat is a slip of the gazetteer


@dataclass(frozen=True, slots=True)
class County:
    """One county-level unit of the 2020 census."""

    adcode: str
    name: str
    name_zh: str
    prefecture: str
    province: str
    zone: str
    latitude: float
    longitude: float
    people: int
    urban_people: int
    service_share: float  # retail and catering workers over all workers of the long form


@dataclass(frozen=True, slots=True)
class Town:
    """One planning area: a town point with its share of the county's people."""

    area_id: str
    name: str
    county: County
    latitude: float
    longitude: float
    is_seat: bool
    people: int = 0
    urban_share: float = 0.0

    @property
    def zone(self) -> str:
        """Return the land zone, which is the county's."""
        return self.county.zone


@dataclass(frozen=True, slots=True)
class Crossing:
    """A named bridge between two land zones; its ends are assumed within 2 km."""

    crossing_id: str
    name: str
    zone_a: str
    zone_b: str
    end_a: tuple[float, float]
    end_b: tuple[float, float]
    metres: int

    def ends_from(self, zone: str) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the near and the far end for a traveller who comes from ``zone``."""
        return (self.end_a, self.end_b) if zone == self.zone_a else (self.end_b, self.end_a)


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one CSV file under ``source/``."""
    with (SOURCE / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def haversine_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great-circle distance of two points given in degrees."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_dphi = (phi_b - phi_a) / 2
    half_dlambda = math.radians(lon_b - lon_a) / 2
    chord = (
        math.sin(half_dphi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_dlambda) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def between_km(a: Town | County, b: Town | County) -> float:
    """Return the great-circle distance of two places."""
    return haversine_km(a.latitude, a.longitude, b.latitude, b.longitude)


def read_crossings() -> tuple[Crossing, ...]:
    """Return the named crossings between land zones."""
    return tuple(
        Crossing(
            row["crossing_id"],
            row["name"],
            row["zone_a"],
            row["zone_b"],
            (float(row["lat_a"]), float(row["lon_a"])),
            (float(row["lat_b"]), float(row["lon_b"])),
            int(row["metres"]),
        )
        for row in read_rows("crossings.csv")
    )


@cache
def crossing_paths(crossings: tuple[Crossing, ...], start: str, goal: str) -> list[list[Crossing]]:
    """Return every chain of crossings without a repeated zone from ``start`` to ``goal``."""
    paths: list[list[Crossing]] = []

    def walk(zone: str, seen: frozenset[str], path: list[Crossing]) -> None:
        if zone == goal:
            paths.append(path)
            return
        for crossing in crossings:
            ends = {crossing.zone_a, crossing.zone_b}
            if zone in ends:
                (other,) = ends - {zone}
                if other not in seen:
                    walk(other, seen | {other}, [*path, crossing])

    walk(start, frozenset({start}), [])
    return paths


def land_km(a: Town | County, b: Town | County, crossings: tuple[Crossing, ...]) -> float:
    """Return the distance over land: straight in one zone, else over the best named crossings."""
    return min(_path_km(a, b, path) for path in crossing_paths(crossings, a.zone, b.zone))


def _path_km(a: Town | County, b: Town | County, path: list[Crossing]) -> float:
    zone, place, total = a.zone, (a.latitude, a.longitude), 0.0
    for crossing in path:
        near, far = crossing.ends_from(zone)
        total += haversine_km(*place, *near) + crossing.metres / 1000
        zone = crossing.zone_b if zone == crossing.zone_a else crossing.zone_a
        place = far
    return total + haversine_km(*place, b.latitude, b.longitude)


def read_counties() -> list[County]:
    """Return the census counties with corrected points, English names and land zones."""
    names = {r["adcode"]: r for r in read_rows("county_names.csv")}
    points = {r["key"]: r for r in read_rows("corrections.csv") if r["kind"] == "county_point"}
    counties = []
    for row in read_rows("counties.csv"):
        point = points.get(row["adcode"], row)
        workers = float(row["retail_sample"]) + float(row["catering_sample"])
        counties.append(
            County(
                adcode=row["adcode"],
                name=names[row["adcode"]]["name"],
                name_zh=row["county"],
                prefecture=names[row["adcode"]]["prefecture_name"],
                province={"江苏省": "Jiangsu", "浙江省": "Zhejiang"}[row["province"]],
                zone=names[row["adcode"]]["zone"],
                latitude=float(point["lat"]),
                longitude=float(point["lon"]),
                people=int(row["population"]),
                urban_people=int(row["urban_population"]),
                service_share=workers / float(row["employed_sample"]),
            )
        )
    return counties


def read_towns(counties: list[County]) -> list[Town]:
    """Return every town with its people, in the order of counties.

    A GeoNames point belongs to the county of its province with the nearest seat, unless
    ``corrections.csv`` names the county.
    """
    by_code = {county.adcode: county for county in counties}
    fixed = {
        r["key"]: r["value"] for r in read_rows("corrections.csv") if r["kind"] == "town_county"
    }
    points: dict[str, list[Town]] = {county.adcode: [] for county in counties}
    for row in read_rows("towns.csv"):
        latitude, longitude = float(row["lat"]), float(row["lon"])
        home = fixed.get(row["geonameid"]) or _nearest_county(
            row["admin1"], latitude, longitude, counties
        )
        town = Town(
            f"t{row['geonameid']}",
            row["name"].replace("’", "'"),
            by_code[home],
            latitude,
            longitude,
            is_seat=False,
        )
        if between_km(town, by_code[home]) <= FARTHEST_TOWN_KM:
            points[home].append(town)
    return [town for county in counties for town in _populated(county, points[county.adcode])]


def _nearest_county(
    province: str, latitude: float, longitude: float, counties: list[County]
) -> str:
    east = math.cos(math.radians(latitude))

    def far(county: County) -> tuple[float, str]:
        north = county.latitude - latitude
        return north * north + ((county.longitude - longitude) * east) ** 2, county.adcode

    return min((c for c in counties if c.province == province), key=far).adcode


def _populated(county: County, points: list[Town]) -> list[Town]:
    """Pick the seat, thin out points that stand for one town, and share out the people."""
    seat, others = _seat_and_others(county, points)
    most = max(0, county.people // PEOPLE_PER_TOWN_AT_LEAST - 1)
    kept: list[Town] = []
    for town in sorted(others, key=lambda t: (between_km(t, seat), t.area_id)):
        if len(kept) < most and all(between_km(town, k) >= TOWN_SPACING_KM for k in [seat, *kept]):
            kept.append(town)
    return _with_people(county, seat, kept)


def _seat_and_others(county: County, points: list[Town]) -> tuple[Town, list[Town]]:
    near = [t for t in points if between_km(t, county) <= SEAT_RADIUS_KM]
    if not near:
        seat = Town(
            f"c{county.adcode}",
            county.name,
            county,
            county.latitude,
            county.longitude,
            is_seat=True,
        )
        return seat, points
    nearest = min(near, key=lambda t: (between_km(t, county), t.area_id))
    seat = replace(nearest, name=county.name, is_seat=True)
    return seat, [t for t in points if t is not nearest]


def _with_people(county: County, seat: Town, others: list[Town]) -> list[Town]:
    """Give the seat half of the urban people and the rest to the towns, nearer ones more."""
    if not others:
        return [
            replace(seat, people=county.people, urban_share=county.urban_people / county.people)
        ]
    seat_people = round(SEAT_SHARE_OF_URBAN * county.urban_people)
    rest = county.people - seat_people
    weights = [math.exp(-between_km(seat, town) / TOWN_DECAY_KM) for town in others]
    shares = largest_remainder(rest, weights)
    urban_share = (county.urban_people - seat_people) / rest
    towns = [
        replace(t, people=p, urban_share=urban_share) for t, p in zip(others, shares, strict=True)
    ]
    return [replace(seat, people=seat_people, urban_share=1.0), *towns]


def largest_remainder(total: int, weights: list[float]) -> list[int]:
    """Split ``total`` by ``weights`` into integers that sum to it; ties go to the first."""
    scale = total / sum(weights)
    parts = [math.floor(w * scale) for w in weights]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - weights[i] * scale, i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def default_start(outlets: int) -> str:
    """Return the census code of the county that growth starts from.

    Small packs start at Pinghu, middle ones at Wuxing (Huzhou), large ones at Gusu (Suzhou).
    """
    if outlets <= 3_000:
        return "330482"
    return "330502" if outlets <= 30_000 else "320508"


def grow(outlets: int, start: str | None = None) -> list[Town]:
    """Return the towns of a contiguous piece of country with about ``outlets / 0.0026`` people.

    Order: prefectures by distance over land of their centre of people from that of the start
    county's prefecture; inside a prefecture the county nearest to a covered one; inside a
    county the town nearest to where growth entered it. In the last county the towns that
    would overshoot by more than half are passed over.
    """
    counties = read_counties()
    wanted = outlets / OUTLETS_PER_PERSON
    if wanted > sum(c.people for c in counties):
        msg = f"{outlets} outlets need {wanted:.0f} people: more than Jiangsu and Zhejiang have"
        raise ValueError(msg)
    towns: dict[str, list[Town]] = {c.adcode: [] for c in counties}
    for town in read_towns(counties):
        towns[town.county.adcode].append(town)
    chosen: list[Town] = []
    missing = wanted
    for county in county_order(counties, start or default_start(outlets), read_crossings()):
        passed_over = False
        for town in _entry_order(towns[county.adcode], chosen):
            fits = town.people / 2 <= missing
            passed_over |= not fits
            if fits:
                chosen.append(town)
                missing -= town.people
        if passed_over:
            break
    return chosen


def county_order(
    counties: list[County], start: str, crossings: tuple[Crossing, ...]
) -> Iterator[County]:
    """Yield all counties in the order in which growth reaches them."""
    by_code = {c.adcode: c for c in counties}
    if start not in by_code:
        msg = f"start county {start!r} is not a census code of Jiangsu or Zhejiang"
        raise ValueError(msg)
    first = by_code[start]
    homes = {
        c.prefecture: _centre([m for m in counties if m.prefecture == c.prefecture])
        for c in counties
    }
    ranked = sorted(homes, key=lambda p: (land_km(homes[first.prefecture], homes[p], crossings), p))
    order: list[County] = [first]
    yield first
    for prefecture in ranked:
        rest = [c for c in counties if c.prefecture == prefecture and c is not first]
        reach = {c.adcode: min(land_km(c, done, crossings) for done in order) for c in rest}
        while rest:
            nearest = min(rest, key=lambda c: (reach[c.adcode], c.adcode))
            order.append(nearest)
            yield nearest
            rest.remove(nearest)
            for county in rest:
                reach[county.adcode] = min(
                    reach[county.adcode], land_km(county, nearest, crossings)
                )


def _centre(members: list[County]) -> County:
    """Return a stand-in county at the centre of people of a prefecture."""
    people = sum(c.people for c in members)
    biggest = max(members, key=lambda c: c.people)
    return replace(
        biggest,
        latitude=sum(c.latitude * c.people for c in members) / people,
        longitude=sum(c.longitude * c.people for c in members) / people,
    )


def _entry_order(towns: list[Town], covered: list[Town]) -> list[Town]:
    if not covered:
        entry = next(t for t in towns if t.is_seat)
    else:
        entry = min(towns, key=lambda t: (min(between_km(t, c) for c in covered), t.area_id))
    return sorted(towns, key=lambda t: (between_km(t, entry), t.area_id))
