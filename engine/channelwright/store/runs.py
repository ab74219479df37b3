"""Run folders: written aside, then renamed; a run is either whole or not there."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from channelwright.foundation.errors import StoreError
from channelwright.store import files
from channelwright.store.schema import arrow_schema, checked_chunk
from channelwright.tables.outputs import FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from channelwright.tables.sink import Chunk

ROWS_PER_GROUP = 131_072
MANIFEST = "manifest.json"
TIMINGS = "timings.json"


@dataclass(frozen=True)
class RunKey:
    """What a run answers: content hashes and a random address, no labels.

    Attributes
    ----------
    run_id : str
        See `channelwright.store.identity.run_id`.
    market, design : str
        Content hashes.
    seed, replication : int
        Random address.
    keep : str
        ``kpis`` or ``orders``.
    engine : str
        Hash of the sources that computed the run.
    """

    run_id: str
    market: str
    design: str
    seed: int
    replication: int
    keep: str
    engine: str


def run_folder(root: Path, run_id: str) -> Path:
    """Return the folder of a finished run below a results folder."""
    return root / "runs" / run_id


class RunWriter:
    """A sink that writes one run; the run appears when `finish` returns, and not before.

    Parameters
    ----------
    root : Path
        Results folder.
    key : RunKey
        The run.
    aside : Path
        Folder of unfinished runs of this study, on the same disk as `root`.

    Raises
    ------
    StoreError
        When a folder cannot be written or the disk is full.
    """

    def __init__(self, root: Path, key: RunKey, aside: Path) -> None:
        self._key = key
        self._target = run_folder(root, key.run_id)
        self._folder = aside / f"{key.run_id[:16]}-{os.getpid()}"
        self._writers: dict[str, _TableWriter] = {}
        self._started = datetime.now(UTC)
        self._clock = time.perf_counter()
        with files.explained("create", self._folder):
            self._target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)

    def append(self, table: str, chunk: Chunk) -> None:
        """Take a chunk of a declared table (see `channelwright.tables.sink.Sink`)."""
        rows = checked_chunk(table, chunk)
        if table not in self._writers:
            with files.explained("write", self._folder):
                self._writers[table] = _TableWriter(self._folder / f"{table}.parquet", table)
        self._writers[table].append(rows)

    def finish(self, summary: Mapping[str, object] | None = None) -> None:
        """Put the run in its place, whole and synced.

        If another process finished the same run meanwhile, this copy is dropped: both are equal.

        Parameters
        ----------
        summary : mapping, optional
            What the replication reports about its own work; kept with the times, outside the
            compared tables.
        """
        tables = {name: self._writers[name].close() for name in sorted(self._writers)}
        files.write_json(self._folder / TIMINGS, self._timings(summary or {}))
        files.write_json(self._folder / MANIFEST, {**_facts(self._key), "tables": tables})
        with files.explained("create", self._target):
            files.sync_folder(self._folder)
            try:
                self._folder.rename(self._target)
            except OSError:
                if not (self._target / MANIFEST).exists():
                    raise
            files.sync_folder(self._target.parent)

    def _timings(self, summary: Mapping[str, object]) -> dict[str, object]:
        return {
            "started": self._started.isoformat(),
            "seconds": time.perf_counter() - self._clock,
            "host": platform.node(),
            "process": os.getpid(),
            "summary": dict(summary),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._writers.values():
            writer.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)


class _TableWriter:
    """One Parquet file; small chunks are gathered into row groups of useful size."""

    def __init__(self, path: Path, table: str) -> None:
        self._path = path
        self._waiting: list[Any] = []
        self._count = 0
        self._rows = 0
        self._file = files.open_new(path)
        try:
            self._writer: Any = pq.ParquetWriter(
                self._file, arrow_schema(table), compression="zstd", write_page_checksum=True
            )
        except OSError:
            self._file.close()
            raise

    def append(self, rows: Any) -> None:  # noqa: ANN401
        self._waiting.append(rows)
        self._count += rows.num_rows
        self._rows += rows.num_rows
        if self._count >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            with files.explained("write", self._path):
                self._writer.write_table(pa.concat_tables(self._waiting))
        self._waiting, self._count = [], 0

    def close(self) -> dict[str, object]:
        """Sync the file and return what the manifest says about it."""
        self._flush()
        with files.explained("write", self._path):
            self._writer.close()
            files.sync(self._file)
            self._file.close()
        return {
            "rows": self._rows,
            "bytes": self._path.stat().st_size,
            "sha256": _file_digest(self._path),
        }

    def abandon(self) -> None:
        """Release the file of a run that is not going to be finished."""
        # The disk may be the very reason for giving up; the folder is removed next.
        with suppress(OSError):
            self._writer.close()
        self._writer.is_open = False
        with suppress(OSError):
            self._file.close()


def _facts(key: RunKey) -> dict[str, object]:
    return {
        **asdict(key),
        "format": FORMAT,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": f"{sys.platform} {platform.machine()}",
    }


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class FinishedRun:
    """A run that is whole on disk."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the run wrote."""
        return tuple(self.manifest["tables"])

    def path(self, table: str, *, checked: bool = True) -> Path:
        """Return the file of a table, after checking that it is what the run wrote.

        Raises
        ------
        StoreError
            When the file is missing or its content has changed.
        """
        path = self.folder / f"{table}.parquet"
        if checked:
            _check_file(path, str(self.manifest["tables"][table]["sha256"]))
        return path

    def read(self, table: str) -> Any:  # noqa: ANN401
        """Return a table as an Arrow table; without rows if the run wrote none.

        Raises
        ------
        StoreError
            When the file is damaged or the table is not declared.
        """
        if table not in self.manifest["tables"]:
            return arrow_schema(table).empty_table()
        return pq.read_table(self.path(table), schema=arrow_schema(table))

    def timings(self) -> dict[str, object]:
        """Return when, where and how long the run was computed."""
        return files.read_json(self.folder / TIMINGS)


@lru_cache(maxsize=200_000)
def _check_file(path: Path, expected: str) -> None:
    # Only successes are cached, so that a restored file is looked at again.
    remedy = f"delete the folder {path.parent} and run the study again: it will be computed anew"
    try:
        found = _file_digest(path)
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror or error}); {remedy}"
        raise StoreError(msg) from error
    if found != expected:
        msg = f"{path} is damaged: its content is not what the run wrote; {remedy}"
        raise StoreError(msg)


def find_run(root: Path, run_id: str) -> FinishedRun | None:
    """Return a finished run, or None if there is none yet.

    Raises
    ------
    StoreError
        When the folder is there and its manifest or a table is missing or damaged in size.
    """
    folder = run_folder(root, run_id)
    if not folder.is_dir():
        return None
    manifest = files.read_json(folder / MANIFEST)
    if manifest.get("run_id") != run_id:
        msg = f"{folder / MANIFEST} belongs to run {manifest.get('run_id')}; delete the folder"
        raise StoreError(msg)
    _check_sizes(folder, manifest)
    return FinishedRun(folder, manifest)


def _check_sizes(folder: Path, manifest: dict[str, Any]) -> None:
    for table, facts in manifest["tables"].items():
        path = folder / f"{table}.parquet"
        size = path.stat().st_size if path.exists() else None
        if size != facts["bytes"]:
            found = "is missing" if size is None else f"has {size} bytes, expected {facts['bytes']}"
            msg = (
                f"{path} {found}; delete the folder {folder} and run the study again: "
                "it will be computed anew"
            )
            raise StoreError(msg)
