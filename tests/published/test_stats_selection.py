"""Published constants and examples of ranking and selection, warm-up and batch means."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright import stats


@pytest.mark.parametrize(
    ("designs", "first", "constant"),
    [(2, 10, 6.0129), (5, 10, 11.4294), (10, 10, 15.4635), (10, 20, 11.5115), (100, 20, 20.2721)],
)
def test_constant_of_kim_and_nelson(designs, first, constant):
    assert stats.kn_constant(designs, first, 0.95) == pytest.approx(constant, abs=1e-4)


def test_allocation_of_chen_and_lee():
    # Chen & Lee (2011), Stochastic Simulation Optimization, p. 49: least of five means.
    shares = stats.ocba_shares([1, 2, 3, 4, 5], [1, 1, 9, 9, 4], larger_is_better=False)
    assert stats.whole_shares(shares, 50).tolist() == [11, 9, 19, 9, 2]


def slippage(generator, designs, gap, spread, correlation):
    """Observations of the least favourable configuration: one design leads by exactly `gap`."""
    mean = np.zeros(designs)
    mean[-1] = gap

    def observe(rows, first, last):
        common = generator.normal(size=(1, last - first))
        own = generator.normal(size=(rows.size, last - first))
        noise = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
        return mean[rows][:, None] + spread * noise

    return observe


@pytest.mark.parametrize(("correlation", "most"), [(0.0, 1000), (0.5, 520), (0.9, 145)])
def test_correct_selection_in_the_least_favourable_configuration(correlation, most):
    """k = 10, zone 1, sd 3, n0 = 10: at least 95 %, and fewer samples with common numbers.

    Sample sizes are those of a published kind of experiment (877, 445 and 120 on average).
    """
    experiments, right, samples = 150, 0, 0
    generator = np.random.default_rng(7)
    for _ in range(experiments):
        answer = stats.select_best(slippage(generator, 10, 1.0, 3.0, correlation), 10, 1.0)
        right += answer.best == 9
        samples += int(answer.observations.sum())
    assert right / experiments >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / experiments)
    assert samples / experiments < most


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_probability_of_correct_selection_is_at_least_nominal(correlation):
    """Lower 99.9 % limit of the estimated probability at least 0.94, 4,000 macro-replications."""
    experiments, right = 4_000, 0
    generator = np.random.default_rng(8)
    for _ in range(experiments):
        answer = stats.select_best(slippage(generator, 10, 1.0, 3.0, correlation), 10, 1.0)
        right += answer.best == 9
    low = stats.proportion_interval(right, experiments, 0.998).low
    assert low >= 0.94


def autoregressive(generator, runs, periods, memory):
    noise = generator.normal(size=(runs, periods))
    line = np.empty((runs, periods))
    line[:, 0] = noise[:, 0] / np.sqrt(1 - memory**2)
    for t in range(1, periods):
        line[:, t] = memory * line[:, t - 1] + noise[:, t]
    return line


def test_warm_up_of_a_decaying_start_is_found():
    """AR(1) with 0.9 and a start of 10 exp(-t / 100): most of the bias goes."""
    generator = np.random.default_rng(9)
    decay = 10.0 * np.exp(-np.arange(2_000) / 100.0)
    # Ten replications at a time, as a study has them.
    lines = (autoregressive(generator, 1_000, 2_000, 0.9) + decay).reshape(100, 10, 2_000)
    found = [stats.mser5(line) for line in lines]
    points = np.array([one.periods for one in found])
    # At 100 periods the start still adds 3.7, at 600 nothing.
    assert np.mean((points >= 60) & (points <= 600)) >= 0.9
    before = lines.mean()
    after = np.mean([line[:, p:].mean() for line, p in zip(lines, points, strict=True)])
    assert abs(after) < 0.2 * abs(before)
    assert np.mean([one.too_short for one in found]) < 0.1


def test_a_run_that_only_climbs_is_too_short():
    answer = stats.mser5(np.arange(200.0))
    assert answer.too_short
    assert "no steady part" in str(answer)
    with pytest.raises(stats.StatisticsError, match="simulate longer"):
        stats.mser5(np.arange(19.0))


def test_welch_average_is_the_mean_of_its_window():
    line = np.arange(20.0)
    smooth = stats.welch_average(line, 3)
    assert smooth.size == 17
    assert smooth[0] == 0.0
    assert smooth[1] == pytest.approx(1.0)
    assert np.allclose(smooth[3:], line[3:17])


def test_batch_means_cover_and_tell_when_batches_are_short():
    generator = np.random.default_rng(10)
    lines = autoregressive(generator, 2_000, 4_000, 0.8)
    limits = stats.batch_limits(lines)
    assert 0.93 < ((limits.low <= 0) & (limits.high >= 0)).mean() < 0.97
    assert stats.correlated(lines).mean() < 0.12
    assert stats.correlated(lines[:, :100]).mean() > 0.5
    noise = generator.normal(size=(10_000, 400))
    assert stats.correlated(noise).mean() == pytest.approx(0.05, abs=0.01)
