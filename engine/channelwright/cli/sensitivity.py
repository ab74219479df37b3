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
from channelwright.foundation.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.sensitivity import Sensitivity, Vary

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
    check_kpi(options.kpi, "--kpi")
    found, tables = _found(options)
    _say(found, options.kpi)
    if options.flips:
        shown = tables["flips"][["assumption", "best", "rival", "flip"]]
        shown = shown.rename(columns={"flip": "they change places at"})
        say_table(shown, "\nwhere the best design loses its lead")
    if options.save:
        _save(tables, Path(options.save))
    return 0


def _found(options: argparse.Namespace) -> tuple[Sensitivity, dict[str, pd.DataFrame]]:
    """Return what was found, with the tables that can be saved.

    Raises
    ------
    UsageError
        When the pack refuses an assumption: the option, the value and the reason.
    """
    from channelwright.studies.sensitivity import AssumptionError, flips, sensitivity
    from channelwright.studies.setting import Setting

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
        try:
            found = sensitivity(
                options.pack, options.vary, options.method, size=options.size, **common
            )
            tables["sensitivity"] = found.table
            if options.flips:
                tables["flips"] = flips(options.pack, options.vary, **common)
        except AssumptionError as error:
            raise UsageError(_refused(error.lines)) from None
    return found, tables


def _refused(lines: tuple[str, ...]) -> str:
    """Return one line, or a block of lines, about assumptions that the pack refuses."""
    if len(lines) == 1:
        return f"--vary {lines[0]}"
    listed = [f"  - --vary {line}" for line in lines]
    return "\n".join([f"the pack refuses {len(lines)} values of --vary", *listed])


#: Column by which assumptions are ordered, and what a table of a method is about.
_KEY = {"tornado": "swing", "morris": "mu_star", "sobol": "total"}
_ABOUT = {
    "tornado": "change of {kpi} at each end of the range, {unit}, with 95 % intervals",
    "morris": "effect of the whole range on {kpi}, {unit}",
    "sobol": "share of the variance of {kpi}",
}
_HEADS = {
    "at_low": "low end",
    "at_high": "high end",
    "swing": "from low to high",
    "mu": "mean effect",
    "mu_star": "mean size",
    "mu_star_half_width": "± of size",
    "sigma": "spread (bends, interacts)",
    "first": "alone",
    "first_half_width": "± alone",
    "total": "with interactions",
    "total_half_width": "± with",
}


def _say(found: Sensitivity, kpi: str) -> None:
    """Show a table per design, the assumption that matters most first."""
    from channelwright.reporting.words import label_of

    words = label_of(kpi)
    say(
        f"{words} by {found.method}: {found.points} points, "
        f"{found.replications} replications each, the same random worlds"
    )
    about = _ABOUT[found.method].format(kpi=words[:1].lower() + words[1:], unit=found.unit)
    for result, part in found.table.groupby("result", sort=False):
        order = part.sort_values(_KEY[found.method], ascending=False, kind="stable")
        say_table(_shown(order.drop(columns="result")), f"\n{result}: {about}")
    if found.method == "sobol" and _is_rough(found.table):
        say("\nshares outside 0 to 1, or with a ± above 0.1, are too rough: give a larger --size")


def _is_rough(table: pd.DataFrame) -> bool:
    """Tell whether estimated shares of the variance show that the sample was too small."""
    shares = table[["first", "total"]]
    widths = table[["first_half_width", "total_half_width"]]
    return bool(
        (shares < 0).any(axis=None) or (shares > 1).any(axis=None) or (widths > 0.1).any(axis=None)
    )


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = table.copy().astype(object)
    for name in table.columns[1:]:
        shown[name] = [number(value) for value in table[name]]
    for end in ("at_low", "at_high"):
        if end in shown:
            limits = zip(shown[end], shown[f"{end}_low"], shown[f"{end}_high"], strict=True)
            shown[end] = [f"{value} [{low}, {high}]" for value, low, high in limits]
            shown = shown.drop(columns=[f"{end}_low", f"{end}_high"])
    return shown.rename(columns=_HEADS)


def _save(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    from channelwright.store.files import write_whole

    for name, table in tables.items():
        write_whole(folder / f"{name}.csv", table.to_csv(index=False).encode())
        say(f"saved: {folder / name}.csv")
