"""Standing tours: permutations that keep neighbours together."""

import numpy as np
import pytest

from channelwright.rules.tour import tour_order


def length(lat: np.ndarray, lon: np.ndarray, order: np.ndarray) -> float:
    return float(np.hypot(np.diff(lat[order]), np.diff(lon[order])).sum())


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 100, 700])
def test_order_is_a_permutation(count: int) -> None:
    rng = np.random.default_rng(count)
    order = tour_order(rng.uniform(30, 31, count), rng.uniform(120, 121, count))
    assert sorted(order.tolist()) == list(range(count))


def test_tour_is_near_the_constant_for_uniform_points() -> None:
    """A short tour of n uniform points in a unit square has 0.7124 sqrt(n) (Beardwood et al.)."""
    rng = np.random.default_rng(3)
    lat, lon = rng.uniform(0, 1, 1000), rng.uniform(0, 1, 1000)
    found = length(lat, lon, tour_order(lat, lon))
    assert 0.7124 * np.sqrt(1000) * 0.95 < found < 0.7124 * np.sqrt(1000) * 1.3


def test_points_on_a_line_come_in_order() -> None:
    lon = np.array([3.0, 1.0, 2.0, 5.0, 4.0, 0.0])
    order = tour_order(np.full(6, 30.0), lon)
    assert np.all(np.diff(lon[order]) > 0) or np.all(np.diff(lon[order]) < 0)


def test_equal_points_keep_their_order() -> None:
    assert tour_order(np.full(5, 30.0), np.full(5, 120.0)).tolist() == [0, 1, 2, 3, 4]
