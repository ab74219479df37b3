"""``channelwright report STUDY``."""

from __future__ import annotations

import argparse
from pathlib import Path

from channelwright.cli.console import say, stage
from channelwright.foundation.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("study", help="folder of a study, such as results/studies/NAME")
    parser.add_argument("--out", metavar="DIR", help="default: the study's folder")


def run(options: argparse.Namespace) -> int:
    """Write the report of a study again.

    Raises
    ------
    UsageError
        If the folder does not exist.
    """
    from channelwright.reporting import report

    folder = Path(options.study)
    if not folder.is_dir():
        message = f"there is no study folder {folder}"
        raise UsageError(message)
    with stage("writing the report"):
        page = report(folder, options.out)
    say(f"report: {page}")
    return 0
