"""``channelwright compare PACK``."""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from channelwright.cli import compare_more
from channelwright.cli.console import say, say_table, stage
from channelwright.cli.gate_words import gate, target
from channelwright.cli.numbers import number, percent, scale_of
from channelwright.cli.options import add_golden, add_pack, add_study, names, positive
from channelwright.cli.simulate import after_failures, in_rounds, read_pack, simulated
from channelwright.foundation.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.model.study import Expectation, Pack
    from channelwright.rules.kpi import Kpi
    from channelwright.studies import Runs
    from channelwright.studies.compare import Comparison

PROFIT = "contribution"
#: Shown as far as the terminal is wide, in this order.
HEADLINES = (
    ("delivered_cases", "cases"),
    ("case_fill_rate", "fill rate"),
    ("people", "people"),
    ("distributor_roi_min", "lowest ROI"),
    ("on_shelf_availability", "on shelf"),
    ("otif", "OTIF"),
)
SHARES = ("share", "per year")
ALWAYS_SHOWN = 4
UNDECIDED_OR_FAILED = 1
#: Replications of which an interval can be made.
FEWEST = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    add_study(parser)
    parser.add_argument("--baseline", metavar="NAME", help="default: the pack's")
    parser.add_argument("--no-report", action="store_true", help="tables only")
    parser.add_argument(
        "--fail-if",
        type=gate,
        action="append",
        default=[],
        metavar="CONDITION",
        help="a gate besides those of the pack: 'KPI[@DESIGN] < VALUE [against baseline]'",
    )
    parser.add_argument(
        "--precision",
        type=target,
        action="append",
        default=[],
        metavar="KPI=WIDTH",
        help="add replications until differences are known to this half-width (5%% = of the "
        "baseline)",
    )
    parser.add_argument(
        "--budget",
        type=positive,
        metavar="N",
        help="replications at most; undecided gates are then given more (default: no rounds, "
        "but 400 with gates against a golden study)",
    )
    add_golden(parser)
    compare_more.configure(parser)


def run(options: argparse.Namespace) -> int:
    """Compare designs, judge the pack's gates and write the report.

    Raises
    ------
    UsageError
        With one replication, which has no interval.
    """
    from channelwright.studies import compare

    pack = _with_gates(read_pack(options), options.fail_if)
    for name in names(options.kpis) or ():
        check_kpi(name, "--kpis")
    for one in options.subject_to:
        check_kpi(one.kpi, "--subject-to")
    compare_more.check_weights(options.weights, pack.study.scenarios)
    if (options.replications or pack.study.replications) < FEWEST:
        message = (
            "replications is 1, which gives no interval to compare by; give 2 or more "
            "(10 for narrow ones), or use simulate and report"
        )
        raise UsageError(message)
    runs, pack = _simulated(pack, options)
    comparison = compare(runs, simultaneous=options.simultaneous)
    _say_scenarios(pack, comparison, runs.scenarios)
    compare_more.say_more(comparison, options, {PROFIT: PROFIT, **dict(HEADLINES)})
    passed = _say_gates(pack, comparison)
    if not options.no_report:
        from channelwright.reporting import report

        with stage("writing the report"):
            page = report(runs)
        say(f"report: {page}")
    return after_failures(runs) or (0 if passed else UNDECIDED_OR_FAILED)


def _with_gates(pack: Pack, gates: list[Expectation]) -> Pack:
    """Add gates of the command line to those of the pack; one on an unknown KPI is wrong usage."""
    for one in gates:
        check_kpi(one.kpi, "--fail-if")
        if one.design not in ("*", *pack.designs, *pack.requests):
            known = ", ".join((*pack.designs, *pack.requests))
            message = f"--fail-if: no design is called {one.design!r}; designs: {known}"
            raise UsageError(message)
    return replace(pack, study=replace(pack.study, expect=(*pack.study.expect, *gates)))


def check_kpi(kpi: str, option: str) -> Kpi:
    """Return the KPI of a name, of all modes or of one: ``strike_rate_DSD``.

    Raises
    ------
    UsageError
        When there is no such KPI.
    """
    from channelwright.rules.kpi_registry import KPIS, declared

    found = declared(kpi)
    if found is None:
        message = f"{option}: no KPI is called {kpi!r}; KPIs: {', '.join(KPIS)}"
        raise UsageError(message)
    return found


