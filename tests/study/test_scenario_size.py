"""A market of 100,000 outlets is read and checked in seconds, to its last row."""

import csv
import shutil
import time
from pathlib import Path

import pytest

from channelwright.scenario.design_reader import read_designs
from channelwright.scenario.files import PackFiles
from channelwright.scenario.market_builder import build_market
from channelwright.scenario.market_tables import TableReader
from channelwright.scenario.overlay import read_layers
from channelwright.scenario.worlds import base_world
from tests.conftest import ROOT

OUTLETS = 100_000
SECONDS = 20.0


def enlarge(path: Path, times: int) -> None:
    """Repeat the rows of a table whose first column names an outlet."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    lines = [header]
    for number in range(times):
        lines += [f"{number}_{row}" for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    pack = Path(shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path / "large"))
    with (pack / "tables/outlets.csv").open(encoding="utf-8", newline="") as handle:
        covered = len(list(csv.DictReader(handle)))
    for table in ("tables/outlets.csv", "designs/today_outlets.csv"):
        enlarge(pack / table, OUTLETS // covered + 1)
    chosen = pack / "designs/chosen.yaml"
    chosen.write_text(chosen.read_text().replace("locked: [i1, i2]", "locked: [0_i1, 0_i2]"))
    return pack


@pytest.mark.slow
def test_reading_time_and_last_row(large: Path) -> None:
    path = large / "designs/today_outlets.csv"
    path.write_text(path.read_text(encoding="utf-8").rstrip() + "x\n", encoding="utf-8")
    rows = len(path.read_text(encoding="utf-8").splitlines())
    begin = time.process_time()
    files = PackFiles(large)
    document, _, _ = read_layers(files, files.root, files.root, deep=True)
    reader = TableReader(files)
    base = base_world(reader, document)
    _, problems = read_designs(reader, document, base.tables)
    assert base.shape is not None
    market = build_market(base.shape, base.tables)
    assert time.process_time() - begin < SECONDS
    assert len(market.outlets) > OUTLETS
    assert base.problems == ()
    assert {problem.place for problem in problems} == {f"row {rows}"}
    assert "'tier2x'" in problems[0].message
