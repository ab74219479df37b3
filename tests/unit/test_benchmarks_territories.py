"""The benchmark command and its independent checker."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.territories.checker import judge
from benchmarks.territories.formats import Question, read_cap, read_osman, read_pmed
from benchmarks.territories.instance import FormatError
from tests.conftest import ROOT

DATA = ROOT / "tests" / "data" / "orlib"


def test_a_json_row_per_file(capsys):
    files = [str(DATA / "pmed" / f"pmed{number}.txt.gz") for number in (1, 5)]
    assert main(["territories", "--format", "pmed", "--json", *files]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["file"] for row in rows] == ["pmed1", "pmed5"]
    assert [row["objective"] for row in rows] == [5819, 1355]
    assert all(row["feasible"] and row["reached"] and row["gap"] <= 1e-6 for row in rows)
    assert all(row["seconds"] > 0 for row in rows)


def test_table_and_other_number_of_sites(capsys):
    path = str(DATA / "pmed" / "pmed1.txt.gz")
    assert main(["territories", "--format", "pmed", "--p", "6", path]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split("\t")[:4] == ["file", "objective", "bound", "gap"]
    assert float(row.split("\t")[1]) < 5819


def test_unknown_subject_and_missing_file(capsys):
    assert main(["juggling"]) == 2
    assert main(["territories", "--format", "cap", str(DATA / "nothing.txt")]) == 1
    assert "nothing.txt" in capsys.readouterr().err


def test_open_capacity_must_be_given(tmp_path):
    path = tmp_path / "capx.txt"
    path.write_text("2 1\ncapacity 5\ncapacity 7\n3\n10 20\n", encoding="utf-8")
    with pytest.raises(FormatError, match="give --capacity"):
        read_cap(path, Question())
    instance = read_cap(path, Question(capacity=4))
    assert instance.limit.tolist() == [[4.0, 4.0]]
    assert instance.published is None


def test_short_file_is_refused(tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("3 2 1\n1 2 5\n", encoding="utf-8")
    with pytest.raises(FormatError, match="at least 9 expected"):
        read_pmed(path, Question())


def instance_and_answer():
    instance = read_osman(DATA / "osman" / "pmedcap_03.txt", Question())
    capacity = np.full_like(instance.limit, 1e9)
    sites = list(range(instance.sites_open))
    nearest = instance.cost[:, sites].argmin(axis=1)
    nearest[sites] = sites
    flows = [(i, int(j), 1.0) for i, j in enumerate(nearest)]
    return replace(instance, limit=capacity), sites, flows


def test_checker_accepts_a_plain_answer_and_sums_it():
    instance, sites, flows = instance_and_answer()
    objective, broken = judge(instance, sites, flows)
    assert broken is None
    assert objective == sum(instance.cost[i, j] for i, j, _ in flows)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda i, s, f: (i, s, f[:-1]), "served 0"),
        (lambda i, s, f: (i, s[:-1], f), "closed|sites are open"),
        (lambda i, s, f: (i, [*s, 49], f), "sites are open"),
        (lambda i, s, f: (replace(i, limit=i.limit * 0 + 1), s, f), "capacity 1"),
        (lambda i, s, f: (replace(i, floor=i.limit), s, f), "at least"),
        (lambda i, s, f: (i, s, [(0, 1, 1.0), *f[1:]]), "does not serve itself"),
        (lambda i, s, f: (i, s, [(9, 0, 0.5), (9, 1, 0.5), *f[:9], *f[10:]]), "2 servers"),
        (lambda i, s, f: (replace(i, edges=np.array([[0, 1]])), s, f), "not connected"),
    ],
)
def test_checker_finds_every_broken_rule(spoil, words):
    instance, sites, flows = spoil(*instance_and_answer())
    broken = judge(instance, sites, flows)[1]
    assert broken is not None
    assert re.search(words, broken), broken


def test_made_instances_and_the_monolithic_model_agree(capsys):
    words = ["territories", "--compare", "monolithic", "--made", "40x5", "--nearest", "4"]
    assert main([*words, "--time-limit", "5"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["method"] for row in rows] == ["ours", "monolithic"] * 2
    for ours, whole in (rows[:2], rows[2:]):
        assert ours["feasible"]
        # Each bound must hold for the answer of the other.
        assert ours["bound"] <= whole["objective"] * (1 + 1e-9)
        assert whole["bound"] <= ours["objective"] * (1 + 1e-9)
    assert main(["territories", "--made", "40x5"]) == 0
    assert main(["territories", "--made", "forty"]) == 1
    assert "write OUTLETSxSITES" in capsys.readouterr().err


def test_beside_spopt_without_it(monkeypatch, capsys):
    monkeypatch.setattr("benchmarks.territories.command.spopt_modules", lambda: None)
    words = ["territories", "--compare", "spopt", "--format"]
    assert main([*words, "cpmp-osman", str(DATA / "osman" / "pmedcap_03.txt")]) == 0
    printed = capsys.readouterr()
    (row,) = [json.loads(line) for line in printed.out.splitlines()]
    assert row["method"] == "ours"
    assert row["gap"] <= 1e-4
    assert row["feasible"]
    assert row["processor_seconds"] > 0
    assert "spopt is not installed" in printed.err
    assert main([*words, "cap", str(DATA / "cap" / "cap41.txt.gz")]) == 1
    assert "needs a number of sites" in capsys.readouterr().err


def test_beside_spopt(capsys):
    pytest.importorskip("spopt")
    path = str(DATA / "pmed" / "pmed1.txt.gz")
    assert main(["territories", "--compare", "spopt", "--format", "pmed", path]) == 0
    ours, theirs = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert ours["objective"] == pytest.approx(5819)
    assert theirs["objective"] == pytest.approx(5819)
    assert theirs["feasible"]
    assert theirs["ratio"] > 0
