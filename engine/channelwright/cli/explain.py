"""``channelwright explain STUDY|PACK DESIGN``."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from channelwright.cli.cluster import on_cluster
from channelwright.cli.console import progress, say, say_table
from channelwright.cli.numbers import number, percent, signed
from channelwright.cli.study_source import add_source, put_into_report, runs_of

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.explain import Explanation


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_source(parser)
    parser.add_argument("design", help="design to explain")
    parser.add_argument("--baseline", metavar="NAME", help="default: the study's")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def run(options: argparse.Namespace) -> int:
    """Say what rule a design follows, who loses by it, and where to begin."""
    from channelwright.studies.explain import explain
    from channelwright.studies.setting import Setting

    with on_cluster(options) as cluster:
        runs = runs_of(options, [options.baseline, options.design], cluster)
        with progress(f"explain {options.design}") as show:
            found = explain(
                runs,
                options.design,
                options.baseline,
                scenario=options.scenario,
                setting=Setting(workers=options.workers, progress=show, cluster=cluster),
            )
    if options.json:
        say(json.dumps(found.plain(), ensure_ascii=False, indent=2))
    else:
        _say(found, runs.study.pack().market.finance.currency)
    put_into_report(options, runs, quiet=options.json)
    return 0


def _say(found: Explanation, currency: str) -> None:
    rule = found.rule
    say(f"{found.design}: {percent(rule.right)} of the volume follows {len(rule.branches)} rules")
    for branch in rule.branches:
        say(
            f"  {branch}\n      {branch.outlets} outlets, {percent(branch.volume)} of the volume, "
            f"{percent(branch.right)} of it so in the design"
        )
    say("\nthe rule as a design of its own, against the design (95 %, paired)")
    for row in found.cost_of_rule.itertuples(index=False):
        unit = str(row.unit).replace("currency", currency)
        words = str(row.kpi).replace("_", " ")
        limits = f"{signed(row.low)} to {signed(row.high)}"
        say(f"  {words}: {signed(row.estimate)} {unit} ({limits})")
    title = f"\nwho gains and who loses against {found.baseline}, {currency}"
    say_table(_parties(found.parties), title, needed=3)
    left, low, high = found.remains
    say(
        f"after these payments the manufacturer keeps {signed(left)} "
        f"({signed(low)} to {signed(high)})"
    )
    say_table(_areas(found.areas), f"\nwhich areas first: gain per outlet, {currency}", needed=4)


def _parties(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    pairs = zip(table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "party": table["party"],
            "change": [signed(value) for value in table["change"]],
            "95% interval": [f"{signed(a)} to {signed(b)}" for a, b in pairs],
            "payment": [number(value) if value else "" for value in table["payment"]],
        }
    )


def _areas(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    pairs = zip(table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "area": table["name"],
            "per outlet": [signed(value) for value in table["gain_per_outlet"]],
            "outlets": table["outlets"].astype(str),
            "gain": [signed(value) for value in table["gain"]],
            "95% interval": [f"{signed(a)} to {signed(b)}" for a, b in pairs],
            "people": [f"{value:+d}" for value in table["people"]],
            "gain so far": [signed(value) for value in table["so_far"]],
        }
    )
