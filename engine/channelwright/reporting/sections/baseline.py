"""Section 2: whether the baseline matches its facts, or the history that the pack has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.model.study import Fact
from channelwright.reporting.estimates import Estimate, estimate, wide
from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.kpis import samples_of, unit_of
from channelwright.reporting.numbers import many, percent, plain
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.words import label_of


@dataclass(frozen=True)
class FactRow:
    """One fact beside its simulated value.

    Attributes
    ----------
    fact : Fact
    unit : str
    simulated : Estimate or None
        None when no KPI of that name was stored.
    verdict : str
        ``met``, ``not met``, ``undecided`` or ``not measured``.
    """

    fact: Fact
    unit: str
    simulated: Estimate | None
    verdict: str


@dataclass(frozen=True)
class HistoryRow:
    """One observed series beside the simulated one.

    Attributes
    ----------
    name : str
    actual : (weeks,) observed
    mean, low, high : (weeks,) simulated mean and 90 % band; empty when it cannot be compared
    wape : float
        Sum of absolute differences of mean and actual over the sum of actual.
    inside : float
        Share of weeks inside the band.
    variance_ratio : float
        Mean variance of the simulated weeks over the variance of the actual ones.
    """

    name: str
    actual: tuple[float, ...]
    mean: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    wape: float = float("nan")
    inside: float = float("nan")
    variance_ratio: float = float("nan")


@dataclass(frozen=True)
class BaselineInfo:
    """What is known about the baseline.

    Attributes
    ----------
    section : SectionInfo
    facts : tuple of FactRow
    history : tuple of HistoryRow
    """

    section: SectionInfo
    facts: tuple[FactRow, ...]
    history: tuple[HistoryRow, ...]


def baseline_info(data: StudyData) -> BaselineInfo:
    """Return facts and history beside the simulation of the baseline."""
    facts = tuple(_fact_row(data, fact) for fact in data.pack.study.facts)
    history = tuple(_history_row(data, *item) for item in data.pack.history.items())
    grids = (*_fact_grid(data, facts), *_history_grid(history))
    headline = _headline(data, facts, history)
    text = () if grids else ("Without facts or history nothing here vouches for the baseline.",)
    return BaselineInfo(SectionInfo(headline, text, grids), facts, history)


def _fact_row(data: StudyData, fact: Fact) -> FactRow:
    values = samples_of(data, fact.kpi).get(data.baseline)
    unit = unit_of(data, fact.kpi)
    if values is None:
        return FactRow(fact, unit, None, "not measured")
    simulated = estimate(values)
    return FactRow(fact, unit, simulated, fact_verdict(fact, simulated))


def fact_verdict(fact: Fact, simulated: Estimate) -> str:
    """Return whether an estimate lies in a fact's range: met, not met or undecided."""
    low = -np.inf if fact.at_least is None else fact.at_least
    high = np.inf if fact.at_most is None else fact.at_most
    if not simulated.bounded:
        return "met" if low <= simulated.value <= high else "not met"
    if low <= simulated.low and simulated.high <= high:
        return "met"
    return "not met" if simulated.high < low or simulated.low > high else "undecided"


def _history_row(data: StudyData, name: str, actual: tuple[float, ...]) -> HistoryRow:
    column = name.partition(":")[0]
    if column not in data.weeks.columns or column in ("period", "replication", "design"):
        return HistoryRow(name, actual)
    mine = data.weeks[data.weeks["design"] == data.baseline]
    weeks = wide(mine, ("period",), column).to_numpy()
    if len(weeks) != len(actual):
        return HistoryRow(name, actual)
    observed = np.asarray(actual)
    low, high = np.quantile(weeks, (0.05, 0.95), axis=1)
    mean = weeks.mean(axis=1)
    spread = weeks.var(axis=0, ddof=1).mean() / observed.var(ddof=1)
    return HistoryRow(
        name,
        actual,
        tuple(mean),
        tuple(low),
        tuple(high),
        float(np.abs(mean - observed).sum() / np.abs(observed).sum()),
        float(((low <= observed) & (observed <= high)).mean()),
        float(spread),
    )


def _headline(data: StudyData, facts: tuple[FactRow, ...], history: tuple[HistoryRow, ...]) -> str:
    found = [*_facts_sentence(facts), *_history_sentence(history)]
    if not found:
        return f"The pack of “{data.pack.title}” brings neither facts nor history for its baseline."
    return " ".join(found)


