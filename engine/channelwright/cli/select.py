"""``channelwright select PACK``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from channelwright.cli.cluster import on_cluster
from channelwright.cli.console import progress, say, say_table
from channelwright.cli.options import add_pack, add_place, names, positive

if TYPE_CHECKING:
    import pandas as pd

UNDECIDED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    parser.add_argument("--kpi", default="contribution", help="KPI to be best in")
    parser.add_argument(
        "--zone",
        type=float,
        required=True,
        metavar="D",
        help="smallest difference that matters, in the unit of the KPI",
    )
    parser.add_argument("--designs", metavar="NAME,...", help="default: the pack's study")
    parser.add_argument("--scenario", metavar="NAME", help="default: the study's first")
    parser.add_argument("--confidence", type=float, default=0.95, metavar="P")
    parser.add_argument("--budget", type=positive, metavar="N", help="runs of all designs at most")
    parser.add_argument("--seed", type=positive, metavar="N", help="seed of the random worlds")
    add_place(parser)
    parser.add_argument("--out", default="results", metavar="DIR", help="results folder")


def run(options: argparse.Namespace) -> int:
    """Select the best design; 1 if the budget ended before the answer."""
    from channelwright.scenario import read_scenario
    from channelwright.studies.selecting import select
    from channelwright.studies.setting import Setting

    pack = read_scenario(options.pack, options.scenario)
    with on_cluster(options) as cluster, progress(f"select {pack.name}") as show:
        answer = select(
            pack,
            options.kpi,
            zone=options.zone,
            designs=names(options.designs),
            scenario=options.scenario,
            confidence=options.confidence,
            budget=options.budget,
            setting=Setting(
                seed=options.seed,
                workers=options.workers,
                out=options.out,
                progress=show,
                cluster=cluster,
            ),
        )
    say_table(_shown(answer.table()))
    say(f"\n{answer}")
    say(f"assumed: {answer.selection.assumption}")
    return 0 if answer.selection.finished else UNDECIDED


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = table.copy()
    shown["mean"] = [f"{value:,.6g}" for value in table["mean"]]
    shown["in_the_race"] = ["yes" if flag else "no" for flag in table["in_the_race"]]
    return shown.astype(str)
