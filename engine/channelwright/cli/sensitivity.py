"""``channelwright sensitivity PACK``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.cli.cluster import on_cluster
from channelwright.cli.compare import check_kpi
from channelwright.cli.console import progress, say, say_table
from channelwright.cli.numbers import number
from channelwright.cli.options import add_pack, add_place, add_seed, names, positive

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.sensitivity import Vary

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_VARY = re.compile(
    rf"^(?P<path>\S+?)=(?P<x>x?)(?P<low>{_NUMBER}):(?P<y>x?)(?P<high>{_NUMBER})(?P<percent>%?)$"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    parser.add_argument(
        "--vary",
        type=vary,
        action="append",
        required=True,
        metavar="PATH=LOW:HIGH",
        help="an assumption and its range; xLOW:xHIGH multiplies what the pack says, and "
        "market.tables.TABLE[*].COLUMN is a whole column",
    )
    parser.add_argument("--method", choices=("tornado", "morris", "sobol"), default="tornado")
    parser.add_argument(
        "--size",
        type=positive,
        default=8,
        metavar="N",
        help="trajectories of morris, base sample of sobol (default: 8)",
    )
    parser.add_argument("--flips", action="store_true", help="find where the ranking flips, too")
    parser.add_argument("--kpi", default="contribution", help="default: contribution")
    parser.add_argument(
        "--designs", metavar="NAME,...", help="default: the pack's study; the first is the baseline"
    )
    parser.add_argument("--scenario", metavar="NAME", help="default: the study's first")
    parser.add_argument(
        "--replications",
        type=positive,
        default=10,
        metavar="N",
        help="per point and design (default: 10)",
    )
    add_seed(parser)
    add_place(parser)
    parser.add_argument("--out", default="results", metavar="DIR", help="results folder")
    parser.add_argument("--save", metavar="FOLDER", help="write the tables as CSV files")


def vary(text: str) -> Vary:
    """Return the assumption of ``market.behaviour.ceiling=1.06:1.2``.

    Raises
    ------
    argparse.ArgumentTypeError
        When the word is not of that form.
    """
    from channelwright.studies.sensitivity import Vary

    found = _VARY.match(text)
    if found is None or found["x"] != found["y"] or float(found["low"]) >= float(found["high"]):
        message = (
            f"{text!r} is no range; write PATH=LOW:HIGH, LOW below HIGH, such as "
            "market.behaviour.ceiling=1.06:1.2 or market.tables.vehicles[*].km_cost=x0.8:x1.5"
        )
        raise argparse.ArgumentTypeError(message)
    share = 100.0 if found["percent"] else 1.0
    low, high = float(found["low"]) / share, float(found["high"]) / share
    return Vary(found["path"], low, high, bool(found["x"]))


def run(options: argparse.Namespace) -> int:
    """Vary assumptions, show which of them matter and where the ranking flips."""
    from channelwright.studies.sensitivity import flips, sensitivity
    from channelwright.studies.setting import Setting

    check_kpi(options.kpi, "--kpi")
    tables: dict[str, pd.DataFrame] = {}
    with on_cluster(options) as cluster, progress("sensitivity") as show:
        setting = Setting(
            seed=options.seed,
            workers=options.workers,
            out=options.out,
            progress=show,
            cluster=cluster,
        )
        common = {
            "kpi": options.kpi,
            "designs": names(options.designs),
            "scenario": options.scenario,
            "replications": options.replications,
            "setting": setting,
        }
        found = sensitivity(options.pack, options.vary, options.method, size=options.size, **common)
        tables["sensitivity"] = found.table
        if options.flips:
            tables["flips"] = flips(options.pack, options.vary, **common)
    say(
        f"{options.kpi} by {options.method}: {found.points} points, "
        f"{found.replications} replications each, the same random worlds"
    )
    for result, part in found.table.groupby("result", sort=False):
        order = part.sort_values(_KEY[options.method], ascending=False, kind="stable")
        say_table(_shown(order.drop(columns="result")), f"\n{result}")
    if options.flips:
        shown = tables["flips"][["assumption", "best", "rival", "flip"]]
        say_table(shown, "\nwhere the best design loses its lead")
    if options.save:
        _save(tables, Path(options.save))
    return 0


_KEY = {"tornado": "swing", "morris": "mu_star", "sobol": "total"}


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = table.copy().astype(object)
    for name in table.columns[1:]:
        shown[name] = [number(value) for value in table[name]]
    for end in ("at_low", "at_high"):
        if end in shown:
            limits = zip(shown[end], shown[f"{end}_low"], shown[f"{end}_high"], strict=True)
            shown[end] = [f"{value} [{low}, {high}]" for value, low, high in limits]
            shown = shown.drop(columns=[f"{end}_low", f"{end}_high"])
    return shown


def _save(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    from channelwright.store.files import write_whole

    for name, table in tables.items():
        write_whole(folder / f"{name}.csv", table.to_csv(index=False).encode())
        say(f"saved: {folder / name}.csv")
