"""``channelwright pilot STUDY DESIGN``."""

from __future__ import annotations

import argparse
import math
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.cli.console import say, say_table, stage
from channelwright.cli.options import names, positive
from channelwright.cli.way import add_designs, folder_of, runs_of, write_found

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.pilot import PilotPlan

NO_PILOT = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_designs(parser, "pilot", "design to test", "design of today")
    parser.add_argument(
        "--measure",
        default="contribution",
        metavar="NAME",
        help="contribution, outlet_value, cases_delivered or units_sold",
    )
    parser.add_argument("--areas", metavar="ID,...", help="test areas (default: chosen)")
    parser.add_argument(
        "--before",
        type=positive,
        default=12,
        metavar="WEEKS",
        help="weeks measured before the change (default: 12)",
    )
    parser.add_argument(
        "--risk",
        type=float,
        default=0.05,
        metavar="P",
        help="of a false alarm, one-sided (default: 0.05)",
    )
    parser.add_argument(
        "--power",
        type=float,
        default=0.8,
        metavar="P",
        help="probability to find the gain (default: 0.8)",
    )


def run(options: argparse.Namespace) -> int:
    """Plan a pilot and write its tables; 1 if none that was tried has the power."""
    from channelwright.studies.pilot import plan_pilot

    runs = runs_of(options)
    with stage(f"a pilot of {options.target}"):
        plan = plan_pilot(
            runs,
            options.target,
            start=options.start,
            scenario=options.scenario,
            measure=options.measure,
            areas=names(options.areas),
            before=options.before,
            risk=options.risk,
            wanted=options.power,
        )
    folder = folder_of(options, runs, "pilot")
    _write(folder, plan)
    say_table(_shown(plan.pairs), f"test areas and their matches, {plan.unit} a week")
    say()
    count = len(plan.pairs)
    tried = plan.tried[plan.tried["areas"] == count]
    areas = "1 test area" if count == 1 else f"{count} test areas"
    say_table(_shown(tried.drop(columns="areas")), f"weeks after the change, {areas}")
    say()
    say(f"an outlet that changes gains {plan.outlet_gain:,.2f} cases a week")
    reached = plan.outlets[plan.outlets["outlets_each_group"] < math.inf]
    if len(reached):
        say_table(_shown(reached), "or single outlets, judged by the cases they buy")
    else:
        say("a test of single outlets, judged by the cases they buy, would not show a gain")
    say(f"\n{plan}")
    say(f"written to {folder}")
    return NO_PILOT if plan.weeks is None else 0


def _write(folder: Path, plan: PilotPlan) -> None:
    tables = {"pairs": plan.pairs, "tried": plan.tried, "outlets": plan.outlets}
    told = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in tables}
    write_found(folder, tables, "plan", told)


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = table.copy().astype(object)
    for column in table.columns:
        if column == "power":
            shown[column] = [f"{value:.0%}" for value in table[column]]
        elif table[column].dtype.kind == "f":
            shown[column] = [f"{value:,.0f}" for value in table[column]]
    return shown.rename(columns=lambda name: str(name).replace("_", " "))
