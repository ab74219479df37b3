"""Tables as they stand in a file, and the same tables with every cell in its declared type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.tables.schema import Table

Cells = NDArray[Any]
SHOWN_ROWS = 20
_SHOWN_TEXT = 60


@dataclass(frozen=True)
class RawTable:
    """Cells of one file.

    Attributes
    ----------
    file : str, path in the pack, with the sheet of a workbook
    columns : header -> (n,) cells, text or what the file format holds; None = empty
    rows : (n,) int64, number of each row in the file
    """

    file: str
    columns: dict[str, Cells]
    rows: IntArray


@dataclass(frozen=True)
class TypedTable:
    """Cells in the types of a table's declaration.

    Attributes
    ----------
    table : Table
    file : str
    columns : name -> (n,) float64, int64, bool, object (text) or datetime64[D]
    rows : (n,) int64, number of each row in the file
    bad : name -> (n,) bool, cells whose problem is already reported
    """

    table: Table
    file: str
    columns: dict[str, Cells]
    rows: IntArray
    bad: dict[str, BoolArray]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __getitem__(self, column: str) -> Cells:
        """Return a column."""
        return self.columns[column]

    def good(self, *columns: str) -> BoolArray:
        """Return the rows in which all these columns hold a usable value."""
        usable = np.ones(len(self), dtype=np.bool_)
        for column in columns:
            usable &= ~self.bad[column]
        return usable

    def problems(
        self, column: str, wrong: BoolArray, say: Callable[[int], tuple[str, str]]
    ) -> Iterator[Problem]:
        """Yield a problem for every wrong cell; see `row_problems`."""
        yield from row_problems(self.file, self.rows, column, wrong, say)


def row_problems(
    file: str,
    rows: IntArray,
    column: str,
    wrong: BoolArray,
    say: Callable[[int], tuple[str, str]],
) -> Iterator[Problem]:
    """Yield one problem for each of the first wrong rows and one for all others together.

    Parameters
    ----------
    file, column : str
    rows : (n,) int64, row numbers in the file
    wrong : (n,) bool
    say : callable
        Index of a row -> (message, remedy).
    """
    found = np.flatnonzero(wrong)
    for index in found[:SHOWN_ROWS]:
        message, remedy = say(int(index))
        yield Problem(file, f"row {rows[index]}", column, message, remedy)
    if len(found) > SHOWN_ROWS:
        message, remedy = say(int(found[SHOWN_ROWS]))
        more = f"and {len(found) - SHOWN_ROWS} more rows like it, first: {message}"
        yield Problem(file, f"row {rows[found[SHOWN_ROWS]]} on", column, more, remedy)


def shown(value: object) -> str:
    """Return a value as it may stand in a message: quoted, short, printable."""
    text = value if isinstance(value, str) else str(value)
    if len(text) > _SHOWN_TEXT:
        text = text[:_SHOWN_TEXT] + "..."
    return repr(text)
