"""``channelwright transition STUDY DESIGN``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.cli.console import say, say_table, stage
from channelwright.cli.options import positive
from channelwright.cli.way import add_designs, folder_of, runs_of, write_found

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.transition import TransitionPath

#: Columns of the path that a terminal shows; the file has them all.
_SHOWN = {
    "month": "month",
    "date": "from",
    "operating": "operations",
    "dip": "dip",
    "receivables": "receivables",
    "cash": "cash",
    "cash_sum": "summed",
    "people": "people",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, "transition", "design to arrive at", "design to leave")
    parser.add_argument("--months", type=positive, metavar="N", help="length of the path")
    parser.add_argument("--waves", type=positive, metavar="N", help="groups of areas")
    parser.add_argument("--wave-months", type=positive, metavar="N", help="between waves")


def run(options: argparse.Namespace) -> int:
    """Show the way from one design to another and write its tables and figure."""
    from channelwright.studies.transition import transition

    runs = runs_of(options)
    with stage(f"the way to {options.target}"):
        path = transition(
            runs,
            options.target,
            start=options.start,
            scenario=options.scenario,
            months=options.months,
            waves=options.waves,
            wave_months=options.wave_months,
        )
    folder = folder_of(options, runs, "transition")
    _write(folder, path)
    say_table(_areas(path.areas), "areas, in the order of their change")
    say()
    say_table(_path(path.table()), f"cash against staying, {path.currency}", needed=4)
    say(f"\n{path}")
    if not path.from_pack:
        say("the pack has no section transition: dips, hiring and houses are free of cost")
    say(f"written to {folder}")
    return 0


def _write(folder: Path, path: TransitionPath) -> None:
    from channelwright.reporting.figures.transition import transition_figure
    from channelwright.store.files import write_whole

    table, people = path.table(), path.head_count()
    tables = {"path": table, "people": people, "areas": path.areas}
    write_found(folder, tables, "summary", path.summary())
    figure = transition_figure(table, people, path.areas, path.currency)
    write_whole(folder / "path.svg", figure.encode())


def _areas(table: pd.DataFrame) -> pd.DataFrame:
    shown = table[["area", "name", "month", "outlets_changed"]].astype(str)
    shown["volume"] = [f"{share:.0%}" for share in table["volume_changed"]]
    gains = zip(table["gain_per_year"], table["gain_low"], table["gain_high"], strict=True)
    shown["gain a year"] = [f"{gain:,.0f} [{low:,.0f}, {high:,.0f}]" for gain, low, high in gains]
    return shown.rename(columns={"outlets_changed": "outlets"})


def _path(table: pd.DataFrame) -> pd.DataFrame:
    shown = table[list(_SHOWN)].rename(columns=_SHOWN)
    return shown.map(lambda value: f"{value:,.0f}" if isinstance(value, float) else str(value))
