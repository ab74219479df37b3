"""A reduced copy of a pack, small enough for hundreds of runs."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

LEFT_OUT = ("source", "__pycache__", "*_pack", "build.py", "gates.yaml", "README.md")
_VOLUMES = ("weekly_cases", "category_cases")


def reduced(source: Path, target: Path, *, every: int = 4, days: int = 112) -> Path:
    """Copy a pack with every n-th outlet, each with n times the volume, and a shorter horizon.

    Sites, people, prices and shocks stay: the same market and cash in fewer doors.

    Parameters
    ----------
    source, target : Path
    every : int
    days : int, horizon with warm-up
    """
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    kept = _thin_outlets(target / "tables" / "outlets.csv", every)
    for path in sorted((target / "designs").glob("*_outlets.csv")):
        _keep(path, kept)
    root = target / "scenario.yaml"
    text = root.read_text(encoding="utf-8")
    root.write_text(re.sub(r"horizon_days: \d+", f"horizon_days: {days}", text), encoding="utf-8")
    return target


def _thin_outlets(path: Path, every: int) -> set[str]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::every]
    for row in rows:
        row.update({name: f"{float(row[name]) * every:.3f}" for name in _VOLUMES})
    _write(path, rows)
    return {row["id"] for row in rows}


def _keep(path: Path, outlets: set[str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["outlet"] in outlets]
    _write(path, rows)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
