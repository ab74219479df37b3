"""The committed tables of the Iowa pack are what the build command makes of its source."""

import importlib
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

PACK = ROOT / "scenarios" / "iowa_spirits"
sys.path.insert(0, str(PACK))
calibration = importlib.import_module("iowa_build.calibration")
demand = importlib.import_module("iowa_build.demand")
dispersion = importlib.import_module("iowa_build.dispersion")
history = importlib.import_module("iowa_build.history")
market = importlib.import_module("iowa_build.market")
network = importlib.import_module("iowa_build.network")


def test_tables_are_those_of_the_fit():
    orders = history.training()
    fitted = demand.fit_demand(orders, calibration.COVER_DAYS, None)
    shocks = dispersion.shocks_of(dispersion.measure(orders), calibration.days_before(fitted))
    tables = market.market_tables(orders, fitted, shocks)
    del tables["events"]  # corrected by the generator, which takes a while: the slow test below
    tables |= {"sites": network.sites(orders), "lanes": network.lanes(orders)}
    for name, table in tables.items():
        committed = (PACK / "tables" / f"{name}.csv").read_text(encoding="utf-8")
        assert table.to_csv(index=False, lineterminator="\n") == committed, name
    committed = (PACK / "calibrated.yaml").read_text(encoding="utf-8")
    assert calibration.calibrated_yaml(fitted, shocks) == committed


@pytest.mark.slow
def test_build_from_a_copy_of_the_source_gives_the_committed_bytes(tmp_path):
    copy = tmp_path / "pack"
    shutil.copytree(PACK / "source", copy / "source")
    kept = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACK / "iowa_build", copy / "iowa_build", ignore=kept)
    shutil.copy(PACK / "build.py", copy)
    before = {path for path in copy.rglob("*") if path.is_file()}
    command = [sys.executable, "-B", str(copy / "build.py")]
    subprocess.run(command, check=True, cwd=tmp_path, timeout=600)
    made = sorted(path for path in copy.rglob("*") if path.is_file() and path not in before)
    names = [path.relative_to(copy) for path in made]
    assert len(names) == 20
    different = [
        str(name) for name in names if (copy / name).read_bytes() != (PACK / name).read_bytes()
    ]
    assert different == []
