"""Intervals of differences: one row per design, a dot, a bar and the figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from channelwright.reporting.estimates import Estimate
from channelwright.reporting.figures.canvas import PHONE, Drawing, drawing, new_figure
from channelwright.reporting.figures.palette import INK, LINE, SOFT, design_colour
from channelwright.reporting.numbers import money_estimate
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.choice import ChoiceInfo, Standing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.58


def choice_figure(info: ChoiceInfo, data: StudyData) -> Drawing | None:
    """Return the contribution of every rival against the baseline; None without rivals."""
    rivals = [item for item in info.standings if item.design != data.baseline]
    if not rivals:
        return None
    caption = (
        f"Contribution against {data.versus}, {data.currency} over {data.period}, 95 % intervals"
    )
    words = "; ".join(
        f"{item.title}: {money_estimate(item.difference, data.currency)}" for item in rivals
    )
    return drawing(lambda width: _draw(rivals, data, width), caption, f"{caption}. {words}")


def _draw(rivals: list[Standing], data: StudyData, width: float) -> Figure:
    figure, axes = new_figure(width, ROW * len(rivals) + 0.1)
    places = {name: place for place, name in enumerate(data.designs)}
    low, high = _limits(rivals)
    axes.set_xlim(low, high)
    axes.set_ylim(-len(rivals) + 0.45, 0.6)
    axes.annotate(
        f"0 = {data.versus}" if len(data.versus) < 20 else "0 = baseline",
        (0.0, 0.62 - len(rivals)),
        (0, 0),
        textcoords="offset points",
        ha=_side((0.0 - low) / (high - low)),
        va="center",
        fontsize=8.0,
        color=SOFT,
    )
    for place, item in enumerate(rivals):
        title = item.label if width > PHONE else data.short(item.design)
        _interval(axes, item.difference, -place, design_colour(places[item.design]), (low, high))
        axes.text(low, 0.3 - place, title, va="center", ha="left", color=INK, fontsize=9.5)
        axes.text(
            high,
            0.3 - place,
            money_estimate(item.difference, data.currency),
            va="center",
            ha="right",
            color=SOFT,
            fontsize=8.5,
        )
    return figure


def _side(place: float) -> Literal["left", "center", "right"]:
    """Return how a label is set so that it stays inside, by its place from 0 to 1."""
    return "left" if place < 0.1 else "right" if place > 0.9 else "center"


def _limits(rivals: list[Standing]) -> tuple[float, float]:
    ends = [0.0]
    for item in rivals:
        value = item.difference
        ends += [end for end in (value.value, value.low, value.high) if math.isfinite(end)]
    low, high = min(ends), max(ends)
    room = 0.06 * (high - low or 1.0)
    return low - room, high + room


def _interval(
    axes: Axes, value: Estimate, y: float, colour: str, limits: tuple[float, float]
) -> None:
    axes.plot(limits, [y, y], color=LINE, linewidth=0.8, zorder=0)
    axes.plot([0.0, 0.0], [y - 0.16, y + 0.16], color=INK, linewidth=1.2, zorder=1)
    if value.bounded:
        axes.plot(
            [value.low, value.high],
            [y, y],
            color=colour,
            linewidth=7,
            alpha=0.35,
            solid_capstyle="butt",
        )
    axes.plot([value.value], [y], "o", color=colour, markersize=7)
