"""JSON Schema of tables: one schema per table, for one row of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from channelwright.tables.inputs import DESIGN_TABLES, MARKET_TABLES
from channelwright.tables.schema import Column, Table

_TYPES = {
    "int64": "integer",
    "float64": "number",
    "str": "string",
    "bool": "boolean",
    "date": "string",
}
_CLOCK = r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$|^24:00$"


def row_schema(table: Table) -> dict[str, Any]:
    """Return the JSON Schema of a row; units and references stand under ``x-`` keys."""
    return {
        "title": table.name,
        "description": table.row,
        "type": "object",
        "properties": {column.name: _column_schema(column) for column in table.columns},
        "required": [column.name for column in table.columns if column.required],
        "additionalProperties": False,
        "x-key": list(table.key),
    }


def input_schemas() -> dict[str, dict[str, Any]]:
    """Return the row schemas of all tables that a pack can hold, by ``table_<name>``."""
    return _named((*MARKET_TABLES.values(), *DESIGN_TABLES.values()))


def _named(tables: Iterable[Table]) -> dict[str, dict[str, Any]]:
    return {f"table_{table.name}": row_schema(table) for table in tables}


def _column_schema(column: Column) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _TYPES[column.dtype], "description": column.meaning}
    if column.dtype == "date":
        schema["format"] = "date"
    if column.unit == "HH:MM":
        schema["pattern"] = _CLOCK
    elif column.unit:
        schema["x-unit"] = column.unit
    if column.choices:
        schema["enum"] = list(column.choices)
    if column.minimum is not None:
        schema["minimum"] = column.minimum
    if column.maximum is not None:
        schema["maximum"] = column.maximum
    if column.refers:
        schema["x-refers"] = column.refers
    if not column.required:
        schema["default"] = column.default
    return schema
