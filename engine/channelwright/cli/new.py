"""``channelwright new DIR``."""

from __future__ import annotations

import argparse
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from channelwright.cli.console import say
from channelwright.foundation.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", help="folder to make; it must not exist")


def run(options: argparse.Namespace) -> int:
    """Copy the example pack into a new folder.

    Raises
    ------
    UsageError
        If the folder exists.
    """
    folder = Path(options.folder)
    if folder.exists():
        message = f"{folder} exists already; name a folder that does not"
        raise UsageError(message)
    with as_file(files("channelwright.scenario") / "example") as source:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    say(f"made {folder}: edit its tables, then run")
    say(f"  channelwright check {folder}")
    say(f"  channelwright compare {folder}")
    return 0
