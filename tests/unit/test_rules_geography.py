"""Distances, land zones and crossings."""

from dataclasses import fields

import numpy as np

from channelwright.model.market import Crossings, Geography
from channelwright.rules.geography import Points, distance_table, metres, seconds


def geography(road_factor: float = 1.0, *, bridge: bool = True) -> Geography:
    count = 1 if bridge else 0

    def of(value: float, kind: type = float) -> np.ndarray:
        return np.full(count, value, dtype=kind)

    crossings = Crossings(
        ids=("b",) * count,
        names=("Bridge",) * count,
        zone_a=of(0, np.int64),
        zone_b=of(1, np.int64),
        lat_a=of(30.0),
        lon_a=of(120.0),
        lat_b=of(30.1),
        lon_b=of(120.0),
        metres=of(12_000, np.int64),
    )
    return Geography(("south", "north"), crossings, road_factor)


def point(lat: float, lon: float, zone: int = 0) -> Points:
    return Points(np.array([lat]), np.array([lon]), np.array([zone]))


def test_one_degree_of_latitude_is_111_195_metres() -> None:
    assert metres(geography(), point(30, 120), point(31, 120))[0] == 111_195


def test_road_factor_multiplies() -> None:
    assert metres(geography(1.3), point(30, 120), point(31, 120))[0] == round(111_195.08 * 1.3)


def test_other_zone_goes_by_the_named_crossing_both_ways() -> None:
    south, north = point(29.9, 120.0, 0), point(30.2, 120.0, 1)
    by_bridge = metres(geography(), south, north)[0]
    legs = metres(geography(), south, point(30.0, 120.0))[0] + 12_000
    legs += metres(geography(), point(30.1, 120.0, 1), north)[0]
    assert by_bridge == legs == metres(geography(), north, south)[0]


def test_of_several_crossings_the_shortest_way_is_taken() -> None:
    one = geography().crossings
    twice = {
        field.name: np.concatenate([getattr(one, field.name)] * 3)
        for field in fields(one)
        if isinstance(getattr(one, field.name), np.ndarray)
    }
    twice["metres"] = np.array([40_000, 12_000, 25_000])
    several = Crossings(ids=("a", "b", "c"), names=("Ferry", "Bridge", "Dam"), **twice)
    south, north = point(29.9, 120.0, 0), point(30.2, 120.0, 1)
    by_all = metres(Geography(("south", "north"), several, 1.0), south, north)
    assert by_all[0] == metres(geography(), south, north)[0]


def test_no_crossing_means_unreachable() -> None:
    assert metres(geography(bridge=False), point(30, 120, 0), point(30.1, 120, 1))[0] == -1


def test_table_is_symmetric_with_zero_diagonal() -> None:
    rng = np.random.default_rng(1)
    points = Points(rng.uniform(30, 31, 9), rng.uniform(120, 121, 9), np.zeros(9, dtype=np.int64))
    table = distance_table(geography(1.3), points, points)
    assert np.array_equal(table, table.T)
    assert not np.diagonal(table).any()


def test_seconds_round_half_up() -> None:
    assert seconds(np.array([1000]), 36.0).tolist() == [100]
    assert seconds(np.array([5]), 36.0).tolist() == [1]
