"""The command `compare`, killed half-way, goes on where it was and gives the same tables."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT

PACK = ROOT / "engine" / "channelwright" / "scenario" / "example"
TABLES = ("cells", "ledger", "site_cells", "rep_cells", "effort", "kpis")


def command(out: Path) -> list[str]:
    code = "import sys; from channelwright.cli.main import main; sys.exit(main())"
    arguments = ["compare", str(PACK), "--designs", "today,direct", "--replications", "4"]
    arguments += ["--workers", "2", "--no-report"]
    return [sys.executable, "-c", code, *arguments, "--out", str(out), "--study", "killed"]


def finished(out: Path) -> dict[str, int]:
    """Finished runs and the inode of their folder, which a repeated run would change."""
    return {p.parent.name: p.parent.stat().st_ino for p in out.glob("runs/*/manifest.json")}


def tables(out: Path) -> dict[str, str]:
    return {
        f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.glob("runs/*/*.parquet"))
        if path.stem in TABLES
    }


def test_kill_and_go_on(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    subprocess.run(command(whole), check=True, capture_output=True, timeout=240)
    process = subprocess.Popen(
        command(broken),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    limit = time.monotonic() + 120
    while len(finished(broken)) < 2 and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    before = finished(broken)
    assert 2 <= len(before) < len(finished(whole))
    subprocess.run(command(broken), check=True, capture_output=True, timeout=240)
    after = finished(broken)
    assert {run: after[run] for run in before} == before
    assert tables(broken) == tables(whole)
    journal = (broken / "studies" / "killed" / "journal.jsonl").read_text().splitlines()
    ended = [row["run_id"] for row in map(json.loads, journal) if row["event"] == "finished"]
    assert len(ended) == len(set(ended))
    # A run may be whole on disk when the kill comes before its line: it is found, not repeated.
    assert set(ended) <= set(after)
    assert set(after) - set(ended) <= set(before)