def _facts_sentence(facts: tuple[FactRow, ...]) -> list[str]:
    if not facts:
        return []
    met = sum(row.verdict == "met" for row in facts)
    total = many(len(facts), "fact")
    if met == len(facts):
        known = "the one fact" if met == 1 else f"all {total}"
        return [f"The baseline meets {known} known about it."]
    others = [row.verdict for row in facts if row.verdict != "met"]
    rest = ", ".join(f"{others.count(word)} {word}" for word in dict.fromkeys(others))
    return [f"The baseline meets {met} of {total} ({rest})."]


def _history_sentence(history: tuple[HistoryRow, ...]) -> list[str]:
    compared = [row for row in history if row.mean]
    if not compared:
        return []
    first = compared[0]
    return [
        f"Simulated {first.name.replace('_', ' ')} follow {len(first.actual)} weeks of history "
        f"with an error of {percent(first.wape)} a week."
    ]


def _range(fact: Fact, unit: str) -> str:
    share = unit in ("share", "per year")
    ends = [
        None if end is None else _percent(end) if share else _short(end)
        for end in (fact.at_least, fact.at_most)
    ]
    if ends[0] is not None and ends[1] is not None:
        return f"{ends[0]} to {ends[1]}"
    return f"at least {ends[0]}" if ends[0] is not None else f"at most {ends[1]}"


def _percent(value: float) -> str:
    whole = abs(100.0 * value - round(100.0 * value)) < 1e-9
    return percent(value, 0 if whole else 1)


def _short(value: float) -> str:
    return plain(value, 0 if value == int(value) else 2)


def _fact_grid(data: StudyData, facts: tuple[FactRow, ...]) -> tuple[Grid, ...]:
    if not facts:
        return ()
    body = tuple(
        Row(
            (
                row.fact.text or label_of(row.fact.kpi),
                _range(row.fact, row.unit),
                _shown(row, data),
                row.verdict,
                row.fact.source,
            )
        )
        for row in facts
    )
    columns = (
        Column("Fact"),
        Column("Range"),
        Column("Simulated"),
        Column("Verdict", "verdict"),
        Column("Source"),
    )
    note = (
        f"Simulated: mean of “{data.title(data.baseline)}” over {data.period} with its 95 % "
        "interval. Met: the whole interval lies in the range; undecided: a part of it does."
    )
    return (Grid("Facts of the baseline", columns, body, note, key="facts"),)


def _shown(row: FactRow, data: StudyData) -> str:
    if row.simulated is None:
        return "no such KPI"
    value = row.simulated
    share = row.unit in ("share", "per year")
    factor = 100.0 if share else 1.0
    ends = [factor * end for end in (value.value, value.low, value.high)]
    digits = 1 if abs(ends[0]) < 1000 else 0
    unit = " %" if share else f" {row.unit.replace('currency', data.currency)}".rstrip()
    text = plain(ends[0], digits) + unit
    limits = [plain(end, digits) for end in ends[1:]]
    if not value.bounded or limits == [plain(ends[0], digits)] * 2:
        return text
    return f"{text} [{' to '.join(limits)}]"


def _history_grid(history: tuple[HistoryRow, ...]) -> tuple[Grid, ...]:
    if not history:
        return ()
    body = tuple(
        Row(
            (
                row.name.replace("_", " "),
                float(len(row.actual)),
                row.wape if row.mean else None,
                row.inside if row.mean else None,
                row.variance_ratio if row.mean else None,
                "" if row.mean else "not compared: no simulated weeks of this name and length",
            )
        )
        for row in history
    )
    columns = (
        Column("Series"),
        Column("Weeks", "number"),
        Column("Error (WAPE)", "share"),
        Column("Weeks in the 90 % band", "share", decimals=0),
        Column("Variance ratio", "number", decimals=2),
        Column("Remark"),
    )
    note = (
        "Error: sum of absolute differences between simulated mean and actual over the sum of "
        "actual. Band: 5 % to 95 % of the replications, too narrow with fewer than twenty. "
        "Variance ratio: simulated over actual."
    )
    return (Grid("History of the baseline", columns, body, note, key="history"),)
