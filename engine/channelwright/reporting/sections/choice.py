"""Section 1: which design, by how much, how sure, and what must be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.reporting.estimates import Estimate, estimate, quotient, row, rows
from channelwright.reporting.gates import GateRow, gate_grid
from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.kpis import samples_of
from channelwright.reporting.money import PAY
from channelwright.reporting.numbers import (
    listed,
    many,
    money,
    money_estimate,
    more_or_less,
    percent,
)
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.conditions import conditions_of
from channelwright.reporting.sections.regret import regret_grid
from channelwright.reporting.sections.section import SectionInfo
from channelwright.stats.best import probability_best
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    import pandas as pd

#: Drivers below this share of the largest are left to the table.
NEGLIGIBLE = 0.02
#: What moves the contribution, in words for a sentence, and the lines that it adds up.
DRIVERS: dict[str, tuple[str, ...]] = {
    "net sales": ("gross", "rebates"),
    "production": (Account.PRODUCTION.name,),
    "freight": (Account.FREIGHT.name,),
    "delivery": (Account.DELIVERY.name,),
    "handling": (Account.HANDLING.name,),
    "pay of the sales force": PAY,
    "platform fees": (Account.PLATFORM.name,),
    "sites": (Account.SITE.name,),
    "interest": (Account.INTEREST.name,),
    "promotions": (Account.PROMOTION.name,),
}


@dataclass(frozen=True)
class Standing:
    """How one design does.

    Attributes
    ----------
    design, title : str
    contribution : Estimate
        Manufacturer's contribution over the measured days, currency units.
    difference : Estimate
        Paired difference to the baseline.
    probability_best : float
    counterfactual : bool
        Shown for comparison and never recommended.
    """

    design: str
    title: str
    contribution: Estimate
    difference: Estimate
    probability_best: float
    counterfactual: bool

    @property
    def label(self) -> str:
        """The title, marked if the design is counterfactual and does not say so itself."""
        marked = "counterfactual" in self.title.lower() or not self.counterfactual
        return self.title if marked else f"{self.title} (counterfactual)"


@dataclass(frozen=True)
class ChoiceInfo:
    """The choice.

    Attributes
    ----------
    section : SectionInfo
    standings : tuple of Standing
        In the order of the report.
    best : str
        Design with the highest mean contribution that may be recommended.
    focus : str
        The design that later sections explain: the best one, or the nearest rival of the baseline.
    verdict : str
        ``choose``, ``stay`` or ``undecided``.
    drivers : tuple of (str, Estimate)
        Differences of the focus to the baseline by driver, largest first.
    conditions : tuple of str
        What must be true.
    """

    section: SectionInfo
    standings: tuple[Standing, ...]
    best: str
    focus: str
    verdict: str
    drivers: tuple[tuple[str, Estimate], ...]
    conditions: tuple[str, ...]


def contributions(data: StudyData, lines: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the manufacturer's contribution of every design, (replications,)."""
    inside = lines[lines.index.get_level_values("line") != "retail"]
    return {name: rows(inside, design=name) for name in data.designs}


def choice_info(
    data: StudyData, lines: pd.DataFrame, gates: tuple[GateRow, ...], found: pd.DataFrame
) -> ChoiceInfo:
    """Return the choice.

    Parameters
    ----------
    data : StudyData
    lines : DataFrame
        As `channelwright.reporting.money.profit_lines` returns it.
    gates : tuple of GateRow
    found : DataFrame
        As `channelwright.reporting.money.houses` returns it.
    """
    samples = contributions(data, lines)
    standings = _standings(data, samples)
    best, focus, verdict = _verdict(data, standings)
    drivers = _drivers(data, lines, focus)
    gain = float((samples[focus] - samples[data.baseline]).mean())
    conditions = conditions_of(data, lines, gates, found, focus, gain)
    names = {standing.design: standing for standing in standings}
    section = SectionInfo(
        headline=_headline(data, names, best, verdict, drivers),
        text=(_because(data, focus, drivers),) if drivers else (),
        grids=(
            _grid(data, standings, lines),
            *_scenario_grid(data),
            *regret_grid(data),
            *gate_grid(data, gates),
        ),
    )
    return ChoiceInfo(section, standings, best, focus, verdict, drivers, conditions)


def _standings(data: StudyData, samples: dict[str, np.ndarray]) -> tuple[Standing, ...]:
    chance = _chances(samples)
    base = samples[data.baseline]
    return tuple(
        Standing(
            name,
            data.title(name),
            estimate(values),
            estimate(values - base),
            chance[name],
            data.designs[name].counterfactual,
        )
        for name, values in samples.items()
    )


def _chances(samples: dict[str, np.ndarray]) -> dict[str, float]:
    stacked = np.stack(list(samples.values()))
    if stacked.shape[0] < 2 or stacked.shape[1] < 2:
        return dict.fromkeys(samples, float("nan"))
    return dict(zip(samples, map(float, probability_best(stacked)), strict=True))


def _verdict(data: StudyData, standings: tuple[Standing, ...]) -> tuple[str, str, str]:
    allowed = [s for s in standings if not s.counterfactual or s.design == data.baseline]
    best = max(allowed, key=lambda standing: standing.contribution.value)
    if best.design != data.baseline:
        sure = best.difference.decided
        return best.design, best.design, "choose" if sure else "undecided"
    rivals = [s for s in standings if s.design != data.baseline]
    if not rivals:
        return best.design, best.design, "stay"
    nearest = max(rivals, key=lambda standing: standing.difference.value)
    return best.design, nearest.design, "stay" if nearest.difference.decided else "undecided"


