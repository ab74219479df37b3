"""``channelwright compare PACK``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from channelwright.cli.console import say, say_table
from channelwright.cli.options import add_pack, add_study
from channelwright.cli.simulate import after_failures, simulated

if TYPE_CHECKING:
    import pandas as pd

HEADLINES = (
    "profit_manufacturer",
    "net_sales",
    "sell_in_cases",
    "case_fill_rate",
    "on_shelf_availability",
    "numeric_distribution",
    "profit_distributors",
    "distributor_roi_min",
    "people",
    "profit_outlets",
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
        say_table(_summary(table[table["scenario"] == scenario]), _title(scenario, comparison))
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


def _title(scenario: str, comparison: object) -> str:
    return f"scenario {scenario}: mean, and paired difference with its 95 % interval"


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return headline KPIs in rows and designs in columns, as text."""
    import pandas as pd

    rows = []
    for kpi in HEADLINES:
        part = table[table["kpi"] == kpi]
        if not len(part):
            continue
        row = {"KPI": f"{kpi} [{part['unit'].iloc[0]}]"}
        row |= {str(one["design"]): _cell(one) for one in part.to_dict("records")}
        rows.append(row)
    return pd.DataFrame(rows).fillna("")


def _cell(row: dict[str, float]) -> str:
    mean = _number(row["mean"])
    if row["design"] == row.get("baseline") or row["difference"] != row["difference"]:
        return mean
    return (
        f"{mean}\n{_number(row['difference'], sign=True)} "
        f"[{_number(row['difference_low'], sign=True)}, "
        f"{_number(row['difference_high'], sign=True)}]"
    )


def _number(value: float, *, sign: bool = False) -> str:
    plus = "+" if sign else ""
    if abs(value) >= 1000:
        return format(value, f"{plus},.0f")
    return format(value, f"{plus}.3g")
