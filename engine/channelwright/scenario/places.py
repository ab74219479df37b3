"""Checks of coordinates: near their area, not swapped, crossings that join two zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import FloatArray
from channelwright.rules.geography import great_circle
from channelwright.tables.cells import TypedTable, shown

Tables = Mapping[str, TypedTable]
FARTHEST_KM = 200.0
_SHORTER = 0.8


def place_problems(tables: Tables) -> Iterator[Problem]:
    """Yield what is wrong with the places of outlets, sites and crossings."""
    for name in ("outlets", "sites"):
        if name in tables and "areas" in tables:
            yield from _far_from_area(tables[name], tables["areas"])
    if "crossings" in tables:
        yield from _crossing_zones(tables["crossings"])
        yield from _crossing_lengths(tables["crossings"])


def _far_from_area(table: TypedTable, areas: TypedTable) -> Iterator[Problem]:
    usable = areas.good("id", "lat", "lon")
    number = {name: int(row) for row, name in enumerate(areas["id"]) if usable[row]}
    row_of = np.array([number.get(name, -1) for name in table["area"]], dtype=np.int64)
    good = np.flatnonzero(table.good("area", "lat", "lon") & (row_of >= 0))
    area = row_of[good]
    lat, lon = areas["lat"][area], areas["lon"][area]
    away = _km(table["lat"][good], table["lon"][good], lat, lon)
    swapped = _km(table["lon"][good], table["lat"][good], lat, lon) < FARTHEST_KM
    wrong = np.zeros(len(table), dtype=np.bool_)
    wrong[good] = away > FARTHEST_KM
    at = {int(row): number for number, row in enumerate(good)}

    def say(row: int) -> tuple[str, str]:
        number = at[row]
        where = f"{table['lat'][row]:g}, {table['lon'][row]:g}"
        message = (
            f"{shown(table['id'][row])} at {where} lies {away[number]:,.0f} km "
            f"from its area {table['area'][row]!r}"
        )
        if swapped[number]:
            return message, "latitude and longitude are swapped: exchange them"
        return message, f"correct the place or the area; the limit is {FARTHEST_KM:.0f} km"

    yield from table.problems("lat", wrong, say)


def _km(lat_a: FloatArray, lon_a: FloatArray, lat_b: FloatArray, lon_b: FloatArray) -> FloatArray:
    return great_circle(lat_a, lon_a, lat_b, lon_b) / 1000.0


def _crossing_zones(table: TypedTable) -> Iterator[Problem]:
    same = table.good("zone_a", "zone_b") & (table["zone_a"] == table["zone_b"])
    yield from table.problems(
        "zone_b",
        same,
        lambda row: (
            f"crossing {table['id'][row]!r} joins zone {table['zone_a'][row]!r} to itself",
            "name the two zones that it joins",
        ),
    )


def _crossing_lengths(table: TypedTable) -> Iterator[Problem]:
    straight = _km(table["lat_a"], table["lon_a"], table["lat_b"], table["lon_b"])
    short = table.good("lat_a", "lon_a", "lat_b", "lon_b", "km") & (
        table["km"] < straight * _SHORTER - 0.1
    )
    yield from table.problems(
        "km",
        short,
        lambda row: (
            f"crossing {table['id'][row]!r} is {table['km'][row]:g} km long and its ends are "
            f"{straight[row]:.1f} km apart",
            "correct the length or the ends",
        ),
    )
