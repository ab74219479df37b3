"""The benchmark subjects of gates and intervals, small; whole under `make test-slow`."""

from __future__ import annotations

import argparse

import numpy as np
import pytest

from benchmarks.gates.command import BUDGET, FIRST, POOL, REPLICATIONS, TOLERANCE, _pack, _real
from benchmarks.gates.trials import read_pool, resampled
from benchmarks.gates.world import reduced
from benchmarks.intervals.command import cases
from benchmarks.intervals.cover import rows
from benchmarks.intervals.select import selected
from channelwright.scenario import read_scenario
from tests.conftest import ROOT


def play(values, trials, pool):
    return resampled(
        pool,
        values,
        trials=trials,
        golden_runs=REPLICATIONS,
        budget=BUDGET,
        first=FIRST,
        tolerance=TOLERANCE,
    )


def test_a_loss_of_one_per_cent_is_caught_and_an_unchanged_design_passes():
    """The promise of the default budget, on 60 trials of each; 500 under `slow`."""
    pool = read_pool(POOL)
    assert pool.drawn.size >= 400
    loss, error = pool.loss()
    assert 0.009 < loss < 0.0115
    assert error < 0.0005
    assert play(pool.planted, 60, pool).share("fail") >= 0.95
    unchanged = play(pool.unchanged, 60, pool)
    assert unchanged.share("fail") == 0.0
    assert unchanged.share("pass") >= 0.95


def test_without_drawn_demand_the_same_budget_leaves_more_undecided():
    pool = read_pool(POOL)
    blind = type(pool)(np.zeros(pool.drawn.size), pool.unchanged, pool.planted)
    assert play(blind.unchanged, 60, blind).share("pass") < 0.8


@pytest.mark.slow
def test_five_hundred_trials_of_each_kind():
    pool = read_pool(POOL)
    assert play(pool.planted, 500, pool).share("fail") >= 0.95
    assert play(pool.unchanged, 500, pool).share("pass") >= 0.99


def test_the_reduced_flagship_is_a_sound_pack_of_a_quarter_of_the_outlets(tmp_path):
    pack = read_scenario(reduced(ROOT / "scenarios/yangtze_beverage", tmp_path / "r", days=70))
    assert len(pack.market.outlets) == 500
    assert pack.market.calendar.horizon_days == 70


def test_coverage_of_every_interval_in_a_few_hundred_experiments():
    found = list(rows(400))
    assert len(found) > 15
    assert all(abs(row.coverage - row.nominal) < 0.06 for row in found)


@pytest.mark.slow
def test_every_interval_covers_in_ten_thousand_experiments():
    assert [row for row in rows(10_000) if not row.kept] == []


@pytest.mark.slow
@pytest.mark.parametrize("number", range(5))
def test_the_best_is_selected_as_often_as_promised(number):
    name, play = list(cases())[number]
    assert selected(name, play, 4_000).kept


@pytest.mark.slow
def test_this_engine_still_earns_what_the_stored_runs_earned(tmp_path):
    """The stored pool as golden study of the engine: no loss and no gain of one per cent."""
    pack, pool = _pack(tmp_path / "reduced"), read_pool(POOL)
    options = argparse.Namespace(tolerance=0.01, budget=40, golden=REPLICATIONS, real=1, workers=1)
    assert _real(pack, pool, "unchanged", options, tmp_path / "out").verdicts == {"pass": 1}
