"""Intervals against closed forms and textbook values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from channelwright import stats

BULLETS = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]


def test_mean_interval_agrees_with_the_textbook():
    # Law, Simulation Modeling and Analysis, 5th ed., example 4.27: 1.34 +- 0.24 at 90 %.
    interval = stats.mean_interval(BULLETS, 0.90)
    assert round(interval.estimate, 2) == 1.34
    assert round(interval.half_width, 2) == 0.24
    assert interval.observations == 10


def test_two_observations_give_the_cauchy_quantile():
    # t with one degree of freedom is the Cauchy law: quantile tan(pi (p - 1/2)).
    interval = stats.mean_interval([0.0, 2.0], 0.95)
    assert interval.half_width == pytest.approx(math.tan(math.pi * 0.475), rel=1e-9)


def test_constant_sample_has_no_width():
    interval = stats.mean_interval([4.0] * 12)
    assert (interval.low, interval.high) == (4.0, 4.0)


def test_limits_work_along_the_last_axis():
    values = np.arange(24.0).reshape(2, 3, 4) ** 2
    limits = stats.mean_limits(values)
    assert limits.low.shape == (2, 3)
    alone = stats.mean_interval(values[1, 2])
    assert limits.low[1, 2] == alone.low
    assert limits.high[1, 2] == alone.high


def test_paired_interval_is_the_interval_of_differences():
    first, second = np.array([3.0, 5.0, 9.0]), np.array([1.0, 2.0, 7.0])
    paired = stats.paired_interval(first, second)
    assert paired.estimate == pytest.approx(7 / 3)
    assert paired.half_width == pytest.approx(stats.mean_interval(first - second).half_width)


def test_identical_designs_differ_by_exactly_zero():
    values = np.random.default_rng(1).normal(1e9, 1.0, 30)
    interval = stats.paired_interval(values, values)
    assert (interval.estimate, interval.low, interval.high) == (0.0, 0.0, 0.0)
    assert interval.covers(0.0)


def test_welch_with_equal_samples_sizes_and_spreads_has_pooled_degrees():
    one = np.array([1.0, 2.0, 3.0, 4.0])
    two = one + 10.0
    interval = stats.independent_interval(two, one)
    # Equal variances and sizes: 2n - 2 = 6 degrees, t = 2.446912.
    assert interval.estimate == pytest.approx(10.0)
    assert interval.half_width == pytest.approx(2.4469118 * math.sqrt(2 * (5 / 3) / 4), rel=1e-6)


def test_welch_degrees_lie_between_smaller_sample_and_pool():
    one = np.array([0.0, 100.0, 50.0])
    two = np.array([1.0, 1.1, 0.9, 1.05, 0.95])
    interval = stats.independent_interval(one, two)
    # The wide sample dominates: close to n - 1 = 2 degrees.
    error = math.sqrt(one.var(ddof=1) / 3 + two.var(ddof=1) / 5)
    assert 2.5706 < interval.half_width / error <= 4.3027


def test_welch_of_constants_has_no_width():
    interval = stats.independent_interval([2.0, 2.0], [1.0, 1.0, 1.0])
    assert (interval.low, interval.high) == (1.0, 1.0)


def test_variance_reduction_closed_forms():
    base = np.array([1.0, 2.0, 3.0, 4.0])
    assert stats.variance_reduction(base, base + 5.0) == math.inf
    assert stats.variance_reduction([2.0, 2.0], [3.0, 3.0]) == 1.0
    # B = -A: Var(A - B) = 4 Var A, against 2 Var A apart.
    assert stats.variance_reduction(base, -base) == pytest.approx(0.5)
    assert stats.variance_reduction(base, 2.0 * base) == pytest.approx(5.0)


def test_delta_ratio_agrees_with_the_variance_formula():
    above, below = np.array([9.0, 18.0, 30.0, 39.0]), np.array([10.0, 20.0, 30.0, 40.0])
    ratio = above.sum() / below.sum()
    interval = stats.ratio_interval(above, below, method="delta")
    residual = above - ratio * below
    error = math.sqrt((residual**2).sum() / 3 / 4) / below.mean()
    assert interval.estimate == pytest.approx(ratio)
    assert interval.half_width == pytest.approx(3.1824463 * error, rel=1e-6)


def test_jackknife_ratio_agrees_with_leaving_each_replication_out():
    above, below = np.array([9.0, 18.0, 30.0, 31.0]), np.array([10.0, 20.0, 30.0, 40.0])
    whole = above.sum() / below.sum()
    by_hand = []
    for left_out in range(4):
        kept = np.arange(4) != left_out
        by_hand.append(4 * whole - 3 * above[kept].sum() / below[kept].sum())
    np.testing.assert_allclose(stats.ratio_values(above, below), by_hand, rtol=1e-12)


def test_ratio_of_proportional_parts_is_known_exactly():
    below = np.array([10.0, 20.0, 35.0])
    interval = stats.ratio_interval(0.9 * below, below)
    assert interval.estimate == pytest.approx(0.9)
    assert interval.half_width == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("count", "ranks", "coverage"),
    # David and Nagaraja's table for the median, at 95 %.
    [(6, (1, 6), 0.96875), (10, (2, 9), 0.978516), (20, (6, 15), 0.958611)],
)
def test_ranks_for_the_median(count, ranks, coverage):
    assert stats.quantile_ranks(count, 0.5) == ranks
    assert stats.achieved_coverage(count, 0.5) == pytest.approx(coverage, abs=1e-6)


def test_quantile_limits_are_order_statistics():
    sample = np.array([7.0, 1.0, 9.0, 3.0, 5.0, 10.0, 2.0, 8.0, 6.0, 4.0])
    interval = stats.quantile_interval(sample, 0.5)
    assert (interval.low, interval.high) == (2.0, 9.0)
    assert interval.estimate == pytest.approx(5.5)


def test_quantile_interval_of_a_small_sample_is_open():
    interval = stats.quantile_interval(np.arange(20.0), 0.99)
    assert interval.high == math.inf
    assert np.isfinite(interval.low)
    assert stats.quantile_interval(np.arange(5.0), 0.5).low == -math.inf


def test_proportion_closed_forms():
    none, half, every = (stats.proportion_interval(count, 10) for count in (0, 5, 10))
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1 - 0.025**0.1)
    assert every.low == pytest.approx(0.025**0.1)
    assert (half.low, half.high) == pytest.approx((0.187086, 0.812914), abs=1e-6)


def test_bonferroni():
    assert stats.bonferroni(0.95, 5) == pytest.approx(0.99)
    assert stats.bonferroni(0.95, 1) == pytest.approx(0.95)


def test_interval_shows_estimate_limits_level_and_size():
    text = str(stats.mean_interval([1.0, 2.0, 3.0]))
    assert text == "2 [-0.484138, 4.48414] (0.95 confidence, n = 3, Student t)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stats.mean_interval([1.0]), "1 observation, at least 2"),
        (lambda: stats.mean_interval(3.0), "0 observations"),
        (lambda: stats.mean_interval([1.0, math.nan]), r"observation \(1,\) is nan"),
        (lambda: stats.mean_interval([1.0, 2.0], 95), "confidence is 95"),
        (lambda: stats.paired_interval([1.0, 2.0, 3.0], [1.0, 2.0]), "pair them"),
        (lambda: stats.ratio_interval([1.0, 2.0], [1.0, -1.0]), "sum to zero"),
        (lambda: stats.ratio_interval([1.0, 2.0], [0.0, 3.0]), "sum to zero"),
        (lambda: stats.quantile_interval([1.0, 2.0], 1.0), "quantile probability is 1"),
        (lambda: stats.proportion_interval(5, 4), "5 of 4 trials|5 and 5 of 4 trials"),
        (lambda: stats.proportion_interval(0, 0), "0 trials"),
        (lambda: stats.bonferroni(0.95, 0), "0 simultaneous"),
    ],
)
def test_bad_questions_are_refused(call, message):
    with pytest.raises(stats.StatisticsError, match=message):
        call()
