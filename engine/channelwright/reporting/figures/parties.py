"""Who wins and loses: one panel per rival, one bar per group of parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from channelwright.reporting.figures.canvas import Drawing, bare, drawing
from channelwright.reporting.figures.palette import BAD, GOOD, INK, LINE, SOFT
from channelwright.reporting.numbers import compact, money
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.winners import PartyResult, WinnersInfo

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.30


def winners_figure(info: WinnersInfo, data: StudyData) -> Drawing | None:
    """Return the difference of every party to the baseline; None without rivals."""
    rivals = list(data.rivals)
    if not rivals:
        return None
    parties = list(dict.fromkeys(item.party for item in info.parties))
    found = {(item.design, item.party): item for item in info.parties}
    caption = f"Result of each party against {data.versus}, {data.currency} over {data.period}"
    words = "; ".join(
        f"{data.title(d)}, {p}: {money(found[d, p].difference.value, data.currency, signed=True)}"
        for d in rivals
        for p in parties
    )

    def draw(width: float) -> Figure:
        return _draw(rivals, parties, found, data, width)

    return drawing(draw, caption, f"{caption}. {words}")


def _draw(
    rivals: list[str],
    parties: list[str],
    found: dict[tuple[str, str], PartyResult],
    data: StudyData,
    width: float,
) -> Figure:
    columns = 2 if width > 5 and len(rivals) > 1 else 1
    lines = -(-len(rivals) // columns)
    panel = ROW * len(parties) + 0.42
    figure = Figure(figsize=(width, panel * lines))
    largest = max(abs(item.difference.value) for item in found.values()) or 1.0
    for place, rival in enumerate(rivals):
        row, column = divmod(place, columns)
        box = (column / columns, 1.0 - (row + 1) / lines, 0.97 / columns, 1.0 / lines)
        axes = figure.add_axes(box)
        bare(axes)
        title = data.title(rival)
        # A panel of half the page has room for some forty bold letters.
        shown = title if columns == 1 or len(title) <= 40 else data.short(rival)
        _panel(axes, [found[rival, party] for party in parties], shown, largest)
    return figure


def _panel(axes: Axes, items: list[PartyResult], title: str, largest: float) -> None:
    # The label column takes as much room as the bars; figures stand beyond the longest bar.
    left, right = -3.1 * largest, 1.75 * largest
    axes.set_xlim(left, right)
    axes.set_ylim(-len(items) + 0.3, 1.25)
    axes.text(left, 0.85, title, weight="bold", fontsize=9.2, color=INK, va="center")
    axes.plot([0, 0], [-len(items) + 0.5, 0.5], color=INK, linewidth=0.9)
    for place, item in enumerate(items):
        value, y = item.difference.value, -place
        colour = GOOD if value > 0 else BAD
        axes.plot([left, right], [y - 0.5, y - 0.5], color=LINE, linewidth=0.5, zorder=0)
        axes.barh(y, value, height=0.56, color=colour if item.difference.decided else LINE)
        axes.text(left, y, item.party, va="center", fontsize=8.5, color=INK)
        axes.annotate(
            compact(value, signed=True),
            (max(value, 0.0), y),
            (4, 0),
            textcoords="offset points",
            va="center",
            ha="left",
            fontsize=8.2,
            color=SOFT,
        )
