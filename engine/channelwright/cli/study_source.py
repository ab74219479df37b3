"""Verbs that ask about two designs of a study, or of a pack whose study is then made first."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.cli.console import progress, say, stage
from channelwright.cli.options import add_place, add_seed, positive
from channelwright.foundation.errors import UsageError

if TYPE_CHECKING:
    from channelwright.studies import Runs
    from channelwright.studies.cluster import Cluster

PLAN = "plan.json"


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the study or pack, and what a study of a pack needs."""
    parser.add_argument("source", help="study folder (results/studies/NAME), or a scenario pack")
    parser.add_argument("--scenario", metavar="NAME", help="default: the study's first")
    parser.add_argument(
        "--replications", type=positive, metavar="N", help="of a pack's study (default: the pack's)"
    )
    add_seed(parser)
    add_place(parser)
    parser.add_argument("--out", default="results", metavar="DIR", help="results folder of a pack")
    parser.add_argument("--no-report", action="store_true", help="tables only")


def runs_of(
    options: argparse.Namespace, designs: list[str], cluster: Cluster | None = None
) -> Runs:
    """Return the runs of a study, or simulate designs of a pack.

    Parameters
    ----------
    designs : names that a pack's study must have, the baseline first; empty = the pack's baseline
    cluster : where a pack's study is simulated; None = local processes
    """
    from channelwright.studies import Runs, simulate

    folder = Path(options.source)
    if (folder / PLAN).is_file():
        from channelwright.store import load_study

        if options.seed is not None or options.replications is not None:
            message = f"{folder} is a study: its seed and replications are given; leave them out"
            raise UsageError(message)
        return Runs(load_study(folder))
    from channelwright.scenario import read_scenario

    pack = read_scenario(options.source, options.scenario)
    named = [name or pack.study.baseline for name in designs]
    with progress(f"simulate {pack.name}") as show:
        return simulate(
            pack,
            list(dict.fromkeys(named)),
            baseline=named[0],
            scenarios=[options.scenario] if options.scenario else None,
            replications=options.replications,
            seed=options.seed,
            workers=options.workers,
            out=options.out,
            progress=show,
            cluster=cluster,
        )


def put_into_report(options: argparse.Namespace, runs: Runs, quiet: bool = False) -> None:
    """Write the report of the runs with what was found, unless it is not wanted.

    Parameters
    ----------
    quiet : the output is read by a program; say nothing
    """
    if options.no_report:
        return
    from channelwright.reporting import report

    with stage("writing the report"):
        page = report(runs, scenario=options.scenario)
    if not quiet:
        say(f"\nreport: {page}")
