"""The steady part of an output: found free of season, shown by the verb, drawn in Welch's plot."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from channelwright.cli.main import main
from channelwright.rules.seasonal import seasonal_level
from channelwright.stats.steady import steady
from tests.conftest import ROOT
from tests.support.tiny_market import tiny_market


def test_the_seasonal_level_follows_factors_and_cut_periods():
    market, _ = tiny_market()
    days, products = 23, market.calendar.factor.shape[1]
    factor = np.ones((days, products))
    factor[9:16] = 3.0
    calendar = replace(market.calendar, horizon_days=days, warmup_days=2, factor=factor)
    level = seasonal_level(replace(market, calendar=calendar), np.array([-1, 0, 1, 2, 9]))
    assert level[1] * 3 == pytest.approx(level[2])
    assert level[0] == pytest.approx(level[1] * 2 / 7)
    assert level[3] == pytest.approx(level[1])
    assert level[4] == 0.0


def test_season_is_no_warm_up_and_a_rise_is():
    generator = np.random.default_rng(4)
    season = 1.0 + 0.4 * np.sin(np.arange(80) / 12.0)
    noise = 1.0 + 0.03 * generator.normal(size=(6, 80))
    rise = 1.0 - 0.5 * np.exp(-np.arange(80) / 4.0)
    flat = steady(1_000 * season * noise, season)
    assert flat.found.periods <= 5
    assert flat.interval is not None
    assert flat.interval.covers(1_000.0)
    risen = steady(1_000 * season * noise * rise, season)
    assert 5 <= risen.found.periods <= 25
    # Taken as it is, the season looks like a start that never ends.
    assert steady(1_000 * season * noise, np.ones(80)).found.periods > 10


def test_verb_and_plot(tmp_path, capsys):
    pack = shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path / "tiny")
    (pack / "short.yaml").write_text(
        "extends: scenario.yaml\n"
        "study: {designs: [today], scenarios: [base], replications: 2, expect: []}\n"
        "market: {calendar: {horizon_days: 168}}\n"
    )
    out = ["--out", str(tmp_path / "out"), "--workers", "1", "--study", "long"]
    assert main(["compare", str(pack / "short.yaml"), *out]) == 0
    folder = tmp_path / "out" / "studies" / "long"
    assert "Welch" in (folder / "report" / "report.html").read_text(encoding="utf-8")
    plot = tmp_path / "welch.svg"
    assert main(["warmup", str(folder), "--plot", str(plot)]) == 0
    shown = capsys.readouterr().out
    assert "the pack leaves out" in shown
    assert "batch means" in shown
    drawn = plot.read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert "var(--" not in drawn  # a file of its own has no page to take colours from
    assert main(["warmup", str(folder), "--measure", "joy"]) == 2
