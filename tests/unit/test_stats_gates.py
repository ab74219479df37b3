"""Gates, stop rules, probability of being best, and the comparison table."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtr

from channelwright import stats
from channelwright.model.study import Expectation
from channelwright.rules.kpi_proportion import PROPORTIONS, is_proportion
from channelwright.rules.kpi_registry import KPIS
from channelwright.stats import Gate, Interval, Verdict
from channelwright.stats.expectations import Evidence, judge_expectation


def interval(low, high, confidence=0.95):
    return Interval((low + high) / 2, low, high, confidence, 30, "given")


@pytest.mark.parametrize(
    ("bound", "limits", "verdict"),
    [
        (stats.AtLeast(0.95), (0.951, 0.96), "pass"),
        (stats.AtLeast(0.95), (0.95, 0.96), "pass"),
        (stats.AtLeast(0.95), (0.94, 0.96), "undecided"),
        (stats.AtLeast(0.95), (0.93, 0.95), "undecided"),
        (stats.AtLeast(0.95), (0.93, 0.9499), "fail"),
        (stats.AtMost(10.0), (8.0, 10.0), "pass"),
        (stats.AtMost(10.0), (8.0, 10.1), "undecided"),
        (stats.AtMost(10.0), (10.1, 11.0), "fail"),
        # A tenth of a reference of -200 may be lost: differences down to -20.
        (stats.NotBelow(-200.0, 0.1), (-20.0, 5.0), "pass"),
        (stats.NotBelow(-200.0, 0.1), (-21.0, 5.0), "undecided"),
        (stats.NotBelow(-200.0, 0.1), (-40.0, -21.0), "fail"),
    ],
)
def test_verdicts(bound, limits, verdict):
    result = Gate("kpi", bound).judge(interval(*limits))
    assert result.verdict == Verdict(verdict)


def test_a_gate_needs_only_one_side_of_the_interval():
    assert Gate("kpi", stats.AtLeast(0.0), 0.95).interval_confidence == pytest.approx(0.90)


def test_a_gate_refuses_an_interval_that_is_too_narrow():
    gate = Gate("fill_rate", stats.AtLeast(0.9), confidence=0.99)
    with pytest.raises(stats.StatisticsError, match=r"fill_rate.*0\.95.*needs 0\.98"):
        gate.judge(interval(0.95, 0.97, confidence=0.95))


def test_a_gate_judges_the_interval_of_a_sample_and_says_so():
    gate = Gate("fill_rate", stats.AtLeast(0.5), 0.975)
    result = gate.judge(stats.mean_interval([0.9, 0.91, 0.92], gate.interval_confidence))
    assert result.interval.confidence == pytest.approx(0.95)
    assert str(result).startswith("fill_rate at least 0.5: pass at 0.975 confidence, 0.91 [")


def test_gates_refuse_bad_settings():
    with pytest.raises(stats.StatisticsError, match=r"more than 0\.5"):
        Gate("kpi", stats.AtLeast(1.0), 0.4)
    with pytest.raises(stats.StatisticsError, match="tolerance is -1"):
        stats.NotBelow(1.0, -1.0)


def test_results_are_frozen():
    with pytest.raises(FrozenInstanceError):
        interval(0, 1).low = 3.0


RULES = [
    stats.AbsolutePrecision(0.5),
    stats.RelativePrecision(0.05),
    stats.FixedReplications(12),
    stats.Within(stats.AbsolutePrecision(0.5), budget=40),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_every_stop_rule_asks_first_and_ends(rule):
    generator = np.random.default_rng(3)
    values = np.empty(0)
    rounds = 0
    while (more := rule.further(values)) > 0:
        values = np.append(values, generator.normal(100.0, 1.0, more))
        rounds += 1
        assert rounds < 50
    assert values.size >= 10
    assert rule.further(values) == 0


def test_absolute_rule_asks_for_what_the_formula_says():
    values = np.tile([-1.0, 1.0], 5)
    spread = values.std(ddof=1)
    needed = math.ceil((2.2621571627 * spread / 0.6) ** 2)
    assert 10 < needed < 20
    assert stats.AbsolutePrecision(0.6).further(values) == needed - 10
    # However far the target, a sample of ten is only doubled before its spread is looked at again.
    assert stats.AbsolutePrecision(0.001).further(values) == 10
    assert stats.AbsolutePrecision(1.0).further(values) == 0


def test_relative_rule_allows_for_its_own_estimate():
    values = np.tile([99.0, 101.0], 5)
    half_width = stats.mean_interval(values).half_width
    # 0.75 % of 100: met against the true mean only when the half-width is below 0.75 / 1.0075.
    assert half_width == pytest.approx(0.754, abs=1e-3)
    assert stats.RelativePrecision(0.0075).further(values) > 0
    assert stats.RelativePrecision(0.0077).further(values) == 0


def test_relative_rule_cannot_be_met_around_zero():
    rule = stats.RelativePrecision(0.05)
    assert rule.further(np.tile([-1.0, 1.0], 5)) == 10
    assert rule.further(np.tile([-1.0, 1.0], 5_000)) == 10_000
    assert stats.Within(rule, budget=12).further(np.tile([-1.0, 1.0], 5)) == 2
    assert stats.RelativePrecision(0.05).further(np.zeros(10)) == 0


def test_minimum_comes_before_the_spread():
    assert stats.AbsolutePrecision(5.0).further([1.0, 1.0, 1.0]) == 7


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: stats.AbsolutePrecision(0.0), "half_width is 0"),
        (lambda: stats.RelativePrecision(math.inf), "relative_error is inf"),
        (lambda: stats.AbsolutePrecision(1.0, minimum=1), "minimum is 1"),
        (lambda: stats.AbsolutePrecision(1.0, confidence=1.0), "confidence is 1"),
    ],
)
def test_stop_rules_refuse_targets_that_cannot_be_met(make, message):
    with pytest.raises(stats.StatisticsError, match=message):
        make()


def test_probability_best_of_two_is_the_student_tail():
    generator = np.random.default_rng(5)
    first = generator.normal(0.0, 1.0, 12)
    second = first + generator.normal(0.3, 0.8, 12)
    gap = stats.paired_interval(second, first)
    statistic = gap.estimate / ((second - first).std(ddof=1) / math.sqrt(12))
    exact = stdtr(11, statistic)
    assert 0.5 < exact < 0.999
    drawn = stats.probability_best([first, second])
    assert drawn[1] == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 20_000))
    assert stats.probability_best_bound([first, second])[1] == pytest.approx(exact)
    assert drawn.sum() == pytest.approx(1.0)


def test_probability_best_follows_the_direction():
    samples = np.array([[1.0, 2.0, 3.0, 2.0], [11.0, 12.5, 13.0, 12.0]])
    assert stats.probability_best(samples)[1] > 0.99
    assert stats.probability_best(samples, larger_is_better=False)[0] > 0.99
    assert stats.probability_best_bound(samples, larger_is_better=False)[0] > 0.99


def test_designs_that_never_differ_share_the_first_place():
    values = np.random.default_rng(2).normal(size=20)
    np.testing.assert_allclose(stats.probability_best([values, values, values]), 1 / 3)
    assert stats.probability_best_bound([values, values])[0] == pytest.approx(0.5)


def test_probability_best_works_with_more_designs_than_replications():
    samples = np.random.default_rng(8).normal(size=(6, 4)) + 50.0 * np.arange(6)[:, None]
    assert stats.probability_best(samples)[5] > 0.95


def test_bound_stays_below_the_drawn_probability():
    samples = np.random.default_rng(9).normal(size=(5, 15)) + 0.4 * np.arange(5)[:, None]
    drawn = stats.probability_best(samples)
    assert (stats.probability_best_bound(samples) <= drawn + 4 * 0.0036).all()


def test_comparison_table_gives_the_paired_differences():
    today = np.array([10.0, 12.0, 11.0, 13.0])
    other = today + np.array([1.0, 2.0, 1.0, 2.0])
    table = stats.compare_designs({"today": today, "other": other}, "today")
    assert isinstance(table, pd.DataFrame)
    row = table.set_index("design").loc["other"]
    expected = stats.paired_interval(other, today)
    assert (row["difference"], row["difference_low"], row["difference_high"]) == (
        expected.estimate,
        expected.low,
        expected.high,
    )
    assert list(table["rank"]) == [2, 1]
    assert row["variance_reduction"] == pytest.approx(float(stats.variance_reduction(other, today)))
    assert list(table["difference"]) == [0.0, 1.5]
    lower = stats.compare_designs({"today": today, "other": other}, "today", larger_is_better=False)
    assert list(lower["rank"]) == [1, 2]
    assert lower["probability_best"][0] > 0.9


def test_comparison_refuses_what_cannot_be_paired():
    with pytest.raises(stats.StatisticsError, match="baseline 'direct' is not among"):
        stats.compare_designs({"today": [1.0, 2.0]}, "direct")
    with pytest.raises(stats.StatisticsError, match="shape"):
        stats.compare_designs({"today": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}, "today")


def test_samples_need_two_axes():
    with pytest.raises(stats.StatisticsError, match="designs x replications"):
        stats.probability_best([1.0, 2.0])


def gate_on(kpi, **bounds):
    return Expectation(**{"kpi": kpi, "confidence": 0.95, **NO_BOUND, **bounds})


def judged(gate, values):
    (found,) = judge_expectation(gate, Evidence(np.asarray(values)))
    return found


NEARLY_ALL = [1.0, 1.0, 0.9]
NO_BOUND = {"design": "*", "at_least": None, "at_most": None, "paired": False}


def test_limits_of_a_proportion_are_within_0_and_1():
    for kpi in ("case_fill_rate", "fill_rate_tier1", "otif_DSD"):
        found = judged(gate_on(kpi, at_least=0.5), NEARLY_ALL)
        assert 0.5 < found.low < found.high == 1.0
    lowest = judged(gate_on("stock_outs_tier1", at_most=0.5), [0.0, 0.0, 0.1])
    assert lowest.low == 0.0
    # What is paid may have fallen due earlier.
    assert judged(gate_on("collection_rate", at_least=0.5), NEARLY_ALL).high > 1.0
    # A difference of proportions may be negative.
    paired = judged(gate_on("otif", at_least=-0.5, paired=True), [-0.1, 0.0, 0.0])
    assert -1.0 < paired.low < -0.1


def test_what_passes_one_although_declared_a_proportion_is_not_hidden():
    found = judged(gate_on("otif", at_most=1.0), [1.2, 1.2, 1.3])
    assert found.low < found.estimate <= found.high
    assert found.estimate > 1.2


def test_every_proportion_is_a_kpi_in_shares():
    assert all(KPIS[name].unit == "share" for name in PROPORTIONS & set(KPIS))
    unknown = PROPORTIONS - set(KPIS)
    assert unknown == set()
    assert not is_proportion("collection_rate")
    assert not is_proportion("fill")


def test_bounds_on_shares_are_worded_in_percent():
    def words(unit, **bounds):
        gate = Expectation("kpi", "*", **({"at_least": None, "at_most": None} | bounds))
        (found,) = judge_expectation(gate, Evidence(None, "none"), unit)
        return str(found.bound), found.bound.in_shares("{:.0%}".format, unit)

    asked = {"confidence": 0.95}
    assert words("share", at_least=0.95, **asked) == ("at least 0.95", "at least 95%")
    assert words("cases", at_least=95.0, **asked) == ("at least 95", "at least 95")
    # In a probability of a value the value has the unit of the KPI, whatever the bound is.
    chance = {"reaches": 120.0, "at_least": 0.9}
    plain, shown = words("cases", **chance, **asked)
    assert plain == "probability of >= 120 at least 0.9"
    assert shown == "probability of >= 120 at least 90%"
    below = {"stays_below": 0.25, "at_least": 0.9}
    assert words("share", **below, **asked)[1] == "probability of <= 25% at least 90%"
    quantile = {"quantile": 0.1, "at_most": 0.5}
    assert words("share", **quantile, **asked)[1] == "10 % quantile at most 50%"
