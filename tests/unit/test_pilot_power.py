"""Power of a pilot against counting on made worlds, against the formula, and by direction."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.studies.pilot.power import (
    Pairs,
    differences,
    effect,
    matched,
    noise,
    outlets_needed,
    power,
)

ONE = Pairs(np.array([0]), np.array([1]), np.array([2.0]))


def worlds(count, seed, gain=0.0, weeks=40):
    """Two areas that share season and shocks, the first twice as large, with noise of their own."""
    dice = np.random.default_rng(seed)
    season = 1.0 + 0.3 * np.sin(np.arange(weeks) / 4.0)
    shared = season * (1.0 + 0.1 * dice.standard_normal((count, 1, weeks)))
    level = np.array([200.0, 100.0])[:, None]
    own = dice.standard_normal((count, 2, weeks)) * np.array([12.0, 5.0])[:, None]
    start = level * shared + own
    return start, start + gain * np.array([1.0, 0.0])[:, None]


def test_error_is_that_of_the_closed_form():
    start, _ = worlds(4_000, 1)
    found = noise(start, ONE, 8, 4)
    expected = np.sqrt((12.0**2 + (2.0 * 5.0) ** 2) * (1 / 8 + 1 / 4))
    assert found == pytest.approx(expected, rel=0.02)


def test_scaled_controls_take_out_what_both_areas_share():
    start, _ = worlds(400, 2)
    unscaled = Pairs(ONE.test, ONE.control, np.array([0.0]))
    assert noise(start, ONE, 8, 4) < 0.5 * noise(start, unscaled, 8, 4)


def test_promised_power_and_risk_are_met_in_new_worlds():
    gain = 24.0
    start, after = worlds(60, 3, gain)
    error = noise(start, ONE, 8, 6)
    assert effect(start, after, ONE, 8, 6) == pytest.approx(gain)
    promised = power(gain, error, 0.05)
    assert 0.8 < promised < 0.99
    fresh, changed = worlds(6_000, 4, gain)
    limit = 1.6449 * error
    found = float((differences(fresh, changed, ONE, 8, 6)[:, 5] > limit).mean())
    alarms = float((differences(fresh, fresh, ONE, 8, 6)[:, 5] > limit).mean())
    # 60 worlds know the error to 1 / sqrt(2 * 60) = 9 %, less as all first weeks are used.
    assert found == pytest.approx(promised, abs=0.05)
    assert alarms == pytest.approx(0.05, abs=0.025)


def test_power_grows_with_gain_and_weeks_and_is_the_risk_without_a_gain():
    start, _ = worlds(200, 5)
    errors = [noise(start, ONE, 8, weeks) for weeks in (2, 4, 8, 16)]
    assert errors == sorted(errors, reverse=True)
    assert power(0.0, errors[0], 0.05) == pytest.approx(0.05)
    assert power(5.0, errors[0], 0.05) < power(10.0, errors[0], 0.05)
    assert power(1.0, 0.0, 0.05) == 1.0


def test_different_seasons_count_as_error():
    start, _ = worlds(50, 6)
    drift = start.copy()
    drift[:, 0] += np.linspace(0, 80, start.shape[-1])
    assert noise(drift, ONE, 8, 8) > noise(start, ONE, 8, 8) + 8.0


def test_best_control_is_the_area_that_moves_alike():
    start, _ = worlds(100, 7)
    dice = np.random.default_rng(8)
    lonely = 150.0 + 60.0 * dice.standard_normal((100, 1, start.shape[-1]))
    control, scale, error = matched(np.concatenate([start, lonely], axis=1), 8, 8)
    assert control[0] == 1
    assert scale[0] == pytest.approx(2.0, rel=0.02)
    assert np.isinf(np.diag(error)).all()
    assert error[0, 1] < error[0, 2]


def test_outlets_needed_is_the_textbook_number():
    # 2 (1.645 + 0.8416)^2 (s/d)^2 (1/12 + 1/4) with s/d = 3
    assert outlets_needed(3.0, 1.0, 12, 4, 0.05, 0.8) == np.ceil(2 * 6.1826 * 9 / 3)
    assert outlets_needed(3.0, 0.0, 12, 4, 0.05, 0.8) == np.inf


def test_outlets_needed_give_the_power_asked_for():
    dice = np.random.default_rng(9)
    spread, gain, before, weeks = 4.0, 1.0, 12, 8
    each = int(outlets_needed(spread, gain, before, weeks, 0.05, 0.8))
    trials = 4_000
    error = spread * np.sqrt(2.0 * (1 / before + 1 / weeks) / each)
    means = dice.standard_normal((trials, 2, 2)) * spread / np.sqrt(each)
    means = means / np.sqrt(np.array([before, weeks]))
    statistic = gain + (means[:, 0, 1] - means[:, 0, 0]) - (means[:, 1, 1] - means[:, 1, 0])
    found = float((statistic > 1.6449 * error).mean())
    assert found == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / trials) + 0.01)
