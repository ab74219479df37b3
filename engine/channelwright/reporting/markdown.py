"""The study in a few lines of Markdown, for the summary of a pull request."""

from __future__ import annotations

import numpy as np

from channelwright.reporting.content import ReportInfo
from channelwright.reporting.estimates import Estimate, estimate
from channelwright.reporting.gates import GateRow
from channelwright.reporting.kpis import samples_of
from channelwright.reporting.numbers import money_estimate
from channelwright.stats.gates import Verdict
from channelwright.stats.paired import paired_interval

PROFIT = "contribution"
_SIGNS = {Verdict.PASS: "✅ pass", Verdict.FAIL: "❌ fail", Verdict.UNDECIDED: "⚠️ undecided"}


def summary(info: ReportInfo) -> str:
    """Return designs with their profit, and gates with their verdicts, as Markdown text.

    Parameters
    ----------
    info : ReportInfo
    """
    data = info.data
    lines = [f"### {data.pack.title}", "", f"Study `{data.plan.name}`, scenario `{data.scenario}`."]
    lines += ["", *_designs(info)]
    if info.gates:
        lines += ["", *_gates(info.gates)]
    return "\n".join(lines) + "\n"


def _designs(info: ReportInfo) -> list[str]:
    data = info.data
    samples = samples_of(data, PROFIT)
    base = samples.get(data.baseline, np.zeros(0))
    rows = [f"| design | contribution | against {_cell(data.baseline)} |", "|---|---|---|"]
    for name, values in samples.items():
        own = money_estimate(estimate(values), data.currency)
        gap = ""
        if name != data.baseline and len(values) == len(base) >= 2:
            limits = paired_interval(values, base)
            difference = Estimate(limits.estimate, limits.low, limits.high)
            gap = money_estimate(difference, data.currency, signed=True)
        rows.append(f"| {_cell(name)} | {own} | {gap} |")
    return rows


def _gates(gates: tuple[GateRow, ...]) -> list[str]:
    rows = ["| gate | design | scenario | verdict | interval |", "|---|---|---|---|---|"]
    for gate in gates:
        interval = gate.evidence("{mean:,.6g} [{low:,.6g}, {high:,.6g}]")
        words = _cell(f"{gate.kpi} {gate.bound}")
        sign = _SIGNS[Verdict(gate.verdict)]
        place = f"{_cell(gate.design)} | {_cell(gate.scenario)}"
        rows.append(f"| {words} | {place} | {sign} | {_cell(interval)} |")
    return rows


def _cell(text: str) -> str:
    """Return text that cannot end a cell."""
    return text.replace("|", "\\|").replace("\n", " ")
