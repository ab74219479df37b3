"""The tables of a market: read, changed cell by cell, and brought into their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import IntArray
from channelwright.model.study import Change
from channelwright.scenario.documents import Document
from channelwright.scenario.files import FileProblemError, PackFiles
from channelwright.scenario.overlay import EVERY_ROW, scaled
from channelwright.scenario.shapes import TableSource
from channelwright.scenario.sheets import read_sheet
from channelwright.tables.cells import RawTable, TypedTable, shown
from channelwright.tables.checks import nearest, typed
from channelwright.tables.inputs import MARKET_TABLES, OPTIONAL_TABLES
from channelwright.tables.schema import Table

if TYPE_CHECKING:
    from channelwright.scenario.overlay import CellEdit

Raws = dict[str, RawTable]
Typeds = dict[str, TypedTable]


class TableReader:
    """Reads each file of a pack once, however many scenarios and designs use it."""

    def __init__(self, files: PackFiles) -> None:
        self.files = files
        self._raw: dict[str, RawTable] = {}
        self._typed: dict[tuple[str, str], tuple[TypedTable, list[Problem]]] = {}

    def raw(self, source: TableSource, place: str, asked_by: str) -> RawTable:
        """Return the cells of a table; raises `FileProblemError`."""
        key = source.model_dump_json()
        if key not in self._raw:
            self._raw[key] = read_sheet(self.files, source, place, asked_by)
        return self._raw[key]

    def typed(
        self, table: Table, source: TableSource, place: str, asked_by: str
    ) -> tuple[TypedTable | None, list[Problem]]:
        """Return a table in its types, and what is wrong with it."""
        key = (table.name, source.model_dump_json())
        if key not in self._typed:
            try:
                self._typed[key] = typed(table, self.raw(source, place, asked_by))
            except FileProblemError as error:
                return None, list(error.problems)
        return self._typed[key]


def source_of(value: object) -> TableSource | None:
    """Return the source that a YAML value names, None if it names none."""
    try:
        return TableSource.model_validate({"file": value} if isinstance(value, str) else value)
    except ValidationError:
        return None


def market_raws(reader: TableReader, document: Document) -> tuple[Raws, list[Problem]]:
    """Return the cells of every market table; works on documents with other problems, too."""
    listed = document.data.get("market", {})
    listed = listed.get("tables", {}) if isinstance(listed, Mapping) else {}
    listed = listed if isinstance(listed, Mapping) else {}
    raws: Raws = {}
    problems: list[Problem] = []
    for name, value in listed.items():
        place = ("market", "tables", name)
        if name not in MARKET_TABLES:
            message = f"unknown table {shown(name)}"
            problems.append(document.problem(place, message, nearest(name, MARKET_TABLES)))
            continue
        source = source_of(value)
        if source is None:
            continue
        try:
            asked_by = document.problem(place, "", "")
            raws[name] = reader.raw(source, asked_by.place, asked_by.file)
        except FileProblemError as error:
            problems += error.problems
    return raws, problems + _missing(document, listed)


def _missing(document: Document, listed: Mapping[str, Any]) -> list[Problem]:
    place = ("market", "tables")
    problems = [
        document.problem(
            place,
            f"table {name!r} is missing",
            f"add `{name}: {name}.csv`, one row per {table.row}",
        )
        for name, table in MARKET_TABLES.items()
        if name not in OPTIONAL_TABLES and name not in listed
    ]
    if "segment_products" not in listed and "outlet_rates" not in listed:
        message = "neither 'segment_products' nor 'outlet_rates' is given"
        problems.append(document.problem(place, message, "add one: demand by product needs it"))
    return problems


def typed_tables(raws: Mapping[str, RawTable]) -> tuple[Typeds, list[Problem]]:
    """Return tables in their declared types, and everything that is wrong with their cells."""
    tables: Typeds = {}
    problems: list[Problem] = []
    for name, raw in raws.items():
        tables[name], found = typed(MARKET_TABLES[name], raw)
        problems += found
    return tables, problems


def edited(
    raws: Raws, tables: Typeds, edits: tuple[CellEdit, ...], scenario: str
) -> tuple[Raws, list[Change], list[Problem]]:
    """Return the cells under a scenario, with the changes made."""
    result, changes, problems = dict(raws), [], []
    for edit in edits:
        message = _cannot(result, tables, edit)
        if message is not None:
            problems.append(_edit_problem(edit, *message))
            continue
        rows = rows_of(tables[edit.table], edit.key)
        values = _new_values(tables[edit.table], edit, rows)
        found = next(filter(None, (_value_problem(edit, value) for value in values)), None)
        if found is not None:
            problems.append(found)
            continue
        old = _old(tables[edit.table], edit, rows)
        result[edit.table] = _with_cells(result[edit.table], edit, rows, values, scenario)
        key = f"market.tables.{edit.table}[{edit.key}].{edit.column}"
        changes.append(Change(key, old, str(edit.value), edit.by))
    return result, changes, problems


def _new_values(table: TypedTable, edit: CellEdit, rows: IntArray) -> list[object]:
    """Return what an edit writes into each of its rows; a factor multiplies what stands there."""
    return [scaled(table[edit.column][row], edit.value) for row in rows.tolist()]


def _edit_problem(edit: CellEdit, message: str, remedy: str) -> Problem:
    place = f"{edit.origin.key} (line {edit.origin.line})"
    return Problem(edit.origin.file, place, edit.column, message, remedy)


def _cannot(raws: Raws, tables: Typeds, edit: CellEdit) -> tuple[str, str] | None:
    if edit.table not in raws or edit.table not in tables:
        return f"there is no table {edit.table!r}", nearest(edit.table, raws)
    table = MARKET_TABLES[edit.table]
    if edit.column not in table.names:
        message = f"table {edit.table!r} has no column {edit.column!r}"
        return message, nearest(edit.column, table.names)
    if edit.column in table.key:
        return f"{edit.column!r} is the key of {edit.table!r}", "override other columns"
    if (edit.table, edit.column) in _STATED_WITH:
        remedy = "keep it: prices and plans of all designs are stated with it"
        return f"{edit.table}.{edit.column} cannot differ between scenarios", remedy
    if not len(rows_of(tables[edit.table], edit.key)):
        key = ", ".join(table.key)
        return f"no row of {edit.table!r} has the key {shown(edit.key)}", f"give {key}"
    return None


_STATED_WITH = frozenset({("products", "units_per_case"), ("products", "price_index")})


def _value_problem(edit: CellEdit, value: object) -> Problem | None:
    """Check the new value alone, so that the message names the override and not a row."""
    declared = MARKET_TABLES[edit.table]
    alone = Table(edit.table, declared.row, (), (declared.column(edit.column),))
    cells = np.empty(1, dtype=object)
    cells[0] = value
    raw = RawTable(edit.origin.file, {edit.column: cells}, np.ones(1, dtype=np.int64))
    _, found = typed(alone, raw)
    return _edit_problem(edit, found[0].message, found[0].remedy) if found else None


def rows_of(table: TypedTable, key: str) -> IntArray:
    """Return the rows with a key: one, or every readable one for ``*``."""
    if key == EVERY_ROW:
        return np.flatnonzero(table.good(*table.table.key))
    parts = key.split(",")
    names = table.table.key
    if len(parts) != len(names):
        return np.empty(0, dtype=np.int64)
    fits = table.good(*names)
    for name, part in zip(names, parts, strict=True):
        fits &= np.array([_key_word(value) == part for value in table[name]], dtype=np.bool_)
    return np.flatnonzero(fits)


def _key_word(value: object) -> str:
    """Return a key's value as an override writes it: 196 and not 196.0, no blanks."""
    number = isinstance(value, float) and value.is_integer()
    return str(int(value) if number else value).replace(" ", "")  # type: ignore[call-overload]


def _old(table: TypedTable, edit: CellEdit, rows: IntArray) -> str:
    return str(table[edit.column][rows[0]]) if edit.key != EVERY_ROW else f"{len(rows)} rows"


def _with_cells(
    raw: RawTable, edit: CellEdit, rows: IntArray, values: Sequence[object], scenario: str
) -> RawTable:
    cells = raw.columns.get(edit.column, np.full(len(raw.rows), None, dtype=object))
    cells = cells.astype(object)
    for row, value in zip(rows.tolist(), values, strict=True):
        cells[row] = value
    label = scenario_label(scenario)
    file = raw.file if raw.file.endswith(label) else raw.file + label
    return RawTable(file, {**raw.columns, edit.column: cells}, raw.rows)


def scenario_label(scenario: str) -> str:
    """Return what is added to the name of a file whose cells a scenario changes."""
    return f" (scenario {scenario})"
