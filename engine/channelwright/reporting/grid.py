"""One table of the report: its cells as figures, so that page and workbook show the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from channelwright.reporting.estimates import Estimate

Kind = Literal["text", "number", "share", "money", "verdict"]
Cell = str | float | Estimate | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title : str
    kind : str
        ``text``, ``number``, ``share`` (of 1), ``money`` (currency units) or ``verdict``.
    unit : str
        Unit of a number; the currency of money.
    decimals : int or None
        Digits after the point; None = by size.
    signed : bool
        Whether a plus sign is shown (differences).
    design, mode : str
        The design or mode that the column is about, for its colour.
    """

    title: str
    kind: Kind = "text"
    unit: str = ""
    decimals: int | None = None
    signed: bool = False
    design: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    cells : tuple
        One per column: text, figure, estimate, or None where there is nothing to say.
    design, mode : str
        The design or mode that the row is about, for its colour.
    strong : bool
        A total.
    decimals : int or None
        Digits after the point of numbers in this row; None = those of the column.
    """

    cells: tuple[Cell, ...]
    design: str = ""
    mode: str = ""
    strong: bool = False
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes
    ----------
    title : str
    columns : tuple of Column
    rows : tuple of Row
    note : str
        What a reader must know to read it: definitions, units, what is left out.
    folded : bool
        Long tables start folded on the page.
    one_scale : bool
        All money columns share k or m, so that rows can be read across.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    folded: bool = False
    one_scale: bool = True
    key: str = field(default="")


def figure_of(cell: Cell) -> float | None:
    """Return the figure of a cell, or None for text and empty cells."""
    if isinstance(cell, Estimate):
        return cell.value
    return cell if isinstance(cell, float | int) and not isinstance(cell, bool) else None


def digits_for(values: Sequence[float]) -> int:
    """Return the digits after the point that figures of one size need."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    largest = max(finite, default=0.0)
    if largest >= 200 or all(value == round(value) for value in finite):
        return 0
    return 1 if largest >= 10 else 2
