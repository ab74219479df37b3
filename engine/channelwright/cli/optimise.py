"""``channelwright optimise PACK NAME``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.cli.console import say, say_ending, say_table, searching, stage
from channelwright.cli.numbers import number
from channelwright.cli.options import add_pack, positive, seconds
from channelwright.cli.save_as import add_save_as, check_save_as, save_as

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from channelwright.model.study import Pack
    from channelwright.optimisation.search_settings import SearchSettings
    from channelwright.optimisation.watching import Show
    from channelwright.studies import Plan

_POINTS = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    parser.add_argument("name", help="name of the request")
    parser.add_argument("--scenario", help="scenario to plan for (default: the study's first)")
    parser.add_argument(
        "--frontier",
        type=positive,
        nargs="?",
        const=_POINTS,
        metavar="POINTS",
        help=f"show cost against outlets moved, at most so many answers (default {_POINTS})",
    )
    parser.add_argument(
        "--why", action="store_true", help="show what binds, and what other sites would cost"
    )
    parser.add_argument(
        "--warm",
        type=Path,
        metavar="FOLDER",
        help="go on from the territories of an earlier answer, in a folder that --out wrote",
    )
    parser.add_argument(
        "--time-limit",
        type=seconds,
        metavar="SECONDS",
        help="limit of each search for territories; marks the certificate",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="write the design, its map and all tables here"
    )
    add_save_as(parser)


def run(options: argparse.Namespace) -> int:
    """Choose a design and print what is claimed for it."""
    from channelwright.scenario import read_scenario
    from channelwright.studies import optimise
    from channelwright.studies.territory_questions import territories

    pack = read_scenario(options.pack, options.scenario)
    check_save_as(options, options.name)
    with searching(f"choosing {options.name}") as show:
        settings = _settings(options, show)
        plan = optimise(pack, options.name, scenario=options.scenario, settings=settings)
    say(repr(plan))
    market, design = pack.market, plan.design
    opened = [market.sites.ids[site] for site in design.sites.open.nonzero()[0].tolist()]
    say(f"\nopen: {', '.join(opened)}; people: {len(design.reps)}\n")
    days = market.calendar.horizon_days - market.calendar.warmup_days
    say_table(_forecast(plan.forecast.kpis, market.finance.currency), f"forecast over {days} days")
    tables = {"territories": territories(pack, plan, options.scenario)}
    say()
    say_table(_shown(tables["territories"]), "territories", needed=5)
    tables |= _asked(pack, plan, options)
    if options.out is not None:
        _write(options.out, pack, plan, tables)
        say(f"\nwritten to {options.out}")
    save_as(options, pack, options.name, plan.design)
    return 0


def _settings(options: argparse.Namespace, show: Show) -> SearchSettings:
    """Return how territories are searched for: a first Ctrl-C ends a search, not the command."""
    from channelwright.optimisation.memory import load
    from channelwright.optimisation.search_settings import SearchSettings

    return SearchSettings(
        seconds=options.time_limit,
        show=show,
        told=say_ending,
        warm=None if options.warm is None else load(options.warm),
    )


def _asked(pack: Pack, plan: Plan, options: argparse.Namespace) -> dict[str, pd.DataFrame]:
    """Answer the further questions and show the answers."""
    from channelwright.studies import territory_questions as questions

    tables = {}
    if options.frontier is not None:
        with stage("cost against realignment"):
            table = questions.frontier(pack, options.name, options.scenario, options.frontier, plan)
        tables["frontier"] = table
        say()
        say_table(_shown(table), f"cost against realignment ({pack.market.finance.currency})")
    if options.why:
        with stage("trying other sites"):
            limits, sites = questions.reasons(pack, options.name, options.scenario, plan)
        tables |= {"limits": limits, "alternatives": sites}
        say()
        say_table(_shown(limits), "limits of open sites (worth: currency a week per unit of room)")
        say()
        say_table(_shown(sites), "the opposite decision on one site (currency per week dearer)")
    return tables


def _write(folder: Path, pack: Pack, plan: Plan, tables: Mapping[str, pd.DataFrame]) -> None:
    from channelwright.reporting.territory_files import frontier_figure, write_design

    write_design(folder, pack.market, plan.design, plan.certificates)
    if plan.memory is not None:
        from channelwright.optimisation.memory import save

        save(plan.memory, folder)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    if "frontier" in tables:
        figure = frontier_figure(tables["frontier"], pack.market.finance.currency)
        (folder / "frontier.svg").write_text(figure, encoding="utf-8")


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return cells as text: three digits of a small number, thousands grouped, none of NaN."""
    return table.map(_cell).rename(columns=lambda name: str(name).replace("_", " "))


def _cell(value: object) -> str:
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return number(value)
    return str(value)


def _forecast(kpis: Mapping[str, float], currency: str) -> pd.DataFrame:
    """Return the forecast in words and with units, in the order of the registry of KPIs."""
    import pandas as pd

    from channelwright.reporting.words import label_of
    from channelwright.rules.kpi_registry import KPIS

    order = [name for name in KPIS if name in kpis]
    units = [KPIS[name].unit.replace("currency", currency) for name in order]
    values = [number(kpis[name]) for name in order]
    return pd.DataFrame({"KPI": [label_of(k) for k in order], "forecast": values, "unit": units})
