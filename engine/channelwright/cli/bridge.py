"""``channelwright bridge STUDY|PACK --to NAME``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from channelwright.cli.cluster import on_cluster
from channelwright.cli.console import progress, say, say_table
from channelwright.cli.numbers import scale_of
from channelwright.cli.study_source import add_source, put_into_report, runs_of

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.bridge import Bridge

TITLES = {"delivered_cases": "cases delivered to outlets", "contribution": "contribution"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_source(parser)
    parser.add_argument("--from", dest="start", metavar="NAME", help="default: the baseline")
    parser.add_argument("--to", dest="end", metavar="NAME", required=True, help="design to reach")
    parser.add_argument(
        "--orders",
        choices=("two", "rotations"),
        default="two",
        help="orders of switching on: as listed and reversed, or all rotations",
    )


def run(options: argparse.Namespace) -> int:
    """Show what each group of decisions adds, and put it into the study's report."""
    from channelwright.studies.bridge import bridge
    from channelwright.studies.setting import Setting

    with on_cluster(options) as cluster:
        runs = runs_of(options, [options.start, options.end], cluster)
        with progress(f"bridge to {options.end}") as show:
            found = bridge(
                runs,
                options.end,
                options.start,
                scenario=options.scenario,
                orders=options.orders,
                setting=Setting(workers=options.workers, progress=show, cluster=cluster),
            )
    _say(found, runs.study.pack().market.finance.currency)
    put_into_report(options, runs)
    return 0


def _say(found: Bridge, currency: str) -> None:
    words = _words(found)
    say(f"{found.replications} replications; the steps were simulated in these orders:")
    for order in found.orders:
        say(f"  {', then '.join(words[group] for group in order)}")
    for ends in found.ends.itertuples(index=False):
        unit = str(ends.unit).replace("currency", currency)
        steps = found.steps[found.steps["kpi"] == ends.kpi]
        title = f"\n{TITLES[str(ends.kpi)]}, {unit}, from {found.start} to {found.end}"
        say_table(_steps(found, ends, steps), title, needed=3)
    say_table(_by(found.modes, found), "\ncases by mode: what moves between modes is no growth")
    say()
    for note in found.notes:
        say(note)


def _steps(found: Bridge, ends: object, steps: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    first, last, gap, low, high = (
        float(getattr(ends, name)) for name in ("start", "end", "difference", "low", "high")
    )
    scale = scale_of([first, last])
    rows = [(found.start, scale.number(first), "", "")]
    rows += [
        (
            str(row.words),
            scale.signed(row.estimate),
            scale.interval(row.low, row.high),
            scale.interval(row.lowest, row.highest),
        )
        for row in steps.itertuples(index=False)
    ]
    rows.append(("all steps", scale.signed(gap), scale.interval(low, high), ""))
    rows.append((found.end, scale.number(last), "", ""))
    return pd.DataFrame(rows, columns=["step", "change", "95% interval", "over the orders"])


def _words(found: Bridge) -> dict[str, str]:
    return dict(zip(found.steps["group"], found.steps["words"], strict=True))


def _by(table: pd.DataFrame, found: Bridge) -> pd.DataFrame:
    words = _words(found)
    scale = scale_of(table.to_numpy().ravel())
    shown = table.map(lambda value: scale.signed(value) if abs(value) >= 0.5 else "0")
    shown["all"] = [scale.signed(value) for value in table.sum(axis=1)]
    shown.insert(0, "step", [words[group] for group in table.index])
    return shown.reset_index(drop=True)
