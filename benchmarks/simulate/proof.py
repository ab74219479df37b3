"""Proof that two simulators gave the same detail tables, row for row."""

from __future__ import annotations

import numpy as np

from channelwright.tables.outputs import DETAIL_TABLES
from channelwright.tables.schema import Table
from channelwright.tables.sink import Chunk, MemorySink

Tables = dict[str, Chunk]


def detail_tables(sink: MemorySink) -> Tables:
    """Return every detail table of a sink, the ones without rows as well."""
    found: Tables = {}
    for table in DETAIL_TABLES:
        none = {column.name: np.zeros(0, dtype=column.dtype) for column in table.columns}
        found[table.name] = sink.table(table.name) if table.name in sink.names() else none
    return found


def rows_of(tables: Tables) -> int:
    """Return the number of rows of all detail tables."""
    return sum(len(tables[table.name][table.names[0]]) for table in DETAIL_TABLES)


def differences(ours: Tables, theirs: Tables) -> list[str]:
    """Compare all detail tables; one sentence per table that differs.

    Whole numbers must be equal; the one float column (effort) to 1e-12 of its value.
    """
    found = (_difference(table, ours[table.name], theirs[table.name]) for table in DETAIL_TABLES)
    return [sentence for sentence in found if sentence]


def _difference(table: Table, ours: Chunk, theirs: Chunk) -> str:
    ours, theirs = _sorted(table, ours), _sorted(table, theirs)
    first = table.names[0]
    count, other = len(ours[first]), len(theirs[first])
    if count != other:
        return f"{table.name}: {count} rows against {other}"
    for column in table.columns:
        mine, yours = ours[column.name], theirs[column.name]
        if column.dtype == "float64":
            same = np.isclose(mine, yours, rtol=1e-12, atol=0.0)
        else:
            same = mine == yours
        if not same.all():
            row = int(np.flatnonzero(~same)[0])
            key = ", ".join(f"{name} {ours[name][row]}" for name in table.key)
            return f"{table.name}: {column.name} is {mine[row]} against {yours[row]} at {key}"
    return ""


def _sorted(table: Table, columns: Chunk) -> Chunk:
    rest = [name for name in table.names if name not in table.key]
    order = np.lexsort([columns[name] for name in reversed([*table.key, *rest])])
    return {name: columns[name][order] for name in table.names}
