"""Tables as they stand in CSV, workbook and Parquet files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pyarrow
import pyarrow.parquet

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import IntArray
from channelwright.scenario.files import MEGABYTE, FileProblemError, PackFiles
from channelwright.tables.cells import SHOWN_ROWS, Cells, RawTable, shown

if TYPE_CHECKING:
    from channelwright.scenario.shapes import TableSource

MOST_ROWS = 50_000_000
MOST_WORKBOOK_ROWS = 200_000
MOST_COLUMNS = 200
_UNPACKED = 1_000 * MEGABYTE


def read_sheet(files: PackFiles, source: TableSource, place: str, asked_by: str) -> RawTable:
    """Return the cells of a table.

    Raises
    ------
    FileProblemError
        The file cannot be read as a table with a header.
    """
    path = files.path(source.file, place, asked_by)
    kind = path.suffix.lower()
    if source.sheet is not None and kind != ".xlsx":
        message = f"{shown(source.file)} has no sheet {shown(source.sheet)}"
        raise _problem(asked_by, place, message, "remove `sheet`: only .xlsx files have sheets")
    if kind not in _KINDS:
        message = f"{shown(source.file)} is no table"
        raise _problem(asked_by, place, message, f"use one of: {', '.join(_KINDS)}")
    files.content(source.file, place, asked_by)
    raw = _KINDS[kind](files, path, source)
    return _renamed(raw, source.columns, place, asked_by)


def _problem(file: str, place: str, message: str, remedy: str) -> FileProblemError:
    return FileProblemError(Problem(file, place, "", message, remedy))


def _renamed(raw: RawTable, columns: Mapping[str, str], place: str, asked_by: str) -> RawTable:
    missing = [theirs for theirs in columns.values() if theirs not in raw.columns]
    if missing:
        message = f"`columns` names {shown(missing[0])}, which {shown(raw.file)} does not have"
        raise _problem(asked_by, place, message, f"known: {', '.join(raw.columns)}")
    ours = {theirs: name for name, theirs in columns.items()}
    # A column of our name that is not the one meant must not be taken for it.
    kept = {name: cells for name, cells in raw.columns.items() if name not in columns}
    kept.update({ours[name]: cells for name, cells in raw.columns.items() if name in ours})
    for theirs in ours:
        if theirs not in columns:
            kept.pop(theirs, None)
    return RawTable(raw.file, kept, raw.rows)


def _table(
    file: str,
    header: Sequence[str],
    columns: Sequence[Sequence[object] | Cells],
    rows: Sequence[int] | IntArray,
) -> RawTable:
    seen: set[str] = set()
    for number, name in enumerate(header, start=1):
        if not name:
            message = f"column {number} has no name"
            raise _problem(file, "header", message, "name every column, or remove it")
        if name in seen:
            message = f"column {shown(name)} stands twice"
            raise _problem(file, "header", message, "keep one of the two columns")
        seen.add(name)
    cells = {name: _cells(values) for name, values in zip(header, columns, strict=True)}
    return RawTable(file, cells, np.asarray(rows, dtype=np.int64))


def _cells(values: Sequence[object] | Cells) -> Cells:
    if isinstance(values, np.ndarray):
        return values
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


def _read_csv(files: PackFiles, path: Path, source: TableSource) -> RawTable:
    del path
    file = source.file
    reader = csv.reader(io.StringIO(files.text(file, "", file), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_width(file, header)
        records = [(reader.line_num, record) for record in reader if record]
    except csv.Error as error:
        message = f"not valid CSV: {error}"
        remedy = "separate by commas, close every quote"
        raise _problem(file, f"row {reader.line_num}", message, remedy) from None
    ragged = [
        Problem(file, f"row {row}", "", _width(record, header), _ONE_CELL_EACH)
        for row, record in records
        if len(record) != len(header)
    ]
    if ragged:
        raise FileProblemError(*ragged[:SHOWN_ROWS])
    cells = zip(*(record for _, record in records), strict=True) if records else [()] * len(header)
    columns = [[cell.strip() for cell in column] for column in cells]
    return _table(file, header, columns, [row for row, _ in records])


_ONE_CELL_EACH = "give one cell per column; put text with commas in quotes"


def _width(record: list[str], header: list[str]) -> str:
    return f"the row has {len(record)} cells, the header has {len(header)}"


def _check_width(file: str, header: Sequence[object]) -> None:
    if not header:
        message, remedy = "the first row is empty", "write the header there, and rows below it"
        raise _problem(file, "header", message, remedy)
    if len(header) > MOST_COLUMNS:
        message = f"the table has {len(header)} columns"
        raise _problem(file, "header", message, f"the limit is {MOST_COLUMNS}")
    for sign, word in ((";", "';'"), ("\t", "tabs")):
        if len(header) == 1 and sign in str(header[0]):
            message = f"the header {shown(header[0])} is separated by {word}"
            remedy = "separate by commas, with a point for decimals"
            raise _problem(file, "header", message, remedy)


def _read_workbook(files: PackFiles, path: Path, source: TableSource) -> RawTable:
    del files
    _check_zip(path, source.file)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # the library raises many kinds for a damaged file
        message = f"not a readable workbook: {shown(str(error))}"
        raise _problem(source.file, "", message, "save it again as .xlsx") from None
    try:
        return _read_pages(book, source)
    finally:
        book.close()


def _check_zip(path: Path, file: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        message = "not a workbook: the file is no .xlsx archive"
        raise _problem(file, "", message, "save it as .xlsx") from None
    if size > _UNPACKED:
        message = f"the workbook unpacks to {size / MEGABYTE:,.0f} MB"
        raise _problem(file, "", message, "use CSV or Parquet for large tables")


def _read_pages(book: openpyxl.Workbook, source: TableSource) -> RawTable:
    names = book.sheetnames
    sheet = source.sheet or names[0]
    if sheet not in names:
        message = f"the workbook has no sheet {shown(sheet)}"
        raise _problem(source.file, "", message, f"known: {', '.join(names)}")
    file = f"{source.file}[{sheet}]"
    if not hasattr(book[sheet], "iter_rows"):
        raise _problem(file, "", "the sheet is a chart", "name a sheet that holds the table")
    lines = book[sheet].iter_rows(values_only=True)
    header = [_text(cell) for cell in next(lines, ())]
    while header and not header[-1]:
        header.pop()
    _check_width(file, header)
    records: list[tuple[object, ...]] = []
    rows: list[int] = []
    for number, line in enumerate(lines, start=2):
        if number > MOST_WORKBOOK_ROWS:
            message = f"the sheet has more than {MOST_WORKBOOK_ROWS} rows"
            raise _problem(file, f"row {number}", message, "use CSV or Parquet for large tables")
        if any(map(_text, line)):
            records.append(_fitted(file, number, line, len(header)))
            rows.append(number)
    columns = zip(*records, strict=True) if records else [()] * len(header)
    return _table(file, header, [list(column) for column in columns], rows)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _fitted(file: str, number: int, line: tuple[Any, ...], width: int) -> tuple[object, ...]:
    if any(map(_text, line[width:])):
        message = f"the row has cells beyond the {width} columns of the header"
        raise _problem(file, f"row {number}", message, "name the columns, or clear the cells")
    padded = line[:width] + (None,) * (width - len(line))
    return tuple(cell.strip() if isinstance(cell, str) else cell for cell in padded)


def _read_parquet(files: PackFiles, path: Path, source: TableSource) -> RawTable:
    del files
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _check_parquet(file.metadata, source.file)
            table = file.read()
    except (pyarrow.ArrowException, OSError) as error:
        message = f"not a readable Parquet file: {shown(str(error))}"
        raise _problem(source.file, "", message, "write the file again") from None
    columns = [_parquet_cells(column, source.file, name) for name, column in _named(table)]
    header = [str(name) for name in table.column_names]
    return _table(source.file, header, columns, np.arange(1, table.num_rows + 1))


def _named(table: pyarrow.Table) -> list[tuple[str, pyarrow.ChunkedArray]]:
    return list(zip(table.column_names, table.columns, strict=True))


def _check_parquet(metadata: pyarrow.parquet.FileMetaData, file: str) -> None:
    unpacked = sum(
        metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)
    )
    if metadata.num_rows > MOST_ROWS or unpacked > 4 * _UNPACKED:
        message = f"the table has {metadata.num_rows} rows, {unpacked / MEGABYTE:,.0f} MB unpacked"
        raise _problem(file, "", message, f"the limit is {MOST_ROWS} rows and 4,000 MB")
    if metadata.num_columns > MOST_COLUMNS:
        message = f"the table has {metadata.num_columns} columns"
        raise _problem(file, "header", message, f"the limit is {MOST_COLUMNS}")


def _parquet_cells(column: pyarrow.ChunkedArray, file: str, name: str) -> Cells:
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pyarrow.types.is_nested(kind) or pyarrow.types.is_binary(kind):
        message = f"column {shown(name)} has type {kind}"
        raise _problem(file, "header", message, "use text, numbers, dates or true and false")
    if column.null_count == 0 and (
        pyarrow.types.is_floating(kind) or pyarrow.types.is_integer(kind)
    ):
        return np.asarray(column.to_numpy())
    cells = column.to_pylist()
    return _cells([cell.strip() if isinstance(cell, str) else cell for cell in cells])


_KINDS: dict[str, Callable[[PackFiles, Path, TableSource], RawTable]] = {
    ".csv": _read_csv,
    ".xlsx": _read_workbook,
    ".parquet": _read_parquet,
}
