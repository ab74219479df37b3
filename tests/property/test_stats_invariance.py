"""What must hold for every sample: shifts, scales, orders and nesting of levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from channelwright import stats

samples = arrays(np.float64, st.integers(3, 30), elements=st.integers(-1000, 1000).map(float))
pairs = st.integers(3, 20).flatmap(
    lambda n: st.tuples(
        *[arrays(np.float64, n, elements=st.integers(-500, 500).map(float)) for _ in "ab"]
    )
)


@given(samples, st.integers(-100, 100), st.integers(1, 20))
def test_intervals_move_and_scale_with_the_data(sample, shift, scale):
    plain = stats.mean_interval(sample)
    moved = stats.mean_interval(scale * sample + shift)
    assert moved.low == pytest.approx(scale * plain.low + shift, abs=1e-6)
    assert moved.high == pytest.approx(scale * plain.high + shift, abs=1e-6)


@given(samples)
def test_more_confidence_is_a_wider_interval(sample):
    narrow, wide = stats.mean_interval(sample, 0.8), stats.mean_interval(sample, 0.99)
    assert wide.low <= narrow.low <= narrow.estimate <= narrow.high <= wide.high


@given(samples, st.floats(0.05, 0.95))
def test_quantile_limits_bracket_the_estimate(sample, probability):
    interval = stats.quantile_interval(sample, probability)
    assert interval.low <= interval.estimate <= interval.high


@given(pairs)
def test_paired_difference_is_antisymmetric(pair):
    there, back = stats.paired_interval(*pair), stats.paired_interval(*reversed(pair))
    assert there.low == -back.high
    assert there.estimate == -back.estimate


@given(pairs)
def test_order_of_replications_changes_nothing(pair):
    order = np.random.default_rng(0).permutation(pair[0].size)
    shuffled = [part[order] for part in pair]
    assert stats.paired_interval(*shuffled).high == pytest.approx(
        stats.paired_interval(*pair).high, abs=1e-9
    )
    assert stats.variance_reduction(*shuffled) == pytest.approx(
        stats.variance_reduction(*pair), rel=1e-9
    )


@given(pairs)
def test_variance_reduction_matches_the_correlation(pair):
    spread = pair[0].var(ddof=1) + pair[1].var(ddof=1)
    together = spread - 2.0 * np.cov(*pair)[0, 1]
    factor = float(stats.variance_reduction(*pair))
    if np.isfinite(factor) and spread > 0:
        assert factor * together == pytest.approx(spread, rel=1e-6)


@given(pairs)
def test_probabilities_of_being_best_share_one(pair):
    chance = stats.probability_best(np.stack(pair))
    assert chance.sum() == pytest.approx(1.0)
    flipped = stats.probability_best(-np.stack(pair), larger_is_better=False)
    np.testing.assert_array_equal(chance, flipped)
