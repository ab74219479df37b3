"""``--save-as NAME``: the chosen design becomes a given one of its pack."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from channelwright.cli.console import say

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.model.study import Pack


def add_save_as(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--save-as",
        metavar="NAME",
        help="write the answer into the pack as a design that is given, to change or to compare",
    )


def check_save_as(options: argparse.Namespace, request: str) -> None:
    """Refuse a name that is taken before an answer is sought.

    Raises
    ------
    UsageError
        The name cannot be used.
    """
    if options.save_as is not None:
        from channelwright.scenario import check_free

        check_free(options.pack, request, options.save_as)


def save_as(options: argparse.Namespace, pack: Pack, request: str, design: Design) -> None:
    """Write the answer into the pack if the option asks for it, and say what can be done with it.

    Raises
    ------
    UsageError
        The name cannot be used or is taken.
    """
    if options.save_as is None:
        return
    from channelwright.scenario import write_given

    written = write_given(options.pack, request, design, options.save_as)
    say(f"\nsaved as design {written.name!r}: {written.files[0]} and its tables")
    if written.different:
        say(
            f"as a given design it differs in: {', '.join(written.different)} "
            "(a pack plans people's territories and days by rule)"
        )
    both = f"{pack.study.baseline},{written.name}"
    say(f"compare it: channelwright compare {options.pack} --designs {both}")
