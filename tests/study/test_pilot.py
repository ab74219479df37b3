"""A pilot from the runs of a study: what it claims, what it says when it cannot, its files."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import channelwright.scenario as scenario_package
from channelwright.cli.main import main
from channelwright.foundation.errors import RunError, UsageError
from channelwright.model.study import Pack, StudySpec
from channelwright.rules.kpi import PERIOD_DAYS
from channelwright.scenario import read_scenario
from channelwright.studies import simulate
from channelwright.studies.pilot import plan as plan_module
from channelwright.studies.pilot import plan_pilot
from channelwright.studies.pilot.power import Pairs, differences
from channelwright.studies.pilot.series import Series, read_series
from tests.support import Size, random_market

MEASURE = "outlet_value"


def pack_of(replications: int, seed: int) -> Pack:
    """Today, and a design that asks outlets a tenth more: a gain that a pilot can find."""
    market, today = random_market(7, Size(outlets=30, products=2, sites=4, days=120))
    terms = dataclasses.replace(today.terms, price_outlet=(today.terms.price_outlet * 13) // 10)
    designs = {
        "today": dataclasses.replace(today, name="today"),
        "dear": dataclasses.replace(today, name="dear", terms=terms),
    }
    spec = StudySpec(("today", "dear"), "today", ("base",), replications, seed)
    return Pack("random", "Random market", "", {"base": market}, designs, {}, spec)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return simulate(pack_of(4, 3), out=tmp_path_factory.mktemp("pilot"), workers=1, study="p")


def test_series_add_up_to_the_tables(runs):
    series = read_series(runs, "base", "today", "dear", "cases_delivered")
    cells = runs.table("cells")
    whole = cells[(cells["period"] >= 0) & (cells["period"] < series.weeks)]
    for d, design in enumerate(("today", "dear")):
        expected = whole[whole["design"] == design]["cases_delivered"].sum()
        assert series.areas[:, d].sum() == expected
    calendar = runs.study.market("base").calendar
    measured = calendar.horizon_days - calendar.warmup_days
    assert series.weeks == measured // PERIOD_DAYS


@pytest.fixture
def made(runs, monkeypatch):
    """Worlds of two alike areas and a lonely one; the target gains 10 % in the first."""

    def read(*asked: object) -> Series:
        dice = np.random.default_rng(1)
        season = 1.0 + 0.3 * np.sin(np.arange(40) / 4.0)
        shared = season * (1.0 + 0.1 * dice.standard_normal((30, 1, 40)))
        start = np.array([200.0, 100.0])[:, None] * shared
        start = start + dice.standard_normal((30, 2, 40)) * np.array([12.0, 5.0])[:, None]
        target = start * np.array([1.1, 1.0])[:, None]
        outlets = 5.0 + dice.standard_normal((30, 2, 20))
        outlets[:, 1] += 1.0
        return Series(np.stack([start, target], axis=1), outlets, np.arange(20) < 10)

    monkeypatch.setattr(plan_module, "read_series", read)
    return runs


def test_plan_is_the_smallest_that_has_the_power(made):
    plan = plan_pilot(made, "dear", measure=MEASURE, before=8)
    ids = made.study.market("base").areas.ids
    assert (plan.pairs["test"].tolist(), plan.pairs["control"].tolist()) == ([ids[0]], [ids[1]])
    assert plan.gain == pytest.approx(20.0, rel=0.1)
    assert plan.power >= 0.8
    fewer = plan.tried[plan.tried["weeks"] < plan.weeks]
    assert len(fewer) > 0
    assert (fewer["power"] < 0.8).all()
    assert f"{plan.weeks} after" in str(plan)
    assert plan.outlet_gain == pytest.approx(1.0, abs=0.3)


def test_more_power_needs_more_weeks(made):
    weak = plan_pilot(made, "dear", measure=MEASURE, before=8, wanted=0.5)
    strong = plan_pilot(made, "dear", measure=MEASURE, before=8, wanted=0.82)
    assert weak.weeks < strong.weeks
    assert strong.outlets["outlets_each_group"].iloc[0] > weak.outlets["outlets_each_group"].iloc[0]


def test_an_area_is_either_changed_or_compared_with(runs):
    ids = runs.study.market("base").areas.ids
    plan = plan_pilot(runs, "dear", measure=MEASURE, before=4, areas=ids[:1])
    assert plan.pairs["test"].tolist() == [ids[0]]
    assert plan.pairs["control"].tolist() != [ids[0]]
    chosen = plan_pilot(runs, "dear", measure=MEASURE, before=4)
    assert not set(chosen.pairs["test"]) & set(chosen.pairs["control"])


def test_no_gain_is_said(runs):
    plan = plan_pilot(runs, "dear", measure="cases_delivered", before=4)
    assert plan.weeks is None
    assert "no pilot of up to" in str(plan)


def test_what_makes_no_pilot_is_refused(runs, tmp_path):
    with pytest.raises(UsageError, match="judged by 'luck'; measures: contribution"):
        plan_pilot(runs, "dear", measure="luck")
    with pytest.raises(UsageError, match="there is no area 'mars'"):
        plan_pilot(runs, "dear", before=4, areas=["mars"])
    with pytest.raises(UsageError, match="do not fit into"):
        plan_pilot(runs, "dear", before=500)
    with pytest.raises(UsageError, match="power is 1; give a probability"):
        plan_pilot(runs, "dear", wanted=1.0)
    with pytest.raises(UsageError, match="no area is left to compare"):
        plan_pilot(runs, "dear", before=4, areas=runs.study.market("base").areas.ids)
    few = simulate(pack_of(3, 3), out=tmp_path, workers=1)
    with pytest.raises(RunError, match="needs 4 or more"):
        plan_pilot(few, "dear")


def test_command_writes_the_plan(made, tmp_path, capsys):
    out = tmp_path / "plan"
    words = ["pilot", str(made.path), "dear", "--measure", MEASURE, "--before", "8"]
    assert main([*words, "--out", str(out)]) == 0
    told = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert f"{told['weeks']} after" in capsys.readouterr().out
    files = {path.name for path in out.iterdir()}
    assert files == {"plan.json", "pairs.csv", "tried.csv", "outlets.csv"}


def test_command_ends_with_1_without_a_pilot(runs, tmp_path):
    words = ["pilot", str(runs.path), "dear", "--measure", "cases_delivered", "--before", "4"]
    assert main([*words, "--out", str(tmp_path)]) == 1


@pytest.mark.slow
def test_plan_finds_what_it_claims_in_other_worlds(tmp_path):
    """The example pack, planned on 16 worlds and tried out on 60 others."""
    pack = read_scenario(Path(scenario_package.__file__).parent / "example")
    known = simulate(pack, ["today", "direct"], replications=16, out=tmp_path, seed=1)
    plan = plan_pilot(known, "direct", before=4, wanted=0.5)
    assert plan.weeks is not None
    fresh = simulate(pack, ["today", "direct"], replications=60, out=tmp_path, seed=2)
    series = read_series(fresh, "base", "today", "direct", "contribution")
    start, target = series.areas[:, 0], series.areas[:, 1]
    ids = pack.market.areas.ids
    pairs = Pairs(
        np.array([ids.index(name) for name in plan.pairs["test"]]),
        np.array([ids.index(name) for name in plan.pairs["control"]]),
        (plan.pairs["test_per_week"] / plan.pairs["control_per_week"]).to_numpy(),
    )
    limit = 1.6449 * plan.error
    found = (differences(start, target, pairs, plan.before, plan.weeks) > limit).mean()
    alarms = (differences(start, start, pairs, plan.before, plan.weeks) > limit).mean()
    assert found >= plan.power - 0.1
    assert alarms <= 0.1