def _headline(
    data: StudyData,
    names: dict[str, Standing],
    best: str,
    verdict: str,
    drivers: tuple[tuple[str, Estimate], ...],
) -> str:
    base = names[data.baseline]
    if len(names) == 1:
        total = money_estimate(base.contribution, data.currency, signed=False)
        return f"{base.title} contributes {total} over {data.period}; no rival was simulated."
    if best == data.baseline:
        word = "No rival earns more than" if verdict == "stay" else "No rival is shown to beat"
        return (
            f"{word} {data.versus}: “{base.title}” "
            f"contributes {money_estimate(base.contribution, data.currency, signed=False)} over "
            f"{data.period}."
        )
    leader = names[best]
    gain = more_or_less(leader.difference, data.currency)
    if verdict == "choose":
        relative = percent(leader.difference.value / abs(base.contribution.value), 1, signed=True)
        when = f"{data.versus} over {data.period} ({relative})"
        return f"“{leader.title}” contributes {gain} than {when}."
    return (
        f"“{leader.title}” is ahead with {gain} than {data.versus}, but the replications do not "
        "tell the two apart."
    )


def _drivers(data: StudyData, lines: pd.DataFrame, focus: str) -> tuple[tuple[str, Estimate], ...]:
    if focus == data.baseline:
        return ()
    found = [
        (
            name,
            estimate(
                rows(lines, design=focus, line=parts)
                - rows(lines, design=data.baseline, line=parts)
            ),
        )
        for name, parts in DRIVERS.items()
    ]
    largest = max(abs(value.value) for _, value in found)
    named = [item for item in found if abs(item[1].value) > NEGLIGIBLE * largest]
    return tuple(sorted(named, key=lambda item: -abs(item[1].value)))


def _because(data: StudyData, focus: str, drivers: tuple[tuple[str, Estimate], ...]) -> str:
    gains = [item for item in drivers if item[1].value > 0][:3]
    losses = [item for item in drivers if item[1].value < 0][:3]
    words = [
        listed([f"{name} {money(value.value, data.currency, signed=True)}" for name, value in side])
        for side in (gains, losses)
    ]
    subject = f"Against {data.versus}, “{data.title(focus)}”"
    if gains and losses:
        return f"{subject} gains on {words[0]}, and pays for it with {words[1]}."
    if gains:
        return f"{subject} gains on {words[0]}."
    return f"{subject} loses on {words[1]}."


def _grid(data: StudyData, standings: tuple[Standing, ...], lines: pd.DataFrame) -> Grid:
    retail = {name: rows(lines, design=name, line="retail") for name in data.designs}
    volume = _units_sold(data)
    base = data.baseline
    body = tuple(
        Row(
            (
                standing.label,
                standing.contribution,
                None if standing.design == base else standing.difference,
                None if standing.design == base else _relative(volume, standing.design, base),
                None if standing.design == base else _relative(retail, standing.design, base),
                float(len(data.designs[standing.design].reps)),
                standing.probability_best,
            ),
            design=standing.design,
        )
        for standing in standings
    )
    columns = (
        Column("Design"),
        Column("Contribution", "money", data.currency),
        Column(f"Against {data.versus}", "money", data.currency, signed=True),
        Column("Sell-out, units", "share", signed=True),
        Column("Sell-out, value", "share", signed=True),
        Column("People", "number", "people"),
        Column("Probability of being best", "share", decimals=0),
    )
    note = (
        f"Contribution of the manufacturer over {data.period}, ex VAT, after rebates, production, "
        "logistics, sales force, platforms, sites and interest; before overheads and tax. "
        f"Intervals are 95 %, from {many(len(data.replications), 'replication')} with the same "
        "random world for every design."
    )
    return Grid("Designs side by side", columns, body, note, key="designs")


def _scenario_grid(data: StudyData) -> tuple[Grid, ...]:
    """Return the difference under every scenario; no table for a study with one."""
    scenarios = [name for name in data.plan.markets if name in set(data.kpis["scenario"])]
    if len(scenarios) < 2 or not data.rivals:
        return ()
    samples = {name: samples_of(data, "contribution", scenario=name) for name in scenarios}
    body = tuple(
        Row(
            (data.title(rival), *(_gap(samples[name], rival, data.baseline) for name in scenarios)),
            design=rival,
        )
        for rival in data.rivals
    )
    columns = (
        Column("Design"),
        *(
            Column(name.replace("_", " "), "money", data.currency, signed=True)
            for name in scenarios
        ),
    )
    note = f"Contribution against {data.versus} in the same scenario, 95 % intervals."
    return (Grid("Under every scenario", columns, body, note, key="scenarios"),)


def _gap(samples: dict[str, np.ndarray], rival: str, base: str) -> Estimate | None:
    one, two = samples.get(rival), samples.get(base)
    if one is None or two is None or len(one) != len(two):
        return None
    return estimate(one - two)


def _units_sold(data: StudyData) -> dict[str, np.ndarray]:
    sums = data.cells.groupby(["design", "replication"])["units_sold"].sum().unstack("replication")
    return {name: row(sums, name) for name in data.designs}


def _relative(values: dict[str, np.ndarray], name: str, base: str) -> Estimate:
    return estimate(quotient(values[name], values[base]) - 1.0)
