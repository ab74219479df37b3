"""Golden gates on a reduced copy of the flagship: stored, passed, and broken by a loss."""

from __future__ import annotations

import json
import re
import shutil
from xml.etree import ElementTree as ET

from benchmarks.gates.world import reduced
from channelwright.cli.main import main
from tests.conftest import ROOT

FLAGSHIP = ROOT / "scenarios" / "yangtze_beverage"
#: Short runs of few outlets know profit to a few per cent only.
GATES = """
extends: scenario.yaml
study:
  designs: [today]
  expect:
    - {kpi: case_fill_rate, design: "*", at_least: 0.95, confidence: 0.95}
    - {kpi: contribution, design: today, not_below: golden, tolerance: 8 %, confidence: 0.99}
    - {kpi: case_fill_rate, design: today, not_below: golden, tolerance: 8 %, confidence: 0.99}
"""


def test_batch_runs_the_gates_of_a_folder_and_a_loss_breaks_them(tmp_path, capsys):
    folder = tmp_path / "scenarios" / "flagship"
    reduced(FLAGSHIP, folder, every=10, days=49)
    (folder / "gates.yaml").write_text(GATES, encoding="utf-8")
    shutil.copytree(ROOT / "tests/data/packs/tiny", folder.parent / "broken")
    (folder.parent / "broken" / "gates.yaml").write_text("extends: nothing.yaml\n")
    out = ["--out", str(tmp_path / "out"), "--golden", str(tmp_path / "golden"), "--workers", "1"]
    assert main(["golden", str(folder / "gates.yaml"), "--replications", "16", *out]) == 0
    study = ["--replications", "6", "--budget", "12"]
    assert main(["batch", str(folder.parent), *study, *out]) == 1
    shown = capsys.readouterr().out
    assert re.search(r"^flagship +pass", shown, re.MULTILINE)
    assert re.search(r"^broken +no good answer", shown, re.MULTILINE)
    report = next((tmp_path / "out" / "studies").glob("yangtze_beverage-*/report"), None)
    reports = sorted((tmp_path / "out" / "studies").glob("*/report/gates.json"))
    gates = json.loads(reports[0].read_text(encoding="utf-8"))["gates"]
    golden = [gate for gate in gates if "golden" in gate["bound"]]
    assert report is not None
    assert [gate["verdict"] for gate in golden] == ["pass", "pass"]
    assert ET.parse(report / "gates.xml").getroot()[0].get("failures") == "0"
    assert "not below golden" in (report / "summary.md").read_text(encoding="utf-8")

    shutil.rmtree(folder.parent / "broken")
    modes = folder / "tables" / "modes.csv"
    modes.write_text(modes.read_text().replace(",0.85,", ",0.3,").replace(",0.76,", ",0.2,"))
    assert main(["batch", str(folder.parent), *study, "--no-report", *out]) == 1
    shown = capsys.readouterr().out
    assert "the market differs from the golden one" in shown
    assert "fail" in shown
