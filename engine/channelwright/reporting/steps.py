"""Bridges of a study (`channelwright bridge`): steps from one design to another, read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from channelwright.reporting.estimates import Estimate
from channelwright.reporting.grid import Column, Grid, Kind, Row
from channelwright.reporting.numbers import compact
from channelwright.reporting.reading import StudyData
from channelwright.reporting.words import label_of

VOLUME, PROFIT = "delivered_cases", "contribution"
#: Steps below this share of all movement are told in the table, not in the headline.
WORTH_TELLING = 0.02


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """One step: what a group of decisions adds.

    Attributes
    ----------
    group, words : str
    change : Estimate, paired; unit of the KPI
    lowest, highest : float, means over the orders that were simulated
    """

    group: str
    words: str
    change: Estimate
    lowest: float
    highest: float


@dataclass(frozen=True)
class StepBridge:
    """The bridge of one KPI from one design to another.

    Attributes
    ----------
    kpi, start, end : str
    levels : (float, float), mean of the KPI at the start and at the end
    change : Estimate
    steps : tuple of BridgeStep, which add up to the change
    columns : mapping of column to changes by step: modes (volume) or account lines (profit)
    orders : int, number of orders that were simulated
    notes : tuple of str
    """

    kpi: str
    start: str
    end: str
    levels: tuple[float, float]
    change: Estimate
    steps: tuple[BridgeStep, ...]
    columns: dict[str, tuple[float, ...]]
    orders: int
    notes: tuple[str, ...]


def step_bridges(data: StudyData, kpi: str) -> tuple[StepBridge, ...]:
    """Return the bridges of a KPI that the study has for the scenario of the report."""
    found = []
    for (kind, design), answer in data.answers.items():
        known = design in data.designs and answer.get("start") in data.designs
        if kind == "bridge" and known and answer.get("scenario") == data.scenario:
            found.append(_bridge(design, answer, kpi))
    return tuple(found)


def _bridge(design: str, answer: dict[str, Any], kpi: str) -> StepBridge:
    (ends,) = (row for row in answer["ends"] if row["kpi"] == kpi)
    table = answer["modes" if kpi == VOLUME else "lines"]
    columns = [name for name in table[0] if name != "group"] if table else []
    return StepBridge(
        kpi,
        answer["start"],
        design,
        (ends["start"], ends["end"]),
        Estimate(ends["difference"], ends["low"], ends["high"]),
        tuple(
            BridgeStep(
                row["group"],
                row["words"],
                Estimate(row["estimate"], row["low"], row["high"]),
                row["lowest"],
                row["highest"],
            )
            for row in answer["steps"]
            if row["kpi"] == kpi
        ),
        {name: tuple(row[name] for row in table) for name in columns},
        len(answer["orders"]),
        tuple(answer["notes"]),
    )


def bridge_text(data: StudyData, bridge: StepBridge) -> str:
    """Return the bridge as one sentence: the steps that matter, largest first."""
    whole = sum(abs(step.change.value) for step in bridge.steps) or 1.0
    told = [s for s in bridge.steps if abs(s.change.value) >= WORTH_TELLING * whole]
    ranked = sorted(told, key=lambda step: -abs(step.change.value))
    parts = [f"{s.words.lower()} {compact(s.change.value, signed=True)}" for s in ranked]
    what = "cases" if bridge.kpi == VOLUME else data.currency
    total = compact(bridge.change.value, signed=True)
    return (
        f"From {data.versus_of(bridge.start)} to “{data.title(bridge.end)}”, {what} over "
        f"{data.period}, decisions switched on one after another: {', '.join(parts)}; "
        f"together {total}."
    )


def bridge_grids(data: StudyData, kpi: str) -> tuple[Grid, ...]:
    """Return the tables of all bridges of a KPI."""
    return tuple(
        grid
        for bridge in step_bridges(data, kpi)
        for grid in (_steps(data, bridge), _split(data, bridge))
    )


def _steps(data: StudyData, bridge: StepBridge) -> Grid:
    money = bridge.kpi == PROFIT
    unit = data.currency if money else "cases"
    kind: Kind = "money" if money else "number"
    first, last = bridge.levels
    body = [Row((data.title(bridge.start), first, None, None, None), strong=True)]
    body += [
        Row((step.words, None, step.change, step.lowest, step.highest)) for step in bridge.steps
    ]
    body.append(Row(("All steps", None, bridge.change, None, None), strong=True))
    body.append(Row((data.title(bridge.end), last, None, None, None), strong=True))
    digits = None if money else 0
    columns = (
        Column("Step"),
        Column("Level", kind, unit, digits),
        *(
            Column(title, kind, unit, digits, signed=True)
            for title in ("Change", "Lowest", "Highest")
        ),
    )
    note = (
        "Each step is a simulated design with one more group of the other's decisions, in the same "
        "random worlds; steps add up to the difference in every replication. Lowest and highest: "
        f"the mean over the {bridge.orders} orders that were simulated. {' '.join(bridge.notes)}"
    )
    title = f"{label_of(bridge.kpi)} step by step: {data.title(bridge.end)}"
    return Grid(title, columns, tuple(body), note, key=f"steps_{bridge.kpi}_{bridge.end}")


def _split(data: StudyData, bridge: StepBridge) -> Grid:
    volume = bridge.kpi == VOLUME
    names = list(bridge.columns)
    body = [
        Row((step.words, *(bridge.columns[name][place] for name in names), step.change.value))
        for place, step in enumerate(bridge.steps)
    ]
    totals = [sum(bridge.columns[name]) for name in names]
    body.append(Row(("All steps", *totals, bridge.change.value), strong=True))
    kind: Kind = "number" if volume else "money"
    unit = "cases" if volume else data.currency
    columns = (
        Column("Step"),
        *(
            Column(
                name if volume else label_of(name),
                kind,
                unit,
                signed=True,
                mode=name if volume else "",
            )
            for name in names
        ),
        Column("All", kind, unit, signed=True),
    )
    note = (
        "What leaves one mode and arrives in another is no growth: only the last column is."
        if volume
        else "Costs and rebates are negative; lines of further mechanisms are in the total only."
    )
    title = f"The same by {'mode' if volume else 'line of the account'}: {data.title(bridge.end)}"
    return Grid(
        title, columns, tuple(body), note, folded=not volume, key=f"split_{bridge.kpi}_{bridge.end}"
    )
