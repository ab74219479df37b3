"""Studies as a database: one DuckDB view per table over the run folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.store.bundles import BundledRun
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
        One DuckDB statement that returns rows. It reads the tables of the study and reaches no
        other file, address or extension.

    Raises
    ------
    UsageError
        When DuckDB refuses the statement, or the statement does more than read.
    StoreError
        When a run folder, or a file of a named table, is damaged.
    """
    finished = study.finished()
    paths: set[str] = set()
    with duckdb.connect() as connection:
        connection.register("runs", study.status())
        for name in STORED:
            files = _files(name, finished, checked=name in sql)
            connection.register(f"files_of_{name}", files)
            connection.execute(_view(name, connection, files))
            paths |= set(files["filename"])
        _confine(connection, sorted(paths))
        return _answer(connection, sql)


_LABELS = ("scenario", "design", "replication")
_COLUMNS = (*_LABELS, "run_id", "filename", "bundled")


def _files(table: str, finished: dict[PlannedRun, FinishedRun], *, checked: bool) -> pd.DataFrame:
    rows = [
        (
            run.scenario,
            run.design,
            run.replication,
            run.run_id,
            str(whole.path(table, checked=checked)),
            isinstance(whole, BundledRun),
        )
        for run, whole in finished.items()
        if table in whole.tables
    ]
    # One file may serve two labels of a study: the join then gives its rows to both.
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    return frame.astype({"replication": "int64", "bundled": "bool"})


def _view(table: str, connection: duckdb.DuckDBPyConnection, files: pd.DataFrame) -> str:
    own = sorted(set(files.loc[~files["bundled"], "filename"]))
    bundles = sorted(set(files.loc[files["bundled"], "filename"]))
    # The first part has no rows: it gives every column its place and type, also where all runs are
    # of a version that did not know it.
    empty = f"none_of_{table}"
    connection.register(empty, arrow_schema(table).empty_table())
    parts = [f"SELECT '' AS scenario, '' AS design, 0::BIGINT AS replication, * FROM {empty}"]
    if own:
        parts.append(_part(table, own, "rows.filename = labels.filename", "filename"))
    if bundles:
        same = "rows.filename = labels.filename AND rows.run_id = labels.run_id"
        parts.append(_part(table, bundles, same, "filename, run_id"))
    return f"CREATE VIEW {table} AS {' UNION ALL BY NAME '.join(parts)}"


def _part(table: str, paths: list[str], same: str, hidden: str) -> str:
    labels = ", ".join(f"labels.{name}" for name in _LABELS)
    return (
        f"SELECT {labels}, rows.* EXCLUDE ({hidden}) "
        f"FROM read_parquet({_listed(paths)}, filename = true, union_by_name = true) AS rows "
        f"JOIN files_of_{table} AS labels ON {same}"
    )


def _listed(paths: list[str]) -> str:
    """Return paths as a list of SQL strings."""
    quoted = ["'" + path.replace("'", "''") + "'" for path in paths]
    return f"[{', '.join(quoted)}]"


def _confine(connection: duckdb.DuckDBPyConnection, paths: list[str]) -> None:
    """Let statements reach the files of the study and no other file, address or extension."""
    connection.execute(f"SET allowed_paths = {_listed(paths)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


#: What only reads; PIVOT is several statements in one. Others could write over the study's files.
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.MULTI)


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    try:
        statements = connection.extract_statements(sql)
        if len(statements) > 1:
            count = len(statements)
            msg = f"{count} statements are asked at once; ask one, and join its parts by WITH"
            raise UsageError(msg)
        if statements and statements[0].type not in _READING:
            msg = f"{statements[0].type.name} is no question; a query reads: ask with SELECT"
            raise UsageError(msg)
        relation = connection.sql(sql)
    except duckdb.Error as error:
        msg = f"the query cannot be answered: {error}; tables: runs, {', '.join(STORED)}"
        raise UsageError(msg) from error
    if relation is None:
        msg = "the query is empty; ask with SELECT"
        raise UsageError(msg)
    answer: pd.DataFrame = relation.df()
    return answer
