"""Sensitivity and flips on functions whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.stats import StatisticsError
from channelwright.stats.flips import find_flip
from channelwright.stats.sensitivity import indices, points, tornado

LOW, HIGH = [-np.pi] * 3, [np.pi] * 3


def ishigami(x):
    """Ishigami and Homma (1990), a = 7, b = 0.1."""
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_the_ishigami_function():
    inputs = points("sobol", LOW, HIGH, 2_048)
    assert inputs.shape == (2_048 * 5, 3)
    table = indices("sobol", inputs, ishigami(inputs), LOW, HIGH)
    assert table["first"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert table["total"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)


def test_morris_effects_of_a_plane_are_its_slopes_times_the_ranges():
    inputs = points("morris", [0, 10, -1], [1, 30, 1], 6)
    assert inputs.shape == (6 * 4, 3)
    plane = 3 * inputs[:, 0] - 0.5 * inputs[:, 1]
    table = indices("morris", inputs, plane, [0, 10, -1], [1, 30, 1])
    assert table["mu"].tolist() == pytest.approx([3.0, -10.0, 0.0])
    assert table["mu_star"].tolist() == pytest.approx([3.0, 10.0, 0.0])
    assert table["sigma"].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_a_result_that_never_moves_has_no_sensitivity():
    inputs = points("sobol", LOW, HIGH, 8)
    table = indices("sobol", inputs, np.ones(len(inputs)), LOW, HIGH)
    assert (table == 0.0).all().all()


def test_tornado_changes_one_assumption_at_a_time():
    inputs = points("tornado", [0, 5], [1, 9], 0)
    assert np.array_equal(inputs, [[0, np.nan], [1, np.nan], [np.nan, 5], [np.nan, 9]], True)
    noise = np.random.default_rng(1).normal(0, 50, 12)
    own = np.random.default_rng(2).normal(0, 0.1, (4, 12))
    values = noise + np.array([-2.0, 4.0, 0.0, 0.0])[:, None] + own
    table = tornado(values, noise)
    assert table["swing"].tolist() == pytest.approx([6.0, 0.0], abs=0.2)
    # Paired: the noise that all points share is gone.
    assert table.loc[0, "at_high_low"] > 3.7
    assert table.loc[1, "at_low_low"] < 0.0 < table.loc[1, "at_low_high"]


def test_rounding_of_sums_is_no_effect():
    # What a year earns, added up in another order: equal to the last digits but one.
    earned = np.random.default_rng(3).uniform(9e4, 1.1e5, 12)
    rounded = np.stack([earned * (1.0 + 2e-16), earned * (1.0 - 2e-16)])
    assert (rounded[1] != earned).any()
    assert (tornado(rounded, earned) == 0.0).all().all()
    inputs = points("sobol", LOW, HIGH, 8)
    wobble = np.resize([1e5, 1e5 * (1.0 + 2e-16)], len(inputs))
    assert (indices("sobol", inputs, wobble, LOW, HIGH) == 0.0).all().all()


def crossing(generator, at=2.0, slope=3.0, spread=0.6, count=10):
    shared = spread * generator.normal(size=count)
    return lambda value: slope * (at - value) + shared


def test_a_flip_is_bracketed_and_its_interval_covers():
    generator = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        found = find_flip(crossing(generator), 0.0, 10.0, confidence=0.9)
        assert found.value is not None
        assert found.low <= found.value <= found.high
        hits += found.low <= 2.0 <= found.high
    assert hits / 400 == pytest.approx(0.9, abs=3 * np.sqrt(0.9 * 0.1 / 400))


def test_curved_differences_are_followed_by_bisection():
    found = find_flip(lambda v: np.array([9.0 - v**2, 9.0 - v**2 + 1e-6]), 0.0, 10.0, steps=12)
    assert found.value == pytest.approx(3.0, abs=0.01)
    assert found.evaluations == 14


def test_no_flip_within_the_range_is_said_and_doubt_too():
    generator = np.random.default_rng(4)
    clear = find_flip(crossing(generator, at=50.0), 0.0, 10.0)
    assert clear.value is None
    assert str(clear) == "does not flip within the range"
    close = find_flip(crossing(generator, at=10.1, spread=3.0), 0.0, 10.0)
    assert "not clear" in str(close) or close.value is not None
    late = find_flip(crossing(np.random.default_rng(5), at=9.9, spread=1.0), 0.0, 10.0)
    assert np.isinf(late.high) or late.value is None
    with pytest.raises(StatisticsError, match="is empty"):
        find_flip(crossing(generator), 1.0, 1.0)
