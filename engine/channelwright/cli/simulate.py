"""``channelwright simulate PACK``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from channelwright.cli.cluster import on_cluster
from channelwright.cli.console import progress, say, say_error, say_warning
from channelwright.cli.options import add_pack, add_study, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.study import Pack
    from channelwright.studies import Runs
    from channelwright.studies.rounds import Settled, Target

FAILED = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    add_study(parser)


def run(options: argparse.Namespace) -> int:
    """Simulate and say where the tables are."""
    runs = simulated(read_pack(options), options)
    say(f"study: {runs.path}")
    return after_failures(runs)


def read_pack(options: argparse.Namespace) -> Pack:
    """Read the pack with the scenarios that the options name, or those of its study."""
    from channelwright.scenario import read_scenario

    pack = read_scenario(options.pack, names(options.scenarios))
    if pack.warnings:
        count = len(pack.warnings)
        noun, them = ("price", "it") if count == 1 else ("prices", "them")
        check = f"channelwright check {options.pack}"
        say_warning(f"{count} {noun} below cost; {check} lists {them}")
    return pack


def simulated(pack: Pack, options: argparse.Namespace, baseline: str | None = None) -> Runs:
    """Simulate what the options ask for."""
    from channelwright.studies import simulate

    with on_cluster(options) as cluster, progress(f"simulate {pack.name}") as show:
        return simulate(
            pack,
            names(options.designs),
            replications=options.replications,
            seed=options.seed,
            scenarios=names(options.scenarios),
            workers=options.workers,
            cluster=cluster,
            out=options.out,
            study=options.study,
            keep=options.keep,
            baseline=baseline,
            progress=show,
        )


def in_rounds(
    pack: Pack, options: argparse.Namespace, targets: Sequence[Target]
) -> tuple[Settled, Pack]:
    """Simulate in rounds up to the budget; return the pack with the gates as they are judged."""
    from channelwright.studies.rounds import simulate_until
    from channelwright.studies.setting import Setting

    with on_cluster(options) as cluster, progress(f"simulate {pack.name}") as show:
        setting = Setting(
            options.seed,
            names(options.scenarios),
            options.baseline,
            options.workers,
            options.out,
            options.study,
            options.keep,
            show,
            cluster=cluster,
        )
        settled = simulate_until(
            pack,
            names(options.designs),
            budget=options.budget,
            targets=targets,
            replications=options.replications,
            setting=setting,
            golden=options.golden,
        )
    return settled, settled.pack


def after_failures(runs: Runs) -> int:
    """Name failed runs; 3 if there are any, else 0."""
    failures = runs.failures
    for row in failures.itertuples(index=False):
        run = f"{row.design}, {row.scenario}, replication {row.replication}"
        say_error(f"run failed: {run}: {row.error}: {row.message}")
    return FAILED if len(failures) else 0
