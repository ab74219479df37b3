"""Setting one field of a design: a key of its file, or a cell of one of its tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.scenario.design_tables import PARTS, DesignTables
from channelwright.scenario.files import FileProblemError
from channelwright.scenario.market_tables import rows_of, source_of
from channelwright.scenario.overlay import scaled, with_value
from channelwright.tables.cells import RawTable, TypedTable, shown
from channelwright.tables.checks import nearest, typed
from channelwright.tables.inputs import DESIGN_TABLES

if TYPE_CHECKING:
    from channelwright.scenario.documents import Document
    from channelwright.scenario.market_tables import TableReader
    from channelwright.scenario.sweeps import Setting

_CELL = re.compile(r"^(?P<part>\w+)\[(?P<key>.+)\]\.(?P<column>\w+)$")


def with_fields(document: Document, settings: Sequence[Setting]) -> Document:
    """Return a design's document with the keys that settings give; cells are left alone."""
    for setting in settings:
        if _CELL.match(setting.inner) is None:
            target = tuple(setting.inner.split("."))
            _, data = with_value(document.data, target, setting.value)
            origins = {**document.origins, target: setting.origin}
            document = replace(document, data=data, origins=origins)
    return document


def with_cells(
    reader: TableReader, document: Document, tables: DesignTables, settings: Sequence[Setting]
) -> tuple[DesignTables, list[Problem]]:
    """Return a design's tables with the cells that settings give, and what is wrong with those."""
    changed = dict(tables.tables)
    raws: dict[str, RawTable] = {}
    problems: list[Problem] = []
    for setting in settings:
        cell = _CELL.match(setting.inner)
        if cell is None:
            continue
        part, key, column = cell["part"], cell["key"].replace(" ", ""), cell["column"]
        refusal = _refused(changed, part, key, column)
        if refusal is not None:
            problems.append(_problem(setting, *refusal))
            continue
        try:
            raw = raws.get(part) or _raw(reader, document, part)
        except FileProblemError as error:
            problems += error.problems
            continue
        cells = raw.columns.get(column, np.full(len(raw.rows), None, dtype=object)).astype(object)
        for row in rows_of(changed[part], key).tolist():
            cells[row] = scaled(changed[part][column][row], setting.value)
        file = raw.file if part in raws else f"{raw.file} ({setting.name})"
        raws[part] = RawTable(file, {**raw.columns, column: cells}, raw.rows)
        before = len(problems)
        changed[part], found = typed(DESIGN_TABLES[PARTS[part]], raws[part])
        problems += [_problem(setting, one.message, one.remedy) for one in found]
        if len(problems) > before:
            changed[part] = tables.tables[part]
    return DesignTables(changed), problems


def _raw(reader: TableReader, document: Document, part: str) -> RawTable:
    source = source_of(document.data.get(part))
    at = document.problem((part,), "", "")
    assert source is not None, "a table that was read has a source"
    return reader.raw(source, at.place, at.file)


def _refused(
    tables: dict[str, TypedTable], part: str, key: str, column: str
) -> tuple[str, str] | None:
    if part not in tables:
        return f"the design has no table {part!r}", nearest(part, tables)
    declared = DESIGN_TABLES[PARTS[part]]
    if column not in declared.names:
        return f"table {part!r} has no column {column!r}", nearest(column, declared.names)
    if column in declared.key:
        return f"{column!r} is the key of {part!r}", "sweep other columns"
    if not len(rows_of(tables[part], key)):
        return f"no row of {part!r} has the key {shown(key)}", f"give {', '.join(declared.key)}"
    return None


def _problem(setting: Setting, message: str, remedy: str) -> Problem:
    place = f"{setting.origin.key} (line {setting.origin.line})"
    return Problem(setting.origin.file, place, "", message, remedy)
