"""Gates of the study: verdicts as rows, as JSON and as JUnit XML for continuous integration."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from xml.etree import ElementTree as ET

import numpy as np

from channelwright.model.study import Expectation
from channelwright.reporting.estimates import Estimate
from channelwright.reporting.grid import Column, Grid, Row
from channelwright.reporting.kpis import samples_of, unit_of
from channelwright.reporting.numbers import (
    between,
    compact,
    money_estimate,
    percent,
    share_estimate,
)
from channelwright.reporting.reading import StudyData
from channelwright.reporting.words import label_of
from channelwright.stats.expectations import Evidence, judge_expectation
from channelwright.stats.gates import Verdict
from channelwright.stats.golden import Sample


@dataclass(frozen=True, slots=True)
class GateRow:
    """The verdict of one gate on one design under one scenario.

    Attributes
    ----------
    kpi, scenario, design, bound, unit : str
        The bound in words with plain numbers; the unit of its limit.
    confidence : float
        One-sided.
    verdict : str
        ``pass``, ``fail`` or ``undecided``.
    mean, low, high : float
        Mean over the replications and the limits that the verdict rests on; NaN without them.
    reason : str
        Why there is no verdict, or empty.
    paired : bool
        Whether mean and limits are a difference: to the baseline, or to the golden study.
    must : str
        The bound in words with shares in per cent.
    """

    kpi: str
    scenario: str
    design: str
    bound: str
    unit: str
    confidence: float
    verdict: str
    mean: float
    low: float
    high: float
    reason: str = ""
    paired: bool = False
    must: str = ""

    def evidence(self, form: str) -> str:
        """Return mean and limits in a form with these names, then the reason, where there are."""
        lead = "difference " if self.paired else ""
        known = "" if np.isnan(self.low) else lead + form.format(**asdict(self))
        return "; ".join(filter(None, (known, self.reason)))


def gate_rows(data: StudyData) -> tuple[GateRow, ...]:
    """Return the verdict of every gate of the pack, on every design that it names."""
    scenarios = [name for name in data.plan.markets if name in set(data.kpis["scenario"])]
    return tuple(
        row
        for scenario in scenarios
        for expectation in data.pack.study.expect
        for design in _designs(data, expectation)
        for row in _judge(data, expectation, design, scenario)
    )


def _designs(data: StudyData, expectation: Expectation) -> tuple[str, ...]:
    if expectation.design != "*":
        return (expectation.design,)
    return data.rivals if expectation.paired else tuple(data.designs)


def _judge(
    data: StudyData,
    expectation: Expectation,
    design: str,
    scenario: str,
) -> list[GateRow]:
    evidence = _evidence(data, expectation, design, scenario)
    differs = expectation.paired or expectation.golden
    unit = unit_of(data, expectation.kpi)
    return [
        GateRow(
            expectation.kpi,
            scenario,
            design,
            str(found.bound),
            "share" if found.bound.of_share else unit,
            expectation.confidence,
            str(found.verdict),
            found.estimate,
            found.low,
            found.high,
            found.reason,
            differs,
            found.bound.in_shares(lambda value: percent(value, 1), unit),
        )
        for found in judge_expectation(expectation, evidence, unit)
    ]


def _evidence(data: StudyData, expectation: Expectation, design: str, scenario: str) -> Evidence:
    samples = samples_of(data, expectation.kpi, scenario=scenario)
    values = samples.get(design, np.zeros(0))
    if expectation.paired and len(values):
        base = samples.get(data.baseline, np.zeros(0))
        values = values - base if len(base) == len(values) else np.zeros(0)
    reason = "fewer than two replications have this KPI" if len(values) < 2 else ""
    evidence = Evidence(values, reason, data.baseline if expectation.paired else "")
    if not expectation.golden or reason:
        return evidence
    missing = data.reference.missing(scenario, design, expectation.kpi)
    drawn = data.reference.drawn(scenario, data.replications)
    if missing or len(drawn) != len(values):
        return replace(evidence, reason=missing or "designs have different replications")
    golden = Sample(*data.reference.values(scenario, design, expectation.kpi))
    return replace(evidence, drawn=drawn, golden=golden)


def gate_grid(data: StudyData, rows: tuple[GateRow, ...]) -> tuple[Grid, ...]:
    """Return the gates as a table; no table when the pack has no gates."""
    if not rows:
        return ()
    several = len({row.scenario for row in rows}) > 1
    body = tuple(Row(_gate_cells(data, row, several), design=row.design) for row in rows)
    scenario = (Column("Scenario"),) if several else ()
    columns = (
        Column("KPI"),
        Column("Design"),
        *scenario,
        Column("Must be"),
        Column("Is"),
        Column("Verdict", "verdict"),
    )
    note = "A verdict needs the whole interval on one side of the bound; otherwise it is undecided."
    return (Grid("Gates of this study", columns, body, note, key="gates"),)


def _gate_cells(data: StudyData, row: GateRow, several: bool) -> tuple[str, ...]:
    design = data.title(row.design) if row.design in data.designs else row.design
    scenario = (row.scenario,) if several else ()
    figure = _figure(row, data.currency)
    return (
        label_of(row.kpi),
        design,
        *scenario,
        row.must,
        figure,
        row.verdict,
    )


def _figure(row: GateRow, currency: str) -> str:
    value = Estimate(row.mean, row.low, row.high)
    if row.unit == "share":
        return share_estimate(value)
    if row.unit == "currency":
        return money_estimate(value, currency, signed=row.paired)
    if not value.bounded:
        return compact(row.mean)
    return f"{compact(row.mean)} [{between(row.low, row.high, signed=row.paired)}] {row.unit}"


def gates_json(data: StudyData, rows: tuple[GateRow, ...]) -> str:
    """Return the gates as JSON text; quantities that are not known are null."""
    gates = [{name: _plain(value) for name, value in asdict(row).items()} for row in rows]
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in Verdict}
    study = {"study": data.plan.name, "pack": data.pack.name, "counts": counts, "gates": gates}
    return json.dumps(study, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: object) -> object:
    """Return a value as JSON has it: nothing for a number that is not finite."""
    return None if isinstance(value, float) and not np.isfinite(value) else value


def gates_junit(data: StudyData, rows: tuple[GateRow, ...]) -> str:
    """Return the gates as JUnit XML: fail is a failure, undecided an error."""
    failed = sum(row.verdict == Verdict.FAIL for row in rows)
    undecided = sum(row.verdict == Verdict.UNDECIDED for row in rows)
    counts = {"tests": len(rows), "failures": failed, "errors": undecided, "skipped": 0}
    suite = ET.Element(
        "testsuite",
        {"name": f"channelwright.{data.plan.name}", **{key: str(n) for key, n in counts.items()}},
    )
    for row in rows:
        _add_case(suite, row)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ET.Element, row: GateRow) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        {"classname": f"{row.scenario}.{row.design}", "name": f"{row.kpi} {row.bound}"},
    )
    text = row.evidence("mean {mean:.6g}, interval {low:.6g} to {high:.6g}")
    if row.verdict == Verdict.FAIL:
        ET.SubElement(case, "failure", {"message": text})
    elif row.verdict == Verdict.UNDECIDED:
        ET.SubElement(case, "error", {"message": f"undecided: {text}"})
