"""History of the baseline: the simulated band, its mean, and what happened."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from channelwright.reporting.figures.canvas import Drawing, drawing
from channelwright.reporting.figures.palette import ACCENT, INK, LINE
from channelwright.reporting.numbers import compact, percent
from channelwright.reporting.sections.baseline import HistoryRow


def history_figure(row: HistoryRow) -> Drawing | None:
    """Return one series beside its simulation; None if it could not be compared."""
    if not row.mean:
        return None
    name = row.name.replace("_", " ")
    caption = (
        f"{name[:1].upper()}{name[1:]} by week: actual (dots), simulated mean (line) and 90 % band;"
        f" error {percent(row.wape)}, {percent(row.inside, 0)} of weeks in the band"
    )
    return drawing(lambda width: _draw(row, width), caption, caption)


def _draw(row: HistoryRow, width: float) -> Figure:
    figure = Figure(figsize=(width, 2.5))
    axes = figure.add_axes((0.55 / width, 0.14, 1.0 - 0.65 / width, 0.82))
    weeks = np.arange(1, len(row.actual) + 1)
    axes.fill_between(weeks, row.low, row.high, color=ACCENT, alpha=0.18, linewidth=0)
    axes.plot(weeks, row.mean, color=ACCENT, linewidth=1.6)
    axes.plot(weeks, row.actual, "o", color=INK, markersize=3.2)
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=8)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
    axes.set_xlabel("week", loc="right", fontsize=8)
    return figure
