"""``channelwright batch FOLDER``."""

from __future__ import annotations

import argparse
from pathlib import Path

from channelwright.cli import compare
from channelwright.cli.console import say, say_error, say_table
from channelwright.foundation.errors import ChannelwrightError, UsageError

PACK_FILE = "scenario.yaml"
#: What a folder may hold beside its pack for this verb: the same pack with the study that CI runs.
GATES_FILE = "gates.yaml"
#: Exit codes from the lightest to the gravest.
_GRAVITY = (0, 1, 2, 3)
_WORDS = {0: "pass", 1: "no good answer", 2: "wrong usage", 3: "runs failed"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments: those of `compare`, with a folder of packs instead of a pack."""
    compare.configure(parser)
    for action in parser._actions:
        if action.dest == "pack":
            action.help = (
                f"folder; every folder below it with a {PACK_FILE} is a pack, and its "
                f"{GATES_FILE}, where it has one, is what is run"
            )


def run(options: argparse.Namespace) -> int:
    """Compare every pack; the exit code is the gravest of theirs.

    Raises
    ------
    UsageError
        If the folder holds no pack.
    """
    import pandas as pd

    folder = Path(options.pack)
    packs = sorted(path.parent for path in folder.rglob(PACK_FILE))
    if not packs:
        message = f"there is no {PACK_FILE} below {folder}; name a folder that holds packs"
        raise UsageError(message)
    codes: dict[str, int] = {}
    for pack in packs:
        name = pack.relative_to(folder).as_posix()
        say(f"=== {name}")
        special = pack / GATES_FILE
        codes[name] = _one(special if special.exists() else pack, options)
        say()
    shown = {"pack": list(codes), "result": [_WORDS[code] for code in codes.values()]}
    say_table(pd.DataFrame(shown | {"exit code": [str(code) for code in codes.values()]}), "packs")
    return max(codes.values(), key=_GRAVITY.index)


def _one(pack: Path, options: argparse.Namespace) -> int:
    """Compare one pack; an error is shown and the next pack has its turn."""
    try:
        return compare.run(argparse.Namespace(**{**vars(options), "pack": str(pack)}))
    except ChannelwrightError as error:
        if options.debug:
            raise
        say_error(str(error))
        return int(getattr(error, "exit_code", 1))
