"""``channelwright query STUDY SQL``."""

from __future__ import annotations

import argparse
from pathlib import Path

from channelwright.cli.console import say, say_table
from channelwright.foundation.errors import UsageError

_ROWS = 200
_TABLES = (
    "select table_name as tables from information_schema.tables "
    "where table_name not like '%of_%' order by table_name"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("study", help="folder of a study, such as results/studies/NAME")
    parser.add_argument(
        "sql",
        nargs="?",
        default=_TABLES,
        help="one statement that returns rows (default: list the tables)",
    )
    parser.add_argument("--csv", action="store_true", help="all rows as CSV, with every digit")


def run(options: argparse.Namespace) -> int:
    """Ask a study a question in SQL.

    Raises
    ------
    UsageError
        If there is no such study, or DuckDB refuses the statement.
    """
    from channelwright.store import load_study, query

    folder = Path(options.study)
    if not folder.is_dir():
        message = f"there is no study folder {folder}"
        raise UsageError(message)
    table = query(load_study(folder), options.sql)
    if options.csv:
        say(table.to_csv(index=False).rstrip("\n"))
        return 0
    if not len(table):
        say("no rows")
        return 0
    say_table(table.head(_ROWS).map(_cell))
    if len(table) > _ROWS:
        say(f"... {len(table) - _ROWS:,} rows more; --csv prints all")
    return 0


def _cell(value: object) -> str:
    """Return a cell as text; a fraction has six digits here and all of them with ``--csv``."""
    fraction = isinstance(value, float) and not value.is_integer()
    return f"{value:.6g}" if fraction else str(value)
