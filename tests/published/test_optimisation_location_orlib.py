"""Published optima of OR-Library, reached and proven by the shipped search; judged apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.territories.command import run_file
from benchmarks.territories.formats import Question

DATA = Path(__file__).resolve().parent.parent / "data" / "orlib"


def solved(name, kind, question=None):
    row = run_file(DATA / name, kind, question or Question(), seconds=None)
    assert row["feasible"], row
    assert row["reached"], row
    assert row["gap"] <= 1e-6, row
    return row


@pytest.mark.parametrize("number", [41, 62, 64, 71])
def test_capacitated_warehouses_with_splitting(number):
    solved(f"cap/cap{number}.txt.gz", "cap")


@pytest.mark.parametrize("number", [62, 64, 71])
def test_capacitated_warehouses_with_one_source(number):
    solved(f"cap/cap{number}.txt.gz", "cap", Question(single_source=True))


@pytest.mark.parametrize("number", [1, 3, 5, 7, 11])
def test_medians_of_a_graph(number):
    row = solved(f"pmed/pmed{number}.txt.gz", "pmed")
    assert row["published"] == {1: 5819, 3: 4250, 5: 1355, 7: 5631, 11: 7696}[number]


def test_last_of_repeated_edges_counts():
    # Taking the cheapest of the repeated edges would give 5718.
    assert solved("pmed/pmed1.txt.gz", "pmed")["objective"] == 5819


@pytest.mark.parametrize("number", ["03", "05"])
def test_capacitated_medians(number):
    solved(f"osman/pmedcap_{number}.txt", "cpmp-osman")


@pytest.mark.parametrize("name", ["gap1-0", "gap3-3", "gap11-0"])
@pytest.mark.parametrize("sense", ["min", "max"])
def test_generalised_assignment(name, sense):
    solved(f"gap/{name}.txt.gz", "gap", Question(sense=sense))
