"""``channelwright check PACK``."""

from __future__ import annotations

import argparse

from channelwright.cli.console import say
from channelwright.cli.options import add_pack


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)


def run(options: argparse.Namespace) -> int:
    """List every problem of a pack; 0 if there is none."""
    from channelwright.scenario import report_check

    text, code = report_check(options.pack)
    say(text)
    return int(code)
