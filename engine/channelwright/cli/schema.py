"""``channelwright schema``."""

from __future__ import annotations

import argparse
import json

from channelwright.cli.console import say


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments (none)."""


def run(options: argparse.Namespace) -> int:
    """Print the JSON Schema of the files of a pack."""
    del options
    from channelwright.scenario import schema

    say(json.dumps(schema(), indent=2, ensure_ascii=False))
    return 0
