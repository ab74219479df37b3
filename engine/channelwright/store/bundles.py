"""Bundles: several short runs in one folder, so that files and syncs do not outweigh the runs.

A bundle is written aside and renamed like a run's own folder, and never changed. Every table has
one Parquet file, led by the column ``run_id``; rows of a run lie together, and the manifest says
where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from channelwright.foundation.closing import Closing
from channelwright.foundation.errors import StoreError
from channelwright.foundation.hashing import digest
from channelwright.store import files
from channelwright.store.aside import MANIFEST, TIMINGS, AsideFolder
from channelwright.store.runs import Clock, FinishedRun, RunKey, check_format, machine_facts
from channelwright.store.schema import arrow_schema, checked_chunk
from channelwright.store.table_file import check_sizes

if TYPE_CHECKING:
    from channelwright.tables.sink import Chunk


def bundles_folder(root: Path) -> Path:
    """Return the folder of all bundles below a results folder."""
    return root / "runs" / "bundles"


@lru_cache(maxsize=64)
def _bundle_schema(table: str) -> Any:  # noqa: ANN401
    return arrow_schema(table).insert(0, pa.field("run_id", pa.string(), nullable=False))


class BundleWriter(Closing):
    """Writes several runs into one folder, which appears when `finish` returns.

    Parameters
    ----------
    root, aside : Path
        As for `channelwright.store.runs.RunWriter`.
    keys : sequence of RunKey
        The runs that are going to be made; those that fail are simply not finished.
    """

    def __init__(self, root: Path, keys: Sequence[RunKey], aside: Path) -> None:
        self._name = digest([key.run_id for key in keys])[:40]
        self._target = bundles_folder(root) / self._name
        self._folder = AsideFolder(aside, self._name)
        self._clock = Clock()
        self._runs: list[dict[str, object]] = []
        self._times: dict[str, object] = {}

    def run(self, key: RunKey) -> BundledRunWriter:
        """Return the sink of one run; runs are made one after another."""
        return BundledRunWriter(self, key)

    def take(
        self, key: RunKey, tables: Mapping[str, list[Any]], summary: Mapping[str, object], at: Clock
    ) -> None:
        """Add the tables of a run that is whole."""
        rows: dict[str, list[int]] = {}
        for name, chunks in tables.items():
            file = self._folder.table(name, _bundle_schema(name))
            first = file.rows
            for chunk in chunks:
                names = pa.array([key.run_id] * chunk.num_rows, pa.string())
                columns = [names, *chunk.columns]
                file.append(pa.Table.from_arrays(columns, schema=_bundle_schema(name)))
            rows[name] = [first, file.rows - first]
        self._runs.append({**asdict(key), "rows": rows})
        self._times[key.run_id] = {**at.read(), "summary": dict(summary)}

    def finish(self) -> None:
        """Put the bundle in its place, whole and synced; nothing happens without a finished run."""
        if not self._runs:
            return
        tables = self._folder.close_tables()
        times = {**self._clock.read(), "runs": self._times}
        files.write_json(self._folder.path / TIMINGS, times)
        facts = {**machine_facts(), "tables": tables, "runs": self._runs}
        files.write_json(self._folder.path / MANIFEST, facts)
        self._folder.settle(self._place())

    def _place(self) -> Path:
        # A bundle of the same runs, some of which failed then, keeps its name.
        made = digest([run["run_id"] for run in self._runs])[:40]
        return self._target.with_name(made)

    def close(self) -> None:
        """Abandon the bundle unless it is finished."""
        self._folder.close()


class BundledRunWriter(Closing):
    """A sink that holds the tables of one short run until it is whole."""

    def __init__(self, bundle: BundleWriter, key: RunKey) -> None:
        self._bundle, self._key = bundle, key
        self._tables: dict[str, list[Any]] = {}
        self._clock = Clock()

    def append(self, table: str, chunk: Chunk) -> None:
        """Take a chunk of a declared table (see `channelwright.tables.sink.Sink`)."""
        self._tables.setdefault(table, []).append(checked_chunk(table, chunk))

    def finish(self, summary: Mapping[str, object] | None = None) -> None:
        """Hand the run to its bundle; it is on disk when the bundle is finished."""
        self._bundle.take(self._key, self._tables, summary or {}, self._clock)

    def close(self) -> None:
        """Let go of the tables, handed over or not."""
        self._tables = {}


@dataclass(frozen=True)
class BundledRun(FinishedRun):
    """A finished run that lies in a bundle.

    Attributes
    ----------
    rows : mapping of str to (first, count)
        Where the rows of the run lie in the bundle's tables.
    """

    rows: Mapping[str, Sequence[int]]

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the run wrote."""
        return tuple(self.rows)

    def read(self, table: str) -> Any:  # noqa: ANN401
        """Return a table as an Arrow table; without rows if the run wrote none.

        Raises
        ------
        StoreError
            When the file is damaged or the table is not declared.
        """
        if table not in self.rows:
            return arrow_schema(table).empty_table()
        first, count = self.rows[table]
        return _whole_table(self.path(table), table).slice(first, count)

    def timings(self) -> dict[str, Any]:
        """Return when, where and how long the run was computed."""
        found: dict[str, Any] = super().timings()["runs"][self.manifest["run_id"]]
        return found


@lru_cache(maxsize=8)
def _whole_table(path: Path, table: str) -> Any:  # noqa: ANN401
    # Runs of a bundle are read one after another; the file was checked and never changes.
    return pq.read_table(path, schema=_bundle_schema(table)).drop(["run_id"])


def read_bundle(folder: Path) -> dict[str, BundledRun]:
    """Return the runs of a bundle by identity.

    Raises
    ------
    StoreError
        When the manifest or a table is missing, damaged in size, or of a newer format.
    """
    bundle = _manifest(folder)
    check_sizes(folder, bundle["tables"])
    return {
        run["run_id"]: BundledRun(
            folder, {**bundle["shared"], **run["key"], "tables": bundle["tables"]}, run["rows"]
        )
        for run in bundle["runs"]
    }


@lru_cache(maxsize=4096)
def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    plain: dict[str, Any] = files.read_json(path)
    check_format(path, plain)
    try:
        runs = [
            {
                "run_id": run["run_id"],
                "rows": run["rows"],
                "key": {name: value for name, value in run.items() if name != "rows"},
            }
            for run in plain["runs"]
        ]
        shared = {name: plain[name] for name in machine_facts()}
        return {"runs": runs, "tables": plain["tables"], "shared": shared}
    except (KeyError, TypeError) as error:
        msg = f"{path} is damaged ({error}); delete its folder and run the study again"
        raise StoreError(msg) from error
