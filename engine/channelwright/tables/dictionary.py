"""The data dictionary: every table that goes in or comes out, as one page of Markdown.

``python -m channelwright.tables.dictionary`` writes the page to standard output.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import IntEnum

from channelwright.tables.codes import (
    PARTY_STRIDE,
    Account,
    CallState,
    LineState,
    Party,
    ReceiptKind,
)
from channelwright.tables.inputs import DESIGN_TABLES, MARKET_TABLES, OPTIONAL_TABLES
from channelwright.tables.outputs import DETAIL_TABLES, EXTRA_KPI_TABLES, KPI_TABLES
from channelwright.tables.schema import Column, Table

_INTRODUCTION = """\
# Data dictionary

Generated from `channelwright.tables` by `python -m channelwright.tables.dictionary`; a test keeps
the two equal. Input tables are CSV, a sheet of a workbook, or Parquet. A cell of an optional column
may be empty; it then holds the default. Ticks are 1/10,000 of the currency, ex VAT.
"""


def data_dictionary() -> str:
    """Return the page."""
    lines = [_INTRODUCTION]
    lines += _section("Tables of a market", MARKET_TABLES.values())
    lines += _section("Tables of a design", DESIGN_TABLES.values())
    lines += _section("KPI tables of a replication", (*KPI_TABLES, *EXTRA_KPI_TABLES))
    detail = [table for table in DETAIL_TABLES if table not in KPI_TABLES]
    lines += _section("Detail tables of a replication", detail)
    lines += ["## Codes", ""]
    for codes in (Account, Party, LineState, CallState, ReceiptKind):
        lines += _codes(codes)
    lines += [f"Number of a party = kind × {PARTY_STRIDE:,} + row.", ""]
    return "\n".join(lines)


def _section(title: str, tables: Iterable[Table]) -> Iterator[str]:
    yield from (f"## {title}", "")
    for table in tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    optional = " The table is optional." if table.name in OPTIONAL_TABLES else ""
    key = ", ".join(f"`{name}`" for name in table.key)
    yield from (f"### `{table.name}`", "", f"One row: {table.row}. Key: {key}.{optional}", "")
    yield "| column | type | unit | values | meaning |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        cells = (f"`{column.name}`", column.dtype, column.unit, _values(column), column.meaning)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _values(column: Column) -> str:
    parts = []
    if column.choices:
        parts.append(", ".join(column.choices))
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"{column.minimum:,.10g} to {column.maximum:,.10g}")
    if column.refers:
        parts.append(f"a `{column.refers}`")
    if not column.required:
        shown = str(column.default).lower() if isinstance(column.default, bool) else column.default
        parts.append(f"default {shown}" if shown != "" else "may be empty")
    return "; ".join(parts)


def _codes(codes: type[IntEnum]) -> Iterator[str]:
    yield f"`{codes.__name__}`: " + ", ".join(f"{item.value} {item.name.lower()}" for item in codes)
    yield ""


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
