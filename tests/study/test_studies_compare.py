"""Comparisons: pairs only, figures of the statistics part, gates that never pass by absence."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright import stats
from channelwright.foundation.errors import RunError, UsageError
from channelwright.model.study import Expectation
from channelwright.studies import compare, simulate
from tests.study.fake_world import ENGINE, TRACE, design, pack


def run(out, **settings):
    return simulate(
        pack(replications=12), out=out, workers=1, engine=ENGINE, **{"study": "s", **settings}
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return run(tmp_path_factory.mktemp("compare"))


def sample(runs, design_name, kpi="cases"):
    table = runs.kpis()
    chosen = table[(table["design"] == design_name) & (table["kpi"] == kpi)]
    return chosen.sort_values("replication")["value"].to_numpy()


def row(comparison, design_name, kpi="cases"):
    table = comparison.table([kpi])
    return table[table["design"] == design_name].iloc[0]


def test_figures_are_those_of_the_paired_interval(runs):
    found = row(compare(runs), "direct")
    expected = stats.paired_interval(sample(runs, "direct"), sample(runs, "today"))
    assert found["difference"] == expected.estimate
    assert (found["difference_low"], found["difference_high"]) == (expected.low, expected.high)
    assert found["mean"] == sample(runs, "direct").mean()
    assert found["replications"] == 12
    assert found["unit"] == "cases"
    assert found["probability_best"] > 0.99
    assert found["variance_reduction"] > 5.0


def test_totals_by_default_and_areas_on_request(runs):
    table = compare(runs).table()
    assert list(dict.fromkeys(table["kpi"])) == ["cases", "served", "online_share"]
    north = compare(runs, area="north").table()
    assert list(dict.fromkeys(north["kpi"])) == ["cases"]
    assert north["mean"].iloc[0] == pytest.approx(table["mean"].iloc[0] / 2, rel=0.01)
    with pytest.raises(RunError, match="no replication was finished"):
        compare(runs, area="atlantis")


def test_another_baseline_turns_the_signs(runs):
    there, back = compare(runs), compare(runs, baseline="direct")
    assert row(back, "today")["difference"] == -row(there, "direct")["difference"]
    assert row(back, "direct")["difference"] == 0.0


def test_simultaneous_intervals_are_wider(runs):
    single, together = row(compare(runs), "direct"), row(compare(runs, simultaneous=True), "direct")
    # One KPI and two rivals: each difference at 97.5 %.
    expected = stats.paired_interval(sample(runs, "direct"), sample(runs, "today"), 0.975)
    assert together["difference_low"] == pytest.approx(expected.low)
    assert together["difference_low"] < single["difference_low"]


def test_ranking_follows_the_direction(runs):
    assert list(compare(runs).ranking("cases")["design"]) == ["direct", "today", "hybrid"]
    turned = compare(runs, lower_is_better=["cases"]).ranking("cases")
    assert list(turned["design"]) == ["hybrid", "today", "direct"]


def test_a_kpi_without_value_is_shown_as_unknown(runs):
    comparison = compare(runs)
    assert np.isnan(row(comparison, "hybrid", "online_share")["mean"])
    assert row(comparison, "direct", "online_share")["mean"] == 0.5
    # Without a figure of the baseline there is no difference for anybody.
    turned = compare(runs, baseline="hybrid")
    assert np.isnan(row(turned, "direct", "online_share")["difference"])
    assert row(turned, "direct", "online_share")["mean"] == 0.5


def test_only_replications_that_every_design_finished_count(tmp_path, monkeypatch):
    orders = tmp_path / "orders"
    orders.mkdir()
    for name in ("5-1", "-3-4"):
        (orders / name).write_text("raise")
    monkeypatch.setenv(TRACE, str(orders))
    damaged = run(tmp_path / "out")
    comparison = compare(damaged)
    assert comparison.samples[0].dropped == (1, 4)
    assert row(comparison, "today")["replications"] == 10
    assert "10 paired replications, 2 left out" in repr(comparison)


def test_nothing_in_common_is_an_error_of_the_runs(tmp_path, monkeypatch):
    orders = tmp_path / "orders"
    orders.mkdir()
    for replication in range(12):
        (orders / f"5-{replication}").write_text("raise")
    monkeypatch.setenv(TRACE, str(orders))
    with pytest.raises(
        RunError, match="no replication was finished by every one of the designs"
    ) as e:
        compare(run(tmp_path / "out"))
    assert e.value.exit_code == 3


def test_one_replication_cannot_be_compared(tmp_path):
    with pytest.raises(stats.StatisticsError, match="at least 2"):
        compare(run(tmp_path, replications=1)).table()


def test_names_are_checked(runs):
    with pytest.raises(UsageError, match="design 'x' is not in the study; it has today, direct"):
        compare(runs, baseline="x")
    with pytest.raises(UsageError, match="scenario 'x' is not in the study"):
        compare(runs, scenarios=["x"])
    with pytest.raises(UsageError, match="no KPI is called 'x'; KPIs: cases, served"):
        compare(runs).table(["x"])


def test_comparison_shows_itself(runs):
    assert repr(compare(runs)) == (
        "Comparison with 'today' at 0.95 confidence\n  base: direct, hybrid; 12 paired replications"
    )


def expect(kpi="cases", design_name="*", at_least=None, at_most=None, paired=False):
    return Expectation(kpi, design_name, at_least, at_most, 0.95, paired)


def verdicts(runs, *expectations):
    table = compare(runs).gates(expectations)
    return dict(zip(table["design"], table["verdict"], strict=True)), table


def test_gates_pass_fail_and_stay_undecided(runs):
    middle = float(sample(runs, "today").mean())
    found, table = verdicts(runs, expect(at_least=middle))
    assert found["today"] == "undecided"
    assert table.set_index("design").loc["today", "reason"].startswith("the interval covers")
    assert verdicts(runs, expect(at_least=1.0))[0] == dict.fromkeys(runs.designs, "pass")
    assert verdicts(runs, expect(at_most=1.0))[0] == dict.fromkeys(runs.designs, "fail")


def test_gates_use_one_sided_confidence(runs):
    _, table = verdicts(runs, expect(at_least=1.0))
    interval = stats.mean_interval(sample(runs, "today"), 0.90)
    today = table.set_index("design").loc["today"]
    assert (today["low"], today["high"]) == (interval.low, interval.high)
    assert today["confidence"] == 0.95


def test_paired_gates_judge_the_difference(runs):
    found, table = verdicts(runs, expect(at_least=0.0, paired=True))
    assert found == {"direct": "pass", "hybrid": "fail"}
    assert set(table["bound"]) == {"at least 0 against today"}


def test_both_bounds_are_judged(runs):
    _, table = verdicts(runs, expect(design_name="today", at_least=1.0, at_most=2.0))
    assert list(table["verdict"]) == ["pass", "fail"]


def test_a_gate_never_passes_by_absence(runs):
    found, table = verdicts(
        runs, expect(design_name="absent", at_least=0.0), expect("online_share", "hybrid", 0.0)
    )
    assert found == {"absent": "undecided", "hybrid": "undecided"}
    assert list(table["reason"]) == [
        "the design was not simulated",
        "the KPI has no value in some replication",
    ]
    with pytest.raises(UsageError, match="no KPI is called 'x'"):
        verdicts(runs, expect("x", at_least=0.0))


@pytest.mark.parametrize("kpi", ["case_fill_rate", "strike_rate_DSD"])
def test_a_kpi_that_no_design_has_is_undecided(runs, kpi):
    found, table = verdicts(runs, expect(kpi, at_least=0.5))
    assert found == dict.fromkeys(runs.designs, "undecided")
    assert set(table["reason"]) == {"no design of the study has a value of this KPI"}


def test_designs_with_shared_draws_differ_less_than_independent_ones(tmp_path):
    world = pack(design("today"), design("direct", 5), replications=15)
    runs = simulate(world, out=tmp_path, workers=1, engine=ENGINE)
    other = simulate(world, out=tmp_path, workers=1, engine=ENGINE, seed=12)
    shared = stats.paired_interval(sample(runs, "direct"), sample(runs, "today"))
    apart = stats.independent_interval(sample(other, "direct"), sample(runs, "today"))
    assert shared.half_width < apart.half_width / 4.0
    assert abs(shared.estimate - apart.estimate) < 2.0 * apart.half_width
