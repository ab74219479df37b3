"""The benchmark command and its independent checker."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.territories.checker import judge
from benchmarks.territories.formats import Question, read_cap, read_osman, read_pmed
from benchmarks.territories.instance import FormatError
from benchmarks.territories.kinds import make_kind
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
    # What is published belongs to the number of the file.
    assert row.split("\t")[4] == ""


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


@pytest.mark.parametrize(
    ("words", "shape", "digest"),
    [
        ("gap-b:5x20", (20, 5), "0b8ba2833bd8"),
        ("gap-c:5x20", (20, 5), "d0834d84c1bf"),
        ("gap-d:5x20", (20, 5), "334bd839de91"),
        ("gap-e:5x20", (20, 5), "fd145200daac"),
        ("cpmp:30x4:0.85:uniform", (30, 30), "082041387a96"),
        ("cpmp:30x4:0.85:towns", (30, 30), "3f673f3a244d"),
        ("osman:20x3:0.9", (20, 20), "83cc04e5e9d4"),
        ("pmed:20x3", (20, 20), "b899556ce880"),
        ("cap:5x30:600", (30, 5), "f18518506053"),
    ],
)
def test_made_kinds_are_the_same_bits_everywhere(words, shape, digest):
    instance = make_kind(words, seed=3)
    assert instance.cost.shape == shape
    parts = (instance.cost, instance.usage, instance.limit, instance.fixed_cost)
    assert (
        sha256(b"".join(np.round(part, 6).tobytes() for part in parts)).hexdigest()[:12] == digest
    )


def test_made_kinds_follow_their_sources():
    tight = make_kind("gap-d:5x40", seed=1)
    assert tight.limit[0].tolist() == np.floor(0.8 * tight.usage[0].sum(axis=0) / 5).tolist()
    assert np.abs(tight.cost + tight.usage[0] - 111).max() == 10
    assert tight.all_open
    assert tight.sites_open is None
    medians = make_kind("cpmp:60x7:0.85:towns", seed=1)
    need, room = medians.usage.sum(), medians.limit[0, 0] * 7
    assert 0.84 < need / room <= 0.85
    assert (medians.own, medians.sites_open) == (True, 7)
    other = make_kind("cpmp:60x7:0.85:towns", seed=2)
    assert not np.array_equal(medians.cost, other.cost)
    split = make_kind("cap:5x30:600", single_source=False)
    assert not split.single_source
    assert make_kind("pmed:20x3").usage.shape == (0, 20, 1)


@pytest.mark.parametrize(
    "words",
    ["gap-z:5x20", "gap-d:", "gap-d:5", "cpmp:30x4:0.85", "cpmp:30x4:0.85:moon", "osman:20x3:1.5"],
)
def test_unreadable_kinds_are_refused_with_the_grammar(words, capsys):
    assert main(["territories", "--made", words]) == 1
    assert "cpmp:POINTSxMEDIANS:FILL:uniform|towns" in capsys.readouterr().err


def test_a_made_kind_is_solved_from_the_command_line(capsys):
    words = ["territories", "--made", "gap-d:3x12", "--seed", "5", "--time-limit", "20"]
    assert main(words) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["file"], row["feasible"]) == ("gap-d:3x12-5", True)
    assert row["gap"] <= 1e-6
    assert main(["territories", "--made", "cap:4x15:250", "--time-limit", "20"]) == 0
    split = json.loads(capsys.readouterr().out)
    single = ["territories", "--made", "cap:4x15:250", "--single-source", "--time-limit", "20"]
    assert main(single) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["feasible"]
    assert whole["objective"] > split["objective"] * (1 + 1e-6)
