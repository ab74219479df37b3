"""What `pilot` and `transition` share: two designs of a study, and a folder for what is found."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.runs import Runs


def add_designs(parser: argparse.ArgumentParser, verb: str, target: str, start: str) -> None:
    """Add the study, its two designs and the folder; `target` and `start` say what they are."""
    parser.add_argument("study", help="folder of a study with runs of both designs")
    parser.add_argument("target", help=target)
    parser.add_argument("--start", metavar="NAME", help=f"{start} (default: the baseline)")
    parser.add_argument("--scenario", metavar="NAME", help="default: the study's first")
    parser.add_argument("--out", metavar="DIR", help=f"default: {verb}/TARGET in the study")


def runs_of(options: argparse.Namespace) -> Runs:
    """Return the runs of the study."""
    from channelwright.store import load_study
    from channelwright.studies.runs import Runs

    return Runs(load_study(options.study))


def folder_of(options: argparse.Namespace, runs: Runs, verb: str) -> Path:
    """Return the folder that was asked for, else one of the verb and the target in the study."""
    return Path(options.out) if options.out else runs.path / verb / options.target


def write_found(
    folder: Path, tables: Mapping[str, pd.DataFrame], name: str, told: Mapping[str, object]
) -> None:
    """Write tables as CSV and what else was found as one JSON file."""
    from channelwright.store.files import write_whole

    for table, frame in tables.items():
        write_whole(folder / f"{table}.csv", frame.to_csv(index=False).encode())
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    write_whole(folder / f"{name}.json", text.encode())
