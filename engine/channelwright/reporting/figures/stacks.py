"""Stacked bars by mode: volume of every design, and accounts beside volume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.reporting.figures.canvas import PHONE, Drawing, drawing, new_figure
from channelwright.reporting.figures.palette import INK, PAPER, SOFT, mode_colour
from channelwright.reporting.numbers import compact, many, percent, share_estimate
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.buyers import BuyersInfo
from channelwright.reporting.sections.volume import VolumeInfo

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.56


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar.

    Attributes
    ----------
    title, remark : str
        Above the bar, left and right.
    brief, note : str
        The same where there is little room.
    parts : tuple of (mode row, size, label)
    """

    title: str
    remark: str
    brief: str
    note: str
    parts: tuple[tuple[int, float, str], ...]


def volume_figure(info: VolumeInfo, data: StudyData) -> Drawing:
    """Return cases per week by mode for every design, with the change of sell-out."""
    ids = data.market.modes.ids
    stacks = []
    for name in data.designs:
        parts = tuple(
            (ids.index(mode), value, mode)
            for mode in info.modes
            if (value := info.cases[name, mode].value) > 0
        )
        total = compact(sum(size for _, size, _ in parts))
        change = share_estimate(info.sell_out[name], signed=True, decimals=2)
        remark = f"{total} cases" if name == data.baseline else f"{total} cases, sell-out {change}"
        brief = f"{total} cases" if name == data.baseline else f"sell-out {_brief(info, name)}"
        stacks.append(Stack(data.title(name), remark, data.short(name), brief, parts))
    caption = f"Cases a week by mode; change of sales to consumers against {data.versus}"
    return _stacked(stacks, caption)


def _brief(info: VolumeInfo, design: str) -> str:
    return percent(info.sell_out[design].value, 2, signed=True)


def buyers_figure(info: BuyersInfo, data: StudyData, focus: str) -> Drawing:
    """Return accounts, outlets and sell-in volume by mode, as shares, for baseline and focus."""
    stacks = [
        stack
        for design in dict.fromkeys((data.baseline, focus))
        for stack in _buyer_stacks(info, data, design)
    ]
    return _stacked(stacks, "Accounts, outlets and sell-in volume by mode, share of each total")


def _buyer_stacks(info: BuyersInfo, data: StudyData, design: str) -> list[Stack]:
    ids = data.market.modes.ids
    mine = [item for item in info.buyers if item.design == design]
    measures = (
        ("accounts", [float(item.accounts) for item in mine], "account"),
        ("outlets", [float(item.outlets) for item in mine], "outlet"),
        ("sell-in volume", [item.sell_in.value for item in mine], "case"),
    )
    stacks = []
    for word, sizes, noun in measures:
        total = sum(sizes) or 1.0
        parts = tuple(
            (ids.index(item.mode), size / total, f"{item.mode} {100 * size / total:.0f} %")
            for item, size in zip(mine, sizes, strict=True)
            if size > 0
        )
        remark = many(round(total), noun) + (" a week" if noun == "case" else "")
        brief = f"{data.short(design)}: {word}"
        stacks.append(Stack(f"{data.title(design)}: {word}", remark, brief, remark, parts))
    return stacks


def _stacked(stacks: list[Stack], caption: str) -> Drawing:
    words = "; ".join(
        f"{stack.title}: {', '.join(f'{label} {compact(size)}' for _, size, label in stack.parts)}"
        for stack in stacks
    )
    return drawing(lambda width: _draw(stacks, width), caption, f"{caption}. {words}")


def _draw(stacks: list[Stack], width: float) -> Figure:
    figure, axes = new_figure(width, ROW * len(stacks) + 0.1)
    widest = max((sum(size for _, size, _ in stack.parts) for stack in stacks), default=1.0) or 1.0
    axes.set_xlim(0.0, widest)
    axes.set_ylim(-len(stacks) + 0.5, 0.62)
    for place, stack in enumerate(stacks):
        _bar(axes, stack, -place, widest, width)
    return figure


def _bar(axes: Axes, stack: Stack, y: float, widest: float, width: float) -> None:
    start = 0.0
    for mode, size, label in stack.parts:
        axes.barh(
            y - 0.12,
            size,
            left=start,
            height=0.42,
            color=mode_colour(mode),
            linewidth=0.8,
            edgecolor=PAPER,
        )
        # A label that does not fit is left to the table below the figure.
        if size / widest * width * 72.0 > 6.4 * len(label) + 4.0:
            axes.text(
                start + size / 2,
                y - 0.125,
                label,
                ha="center",
                va="center",
                fontsize=8.5,
                color=PAPER,
                gid="onbar",
            )
        start += size
    title, remark = (stack.title, stack.remark) if width > PHONE else (stack.brief, stack.note)
    axes.text(0.0, y + 0.3, title, ha="left", va="center", fontsize=9.5, color=INK)
    axes.text(widest, y + 0.3, remark, ha="right", va="center", fontsize=8.5, color=SOFT)
