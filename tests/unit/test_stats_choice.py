"""Choosing among several designs: screening, comparison with the best, promises, budgets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from channelwright import stats

WORLDS = 2_000


def designs(generator, means, count=12, shared=2.0):
    common = shared * generator.normal(size=count)
    return np.asarray(means)[:, None] + common + generator.normal(size=(len(means), count))


def test_comparison_with_the_best_covers_all_distances_together():
    generator = np.random.default_rng(1)
    means = np.array([0.0, 0.4, 1.0, 1.0])
    truth = np.array([means[i] - np.delete(means, i).max() for i in range(4)])
    held = 0
    for _ in range(WORLDS):
        table = stats.compare_with_best(designs(generator, means))
        held += bool((table["low"] <= truth).all() and (table["high"] >= truth).all())
    assert held / WORLDS >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / WORLDS)


def test_comparison_with_the_best_shares_its_error_among_all_pairs():
    """Three designs have three pairs: limits are Student's at a third of the error each."""
    drawn = designs(np.random.default_rng(8), [0.0, 0.1, 0.2])
    table = stats.compare_with_best(drawn, confidence=0.9)
    gaps = drawn[0] - drawn[1:]
    half = student.ppf(1 - 0.1 / 3 / 2, 11) * gaps.std(axis=1, ddof=1) / np.sqrt(12)
    assert table["low"][0] == pytest.approx(min((gaps.mean(axis=1) - half).min(), 0.0))
    assert table["high"][0] == pytest.approx(max((gaps.mean(axis=1) + half).min(), 0.0))


def test_comparison_with_the_best_says_who_is_not():
    generator = np.random.default_rng(2)
    table = stats.compare_with_best(designs(generator, [0.0, 5.0, 10.0]))
    assert table["verdict"].tolist() == ["not best", "not best", "best"]
    cheap = stats.compare_with_best(designs(generator, [0.0, 5.0, 10.0]), larger_is_better=False)
    assert cheap["verdict"].tolist() == ["best", "not best", "not best"]
    close = stats.compare_with_best(designs(generator, [1.0, 1.0]))
    assert set(close["verdict"]) == {"open"}


def test_screening_keeps_the_best_and_drops_the_hopeless():
    generator = np.random.default_rng(3)
    means = np.concatenate([[1.0, 0.8], np.linspace(-30, -5, 100)])
    kept = [stats.screen(designs(generator, means)) for _ in range(300)]
    assert np.mean([one[0] for one in kept]) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300)
    assert np.mean([one.sum() for one in kept]) < 6


def test_best_that_keeps_its_promise():
    generator = np.random.default_rng(4)
    profit = designs(generator, [10.0, 20.0, 15.0])
    fill = np.stack([np.full(12, 0.97), np.full(12, 0.90), np.full(12, 0.96)])
    fill = fill + 0.002 * generator.normal(size=fill.shape)
    answer = stats.best_that_keeps(profit, [stats.Promise(fill, 0.95)])
    assert answer.best == 2
    assert answer.broken.tolist() == [False, True, False]
    assert answer.probability > 0.95
    nobody = stats.best_that_keeps(profit, [stats.Promise(fill, 0.99)])
    assert nobody.best is None
    with pytest.raises(stats.StatisticsError, match="no promise"):
        stats.best_that_keeps(profit, [])
    with pytest.raises(stats.StatisticsError, match="same designs"):
        stats.best_that_keeps(profit, [stats.Promise(fill[:2], 0.9)])


def test_regret_by_hand():
    means = [[10.0, 0.0, 6.0], [8.0, 5.0, 4.0]]
    table = stats.regret_table(means, [0.5, 0.3, 0.2], tail=0.3)
    assert table["worst"].tolist() == [5.0, 2.0]
    assert table["expected"].tolist() == pytest.approx([1.5, 1.4])
    assert table["cvar"].tolist() == pytest.approx([5.0, 2.0])
    assert table["minimax"].tolist() == [False, True]
    with pytest.raises(stats.StatisticsError, match="probabilities"):
        stats.regret_table(means, [0.5, 0.3, 0.3])


def test_a_budget_goes_where_it_helps():
    generator = np.random.default_rng(5)
    means, spread = np.array([1.0, 1.2, 3.0, 9.0]), np.array([1.0, 2.0, 2.0, 1.0])

    def observe(rows, first, last):
        return means[rows][:, None] + spread[rows][:, None] * generator.normal(
            size=(rows.size, last - first)
        )

    answer = stats.spend_budget(observe, 4, 400, larger_is_better=False)
    assert answer.observations.sum() == 400
    assert answer.observations[3] <= 15
    assert answer.observations[:2].sum() > 300
    assert 0.25 <= answer.probability <= 1.0
    with pytest.raises(stats.StatisticsError, match="budget"):
        stats.spend_budget(observe, 4, 30)


def test_selection_stops_at_its_budget_and_says_so():
    generator = np.random.default_rng(6)

    def observe(rows, first, last):
        return generator.normal(size=(rows.size, last - first))

    answer = stats.select_best(observe, 3, 0.01, budget=60)
    assert not answer.finished
    assert answer.observations.sum() <= 60
    assert "undecided among" in str(answer)
    with pytest.raises(stats.StatisticsError, match="zone"):
        stats.select_best(observe, 3, 0.0)
    with pytest.raises(stats.StatisticsError, match="not finite"):
        stats.select_best(lambda rows, first, last: np.full((3, 10), np.nan), 3, 1.0)


def test_selection_is_the_same_however_many_are_made_at_a_time():
    means = np.array([0.0, 0.5, 1.0])
    noise = np.random.default_rng(11).normal(size=(3, 5_000))

    def observe(rows, first, last):
        return means[rows][:, None] + noise[rows, first:last]

    one = stats.select_best(observe, 3, 0.3, step=1)
    many = stats.select_best(observe, 3, 0.3, step=8)
    assert one.best == many.best == 2
    assert (many.observations >= one.observations).all()
    assert (many.observations - one.observations < 8).all()
