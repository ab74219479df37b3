"""Bridges: steps add up in every replication, orders are shown, the report tells them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import channelwright.scenario
from channelwright.cli.main import main
from channelwright.foundation.errors import UsageError
from channelwright.reporting import report
from channelwright.scenario import read_scenario
from channelwright.store.answers import load_answers
from channelwright.studies import simulate
from channelwright.studies.bridge import bridge, orders_of
from channelwright.studies.setting import Setting
from tests.support.shorten import shorten

EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"


def world():
    """The example over nine weeks, today and a design with other modes, shelves and pay."""
    pack = read_scenario(EXAMPLE)
    other = pack.designs["assisted"]
    other = replace(
        other,
        name="other",
        service=replace(other.service, cover_days=other.service.cover_days + 2.0),
        terms=replace(other.terms, commission=other.terms.commission + 4_000),
    )
    return replace(pack, markets={"base": shorten(pack.market, 63)}), other


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    pack, other = world()
    out = tmp_path_factory.mktemp("results")
    return simulate(pack, ["today", other], replications=2, out=out, workers=1)


@pytest.fixture(scope="module")
def found(runs):
    return bridge(runs, "other", setting=Setting(workers=1))


def test_orders_are_two_or_all_rotations():
    assert orders_of(("a", "b", "c"), "two") == (("a", "b", "c"), ("c", "b", "a"))
    assert orders_of(("a",), "two") == (("a",),)
    rotations = orders_of(("a", "b", "c"), "rotations")
    assert rotations == (("a", "b", "c"), ("b", "c", "a"), ("c", "a", "b"))


def test_one_end_may_be_bridged_from_two_starts_of_one_study(tmp_path):
    pack, other = world()
    paid = replace(other.terms, commission=other.terms.commission + 1_000)
    near = replace(other, name="near", terms=paid, service=pack.designs["today"].service)
    runs = simulate(pack, ["today", near, other], replications=2, out=tmp_path, workers=1)
    for start in ("today", "near"):
        found = bridge(runs, "other", start=start, setting=Setting(workers=1))
        assert found.start == start


def test_steps_add_up_to_the_whole_difference(found, runs):
    assert found.orders[0] == ("modes", "availability", "prices", "diversion")
    kpis = runs.kpis()
    for ends in found.ends.itertuples():
        steps = found.steps[found.steps["kpi"] == ends.kpi]
        assert steps["estimate"].sum() == pytest.approx(ends.difference, rel=1e-12)
        means = kpis[kpis["kpi"] == ends.kpi].groupby("design")["value"].mean()
        assert ends.difference == pytest.approx(means["other"] - means["today"], rel=1e-12)
        assert (steps["lowest"] <= steps["estimate"]).all()
        assert (steps["highest"] >= steps["estimate"]).all()
        assert (steps["low"] <= steps["estimate"]).all()


def test_volume_by_mode_and_money_by_line_add_up_to_each_step(found):
    for table, kpi in ((found.modes, "delivered_cases"), (found.lines, "contribution")):
        steps = found.steps[found.steps["kpi"] == kpi]["estimate"].to_numpy()
        np.testing.assert_allclose(table.sum(axis=1), steps, atol=1e-6)
    # Outlets leave wholesale for assisted wholesale: movement is larger than growth.
    moved = found.modes.loc["modes"]
    assert moved["WS"] < 0 < moved["WAT"]
    assert abs(moved.sum()) < moved["WAT"]


def test_each_step_is_of_its_kind(found):
    volume = found.steps[found.steps["kpi"] == "delivered_cases"].set_index("group")
    profit = found.steps[found.steps["kpi"] == "contribution"].set_index("group")
    # Fuller shelves sell more; more commission costs money at once.
    assert volume.loc["availability", "estimate"] > 0
    assert found.lines.loc["prices", "commission"] < 0
    assert found.lines.loc["availability", "commission"] > found.lines.loc["prices", "commission"]
    assert profit.loc["prices", "estimate"] < profit.loc["availability", "estimate"]


def test_the_answer_is_kept_and_the_report_tells_it(found, runs):
    kept = load_answers(runs.study.folder)["bridge", "other"]
    assert kept["start"] == "today"
    assert [row["estimate"] for row in kept["steps"]] == found.steps["estimate"].tolist()
    page = report(runs).read_text(encoding="utf-8")
    for words in (
        "decisions switched on one after another",
        "Modes and territories",
        "Rivals have no step: this pack has no rivals",
        "by decision, cases over",
        "The same by mode",
    ):
        assert words in page


def test_wrong_names_are_refused(runs):
    with pytest.raises(UsageError, match="design 'nowhere' is not in the study"):
        bridge(runs, "nowhere")
    with pytest.raises(UsageError, match="decide the same; there is nothing to bridge"):
        bridge(runs, "today")
    with pytest.raises(UsageError, match="scenario 'cold' is not in the study"):
        bridge(runs, "other", scenario="cold")


def test_the_command_works_on_the_study_again(runs, capsys):
    assert main(["bridge", str(runs.path), "--to", "other", "--workers", "1", "--no-report"]) == 0
    shown = capsys.readouterr().out
    assert "contribution, EUR, from today to other" in shown
    assert "all steps" in shown
    assert "these orders:" in shown
    assert ", then " in shown
    assert main(["bridge", str(runs.path), "--to", "other", "--seed", "1"]) == 2


def test_a_cluster_makes_the_runs_that_are_missing(runs, capsys):
    words = ["bridge", str(runs.path), "--to", "other", "--orders", "rotations", "--no-report"]
    assert main([*words, "--cluster", "local", "--workers", "1"]) == 0
    made = capsys.readouterr()
    assert "connecting to the cluster local" in made.err
    # The same again, in this process: found, not made, and equal.
    assert main([*words, "--workers", "1"]) == 0
    assert capsys.readouterr().out == made.out


@pytest.mark.parametrize(
    "words",
    [
        ["bridge", str(EXAMPLE), "--to", "direct"],
        ["explain", str(EXAMPLE), "direct"],
        ["improve", str(EXAMPLE), "chosen"],
    ],
    ids=lambda words: words[0],
)
def test_a_cluster_that_is_none_is_refused(words, tmp_path, capsys):
    out = "--results" if words[0] == "improve" else "--out"
    assert main([*words, out, str(tmp_path), "--cluster", "cluster1"]) == 2
    assert "'cluster1' is no cluster; give local, or an address" in capsys.readouterr().err
