"""Further tables of ``channelwright compare``: what options ask for, and what sharing saved."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from channelwright.cli.console import say, say_table
from channelwright.cli.numbers import number, signed
from channelwright.foundation.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies.compare import Comparison
    from channelwright.studies.decisions import Condition

_CONDITION = re.compile(
    r"^\s*(?P<kpi>[A-Za-z_]\w*)\s*(?P<sign>>=|<=)\s*"
    r"(?P<value>[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?P<percent>%?)\s*$"
)
_WEIGHT = re.compile(r"^\s*(?P<name>[\w.-]+)=(?P<value>\d+(?:\.\d+)?)(?P<percent>%?)\s*$")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--kpis",
        metavar="NAME,...",
        help="show the differences of these KPIs with their intervals, too",
    )
    parser.add_argument(
        "--simultaneous",
        action="store_true",
        help="widen intervals so that all shown for --kpis hold together, and show the distance of "
        "every design to the best of the others",
    )
    parser.add_argument(
        "--subject-to",
        type=condition,
        action="append",
        default=[],
        metavar="CONDITION",
        help="name the best design among those shown to keep it, as 'case_fill_rate >= 95%%'",
    )
    parser.add_argument(
        "--weights",
        type=weights,
        metavar="SCENARIO=P,...",
        help="probabilities of the scenarios, for regret (default: equal)",
    )


def condition(text: str) -> Condition:
    """Return the condition of ``case_fill_rate >= 95%``.

    Raises
    ------
    argparse.ArgumentTypeError
        When the sentence is not of that form.
    """
    from channelwright.studies.decisions import Condition

    found = _CONDITION.match(text)
    if found is None:
        message = f"{text!r} is no condition; write KPI >= VALUE or KPI <= VALUE"
        raise argparse.ArgumentTypeError(message)
    value = float(found["value"].replace("_", "")) / (100.0 if found["percent"] else 1.0)
    return Condition(found["kpi"], value, found["sign"] == ">=")


def weights(text: str) -> dict[str, float]:
    """Return the probabilities of ``base=60%,hot=40%``.

    Raises
    ------
    argparse.ArgumentTypeError
        When a word is not of that form, or they do not add up to 1.
    """
    result: dict[str, float] = {}
    for word in text.split(","):
        found = _WEIGHT.match(word)
        if found is None:
            message = f"{word!r} is no weight; write SCENARIO=PROBABILITY, such as base=60%,hot=40%"
            raise argparse.ArgumentTypeError(message)
        result[found["name"]] = float(found["value"]) / (100.0 if found["percent"] else 1.0)
    if not math.isclose(sum(result.values()), 1.0, abs_tol=1e-6):
        message = f"{text!r} adds up to {sum(result.values()):g}; probabilities add up to 1"
        raise argparse.ArgumentTypeError(message)
    return result


def check_weights(given: Mapping[str, float] | None, scenarios: Sequence[str]) -> None:
    """Refuse weights of scenarios that are not played, before anything is simulated.

    Raises
    ------
    UsageError
        A name is none of the study's scenarios, or a scenario has no weight.
    """
    if given is not None and set(given) != set(scenarios):
        message = (
            f"--weights names {', '.join(given)}; give every scenario of the study a probability: "
            f"{', '.join(scenarios)}"
        )
        raise UsageError(message)


def say_more(
    comparison: Comparison, options: argparse.Namespace, headlines: Mapping[str, str]
) -> None:
    """Show what sharing random worlds saved, and every table that an option asks for.

    Headlines are KPIs with their titles; the first one is what designs are judged by.
    """
    goal = next(iter(headlines))
    designs = len(comparison.samples[0].designs)
    kpis = [name for name in (options.kpis or "").split(",") if name]
    if designs > 1:
        known = comparison.samples[0]
        _say_gain(comparison, {kpi: title for kpi, title in headlines.items() if known.has(kpi)})
    if kpis and designs > 1:
        _say_differences(comparison, kpis)
    if options.simultaneous and designs > 1:
        _say_best(comparison, goal)
    if options.subject_to:
        _say_conditions(comparison, options.subject_to, goal)
    if len(comparison.samples) > 1:
        _say_regret(comparison, options.weights, goal)


def _by_scenario(table: pd.DataFrame, title: str, *, needed: int | None = None) -> None:
    several = table["scenario"].nunique() > 1
    for scenario, part in table.groupby("scenario", sort=False):
        heading = f"{title}, scenario {scenario}" if several else title
        say_table(part.drop(columns="scenario").astype(str), heading, needed=needed)
        say()


def _say_gain(comparison: Comparison, titles: Mapping[str, str]) -> None:
    """Variance of a difference of independent worlds over that of the shared ones."""
    table = comparison.table(list(titles))
    rivals = table[table["design"] != comparison.baseline]
    wide = rivals.pivot_table(
        index=["scenario", "design"],
        columns="kpi",
        values="variance_reduction",
        sort=False,
        dropna=False,
    )
    if not wide.notna().any().any():
        return
    shown = wide.reset_index()
    for name in wide.columns:
        shown[name] = [_times(value) for value in wide[name]]
    shown = shown.rename(columns=dict(titles))
    title = "runs that sharing random worlds saves: as many times more without it"
    _by_scenario(shown, title, needed=2)


def _times(value: float) -> str:
    if math.isnan(value):
        return "-"
    return "no noise left" if math.isinf(value) else f"×{value:,.3g}"


def _say_differences(comparison: Comparison, kpis: list[str]) -> None:
    table = comparison.table(kpis)
    rivals = table[table["design"] != comparison.baseline]
    shown = rivals[["scenario", "kpi", "design"]].copy()
    shown["difference"] = [signed(value) for value in rivals["difference"]]
    shown["interval"] = [
        f"{signed(low)} to {signed(high)}"
        for low, high in zip(rivals["difference_low"], rivals["difference_high"], strict=True)
    ]
    level = f"{comparison.confidence:.0%} {'all together' if comparison.simultaneous else 'each'}"
    _by_scenario(shown, f"differences to {comparison.baseline}, {level}")


def _say_best(comparison: Comparison, goal: str) -> None:
    from channelwright.studies.decisions import with_best

    table = with_best(comparison, goal)
    shown = table[["scenario", "design"]].copy()
    shown["distance"] = [signed(value) for value in table["distance"]]
    shown["limits"] = [
        f"{signed(low)} to {signed(high)}"
        for low, high in zip(table["low"], table["high"], strict=True)
    ]
    shown["verdict"] = table["verdict"]
    title = f"{goal} against the best of the others, {comparison.confidence:.0%} all together"
    _by_scenario(shown, title)


def _say_conditions(comparison: Comparison, conditions: list[Condition], goal: str) -> None:
    from channelwright.studies.decisions import keeping

    table = keeping(comparison, conditions, goal)
    shown = table[["scenario", "design"]].copy()
    shown[goal] = [number(value) for value in table["mean"]]
    shown["conditions"] = table["conditions"]
    shown["chosen"] = [
        f"best, probability {share:.3f}" if chosen else ""
        for chosen, share in zip(table["chosen"], table["probability"], strict=True)
    ]
    _by_scenario(shown, f"subject to {' and '.join(map(str, conditions))}")
    for scenario, part in table.groupby("scenario", sort=False):
        if not part["chosen"].any():
            say(f"scenario {scenario}: no design is shown to keep the conditions")


_RULES = (("worst", "minimax"), ("expected", "least_expected"), ("cvar", "least_cvar"))


def _say_regret(comparison: Comparison, given: dict[str, float] | None, goal: str) -> None:
    from channelwright.studies.decisions import regret

    table = regret(comparison, goal, given)
    shown = table[["design"]].copy()
    for column, rule in (
        ("worst", "minimax"),
        ("expected", "least_expected"),
        ("cvar", "least_cvar"),
    ):
        shown[column] = [
            f"{number(value)}{' *' if least else ''}"
            for value, least in zip(table[column], table[rule], strict=True)
        ]
        if column == "worst":
            shown["in scenario"] = table["worst_scenario"]
    say_table(
        shown.rename(columns={"cvar": "worst fifth (CVaR)"}).astype(str),
        f"regret over scenarios: {goal} lost against the best design of each; * = least",
    )
    say()
