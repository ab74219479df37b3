"""The flagship study gives the same bytes whatever the workers and the hash seed.

It runs through the command line, in processes of its own, as a user runs it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from channelwright.tables.outputs import KPI_TABLES
from tests.conftest import ROOT

PACK = ROOT / "scenarios" / "yangtze_beverage"
FIVE = ("today", "direct", "assisted_area", "hybrid_online", "optimised")
TABLES = {"kpis", "family_kpis", *(table.name for table in KPI_TABLES)}


def shorter(folder: Path, days: int) -> Path:
    """A scenario file that ends the year early, beside a copy of the flagship's."""
    pack = shutil.copytree(PACK, folder / "pack", ignore=shutil.ignore_patterns("source", "*.py"))
    path = pack / "shorter.yaml"
    path.write_text(f"extends: scenario.yaml\nmarket:\n  calendar: {{horizon_days: {days}}}\n")
    return path


def simulate(
    pack: Path, out: Path, designs: tuple[str, ...], workers: int, hash_seed: str
) -> dict[str, bytes]:
    """Files of a study by path, without times, and the chosen designs with it."""
    command = [sys.executable, "-W", "error", "-m", "channelwright.cli", "simulate", str(pack)]
    command += ["--designs", ",".join(designs), "--replications", "1", "--study", "flagship"]
    command += ["--workers", str(workers), "--out", str(out)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    files = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for pattern in ("runs/*/*.parquet", "studies/flagship/plan.json")
        for path in out.glob(pattern)
    }
    tables = {Path(name).stem for name in files if name.endswith(".parquet")}
    assert tables == TABLES
    assert len(files) == len(designs) * len(TABLES) + 1
    return files


def differing(first: dict[str, bytes], second: dict[str, bytes]) -> list[str]:
    assert set(first) == set(second), "runs have other names"
    return [name for name in first if first[name] != second[name]]


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    return shorter(tmp_path_factory.mktemp("flagship"), 98)


@pytest.fixture(scope="module")
def reference(quarter, tmp_path_factory):
    return simulate(quarter, tmp_path_factory.mktemp("one"), ("today", "direct"), 1, "1")


def test_two_workers_and_another_hash_seed_give_the_same_bytes(quarter, reference, tmp_path):
    again = simulate(quarter, tmp_path, ("today", "direct"), workers=2, hash_seed="2")
    assert differing(reference, again) == []


def test_another_world_would_be_seen(reference, quarter, tmp_path):
    text = quarter.read_text()
    other = quarter.with_name("other.yaml")
    other.write_text(f"{text}study: {{seed: 7}}\n")
    again = simulate(other, tmp_path, ("today",), workers=1, hash_seed="1")
    assert not set(again) & {name for name in reference if name.startswith("runs/")}
    seeds = [
        json.loads(files["studies/flagship/plan.json"])["seed"] for files in (reference, again)
    ]
    assert seeds[1] == 7 != seeds[0]


@pytest.mark.slow
def test_whole_year_of_all_five_designs_gives_the_same_bytes(tmp_path):
    one = simulate(PACK, tmp_path / "one", FIVE, workers=1, hash_seed="1")
    two = simulate(PACK, tmp_path / "two", FIVE, workers=2, hash_seed="2")
    assert differing(one, two) == []
