"""Parquet schemas from the declarations of `tables`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from channelwright.foundation.errors import StoreError
from channelwright.tables.outputs import FORMAT, OUTPUT_TABLES
from channelwright.tables.schema import Column, Table

if TYPE_CHECKING:
    from channelwright.tables.sink import Chunk

#: The KPIs of one run as `channelwright.rules.kpi` computes them, kept beside the run's tables.
KPIS = Table(
    "kpis",
    "one KPI of one area and mode",
    ("kpi", "area", "mode"),
    (
        Column("kpi", "str", "", "name"),
        Column("area", "str", "", "id of the area, all = total"),
        Column("mode", "str", "", "id of the mode, all = total"),
        Column("value", "float64", "see unit", "value over the measured days"),
        Column("unit", "str", "", "unit of the value"),
    ),
)
#: The KPIs of product families, as `channelwright.rules.kpi_family` computes them.
FAMILY_KPIS = Table(
    "family_kpis",
    "one KPI of one product family, area and mode",
    ("kpi", "area", "mode", "family"),
    (
        *KPIS.columns[:3],
        Column("family", "str", "", "product family"),
        *KPIS.columns[3:],
    ),
)
STORED = {**OUTPUT_TABLES, KPIS.name: KPIS, FAMILY_KPIS.name: FAMILY_KPIS}

_TYPES = {"int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(), "str": pa.string()}


def declared(name: str) -> Table:
    """Return the declaration of an output table.

    Raises
    ------
    StoreError
        When there is no such table.
    """
    try:
        return STORED[name]
    except KeyError:
        msg = f"no output table is called {name!r}; there are {', '.join(STORED)}"
        raise StoreError(msg) from None


@cache
def arrow_schema(name: str) -> Any:  # noqa: ANN401 - pyarrow ships without annotations
    """Return the Arrow schema of a table, with unit and meaning of every column."""
    table = declared(name)
    fields = [
        pa.field(
            column.name,
            _TYPES[column.dtype],
            nullable=False,
            metadata={"unit": column.unit, "meaning": column.meaning},
        )
        for column in table.columns
    ]
    return pa.schema(fields, metadata={"table": name, "row": table.row, "format": str(FORMAT)})


def checked_chunk(name: str, chunk: Chunk) -> Any:  # noqa: ANN401
    """Return a chunk as an Arrow table with the declared columns, in declared order.

    Raises
    ------
    StoreError
        When columns are missing, unknown, of unequal length or of another kind than declared.
    """
    table = declared(name)
    if set(chunk) != set(table.names):
        wrong = sorted(set(chunk) ^ set(table.names))
        msg = f"table {name}: columns {wrong} are missing or unknown; declare them in tables"
        raise StoreError(msg)
    lengths = {column: len(chunk[column]) for column in table.names}
    if len(set(lengths.values())) > 1:
        msg = f"table {name}: columns have unequal lengths {lengths}"
        raise StoreError(msg)
    columns = [_checked_column(name, column, chunk[column.name]) for column in table.columns]
    return pa.Table.from_arrays(columns, schema=arrow_schema(name))


def _checked_column(table: str, column: Column, values: np.ndarray[Any, Any]) -> Any:  # noqa: ANN401
    array = np.asarray(values)
    if column.dtype != "str" and array.dtype != np.dtype(column.dtype):
        msg = f"table {table}, column {column.name}: {array.dtype}, declared {column.dtype}"
        raise StoreError(msg)
    return pa.array(array, type=_TYPES[column.dtype])
