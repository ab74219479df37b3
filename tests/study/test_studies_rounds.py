"""Studies in rounds: precision under a budget, gates that are judged several times, selection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import UsageError
from channelwright.model.study import Expectation
from channelwright.studies.rounds import Target, guarded, planned_looks, simulate_until
from channelwright.studies.selecting import allocate, screened, select
from channelwright.studies.setting import Setting
from tests.study.fake_world import ENGINE, pack


def settle(out, expect=(), **settings):
    asked = pack(replications=4)
    asked = replace(asked, study=replace(asked.study, expect=tuple(expect)))
    return simulate_until(asked, setting=Setting(out=out, workers=1, engine=ENGINE), **settings)


def widths(settled, kpi="cases"):
    from channelwright.studies import compare

    table = compare(settled.runs).table([kpi])
    return ((table["difference_high"] - table["difference_low"]) / 2).max()


def test_looks_double_up_to_the_budget():
    assert planned_looks(4, 30) == (4, 8, 16, 30)
    assert planned_looks(1, 2) == (2,)
    with pytest.raises(UsageError, match="first round takes 10"):
        planned_looks(10, 9)


def test_replications_are_added_until_the_target_is_met(tmp_path):
    loose = settle(tmp_path, budget=200, replications=4)
    assert loose.looks == (4,)
    wide = widths(loose)
    target = Target("cases", wide / 3)
    tight = settle(tmp_path, budget=200, replications=4, targets=[target])
    assert tight.looks[-1] > 4
    assert not tight.unmet
    assert widths(tight) <= wide / 3
    assert "rounds" in str(tight)


def test_a_kpi_without_a_value_never_meets_its_target(tmp_path):
    from channelwright.studies import compare

    kpis = settle(tmp_path, budget=4, replications=4).runs.kpis()
    blank = kpis[kpis["value"].isna()]["kpi"].unique()
    assert len(blank)
    target = Target(str(blank[0]), 1e9)
    settled = settle(tmp_path, budget=8, replications=4, targets=[target])
    assert settled.looks == (4, 8)
    assert str(target) in settled.unmet[0]
    assert not np.isfinite(compare(settled.runs).samples[0].of(target.kpi)).all()


def test_a_budget_that_is_too_small_is_said(tmp_path):
    settled = settle(tmp_path, budget=8, replications=4, targets=[Target("cases", 1e-9)])
    assert settled.looks[-1] == 8
    assert settled.unmet
    assert "still open: cases within 1e-09" in str(settled)


def test_undecided_gates_get_more_and_keep_their_confidence(tmp_path):
    first = settle(tmp_path, budget=4, replications=4)
    kpis = first.runs.kpis()
    mean = kpis[(kpis["design"] == "today") & (kpis["kpi"] == "cases")]["value"].mean()
    close = Expectation("cases", "today", 0.999 * mean, None, 0.95)
    settled = settle(tmp_path, [close], budget=64, replications=4)
    assert len(settled.looks) > 1
    judged = settled.pack.study.expect[0]
    place = len(settled.looks) - 1
    share = 2**place / (2 ** len(planned_looks(4, 64)) - 1)
    assert judged.confidence == pytest.approx(1 - 0.05 * share)
    clear = Expectation("cases", "today", 0.1 * mean, None, 0.95)
    assert settle(tmp_path, [clear], budget=64, replications=4).looks == (4,)


def test_repeated_looks_do_not_raise_the_error_of_a_gate():
    """A gate exactly on the true mean is wrongly decided at any look in at most 10 % of worlds."""
    from channelwright.stats import AtLeast, Gate, Verdict, mean_interval

    looks = planned_looks(4, 64)
    asked = [Expectation("x", "d", 0.0, None, 0.95)]
    worlds, wrong = 2_000, 0
    noise = np.random.default_rng(3).normal(size=(worlds, looks[-1]))
    for row in noise:
        for place, look in enumerate(looks):
            gate = guarded(asked, len(looks), place)[0]
            strict = Gate("x", AtLeast(0.0), gate.confidence)
            interval = mean_interval(row[:look], strict.interval_confidence)
            verdict = strict.judge(interval).verdict
            if verdict is not Verdict.UNDECIDED:
                wrong += verdict is Verdict.FAIL
                break
    assert wrong / worlds <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / worlds)


def test_the_best_design_is_selected_and_losers_get_fewer_runs(tmp_path):
    asked = pack(replications=4)
    here = Setting(out=tmp_path, workers=1, engine=ENGINE)
    kpis = settle(tmp_path, budget=4, replications=4).runs.kpis()
    means = kpis[kpis["kpi"] == "cases"].groupby("design")["value"].mean()
    gap = float(means.max() - means.drop(means.idxmax()).max())
    answer = select(asked, "cases", zone=gap / 2, setting=here)
    assert answer.best == means.idxmax()
    assert answer.selection.finished
    assert "correct with probability at least 0.95" in str(answer)
    table = answer.table()
    assert table["in_the_race"].sum() == 1
    poor = select(asked, "cases", zone=1e-9, budget=24, first=4, setting=here)
    assert poor.selection.finished or "undecided" in str(poor)
    with pytest.raises(UsageError, match="at least 2"):
        select(asked, "cases", zone=1.0, designs=["today"], setting=here)


def test_a_budget_is_spent_where_it_tells_designs_apart_and_many_are_screened(tmp_path):
    asked = pack(replications=4)
    here = Setting(out=tmp_path, workers=1, engine=ENGINE)
    answer = allocate(asked, "cases", budget=60, setting=here)
    counts = answer.table().set_index("design")["replications"]
    assert counts.sum() == 60
    assert answer.designs[answer.allocation.best] == "direct"
    assert counts["direct"] > counts["hybrid"]
    assert "correct with probability about" in str(answer)
    table = screened(asked, "cases", setting=here).set_index("design")
    assert table["in_the_race"].to_dict() == {"today": False, "direct": True, "hybrid": False}
    with pytest.raises(UsageError, match="at least 2"):
        screened(asked, "cases", designs=["today"], setting=here)
