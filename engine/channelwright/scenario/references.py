"""Names in one table that another table must know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import BoolArray
from channelwright.tables.cells import TypedTable, shown
from channelwright.tables.checks import nearest
from channelwright.tables.schema import Column

_MOST_SUGGESTED = 2_000


def dangling(table: TypedTable, tables: Mapping[str, TypedTable]) -> Iterator[Problem]:
    """Yield a problem for every value that refers to a row that does not exist.

    Parameters
    ----------
    table : TypedTable
        The table whose columns are looked at.
    tables : mapping of name to TypedTable
        The tables of the market; a table that could not be read is not blamed twice.
    """
    for column in table.table.columns:
        if not column.refers:
            continue
        target, _, name = column.refers.partition(".")
        if target in tables:
            yield from _unknown(table, column, tables[target][name], target)
        elif target == "chains":
            yield from _no_table(table, column, target)


def among(values: Iterable[object], known: Iterable[object]) -> BoolArray:
    """Return which values are among the known ones: (n,)."""
    names = set(known)
    return np.array([value in names for value in values], dtype=np.bool_)


def _unknown(
    table: TypedTable,
    column: Column,
    known: np.ndarray[tuple[int], np.dtype[np.object_]],
    target: str,
) -> Iterator[Problem]:
    if not len(known):
        return  # a table without rows is one problem, and not one more for every name
    values = table[column.name]
    wrong = table.good(column.name) & (values != "") & ~among(values, known)
    names = [str(name) for name in known[:_MOST_SUGGESTED]]

    def say(row: int) -> tuple[str, str]:
        value = str(values[row])
        remedy = f"add it to {target!r}, or correct it: {nearest(value, names)}"
        return f"{shown(value)} is not in table {target!r}", remedy

    yield from table.problems(column.name, wrong, say)


def _no_table(table: TypedTable, column: Column, target: str) -> Iterator[Problem]:
    values = table[column.name]
    wrong = table.good(column.name) & (values != "")
    yield from table.problems(
        column.name,
        wrong,
        lambda row: (
            f"{shown(str(values[row]))} names a row of table {target!r}, which is not given",
            f"add market.tables.{target}, or clear the cell",
        ),
    )
