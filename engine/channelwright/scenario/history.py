"""Observed series of a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.foundation.errors import Problem
from channelwright.tables.checks import typed
from channelwright.tables.schema import Column, Table

if TYPE_CHECKING:
    from channelwright.scenario.market_tables import TableReader
    from channelwright.scenario.shapes import TableSource

#: A column of this name dates the rows and is no series.
DATE = "date"


def read_history(
    reader: TableReader, source: TableSource, place: str, asked_by: str
) -> tuple[dict[str, tuple[float, ...]], list[Problem]]:
    """Return series by column name; raises `FileProblemError`."""
    raw = reader.raw(source, place, asked_by)
    names = [name for name in raw.columns if name != DATE]
    columns = [Column(name, "float64", "", "observed value") for name in names]
    if DATE in raw.columns:
        columns.append(Column(DATE, "date", "", "first day of the period"))
    if not names:
        columns.append(Column("value", "float64", "", "observed value"))
    table, problems = typed(Table("history", "one period", (), tuple(columns)), raw)
    if problems or not names:
        return {}, problems
    return {name: tuple(float(value) for value in table[name]) for name in names}, []
