"""Welch's plot: output over its seasonal level from the first day, and the warm-up left out."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from channelwright.reporting.figures.canvas import Drawing, drawing, style, to_svg
from channelwright.reporting.figures.palette import ACCENT, INK, LINE
from channelwright.stats.steady import Steady

_WIDTH = 7.6  # inches of a file of its own


def warm_up_figure(steady: Steady, warm_up: float, measure: str) -> Drawing:
    """Return the plot for the page.

    Parameters
    ----------
    steady : Steady
    warm_up : float, periods that the pack leaves out
    measure : str, what is plotted, in words
    """
    caption = _caption(steady, warm_up, measure)
    return drawing(lambda width: _draw(steady, warm_up, width), caption, caption)


def warm_up_file(steady: Steady, warm_up: float, measure: str) -> str:
    """Return the plot as SVG that stands alone; parameters as of `warm_up_figure`."""
    with style():
        figure = _draw(steady, warm_up, _WIDTH)
        return to_svg(figure, _caption(steady, warm_up, measure), alone=True)


def _caption(steady: Steady, warm_up: float, measure: str) -> str:
    where = (
        "no steady part is found"
        if steady.found.too_short
        else f"MSER-5 would leave out {steady.found.periods}"
    )
    return (
        f"{measure[:1].upper()}{measure[1:]} by week over the expected seasonal level: mean "
        f"of replications (dots), Welch's moving average (line); the pack leaves out "
        f"{warm_up:g} weeks, {where}"
    )


def _draw(steady: Steady, warm_up: float, width: float) -> Figure:
    figure = Figure(figsize=(width, 2.5))
    axes = figure.add_axes((0.55 / width, 0.16, 1.0 - 0.65 / width, 0.8))
    mean = steady.level.mean(axis=0)
    weeks = np.arange(mean.size) + 0.5
    axes.axvspan(0, warm_up, color=LINE, alpha=0.5, linewidth=0)
    axes.plot(weeks, mean, "o", color=INK, markersize=2.6, alpha=0.6)
    axes.plot(weeks[: steady.smooth.size], steady.smooth, color=ACCENT, linewidth=1.8)
    if not steady.found.too_short:
        axes.axvline(steady.found.periods, color=ACCENT, linewidth=1.0, linestyle=":")
    axes.grid(visible=True, axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlim(0, mean.size)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=8)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel("week of the simulation", loc="right", fontsize=8)
    return figure
