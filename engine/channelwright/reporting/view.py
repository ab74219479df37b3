"""From tables of figures to tables of text, as the page prints them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from channelwright.reporting.estimates import Estimate
from channelwright.reporting.grid import Cell, Column, Grid, digits_for, figure_of
from channelwright.reporting.numbers import NOTHING, Scale, plain, scale_for

#: Verdicts and kinds of data, and how they are marked.
TONES = {
    "pass": "good",
    "met": "good",
    "fail": "bad",
    "not met": "bad",
    "undecided": "open",
    "not measured": "open",
    "real": "good",
    "derived": "plain",
    "assumed": "open",
}


@dataclass(frozen=True, slots=True)
class CellView:
    """A printed cell: its text, its interval, and how it is set."""

    text: str
    interval: str = ""
    kind: str = "text"
    tone: str = ""


@dataclass(frozen=True, slots=True)
class HeadView:
    """A printed column head."""

    title: str
    unit: str
    kind: str
    colour: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A printed row."""

    cells: tuple[CellView, ...]
    colour: str
    strong: bool


@dataclass(frozen=True, slots=True)
class GridView:
    """A printed table."""

    title: str
    note: str
    folded: bool
    heads: tuple[HeadView, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class Colours:
    """Names of the page's colour variables by design and by mode."""

    designs: dict[str, str]
    modes: dict[str, str]

    def of(self, design: str, mode: str) -> str:
        """Return the variable for a row or column, empty if it is about neither."""
        return self.modes.get(mode, "") if mode else self.designs.get(design, "")


def grid_view(grid: Grid, colours: Colours) -> GridView:
    """Return a table as text."""
    scales = _scales(grid)
    heads = tuple(
        HeadView(
            column.title,
            _unit(column, scale),
            column.kind,
            colours.of(column.design, column.mode),
        )
        for column, scale in zip(grid.columns, scales, strict=True)
    )
    rows = tuple(
        RowView(
            tuple(
                _cell(cell, column, _in_row(scale, column, row.decimals))
                for cell, column, scale in zip(row.cells, grid.columns, scales, strict=True)
            ),
            colours.of(row.design, row.mode),
            row.strong,
        )
        for row in grid.rows
    )
    return GridView(grid.title, grid.note, grid.folded, heads, rows)


def _in_row(scale: Scale, column: Column, decimals: int | None) -> Scale:
    return scale if decimals is None or column.kind != "number" else Scale(decimals=decimals)


def _scales(grid: Grid) -> list[Scale]:
    figures = [
        [value for row in grid.rows if (value := figure_of(row.cells[place])) is not None]
        for place in range(len(grid.columns))
    ]
    money = [f for f, column in zip(figures, grid.columns, strict=True) if column.kind == "money"]
    shared = scale_for([value for part in money for value in part])
    return [
        _scale(column, values, shared if grid.one_scale else None)
        for column, values in zip(grid.columns, figures, strict=True)
    ]


def _scale(column: Column, values: list[float], shared: Scale | None) -> Scale:
    if column.decimals is not None:
        return Scale(decimals=column.decimals)
    if column.kind == "money":
        return shared or scale_for(values)
    if column.kind == "share":
        return Scale(decimals=1)
    return Scale(decimals=digits_for(values))


def _unit(column: Column, scale: Scale) -> str:
    if column.kind == "share":
        return "%"
    if column.kind == "money":
        return f"{scale.suffix} {column.unit}".strip() if scale.suffix else column.unit
    return column.unit


def _cell(cell: Cell, column: Column, scale: Scale) -> CellView:
    if cell is None:
        return CellView("", kind=column.kind)
    if isinstance(cell, str):
        tone = TONES.get(cell, "plain") if column.kind == "verdict" else ""
        return CellView(cell, kind=column.kind, tone=tone)
    value = cell.value if isinstance(cell, Estimate) else float(cell)
    if not math.isfinite(value):
        return CellView(NOTHING, kind=column.kind)
    tone = ""
    if column.signed and isinstance(cell, Estimate) and not cell.decided and cell.bounded:
        tone = "unsure"
    text = _figure(value, column, scale)
    return CellView(text, _interval(cell, column, scale), column.kind, tone)


def _figure(value: float, column: Column, scale: Scale) -> str:
    if column.kind == "share":
        return plain(100.0 * value, scale.decimals, signed=column.signed)
    return plain(value / scale.factor, scale.decimals, signed=column.signed)


def _interval(cell: Cell, column: Column, scale: Scale) -> str:
    if not isinstance(cell, Estimate) or not cell.bounded:
        return ""
    ends = tuple(_figure(end, column, scale) for end in (cell.low, cell.high))
    # An interval that rounds to the figure itself says nothing more.
    if ends[0] == ends[1] == _figure(cell.value, column, scale):
        return ""
    return f"{ends[0]} to {ends[1]}"
