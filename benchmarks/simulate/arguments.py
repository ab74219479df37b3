"""The command line of `python -m benchmarks simulate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.simulate.page import PAGE
from benchmarks.simulate.shops import Case

#: The reference needs some three seconds of processor time for so many outlets times days.
REFERENCE_WORK = 56_000
MECHANISM_DAYS = 28
OVERHEAD_PAIRS = 20
_ABOUT = "The engine beside the reference, a floor, bare SimPy and peers, on the flagship."
_CODES = (
    "exit codes: 0 engine and reference agree, 1 they differ (no ratios then) or the page has no "
    "place for the results, 2 wrong usage"
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all options."""
    found = argparse.ArgumentParser(
        prog="python -m benchmarks simulate", description=_ABOUT, epilog=_CODES
    )
    _add_work(found)
    instead = found.add_mutually_exclusive_group()
    instead.add_argument(
        "--scale",
        type=at_least(1),
        nargs="*",
        metavar="OUTLETS",
        help="packs of these sizes instead: time, memory, times the floor and the exponent",
    )
    instead.add_argument(
        "--overheads",
        type=at_least(3, "fewer pairs give no interval"),
        nargs="?",
        const=OVERHEAD_PAIRS,
        metavar="PAIRS",
        help="what hooks that are off and the check of the books cost instead, by pairs of runs "
        f"(default: {OVERHEAD_PAIRS})",
    )
    found.add_argument(
        "--json",
        action="store_true",
        help="one JSON object per row (subject, against, orders, seconds, ratio ...), no notes, "
        "no page",
    )
    found.add_argument(
        "--page",
        type=Path,
        help="page whose section is written anew; default docs/benchmarks.md if the whole work "
        "was done beside all peers",
    )
    found.add_argument(
        "--quick", action="store_true", help="at most 200 outlets and 14 days, each run once"
    )
    return found


def _add_work(found: argparse.ArgumentParser) -> None:
    found.add_argument(
        "--outlets", type=at_least(1), metavar="N", help="outlets of the flagship (default: all)"
    )
    found.add_argument(
        "--days", type=at_least(1), metavar="D", help="days (default: the whole horizon)"
    )
    found.add_argument(
        "--reference-days",
        type=at_least(1),
        metavar="D",
        help=f"days beside the reference (default: outlets x days up to {REFERENCE_WORK:,})",
    )
    found.add_argument(
        "--peer-days",
        type=at_least(0),
        default=Case().days,
        metavar="D",
        help=f"days of the shops case, 0 = no peers (default: {Case().days})",
    )
    found.add_argument(
        "--mechanism-days",
        type=at_least(0),
        default=MECHANISM_DAYS,
        metavar="D",
        help="days of the full world (all outlets, its mechanisms on), 0 = leave it out "
        f"(default: {MECHANISM_DAYS})",
    )


def at_least(least: int, why: str = "") -> Callable[[str], int]:
    """Return what reads a whole number and refuses one below the least, saying why."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError as error:
            message = f"{text!r} is no whole number"
            raise argparse.ArgumentTypeError(message) from error
        if value < least:
            message = f"{value} is less than {least}" + (f"; {why}" if why else "")
            raise argparse.ArgumentTypeError(message)
        return value

    return read


def page_of(options: argparse.Namespace) -> Path | None:
    """Return the page to write: none where rows are asked for or a part of the work is done."""
    given = options.outlets or options.days or options.reference_days
    less = options.peer_days < Case().days or options.mechanism_days < MECHANISM_DAYS
    whole = not (options.json or options.quick or given or less)
    target: Path | None = options.page or (PAGE if whole else None)
    return target
