"""A golden gate: right on different seeds, unbiased with its control variate, and sharp with it."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.stats.golden import Sample, cross_fitted, golden_interval, slope, without_luck
from channelwright.stats.paired import independent_interval

EXPERIMENTS = 4_000


def world(generator, count, mean=100.0, reaction=3.0):
    """A KPI that reacts to demand beyond proportion, with noise that is skewed."""
    drawn = 0.02 * generator.normal(size=count)
    own = 0.2 * (generator.gamma(4.0, size=count) - 4.0)
    return Sample(mean * (1.0 + reaction * drawn + 5.0 * (drawn**2 - 0.0004)) + own, drawn)


def test_few_golden_runs_are_left_as_they_are():
    """A slope of seven points a half would cost more than it gains; one of eight does not."""
    generator = np.random.default_rng(40)
    few, more = world(generator, 15), world(generator, 16)
    assert (cross_fitted(few) == few.values).all()
    assert (cross_fitted(more) != more.values).all()


@pytest.mark.parametrize("reaction", [3.0, 1.0], ids=["same reaction", "another reaction"])
def test_interval_covers_whatever_the_kpi_makes_of_demand(reaction):
    generator = np.random.default_rng(41)
    misses = {"low": 0, "high": 0}
    errors = np.empty(EXPERIMENTS)
    for trial in range(EXPERIMENTS):
        golden, new = world(generator, 60), world(generator, 30, 101.0, reaction)
        found = golden_interval(new, golden, 0.9)
        errors[trial] = found.estimate - 1.0
        misses["low"] += found.low > 1.0
        misses["high"] += found.high < 1.0
    assert abs(errors.mean()) < 4 * errors.std() / np.sqrt(EXPERIMENTS)
    for count in misses.values():
        assert count / EXPERIMENTS == pytest.approx(0.05, abs=0.015)


def test_values_corrected_by_a_slope_of_their_own_would_be_biased():
    """Skewed demand and eight runs a half: the plain control variate is off, cross-fitting not."""
    generator = np.random.default_rng(42)
    plain, crossed = np.empty(EXPERIMENTS), np.empty(EXPERIMENTS)
    for trial in range(EXPERIMENTS):
        drawn = generator.exponential(size=16) - 1.0
        sample = Sample(drawn**2 - 1.0, drawn)
        plain[trial] = without_luck(sample, slope(sample)).mean()
        crossed[trial] = cross_fitted(sample).mean()
    error = crossed.std() / np.sqrt(EXPERIMENTS)
    assert abs(crossed.mean()) < 4 * error
    assert abs(plain.mean()) > 8 * error


def test_control_variate_narrows_the_interval_and_leaves_the_centre():
    generator = np.random.default_rng(43)
    golden, new = world(generator, 400), world(generator, 100)
    with_it = golden_interval(new, golden, 0.98)
    without = independent_interval(new.values, golden.values, 0.98)
    assert with_it.half_width < 0.2 * without.half_width
    blind = Sample(golden.values, np.zeros(400))
    same = golden_interval(Sample(new.values, np.zeros(100)), blind, 0.98)
    assert same.low == pytest.approx(without.low)
    assert same.high == pytest.approx(without.high)


def test_tolerance_takes_its_part_of_the_golden_error():
    golden = Sample(np.array([99.0, 101.0] * 10), np.zeros(20))
    new = Sample(np.array([89.9, 90.1] * 10), np.zeros(20))
    plain = golden_interval(new, golden, 0.9)
    shared = golden_interval(new, golden, 0.9, share=0.5)
    assert plain.estimate == shared.estimate == pytest.approx(-10.0)
    assert shared.half_width == pytest.approx(plain.half_width / 2, rel=0.05)
