"""``channelwright new DIR``."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from channelwright.cli.console import say
from channelwright.foundation.errors import UsageError

#: Names that a pack may have.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", help="folder to make; it must not exist")


def _name(folder: Path) -> None:
    """Call the pack as its folder is called, where that is a name."""
    if _NAME.fullmatch(folder.name):
        path = folder / "scenario.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("\nname: example\n", f"\nname: '{folder.name}'\n", 1), encoding="utf-8"
        )


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
    _name(folder)
    say(f"made {folder}: edit its tables, then run")
    for verb in ("check", "compare"):
        say(f"  channelwright {verb} {shlex.quote(str(folder))}")
    say("The first run after an installation compiles for a minute.")
    return 0
