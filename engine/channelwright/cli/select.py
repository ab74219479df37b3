"""``channelwright select PACK``."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

from channelwright.cli.cluster import on_cluster
from channelwright.cli.console import progress, say, say_table
from channelwright.cli.numbers import scale_of
from channelwright.cli.options import add_pack, add_place, add_seed, names, positive
from channelwright.foundation.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.model.study import Pack
    from channelwright.studies.setting import Setting

    #: Table, lines below it, and whether the procedure came to its end.
    Answer = tuple[pd.DataFrame, list[str], bool]

UNDECIDED = 1
FEWEST = 2
#: Rows of a table of designs; of more, the best are shown and the others summed up.
ROWS = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    parser.add_argument(
        "--kpi", default="contribution", help="KPI to be best in (default: contribution)"
    )
    parser.add_argument(
        "--procedure",
        choices=("kn", "ocba", "screen"),
        default="kn",
        help="kn: until the best is known with the confidence; ocba: a budget spent where it tells "
        "designs apart; screen: which of many may still be best after --first runs of each",
    )
    parser.add_argument(
        "--zone",
        type=float,
        metavar="D",
        help="kn: smallest difference that matters, in the unit of the KPI",
    )
    parser.add_argument(
        "--first",
        type=positive,
        default=10,
        metavar="N",
        help="runs of each design at first (default: 10)",
    )
    parser.add_argument("--designs", metavar="NAME,...", help="default: the pack's study")
    parser.add_argument("--scenario", metavar="NAME", help="default: the study's first")
    parser.add_argument(
        "--confidence",
        type=float,
        default=0.95,
        metavar="P",
        help="kn, screen: probability that the answer is right (default: 0.95)",
    )
    parser.add_argument("--budget", type=positive, metavar="N", help="runs of all designs at most")
    add_seed(parser)
    add_place(parser)
    parser.add_argument("--out", default="results", metavar="DIR", help="results folder")


def run(options: argparse.Namespace) -> int:
    """Select the best design; 1 if the budget ended before the answer.

    Raises
    ------
    UsageError
        An option that the procedure needs is missing, or a number is too small.
    """
    from channelwright.cli.compare import check_kpi
    from channelwright.scenario import read_scenario
    from channelwright.studies.setting import Setting

    asked = check_kpi(options.kpi, "--kpi")
    _needed(options)
    pack = read_scenario(options.pack, options.scenario)
    with on_cluster(options) as cluster, progress(f"select {pack.name}") as show:
        setting = Setting(
            seed=options.seed,
            workers=options.workers,
            out=options.out,
            progress=show,
            cluster=cluster,
        )
        table, lines, finished = _PROCEDURES[options.procedure](pack, options, setting)
    unit = asked.unit.replace("currency", pack.market.finance.currency)
    shown, rest = _best_first(table, options.kpi)
    say_table(_shown(shown), f"{options.kpi} in {unit}")
    if len(rest):
        say(_summed_up(rest))
    say()
    for line in lines:
        say(line)
    return 0 if finished else UNDECIDED


def _needed(options: argparse.Namespace) -> None:
    for procedure, option in (("kn", "zone"), ("ocba", "budget")):
        if options.procedure == procedure and getattr(options, option) is None:
            message = f"--procedure {procedure} needs --{option}"
            raise UsageError(message)
    if options.zone is not None and not 0.0 < options.zone < math.inf:
        message = f"--zone is {options.zone:g}; give the smallest difference that matters, above 0"
        raise UsageError(message)
    if not 0.0 < options.confidence < 1.0:
        message = f"--confidence is {options.confidence:g}; give a probability such as 0.95"
        raise UsageError(message)
    if options.first < FEWEST:
        message = f"--first is {options.first}; give {FEWEST} or more"
        raise UsageError(message)


def _kn(pack: Pack, options: argparse.Namespace, setting: Setting) -> Answer:
    from channelwright.studies.selecting import select

    answer = select(
        pack,
        options.kpi,
        zone=options.zone,
        designs=names(options.designs),
        scenario=options.scenario,
        confidence=options.confidence,
        first=options.first,
        budget=options.budget,
        setting=setting,
    )
    found = answer.selection
    return answer.table(), [str(answer), f"assumed: {found.assumption}"], found.finished


def _ocba(pack: Pack, options: argparse.Namespace, setting: Setting) -> Answer:
    from channelwright.stats.allocation import ASSUMPTION
    from channelwright.studies.selecting import allocate

    answer = allocate(
        pack,
        options.kpi,
        budget=options.budget,
        designs=names(options.designs),
        scenario=options.scenario,
        first=options.first,
        setting=setting,
    )
    return answer.table(), [str(answer), f"assumed: {ASSUMPTION}"], True


def _screen(pack: Pack, options: argparse.Namespace, setting: Setting) -> Answer:
    from channelwright.studies.selecting import listed, screened

    table = screened(
        pack,
        options.kpi,
        designs=names(options.designs),
        scenario=options.scenario,
        confidence=options.confidence,
        first=options.first,
        setting=setting,
    )
    left = _best_first(table[table["in_the_race"]], options.kpi, rows=0)[1]["design"].tolist()
    text = (
        f"{len(left)} of {len(table)} designs may be the best; they hold it with probability at "
        f"least {options.confidence:g}: {listed(left)}"
    )
    return table, [text], True


_PROCEDURES = {"kn": _kn, "ocba": _ocba, "screen": _screen}


def _best_first(
    table: pd.DataFrame, kpi: str, rows: int = ROWS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows to show and those to sum up: none of a short table, which keeps its order.

    Of a long one those still in the race come first, and of these the best.
    """
    from channelwright.rules.kpi_registry import KPIS

    if len(table) <= rows:
        return table, table.iloc[:0]
    less = kpi in KPIS and KPIS[kpi].more_is_better is False
    ordered = table.sort_values("mean", ascending=less, kind="stable")
    if "in_the_race" in table:
        ordered = ordered.sort_values("in_the_race", ascending=False, kind="stable")
    return ordered.iloc[:rows], ordered.iloc[rows:]


def _summed_up(rest: pd.DataFrame) -> str:
    """Return one line about the designs that a long table leaves out."""
    scale = scale_of(rest["mean"])
    low, high = scale.number(rest["mean"].min()), scale.number(rest["mean"].max())
    race = f", {rest['in_the_race'].sum()} of them in the race" if "in_the_race" in rest else ""
    return f"and {len(rest)} more, means {low} to {high}{race}"


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = table.copy()
    shown["mean"] = [scale_of(table["mean"]).number(value) for value in table["mean"]]
    if "in_the_race" in table:
        shown["in_the_race"] = ["yes" if flag else "no" for flag in table["in_the_race"]]
    return shown.astype(str).rename(columns=lambda name: str(name).replace("_", " "))
