"""Golden studies: stored small, compared on other seeds, judged in rounds, shown everywhere."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import StoreError
from channelwright.model.study import Expectation
from channelwright.store.golden import GoldenReference, load_golden
from channelwright.studies import compare, simulate
from channelwright.studies.golden import SEED_STEP, compare_with_golden, store_golden
from channelwright.studies.rounds import simulate_until
from channelwright.studies.setting import Setting
from tests.study.fake_world import ENGINE, design, pack


def gate(tolerance=0.01, which="today", **given):
    return Expectation("cases", which, None, None, 0.99, not_below=tolerance, **given)


def asked(gain=0, expect=None):
    expect = (gate(),) if expect is None else expect
    return pack(design("today", gain), design("direct", 5), replications=4, expect=expect)


@pytest.fixture
def golden(tmp_path):
    setting = Setting(out=tmp_path, workers=1, engine=ENGINE)
    store_golden(asked(), tmp_path / "golden/fake.json", replications=60, setting=setting)
    return tmp_path / "golden"


def judged(tmp_path, golden, gain, **given):
    setting = Setting(out=tmp_path, workers=1, engine=ENGINE)
    settled = simulate_until(asked(gain, **given), budget=64, setting=setting, golden=golden)
    return settled, compare(settled.runs).gates(settled.pack.study.expect)


def test_golden_holds_what_gates_name_and_the_seed_is_another(golden):
    stored = load_golden(golden / "fake.json")
    assert stored.seed == 11 + SEED_STEP
    assert stored.replications == 60
    part = stored.scenarios["base"]
    assert list(part.designs) == ["today"]
    assert list(part.designs["today"].kpis) == ["cases"]
    assert {"numpy", "channelwright"} <= set(stored.versions)
    assert (golden / "fake.json").stat().st_size < 3_000


def test_unchanged_passes_a_loss_fails_and_a_gain_passes(tmp_path, golden):
    verdicts = {}
    for gain in (0, -30, 30):
        _, table = judged(tmp_path, golden, gain)
        verdicts[gain] = table["verdict"].iloc[0]
        assert "golden" in table["bound"].iloc[0]
    # Four periods of 125 cases: 30 a period are a quarter of all.
    assert verdicts == {0: "undecided", -30: "fail", 30: "pass"}
    loose, table = judged(tmp_path, golden, 0, expect=(gate(0.1),))
    assert table["verdict"].tolist() == ["pass"]
    assert loose.looks[-1] <= 64


def test_not_above_is_the_mirror(tmp_path, golden):
    up = replace(gate(), not_below=None, not_above=0.1)
    _, table = judged(tmp_path, golden, 30, expect=(up,))
    assert table["verdict"].tolist() == ["fail"]
    _, table = judged(tmp_path, golden, -30, expect=(up,))
    assert table["verdict"].tolist() == ["pass"]


def test_undecided_gates_get_more_replications_up_to_the_budget(tmp_path, golden):
    settled, table = judged(tmp_path, golden, 0, expect=(gate(0.0),))
    assert settled.looks == (4, 8, 16, 32, 64)
    assert table["verdict"].tolist() == ["undecided"]
    assert "run more replications" in table["reason"].iloc[0]


def test_what_differs_from_the_golden_inputs_is_named(tmp_path, golden):
    _, same = judged(tmp_path, golden, 0, expect=(gate(0.1),))
    _, other = judged(tmp_path, golden, -30)
    assert same["reason"].iloc[0] == ""
    assert "the design differs from the golden one" in other["reason"].iloc[0]


def test_a_gate_without_golden_runs_is_undecided_and_says_why(tmp_path, golden):
    wanted = (gate(), gate(0.01, "direct"), replace(gate(), kpi="served"))
    runs = simulate(asked(), workers=1, out=tmp_path, engine=ENGINE)
    lonely = compare(runs).gates(wanted)
    assert set(lonely["verdict"]) == {"undecided"}
    assert "there is no golden study" in lonely["reason"].iloc[0]
    assert compare_with_golden(runs, golden)
    table = compare(runs).gates(wanted).set_index(["design", "kpi"])
    assert table.loc[("today", "cases"), "low"] < 0.0
    assert "no design direct" in table.loc[("direct", "cases"), "reason"]
    assert "--kpis served" in table.loc[("today", "served"), "reason"]
    assert not compare_with_golden(runs, tmp_path / "nothing")


def test_the_same_seed_is_no_evidence(tmp_path, golden):
    seed = 11 + SEED_STEP
    runs = simulate(asked(), seed=seed, workers=1, out=tmp_path, engine=ENGINE)
    compare_with_golden(runs, golden)
    assert "same seed" in compare(runs).gates([gate()])["reason"].iloc[0]


def test_a_damaged_golden_file_is_explained(tmp_path, golden):
    path = golden / "fake.json"
    plain = json.loads(path.read_text())
    plain["scenarios"]["base"]["drawn"] = "1.0 nan"
    path.write_text(json.dumps(plain))
    with pytest.raises(StoreError, match="is damaged"):
        load_golden(path)
    path.write_text(json.dumps({**plain, "format": 99}))
    with pytest.raises(StoreError, match="has format 99"):
        load_golden(path)


def test_drawn_demand_is_made_once_for_all_gates(tmp_path, golden):
    runs = simulate(asked(), workers=1, out=tmp_path, engine=ENGINE)
    compare_with_golden(runs, golden)
    reference = GoldenReference(runs.study)
    first = reference.drawn("base", (0, 1, 2))
    assert np.array_equal(first, np.zeros(3))
    assert reference.drawn("base", (0, 1, 2)) is first
