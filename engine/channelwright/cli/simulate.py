"""``channelwright simulate PACK``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from channelwright.cli.console import progress, say, say_error
from channelwright.cli.options import add_pack, add_study, names

if TYPE_CHECKING:
    from channelwright.model.study import Pack
    from channelwright.studies import Runs

FAILED = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    add_study(parser)


def run(options: argparse.Namespace) -> int:
    """Simulate and say where the tables are."""
    _, runs = simulated(options)
    say(f"study: {runs.path}")
    return after_failures(runs)


def simulated(options: argparse.Namespace) -> tuple[Pack, Runs]:
    """Read the pack and simulate what the options ask for."""
    from channelwright.scenario import read_scenario
    from channelwright.studies import simulate

    pack = read_scenario(options.pack)
    with progress(f"simulate {pack.name}") as show:
        runs = simulate(
            pack,
            names(options.designs),
            replications=options.replications,
            seed=options.seed,
            scenarios=names(options.scenarios),
            workers=options.workers,
            out=options.out,
            study=options.study,
            keep=options.keep,
            progress=show,
        )
    return pack, runs


def after_failures(runs: Runs) -> int:
    """Name failed runs; 3 if there are any, else 0."""
    failures = runs.failures
    for row in failures.itertuples(index=False):
        say_error(f"run failed: {row}")
    return FAILED if len(failures) else 0
