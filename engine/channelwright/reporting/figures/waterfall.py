"""Waterfalls: gross sales to contribution, and today to a rival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.reporting.figures.canvas import Drawing, drawing, new_figure
from channelwright.reporting.figures.palette import ACCENT, BAD, GOOD, INK, LINE, SOFT
from channelwright.reporting.numbers import compact
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.bridge import BridgeInfo
from channelwright.reporting.steps import PROFIT, StepBridge
from channelwright.reporting.words import label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.29
NEGLIGIBLE = 0.002


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall: from, to, label, whether it is a level."""

    label: str
    start: float
    end: float
    total: bool


def account_figure(info: BridgeInfo, data: StudyData, design: str) -> Drawing:
    """Return the bridge from gross sales to contribution."""
    level, steps = 0.0, []
    for line in info.lines:
        value = info.values[design, line.name].value
        if line.total:
            steps.append(Step(line.name, 0.0, value, total=True))
            level = value
        elif value:
            steps.append(Step(line.name, level, level + value, total=False))
            level += value
    what = f"{data.currency} over {data.period}"
    caption = f"{data.title(design)}: from gross sales to contribution, {what}"
    return _waterfall(steps, caption, signed=False)


def difference_figure(info: BridgeInfo, data: StudyData, design: str) -> Drawing | None:
    """Return the bridge from the baseline's contribution to a rival's; None for the baseline."""
    if design == data.baseline:
        return None
    level = info.values[data.baseline, "Contribution"].value
    steps = [Step(data.short(data.baseline), 0.0, level, total=True)]
    change = info.differences[design, "Contribution"].value
    for line in info.lines:
        value = info.differences[design, line.name].value
        if not line.total or line.name == "Gross sales":
            # What would be a hair on the figure is left to the table.
            if abs(value) > NEGLIGIBLE * abs(change):
                steps.append(Step(line.name, level, level + value, total=False))
            level += value
    steps.append(Step(data.short(design), 0.0, level, total=True))
    caption = (
        f"Contribution from {data.versus} to “{data.title(design)}”, "
        f"{data.currency} over {data.period}; the axis does not start at zero"
    )
    return _waterfall(steps, caption, signed=True)


def steps_figure(data: StudyData, bridge: StepBridge) -> Drawing:
    """Return a bridge whose steps are groups of decisions, as `channelwright bridge` found it."""
    first, last = bridge.levels
    level, steps = first, [Step(data.short(bridge.start), 0.0, first, total=True)]
    for step in bridge.steps:
        steps.append(Step(step.words, level, level + step.change.value, total=False))
        level += step.change.value
    steps.append(Step(data.short(bridge.end), 0.0, last, total=True))
    what = data.currency if bridge.kpi == PROFIT else "cases"
    caption = (
        f"{label_of(bridge.kpi)} from {data.versus_of(bridge.start)} to "
        f"“{data.title(bridge.end)}” by decision, {what} over {data.period}; "
        "the axis does not start at zero"
    )
    return _waterfall(steps, caption, signed=True)


def _waterfall(steps: list[Step], caption: str, *, signed: bool) -> Drawing:
    words = "; ".join(f"{s.label} {compact(s.end - s.start)}" for s in steps)
    return drawing(lambda width: _draw(steps, width, signed), caption, f"{caption}. {words}")


def _draw(steps: list[Step], width: float, signed: bool) -> Figure:
    figure, axes = new_figure(width, ROW * len(steps) + 0.05)
    low, high = _limits(steps, from_zero=not signed)
    label_room = (1.95 if width > 5 else 1.55) / width
    value_room = 0.62 / width
    span = (high - low) / (1.0 - label_room - value_room)
    left = low - label_room * span
    axes.set_xlim(left, left + span)
    axes.set_ylim(-len(steps) + 0.5, 0.5)
    for place, step in enumerate(steps):
        _bar(axes, step, -place, low, left, signed)
        if place + 1 < len(steps):
            axes.plot(
                [step.end, step.end], [-place - 0.34, -place - 0.66], color=SOFT, linewidth=0.6
            )
    return figure


def _limits(steps: list[Step], *, from_zero: bool) -> tuple[float, float]:
    ends = [end for step in steps for end in (step.start, step.end)]
    if from_zero:
        return min(0.0, *ends), max(ends)
    moving = [
        end for step in steps for end in ((step.end,) if step.total else (step.start, step.end))
    ]
    low, high = min(moving), max(moving)
    return low - 0.25 * (high - low or abs(high) or 1.0), high


def _bar(axes: Axes, step: Step, y: float, low: float, left: float, signed: bool) -> None:
    start = max(step.start, low) if step.total and signed else step.start
    change = step.end - step.start
    colour = ACCENT if step.total else GOOD if change > 0 else BAD
    axes.barh(
        y, step.end - start, left=start, height=0.62, color=colour, alpha=1 if step.total else 0.85
    )
    axes.plot([left, max(start, step.end)], [y - 0.5, y - 0.5], color=LINE, linewidth=0.5, zorder=0)
    weight = "bold" if step.total else "normal"
    label = step.label if len(step.label) <= 30 else step.label[:29] + "…"
    axes.text(left, y, label, ha="left", va="center", fontsize=8.6, color=INK, weight=weight)
    text = compact(change, signed=not step.total)
    axes.annotate(
        text,
        (max(start, step.end), y),
        (4, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=8.4,
        color=INK if step.total else SOFT,
        weight=weight,
    )
