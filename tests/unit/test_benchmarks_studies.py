"""The benchmark of the runner measures, and its tables agree."""

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.studies.job import Terms, run


def test_a_job_measures_a_study_of_many_short_runs(tmp_path: Path) -> None:
    terms = Terms(str(tmp_path), shops=5, days=10, replications=100, seed=3, workers=1, light=True)
    found = run(terms)
    assert found["failed"] == 0
    assert found["agree"]
    # Runs of milliseconds share folders: far fewer files than runs times tables.
    assert found["files"] < 200
    assert found["again"] > 0
    assert found["seconds"] > 0


@pytest.mark.slow
def test_the_three_ways_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    size = ["--replications", "12", "--times", "1", "--many", "0", "--shops", "20", "--days", "20"]
    assert main(["studies", *size, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["sides"][0]) == {"apart", "workers", "dask", "dask opened", "jobs"}
    assert answer["efficiency"] > 0
