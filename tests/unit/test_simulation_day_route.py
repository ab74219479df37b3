"""Routes of the day: nearest neighbour and 2-opt, and how a pack asks for them."""

import shutil
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from channelwright.scenario import read_scenario
from channelwright.simulation.delivery.sequencing import day_route
from tests.conftest import ROOT

TINY = ROOT / "tests/data/packs/tiny"
points = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=14)


def gaps(places: list[tuple[int, int]]) -> np.ndarray:
    """Whole distances between points, the site first."""
    xy = np.array(places, dtype=np.int64)
    return np.abs(xy[:, None] - xy[None, :]).sum(axis=2)


def length(gap: np.ndarray, route: list[int]) -> int:
    trip = [0, *route, 0]
    return sum(int(gap[a, b]) for a, b in pairwise(trip))


@given(points)
def test_no_stretch_can_be_turned_to_save_a_metre(places: list[tuple[int, int]]) -> None:
    gap = gaps(places)
    route = day_route(gap).tolist()
    assert sorted(route) == list(range(1, len(places)))
    for first, last in combinations(range(len(route)), 2):
        turned = route[:first] + route[first : last + 1][::-1] + route[last + 1 :]
        assert length(gap, turned) >= length(gap, route)


def test_round_a_square_in_whatever_order_the_stops_are_given() -> None:
    """Twelve points on the rim of a square of 30: a round trip is its rim."""
    rim = [(0, y) for y in (0, 10, 20)] + [(x, 30) for x in (0, 10, 20)]
    rim += [(30, y) for y in (30, 20, 10)] + [(x, 0) for x in (30, 20, 10)]
    places = [rim[0], *(rim[row] for row in (5, 9, 2, 11, 7, 1, 4, 10, 3, 8, 6))]
    gap = gaps(places)
    assert length(gap, day_route(gap).tolist()) == 120


def test_equal_neighbours_come_in_the_order_of_the_standing_route() -> None:
    assert day_route(gaps([(0, 0)] * 5)).tolist() == [1, 2, 3, 4]


def test_a_pack_names_the_vehicles_that_are_routed_by_the_day(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(TINY, tmp_path / "pack"))
    file = pack / "tables/vehicles.csv"
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    assert read_scenario(pack).market.delivery is None
    daily = [f"{row},{'daily' if n == 0 else ''}" for n, row in enumerate(rows)]
    file.write_text("\n".join([f"{head},route", *daily, ""]), encoding="utf-8")
    rules = read_scenario(pack).market.delivery
    assert rules is not None
    assert rules.daily_route is not None
    assert rules.daily_route.tolist() == [True, *(False for _ in rows[1:])]
