"""Studies of earlier formats are read by later versions; those of later formats are refused.

``tests/data/studies/format-1`` was written by the first version with bundles: two designs, three
replications, two runs in folders of their own and four in a bundle. It is never written again.
"""

from __future__ import annotations

import hashlib
import json
import shutil

import pyarrow.parquet as pq
import pytest

from channelwright.cli.main import main
from channelwright.foundation.errors import StoreError
from channelwright.store import bundles, frozen, load_study, query
from channelwright.store.schema import STORED
from channelwright.tables.outputs import FORMAT
from tests.conftest import ROOT

FORMAT_1 = ROOT / "tests" / "data" / "studies" / "format-1"


@pytest.fixture
def study(tmp_path):
    """A copy of the study, to be read and damaged."""
    shutil.copytree(FORMAT_1, tmp_path / "results")
    return load_study(tmp_path / "results" / "studies" / "kept")


def edit(path, change):
    facts = json.loads(path.read_text())
    change(facts)
    path.write_text(json.dumps(facts))


def test_a_study_of_format_1_is_read(study):
    status = study.status()
    assert set(status["state"]) == {"finished"}
    assert list(zip(status["design"], status["replication"], strict=True)) == [
        ("today", 0), ("direct", 0), ("today", 1), ("direct", 1), ("today", 2), ("direct", 2),
    ]  # fmt: skip
    cells, kpis = study.table("cells"), study.table("kpis")
    assert (len(cells), cells["cases_delivered"].sum()) == (24, 2972)
    assert kpis["value"].sum() == pytest.approx(4466.161891693091, rel=1e-15)
    assert len(study.table("order_lines")) == 18
    folders = [run.folder.parent.name for run in study.finished().values()]
    assert sorted(folders) == ["bundles"] * 4 + ["runs"] * 2
    assert all(run.timings()["seconds"] > 0 for run in study.finished().values())


def test_sql_and_the_command_line_read_it_as_well(study, capsys):
    asked = (
        "select design, sum(cases_delivered)::bigint as cases from cells group by all order by 1"
    )
    by_design = query(study, asked)
    cells = study.table("cells").groupby("design")["cases_delivered"].sum()
    assert dict(zip(by_design["design"], by_design["cases"], strict=True)) == cells.to_dict()
    assert main(["query", str(study.folder.path), "select count(*) as n from runs"]) == 0
    assert capsys.readouterr().out.split() == ["n", "6"]


def without_column(run, table, column):
    """Make a table as a version wrote it that did not know a column."""
    path = run.folder / f"{table}.parquet"
    pq.write_table(pq.read_table(path).drop([column]), path)
    content = path.read_bytes()
    facts = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    edit(run.folder / "manifest.json", lambda it: it["tables"][table].update(facts))


@pytest.mark.parametrize("which", ["first", "all"])
def test_a_column_that_a_version_did_not_know_is_empty(study, which):
    runs = list({run.folder: run for run in study.finished().values()}.values())
    for run in runs[:1] if which == "first" else runs:
        without_column(run, "cells", "cases_delivered")
    # A bundle never changes; what was read of it is remembered.
    bundles._manifest.cache_clear()
    bundles._whole_table.cache_clear()
    cells = study.table("cells")
    asked = query(study, "select * from cells")
    missing = 4 if which == "first" else 24
    for table in (cells, asked):
        assert list(table.columns) == list(cells.columns)
        assert table["cases_delivered"].isna().sum() == missing
        assert table["cases_ordered"].isna().sum() == 0


def test_a_newer_plan_is_refused(study):
    edit(study.folder.path / "plan.json", lambda plan: plan.update(format=2))
    with pytest.raises(
        StoreError, match=r"plan\.json has format 2, .*the version of channelwright"
    ):
        load_study(study.folder.path)


def test_a_newer_run_is_refused(study):
    run = next(iter(study.finished().values()))
    edit(run.folder / "manifest.json", lambda facts: facts.update(format=FORMAT + 1))
    with pytest.raises(StoreError, match=rf"has format {FORMAT + 1}, this version reads up to"):
        study.finished()


def test_inputs_of_another_version_are_told_from_damage(study, monkeypatch):
    from channelwright.model.market import Market

    known = dict(frozen._classes())
    monkeypatch.setattr(frozen, "_classes", lambda: {**known, "Market": _newer})
    assert Market
    with pytest.raises(
        StoreError, match=r"was written by another version of channelwright \(Market"
    ):
        study.market("base")
    assert len(study.table("cells")) == 24


def _newer(*, name, invented):
    return name, invented


def test_every_table_is_documented():
    pages = [ROOT / "docs" / "data-dictionary.md", ROOT / "docs" / "query.md"]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [name for name in STORED if f"`{name}`" not in text] == []
