"""``channelwright compare PACK``."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

from channelwright.cli.console import say, say_table
from channelwright.cli.options import add_pack, add_study
from channelwright.cli.simulate import after_failures, simulated

if TYPE_CHECKING:
    import pandas as pd

PROFIT = "profit_manufacturer"
HEADLINES = (
    ("delivered_cases", "cases"),
    ("case_fill_rate", "fill rate"),
    ("on_shelf_availability", "on shelf"),
    ("distributor_roi_min", "lowest ROI"),
    ("people", "people"),
)
UNDECIDED_OR_FAILED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    add_study(parser)
    parser.add_argument("--baseline", metavar="NAME", help="default: the pack's")
    parser.add_argument("--no-report", action="store_true", help="tables only")


def run(options: argparse.Namespace) -> int:
    """Compare designs, judge the pack's gates and write the report."""
    from channelwright.studies import compare

    pack, runs = simulated(options)
    comparison = compare(runs, options.baseline)
    table = comparison.table()
    for scenario in runs.scenarios:
        part = table[table["scenario"] == scenario]
        say_table(_summary(part, comparison.baseline), f"scenario {scenario}")
    count = len(comparison.samples[0].replications)
    say(
        f"means of {count} replications; difference to {comparison.baseline}: paired, "
        f"{comparison.confidence:.0%} interval"
    )
    verdicts = comparison.gates(pack.study.expect)
    if len(verdicts):
        columns = ["design", "kpi", "bound", "estimate", "verdict"]
        say_table(verdicts[columns].round(4), "gates")
    if not options.no_report:
        from channelwright.reporting import report

        say(f"report: {report(runs)}")
    code = after_failures(runs)
    passed = not len(verdicts) or bool((verdicts["verdict"] == "pass").all())
    return code or (0 if passed else UNDECIDED_OR_FAILED)


def _summary(table: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Return designs in rows, their profit, its difference and headline KPIs as text."""
    import pandas as pd

    profit = table[table["kpi"] == PROFIT].set_index("design")
    unit = profit["unit"].iloc[0]
    shown = pd.DataFrame({"design": profit.index})
    shown[f"profit, {unit}"] = [_number(value) for value in profit["mean"]]
    shown[f"difference to {baseline}"] = [
        "" if design == baseline else _difference(row)
        for design, row in zip(profit.index, profit.to_dict("records"), strict=True)
    ]
    for kpi, title in HEADLINES:
        means = table[table["kpi"] == kpi].set_index("design")["mean"]
        if len(means):
            shown[title] = [_number(means.get(design, float("nan"))) for design in profit.index]
    return shown


def _difference(row: dict[str, float]) -> str:
    low, high = (
        _number(row["difference_low"], sign=True),
        _number(row["difference_high"], sign=True),
    )
    return f"{_number(row['difference'], sign=True)} [{low}, {high}]"


def _number(value: float, *, sign: bool = False) -> str:
    if not math.isfinite(value):
        return "-"
    plus = "+" if sign else ""
    if abs(value) >= 10_000:
        return format(value / 1000, f"{plus},.0f") + "k"
    return format(value, f"{plus}.3g")