def _simulated(pack: Pack, options: argparse.Namespace) -> tuple[Runs, Pack]:
    """Simulate once, or in rounds up to the budget; return the pack with the gates as judged."""
    from channelwright.studies.golden import BUDGET

    if options.budget is None and any(gate.golden for gate in pack.study.expect):
        first = options.replications or pack.study.replications
        options = argparse.Namespace(**{**vars(options), "budget": max(BUDGET, first)})
    if options.budget is None:
        if options.precision:
            message = "--precision needs --budget, the replications that may be spent on it"
            raise UsageError(message)
        return simulated(pack, options, options.baseline), pack
    from channelwright.studies.rounds import Target

    targets = [Target(*words) for words in options.precision]
    settled, pack = in_rounds(pack, options, targets)
    say(str(settled))
    return settled.runs, pack


def _say_scenarios(pack: Pack, comparison: Comparison, scenarios: tuple[str, ...]) -> None:
    known = comparison.samples[0]
    table = comparison.table([name for name in (PROFIT, *dict(HEADLINES)) if known.has(name)])
    calendar = pack.market.calendar
    say(
        f"manufacturer's contribution in {pack.market.finance.currency} over "
        f"{calendar.horizon_days - calendar.warmup_days} days, "
        f"means of {len(comparison.samples[0].replications)} replications;"
    )
    say(f"differences are paired with {comparison.baseline}, {comparison.confidence:.0%} intervals")
    for scenario in scenarios:
        part = table[table["scenario"] == scenario]
        summary = _summary(part, comparison.baseline)
        say_table(summary, f"\nscenario {scenario}", needed=ALWAYS_SHOWN)
    say()


def _say_gates(pack: Pack, comparison: Comparison) -> bool:
    """Show the gates and return whether all of them passed."""
    verdicts = comparison.gates(pack.study.expect, lambda value: _figure(value, "share"))
    if not len(verdicts):
        return True
    several = verdicts["scenario"].nunique() > 1
    shown = verdicts[(["scenario"] if several else []) + ["design", "kpi", "bound"]].copy()
    units = verdicts["unit"]
    shown["estimate"] = [_figure(*pair) for pair in zip(verdicts["estimate"], units, strict=True)]
    shown["interval"] = [
        "-" if math.isnan(low) else f"{_figure(low, unit)} to {_figure(high, unit)}"
        for low, high, unit in zip(verdicts["low"], verdicts["high"], units, strict=True)
    ]
    shown["verdict"] = verdicts["verdict"]
    say_table(shown, "gates")
    for row in verdicts[verdicts["reason"] != ""].itertuples(index=False):
        say(f"  {row.design}, {row.kpi} {row.bound}: {row.reason}")
    say()
    return bool((verdicts["verdict"] == "pass").all())


def _figure(value: float, unit: str) -> str:
    """Return a bounded quantity as exactly as a reader needs beside its bound."""
    if not math.isfinite(value):
        return "-" if math.isnan(value) else ("no limit")
    if unit in SHARES:
        return f"{100 * value:.4g}%"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def _summary(table: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Return designs in rows, their profit, its difference and headline KPIs as text."""
    import pandas as pd

    profit = table[table["kpi"] == PROFIT].set_index("design")
    figures = profit.to_dict("index")
    others = [None if design == baseline else figures[design] for design in profit.index]
    shown = pd.DataFrame({"design": profit.index})
    # A difference has as many digits as what it is a difference of, so that both can be added up.
    scale = scale_of(profit["mean"])
    shown["contribution"] = [scale.number(value) for value in profit["mean"]]
    shown["difference"] = ["" if row is None else scale.signed(row["difference"]) for row in others]
    shown["interval"] = [
        "" if row is None else scale.interval(row["difference_low"], row["difference_high"])
        for row in others
    ]
    for kpi, title in HEADLINES:
        rows = table[table["kpi"] == kpi].set_index("design")
        if len(rows):
            show = percent if rows["unit"].iloc[0] in SHARES else number
            shown[title] = [show(rows["mean"].get(d, float("nan"))) for d in profit.index]
    return shown
