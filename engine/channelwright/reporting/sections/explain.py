"""What the design comes down to, where `channelwright explain` was asked: rule, losers, areas."""

from __future__ import annotations

from typing import Any

from channelwright.reporting.estimates import Estimate
from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.numbers import compact, listed, money_estimate, percent
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.words import label_of

NAN = float("nan")


def explain_section(data: StudyData, focus: str) -> SectionInfo | None:
    """Return the explanation of the design in focus, else of another one; None if there is none."""
    found = {
        design: answer
        for (kind, design), answer in data.answers.items()
        if kind == "explain" and design in data.designs and answer["scenario"] == data.scenario
    }
    if not found:
        return None
    design = focus if focus in found else next(iter(found))
    answer = found[design]
    return SectionInfo(
        _headline(data, design, answer),
        _text(data, answer),
        (_rule_grid(data, answer), _party_grid(data, answer), _area_grid(data, answer)),
    )


def _headline(data: StudyData, design: str, answer: dict[str, Any]) -> str:
    first = answer["branches"][0]
    return (
        f"{percent(answer['right'], 0)} of the volume of “{data.title(design)}” follows "
        f"{len(answer['branches'])} simple rules; the largest: {first['text'].replace('->', '→')}."
    )


def _text(data: StudyData, answer: dict[str, Any]) -> tuple[str, ...]:
    profit = next(row for row in answer["cost_of_rule"] if row["kpi"] == "profit_manufacturer")
    cost = Estimate(profit["estimate"], profit["low"], profit["high"])
    sentences = [
        "The rules as a design of their own, simulated in the same worlds, change the "
        f"manufacturer's profit by {money_estimate(cost, data.currency)}."
    ]
    losers = [row for row in answer["parties"] if row["payment"] > 0]
    left = Estimate(*answer["remains"])
    if losers:
        names = [f"{row['party']} ({compact(row['payment'])})" for row in losers]
        sentences.append(
            f"Against {data.versus_of(answer['baseline'])} these lose and would be made whole by a "
            f"payment: {listed(names)}. The manufacturer then keeps "
            f"{money_estimate(left, data.currency)} over {data.period}."
        )
    else:
        sentences.append(f"Nobody loses against {data.versus_of(answer['baseline'])}.")
    areas = [row for row in answer["areas"] if (row["gain_per_outlet"] or 0.0) > 0]
    if areas:
        names = [str(row["name"]) for row in areas[:3]]
        sentences.append(f"Most gain per outlet that changes: {listed(names)}.")
    return (" ".join(sentences),)


def _rule_grid(data: StudyData, answer: dict[str, Any]) -> Grid:
    body = tuple(
        Row(
            (
                ", ".join(row["conditions"]) or "every outlet",
                row["mode"],
                float(row["outlets"]),
                row["volume"],
                row["right"],
            ),
            mode=row["mode"],
        )
        for row in answer["branches"]
    )
    columns = (
        Column("Outlets that are"),
        Column("Mode"),
        Column("Outlets", "number", decimals=0),
        Column("Of all volume", "share"),
        Column("So in the design", "share"),
    )
    costs = "; ".join(
        f"{label_of(row['kpi']).lower()} {compact(row['estimate'], signed=True)} "
        f"({compact(row['low'], signed=True)} to {compact(row['high'], signed=True)})"
        for row in answer["cost_of_rule"]
    )
    note = (
        "A shallow tree on what is known before anybody serves an outlet, weighted by volume and "
        "pruned to the smallest that is nearly as good; thresholds are rounded. Distances are by "
        f"road to the nearest open site of the design. The rules less the design: {costs}."
    )
    return Grid("The rule that the design follows", columns, body, note, key="simple_rule")


def _party_grid(data: StudyData, answer: dict[str, Any]) -> Grid:
    body = [
        Row(
            (
                row["party"],
                Estimate(row["change"], row["low"], row["high"]),
                row["payment"] or None,
            )
        )
        for row in answer["parties"]
    ]
    left = Estimate(*answer["remains"])
    body.append(Row(("Manufacturer after all payments", left, None), strong=True))
    columns = (
        Column("Party"),
        Column("Change", "money", data.currency, signed=True),
        Column("Payment", "money", data.currency),
    )
    note = (
        f"Over {data.period}, against {data.versus_of(answer['baseline'])}; paired, 95 %. "
        "A payment makes a loser whole in the mean; a house that is closed loses all it earned."
    )
    return Grid("Who loses, and what pays them out", columns, tuple(body), note, key="payments")


def _area_grid(data: StudyData, answer: dict[str, Any]) -> Grid:
    body = tuple(
        Row(
            (
                str(row["name"]),
                NAN if row["gain_per_outlet"] is None else row["gain_per_outlet"],
                float(row["outlets"]),
                float(row["people"]),
                Estimate(row["gain"], row["low"], row["high"]),
                float(row["so_far"]),
            )
        )
        for row in answer["areas"]
    )
    columns = (
        Column("Area"),
        Column("Gain per outlet", "number", f"{data.currency}/outlet", 0, signed=True),
        Column("Outlets that change", "number", decimals=0),
        Column("People", "number", decimals=0, signed=True),
        Column("Gain", "money", data.currency, signed=True),
        Column("Gain so far", "money", data.currency, signed=True),
    )
    note = (
        "The manufacturer's contribution by the area of outlets; what is posted at sites goes to "
        "areas by the cases that the site passes on to them. Effort: outlets that change mode, "
        "server or call frequency. Gain so far: this area and those before it. An area "
        "also gains where others begin to share its site."
    )
    return Grid("Which areas first", columns, body, note, key="areas_first")
