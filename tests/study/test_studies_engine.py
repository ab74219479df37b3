"""The runner with the engine's own simulation and KPIs, on a small random market."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from channelwright.model.study import Pack, StudySpec
from channelwright.rules.kpi import kpi_table
from channelwright.studies import compare, simulate
from channelwright.tables.outputs import EXTRA_KPI_TABLES, KPI_TABLES
from tests.study.fake_world import fingerprint
from tests.support import Size, random_market


def real_pack():
    """A random market with a design, and a rival that pays site owners a higher rebate."""
    market, today = random_market(11, Size(outlets=30, products=2, sites=3, days=60))
    terms = dataclasses.replace(today.terms, account_rebate=today.terms.account_rebate + 20_000)
    designs = {
        "today": dataclasses.replace(today, name="today"),
        "generous": dataclasses.replace(today, name="generous", terms=terms),
    }
    study = StudySpec(("today", "generous"), "today", ("base",), 3, seed=5)
    return Pack("random", "Random market", "", {"base": market}, designs, {}, study)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return simulate(real_pack(), out=tmp_path_factory.mktemp("engine"), workers=1)


def test_every_run_finishes_and_keeps_the_kpi_tables(runs):
    assert runs.failures.empty
    assert (runs.status()["state"] == "finished").all()
    (first, *_) = runs.study.finished().values()
    extra = {table.name for table in EXTRA_KPI_TABLES}
    always = {"kpis", "family_kpis", *(table.name for table in KPI_TABLES)}
    assert set(first.tables) - extra == always
    assert first.timings()["summary"]["days"] == real_pack().market.calendar.horizon_days


def test_two_workers_give_the_same_bytes(runs, tmp_path):
    again = simulate(real_pack(), out=tmp_path, workers=2)
    assert again.failures.empty
    assert fingerprint(tmp_path) == fingerprint(runs.study.folder.root)


def test_stored_kpis_are_those_of_the_stored_tables(runs):
    finished = runs.study.finished()
    assert len(finished) == 6
    for run, whole in list(finished.items())[:2]:
        tables = {
            name: {c: np.asarray(whole.read(name)[c]) for c in whole.read(name).column_names}
            for name in whole.tables
            if name != "kpis"
        }
        expected = kpi_table(runs.study.market("base"), runs.study.design(run.design), tables)
        stored = whole.read("kpis").to_pandas()
        assert list(stored["kpi"]) == list(expected["kpi"])
        np.testing.assert_array_equal(stored["value"], expected["value"])


def test_designs_that_differ_in_a_margin_sell_exactly_the_same(runs):
    comparison = compare(runs)
    table = comparison.table().set_index(["kpi", "design"])
    for kpi in ("sell_out_units", "lost_units", "delivered_cases", "case_fill_rate"):
        row = table.loc[(kpi, "generous")]
        assert (row["difference"], row["difference_low"], row["difference_high"]) == (0, 0, 0)
        assert row["variance_reduction"] == np.inf
    assert table.loc[("rebates", "generous"), "difference_low"] > 0.0
    assert "lost_units" in comparison.lower_is_better
