"""``channelwright warmup STUDY``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.cli.console import say
from channelwright.cli.numbers import number

if TYPE_CHECKING:
    from channelwright.stats.steady import Steady


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("study", help="folder of a study, results/studies/NAME")
    parser.add_argument(
        "--measure",
        default="units_sold",
        metavar="NAME",
        help="column of table cells (default: units_sold)",
    )
    parser.add_argument("--design", metavar="NAME", help="default: the baseline")
    parser.add_argument("--scenario", metavar="NAME", help="default: the first of the study")
    parser.add_argument("--plot", metavar="FILE", help="write Welch's plot as SVG")


def run(options: argparse.Namespace) -> int:
    """Say where output becomes steady, its mean by batch means, and what the pack leaves out."""
    from channelwright.reporting.sections.warm_up import steady_of
    from channelwright.store import load_study
    from channelwright.store.files import write_whole

    study = load_study(options.study)
    found, warm_up = steady_of(study, options.measure, options.design, options.scenario)
    say(f"{options.measure} over its expected seasonal level: {found.found} (periods are weeks)")
    say(f"the pack leaves out {warm_up:g} weeks{_verdict(found, warm_up)}")
    if found.interval is not None:
        middle, low, high = (
            number(value)
            for value in (found.interval.estimate, found.interval.low, found.interval.high)
        )
        say(
            f"{options.measure} in a week of the steady part of one run: {middle}, "
            f"{found.interval.confidence:.0%} interval {low} to {high} by batch means"
        )
        if found.dependent:
            say("its batches are still correlated: the interval is too narrow, simulate longer")
    if options.plot:
        from channelwright.reporting.figures.warm_up import warm_up_file

        words = options.measure.replace("_", " ")
        write_whole(Path(options.plot), warm_up_file(found, warm_up, words).encode())
        say(f"plot: {options.plot}")
    return 0


def _verdict(found: Steady, warm_up: float) -> str:
    if found.found.too_short:
        return ": simulate longer to judge it"
    enough = warm_up >= found.found.periods
    return ", enough by MSER-5" if enough else f": MSER-5 asks for {found.found.periods}"
