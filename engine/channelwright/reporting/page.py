"""The report as one offline page."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from channelwright.reporting.content import ReportInfo
from channelwright.reporting.figures.canvas import Drawing
from channelwright.reporting.figures.history import history_figure
from channelwright.reporting.figures.intervals import choice_figure
from channelwright.reporting.figures.maps import map_figure
from channelwright.reporting.figures.palette import DESIGNS, MODES
from channelwright.reporting.figures.parties import winners_figure
from channelwright.reporting.figures.stacks import buyers_figure, volume_figure
from channelwright.reporting.figures.warm_up import warm_up_figure
from channelwright.reporting.figures.waterfall import (
    account_figure,
    difference_figure,
    steps_figure,
)
from channelwright.reporting.numbers import between, money
from channelwright.reporting.sections.choice import Standing
from channelwright.reporting.steps import PROFIT, VOLUME, step_bridges
from channelwright.reporting.view import Colours, GridView, grid_view
from channelwright.rules.parcels import parcel_shop

TEMPLATE, STYLE = "report.html.j2", "report.css"


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure of the page; `phone` is empty when one drawing serves both widths."""

    desk: Markup
    phone: Markup
    caption: str
    is_map: bool = False


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the page."""

    number: int
    key: str
    title: str
    headline: str
    text: tuple[str, ...]
    conditions: tuple[str, ...]
    figures: tuple[FigureView, ...]
    grids: tuple[GridView, ...]


@dataclass(frozen=True, slots=True)
class TileView:
    """One design at the top of the page."""

    title: str
    colour: str
    value: str
    change: str
    interval: str
    tone: str
    best: bool


def render_page(info: ReportInfo) -> str:
    """Return the report as HTML text: no scripts, nothing loaded from elsewhere."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    folder = files("channelwright.reporting")
    template = environment.from_string((folder / TEMPLATE).read_text(encoding="utf-8"))
    data = info.data
    text = template.render(
        css=Markup((folder / STYLE).read_text(encoding="utf-8")),
        pack=data.pack,
        study=data.plan.name,
        period=data.period,
        replications=len(data.replications),
        scenario=data.scenario,
        scenarios=len(data.plan.markets),
        tiles=_tiles(info),
        modes=_mode_legend(info),
        sections=_sections(info),
        verdict=info.choice.verdict,
    )
    return text if text.endswith("\n") else text + "\n"


def colours_of(info: ReportInfo) -> Colours:
    """Return the colour variable of every design and mode."""
    designs = list(info.data.designs)
    return Colours(
        {
            name: f"d{0 if place == 0 else 1 + (place - 1) % (len(DESIGNS) - 1)}"
            for place, name in enumerate(designs)
        },
        {mode: f"m{row % len(MODES)}" for row, mode in enumerate(info.data.market.modes.ids)},
    )


def _tiles(info: ReportInfo) -> tuple[TileView, ...]:
    colours = colours_of(info).designs
    return tuple(_tile(info, item, colours[item.design]) for item in info.choice.standings)


def _tile(info: ReportInfo, item: Standing, colour: str) -> TileView:
    data = info.data
    value = money(item.contribution.value, data.currency)
    best = item.design == info.choice.best and info.choice.verdict != "undecided"
    if item.design == data.baseline:
        return TileView(item.title, colour, value, "baseline", "", "", best)
    base = next(s for s in info.choice.standings if s.design == data.baseline)
    share = item.difference.value / abs(base.contribution.value or float("nan"))
    change = money(item.difference.value, data.currency, signed=True)
    interval = between(item.difference.low, item.difference.high) if item.difference.bounded else ""
    tone = "unsure" if not item.difference.decided else "good" if share > 0 else "bad"
    return TileView(item.title, colour, value, change, interval, tone, best)


def _mode_legend(info: ReportInfo) -> tuple[tuple[str, str, str], ...]:
    plans = info.data.designs.values()
    used = {int(row) for plan in plans for row in set(plan.outlets.mode.tolist())}
    used |= {shop.mode for plan in plans if (shop := parcel_shop(plan)) is not None}
    colours = colours_of(info).modes
    modes = info.data.market.modes
    return tuple(
        (colours[mode], mode, name if name != mode else "")
        for row, (mode, name) in enumerate(zip(modes.ids, modes.names, strict=True))
        if row in used
    )


def _sections(info: ReportInfo) -> tuple[SectionView, ...]:
    figures = _figures(info)
    colours = colours_of(info)
    return tuple(
        SectionView(
            number,
            key,
            title,
            section.headline,
            section.text,
            info.choice.conditions if key == "choice" else (),
            tuple(_figure(item, is_map=key == "territories") for item in figures.get(key, ())),
            tuple(grid_view(grid, colours) for grid in section.grids),
        )
        for number, (key, title, section) in enumerate(info.sections(), start=1)
    )


def _figure(item: Drawing, *, is_map: bool) -> FigureView:
    # The drawings are made here and hold no text that is not escaped.
    desk, phone = Markup(item.desk), Markup(item.phone)
    same = item.desk == item.phone
    return FigureView(desk, Markup("") if same else phone, item.caption, is_map)


def _figures(info: ReportInfo) -> dict[str, list[Drawing]]:
    data, focus = info.data, info.choice.focus
    found: dict[str, list[Drawing | None]] = {
        "choice": [choice_figure(info.choice, data)],
        "baseline": [history_figure(row) for row in info.baseline.history],
        "volume": [
            volume_figure(info.volume, data),
            *(steps_figure(data, one) for one in step_bridges(data, VOLUME)),
        ],
        "bridge": [
            difference_figure(info.bridge, data, focus),
            account_figure(info.bridge, data, focus),
            *(steps_figure(data, one) for one in step_bridges(data, PROFIT)),
        ],
        "buyers": [buyers_figure(info.buyers, data, focus)],
        "winners": [winners_figure(info.winners, data)],
        "territories": [map_figure(item, data) for item in info.territories.maps],
        "evidence": [info.warm_up and warm_up_figure(*info.warm_up, "units sold in the baseline")],
    }
    return {key: [item for item in items if item is not None] for key, items in found.items()}
