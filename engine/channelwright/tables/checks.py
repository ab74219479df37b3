"""Checks of one table against its declaration; every cell is checked, in whole columns."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import BoolArray, FloatArray
from channelwright.tables.cells import Cells, RawTable, TypedTable, row_problems, shown
from channelwright.tables.schema import Column, Table

_LONGEST_TEXT = 500
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})
_CLOCK_UNIT = "HH:MM"


def typed(table: Table, raw: RawTable) -> tuple[TypedTable, list[Problem]]:
    """Return a table in its declared types, and everything that is wrong with its cells.

    Parameters
    ----------
    table : Table
        The declaration.
    raw : RawTable
        The cells of a file.

    Returns
    -------
    TypedTable
        Cells that could not be read hold a neutral value and are marked in ``bad``.
    list of Problem
    """
    problems = list(_header(table, raw))
    columns: dict[str, Cells] = {}
    bad: dict[str, BoolArray] = {}
    for column in table.columns:
        values, wrong, found = _column(column, raw)
        columns[column.name], bad[column.name] = values, wrong
        problems += found
    result = TypedTable(table, raw.file, columns, raw.rows, bad)
    problems += _repeated(result)
    return result, problems


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a remedy that names the known word closest to an unknown one."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1)
    close = close or [name for name in names if len(word) > 2 and name.startswith(word)]
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(names[:30])}" if names else "remove it"


def _header(table: Table, raw: RawTable) -> Iterator[Problem]:
    for name in raw.columns:
        if name not in table.names:
            message = f"unknown column {shown(name)} in table {table.name!r}"
            yield Problem(raw.file, "header", name[:40], message, nearest(name, table.names))
    for column in table.columns:
        if column.required and column.name not in raw.columns:
            message = f"column {column.name!r} of table {table.name!r} is missing"
            remedy = f"add it: {_meant(column)}"
            yield Problem(raw.file, "header", column.name, message, remedy)
    if not len(raw.rows):
        message = f"table {table.name!r} has no rows"
        yield Problem(raw.file, "", "", message, f"add at least one row ({table.row})")


def _meant(column: Column) -> str:
    return column.meaning + (f" [{column.unit}]" if column.unit else "")


def _column(column: Column, raw: RawTable) -> tuple[Cells, BoolArray, list[Problem]]:
    size = len(raw.rows)
    if column.name not in raw.columns:
        return _defaults(column, size), np.full(size, column.required), []
    cells = raw.columns[column.name]
    empty = _empty(cells)
    problems: list[Problem] = []
    if column.required:
        remedy = f"fill it in: {_meant(column)}"
        problems += row_problems(
            raw.file, raw.rows, column.name, empty, lambda _: ("the cell is empty", remedy)
        )
    values, wrong = _READERS[column.dtype](column, cells, ~empty)
    problems += row_problems(
        raw.file, raw.rows, column.name, wrong, lambda row: _unreadable(column, cells[row])
    )
    usable = ~empty & ~wrong
    outside, found = _outside(column, raw, values, usable)
    problems += found
    values[~usable] = _defaults(column, 1)[0]
    return values, wrong | outside | (empty & column.required), problems


def _defaults(column: Column, size: int) -> Cells:
    neutral: dict[str, Any] = {
        "str": "", "bool": False, "date": np.datetime64("2000-01-01"), "int64": 0, "float64": 0.0
    }  # fmt: skip
    value = neutral[column.dtype] if column.default is None else column.default
    values: Cells = np.full(size, value, dtype=_DTYPES[column.dtype])
    return values


_DTYPES: dict[str, Any] = {
    "str": object,
    "bool": np.bool_,
    "date": "M8[D]",
    "int64": np.int64,
    "float64": float,
}


def _empty(cells: Cells) -> BoolArray:
    if cells.dtype.kind in "iub":
        return np.zeros(len(cells), dtype=np.bool_)
    if cells.dtype == object and not _mixed(cells):
        return np.asarray(cells == "", dtype=np.bool_)
    missing = np.asarray(pd.isna(cells), dtype=np.bool_)
    if cells.dtype == object:
        missing |= cells == ""
    return missing


def _read_numbers(column: Column, cells: Cells, given: BoolArray) -> tuple[Cells, BoolArray]:
    values = _floats(cells)
    wrong = given & ~np.isfinite(values)
    values[~np.isfinite(values)] = 0.0
    if column.dtype == "int64":
        fraction = given & ~wrong & ((values != np.floor(values)) | (np.abs(values) > 2**53))
        whole = np.where(fraction, 0.0, values).astype(np.int64)
        return whole, wrong | fraction
    return values, wrong


def _floats(cells: Cells) -> FloatArray:
    """Return cells as numbers, NaN where they are none: (n,)."""
    if cells.dtype.kind in "iuf":
        return cells.astype(np.float64)
    return np.array([_float_of(cell) for cell in cells], dtype=np.float64)


def _float_of(cell: object) -> float:
    # A boolean or a date is a number to Python and a slip of the pen to a planner, and so are
    # the underscores that Python allows between digits.
    if isinstance(cell, _NO_NUMBER) or (isinstance(cell, str) and "_" in cell):
        return np.nan
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return np.nan


_NO_NUMBER = (bool, np.bool_, datetime.date, datetime.time, datetime.timedelta)


def _mixed(cells: Cells) -> bool:
    return cells.dtype == object and not set(map(type, cells)) <= {str}


def _read_text(column: Column, cells: Cells, given: BoolArray) -> tuple[Cells, BoolArray]:
    values = cells if not _mixed(cells) and cells.dtype == object else _as_text(cells)
    values = values.copy()
    values[~given] = ""
    joined = "".join(values)
    wrong = np.zeros(len(values), dtype=np.bool_)
    # One look at all text together: only a table with a doubtful cell is read cell by cell.
    if not joined.isprintable() or len(max(values, key=len, default="")) > _LONGEST_TEXT:
        wrong |= np.array([not v.isprintable() or len(v) > _LONGEST_TEXT for v in values])
    if column.unit == _CLOCK_UNIT:
        wrong |= given & np.array([clock_seconds(value) < 0 for value in values], dtype=np.bool_)
    return values, wrong


def _as_text(cells: Cells) -> Cells:
    return _as_cells([_text_of(cell) for cell in cells])


def _as_cells(values: list[Any]) -> Cells:
    # np.array would look into the values and might choose another type.
    result: Cells = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def _text_of(cell: object) -> str:
    if isinstance(cell, float | np.floating) and np.isfinite(cell) and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.time):
        return cell.strftime("%H:%M")
    return "" if cell is None else str(cell).strip()


def clock_seconds(text: str) -> int:
    """Return ``HH:MM`` (00:00 to 24:00) as seconds after midnight, -1 if it is none."""
    hours, colon, minutes = text.partition(":")
    digits = hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()
    if not colon or not digits or len(hours) > 2 or len(minutes) != 2:
        return -1
    seconds = int(hours) * 3600 + int(minutes) * 60
    return seconds if int(minutes) < 60 and seconds <= 86_400 else -1


def _read_flags(column: Column, cells: Cells, given: BoolArray) -> tuple[Cells, BoolArray]:
    del column
    words = [_text_of(cell).lower() for cell in cells]
    values = np.array([word in _TRUE for word in words], dtype=np.bool_)
    known = np.array([word in _TRUE or word in _FALSE for word in words], dtype=np.bool_)
    return values, given & ~known


def _read_dates(column: Column, cells: Cells, given: BoolArray) -> tuple[Cells, BoolArray]:
    del column
    values = np.full(len(cells), np.datetime64("2000-01-01"), dtype="M8[D]")
    wrong = np.zeros(len(cells), dtype=np.bool_)
    for row in np.flatnonzero(given):
        day = _date_of(cells[row])
        wrong[row] = day is None
        if day is not None:
            values[row] = np.datetime64(day)
    return values, wrong


def _date_of(cell: object) -> datetime.date | None:
    if isinstance(cell, np.datetime64):
        cell = cell.astype("M8[s]").item()
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    try:
        return datetime.date.fromisoformat(str(cell))
    except ValueError:
        return None


_READERS = {
    "str": _read_text,
    "bool": _read_flags,
    "date": _read_dates,
    "int64": _read_numbers,
    "float64": _read_numbers,
}


def _unreadable(column: Column, cell: object) -> tuple[str, str]:
    value = shown(cell)
    if column.unit == _CLOCK_UNIT:
        return f"{value} is not a time of day", "write HH:MM from 00:00 to 24:00"
    if column.dtype == "date":
        return f"{value} is not a date", "write YYYY-MM-DD"
    if column.dtype == "bool":
        return f"{value} is neither true nor false", "write true or false"
    if column.dtype == "str":
        return (
            f"{value} holds a line break or control character, or is too long",
            f"write at most {_LONGEST_TEXT} printable characters",
        )
    noun = "a whole number" if column.dtype == "int64" else "a finite number"
    remedy = f"write a plain number such as {'12' if column.dtype == 'int64' else '1234.5'}"
    if isinstance(cell, str) and cell.endswith("%"):
        remedy = "write a share of 1: 12 % is 0.12"
    elif isinstance(cell, str) and "," in cell:
        remedy = "write no thousands separator and a point for decimals: 1234.5"
    return f"{value} is not {noun}", remedy + (f" [{column.unit}]" if column.unit else "")


def _outside(
    column: Column, raw: RawTable, values: Cells, usable: BoolArray
) -> tuple[BoolArray, list[Problem]]:
    if column.choices:
        outside = usable & ~np.isin(values.astype(str), column.choices)
        allowed = "use one of: " + ", ".join(column.choices)
        remedy = {name.lower(): f"did you mean {name!r}? {allowed}" for name in column.choices}

        def say(row: int) -> tuple[str, str]:
            word = str(values[row])
            return f"{shown(word)} is not a {column.name}", remedy.get(word.lower(), allowed)
    elif column.dtype in ("int64", "float64"):
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        outside = usable & ((values < low) | (values > high))

        def say(row: int) -> tuple[str, str]:
            return _out_of_range(column, values[row], low, high)
    else:
        return np.zeros(len(values), dtype=np.bool_), []
    return outside, list(row_problems(raw.file, raw.rows, column.name, outside, say))


def _out_of_range(column: Column, value: float, low: float, high: float) -> tuple[str, str]:
    message = f"{value:g} is outside {low:g} to {high:g}"
    remedy = f"correct it: {_meant(column)}"
    if value < 0 <= low:
        message = f"{value:g} is negative"
    elif column.unit == "share" or (low, high) == (0, 1):
        remedy = "write a share of 1: 12 % is 0.12"
    if column.unit == "degrees":
        remedy += "; are latitude and longitude swapped?"
    return message, remedy


def _repeated(table: TypedTable) -> Iterator[Problem]:
    key = table.table.key
    if not key:
        return
    good = np.flatnonzero(table.good(*key))
    keys = list(zip(*(table[name][good].tolist() for name in key), strict=True))
    if len(set(keys)) == len(keys):
        return
    first: dict[tuple[object, ...], int] = {}
    again = [
        index
        for index, values in zip(good, keys, strict=True)
        if first.setdefault(values, int(index)) != index
    ]
    repeated = np.zeros(len(table), dtype=np.bool_)
    repeated[again] = True

    def say(row: int) -> tuple[str, str]:
        values = tuple(table[name][row : row + 1].tolist()[0] for name in key)
        words = ", ".join(str(value) for value in values)
        before = table.rows[first[values]]
        return f"{shown(words)} is already in row {before}", "keep one of the two rows"

    yield from table.problems(", ".join(key), repeated, say)
