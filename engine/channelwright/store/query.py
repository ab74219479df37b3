"""Studies as a database: one DuckDB view per table over the run folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.store.schema import STORED, arrow_schema

if TYPE_CHECKING:
    from channelwright.store.plan import PlannedRun
    from channelwright.store.runs import FinishedRun
    from channelwright.store.study import Study


def query(study: Study, sql: str) -> pd.DataFrame:
    """Ask a study a question in SQL.

    Every declared table is a view led by the columns scenario, design and replication; the table
    ``runs`` is `Study.status`. The files of tables that the statement names are checked first.

    Parameters
    ----------
    study : Study
        As `load_study` returns it.
    sql : str
        One DuckDB statement that returns rows.

    Raises
    ------
    UsageError
        When DuckDB refuses the statement.
    StoreError
        When a run folder, or a file of a named table, is damaged.
    """
    finished = study.finished()
    with duckdb.connect() as connection:
        connection.register("runs", study.status())
        for name in STORED:
            files = _files(name, finished, checked=name in sql)
            connection.register(f"files_of_{name}", files)
            connection.execute(_view(name, connection, sorted(set(files["filename"]))))
        return _answer(connection, sql)


def _files(table: str, finished: dict[PlannedRun, FinishedRun], *, checked: bool) -> pd.DataFrame:
    rows = [
        (run.scenario, run.design, run.replication, str(whole.path(table, checked=checked)))
        for run, whole in finished.items()
        if table in whole.tables
    ]
    # One file may serve two labels of a study: the join then gives its rows to both.
    columns = ["scenario", "design", "replication", "filename"]
    return pd.DataFrame(rows, columns=columns).astype({"replication": "int64"})


def _view(table: str, connection: duckdb.DuckDBPyConnection, paths: list[str]) -> str:
    if not paths:
        empty = f"none_of_{table}"
        connection.register(empty, arrow_schema(table).empty_table())
        source = f"(SELECT *, '' AS filename FROM {empty})"
    else:
        listed = ", ".join(f"'{path.replace(chr(39), chr(39) * 2)}'" for path in paths)
        source = f"read_parquet([{listed}], filename = true)"
    return (
        f"CREATE VIEW {table} AS SELECT labels.scenario, labels.design, labels.replication, "
        f"rows.* EXCLUDE (filename) FROM {source} AS rows "
        f"JOIN files_of_{table} AS labels ON rows.filename = labels.filename"
    )


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    try:
        relation = connection.sql(sql)
    except duckdb.Error as error:
        msg = f"the query cannot be answered: {error}; tables: runs, {', '.join(STORED)}"
        raise UsageError(msg) from error
    if relation is None:
        msg = "the query is empty; ask with SELECT"
        raise UsageError(msg)
    answer: pd.DataFrame = relation.df()
    return answer
