"""A query reads the tables of its study, and nothing else on the machine."""

import shutil
from pathlib import Path

import pytest

from channelwright.cli.main import main
from channelwright.foundation.errors import UsageError
from channelwright.store import load_study, query
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Return the stored study of the newest format in a folder whose name needs quoting."""
    newest = max((ROOT / "tests/data/studies").iterdir())
    results = shutil.copytree(newest, tmp_path_factory.mktemp("some one's") / "results")
    (folder,) = (results / "studies").iterdir()
    return load_study(folder)


def files(study) -> dict[str, bytes]:
    """Return every file of every run, to see that none is written."""
    root = study.folder.root
    return {str(path): path.read_bytes() for path in root.rglob("*.parquet")}


def test_the_tables_can_be_read_joined_pivoted_and_summarised(study):
    assert query(study, "select count(*) as n from cells")["n"][0] == 24
    joined = "select count(*) as n from cells join runs using (scenario, design, replication)"
    assert query(study, joined)["n"][0] == 24
    wide = "pivot (select design, cases_delivered from cells) on design using sum(cases_delivered)"
    assert sorted(query(study, wide).columns) == ["direct", "today"]
    assert len(query(study, "summarize kpis"))
    assert len(query(study, "describe cells"))


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('{secret}')",
        "select * from '{secret}'",
        "select * from glob('{folder}/*')",
        "with a as (select * from read_csv('{secret}')) select * from a",
        "select * from read_blob('{folder}/**')",
    ],
)
def test_no_other_file_can_be_read(study, tmp_path, statement):
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nhidden\n")
    with pytest.raises(UsageError, match="disabled by configuration"):
        query(study, statement.format(secret=secret, folder=tmp_path))


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("copy (select 1 as a) to '{target}'", "COPY"),
        ("copy (select 1 as a) to '{stored}' (use_tmp_file false)", "COPY"),
        ("explain analyze copy (select 1 as a) to '{stored}' (use_tmp_file false)", "EXPLAIN"),
        ("prepare p as copy (select 1 as a) to '{stored}'", "PREPARE"),
        ("attach '{target}' as other", "ATTACH"),
        ("export database '{folder}'", "EXPORT"),
        ("set enable_external_access = true", "SET"),
        ("install httpfs", "LOAD"),
    ],
)
def test_nothing_can_be_written_not_even_over_the_study(study, tmp_path, statement, kind):
    before = files(study)
    stored, target = next(iter(before)).replace("'", "''"), tmp_path / "leak"
    asked = statement.format(target=target, stored=stored, folder=tmp_path / "out")
    with pytest.raises(UsageError, match=f"{kind} is no question; a query reads: ask with SELECT"):
        query(study, asked)
    assert files(study) == before
    assert list(tmp_path.iterdir()) == []


def test_a_table_of_the_caller_is_not_found_by_its_name(study):
    import pandas as pd

    mine = pd.DataFrame({"a": [1]})
    with pytest.raises(UsageError, match="mine does not exist"):
        query(study, "select * from mine")
    assert len(mine) == 1


def test_the_verb_refuses_in_one_block(study, tmp_path, capsys):
    target = tmp_path / "leak.csv"
    assert main(["query", str(study.folder.path), f"copy (select 1) to '{target}'"]) == 2
    assert capsys.readouterr().err.startswith("error: COPY is no question")
    assert not Path(target).exists()
