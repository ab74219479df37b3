"""Run folders: written aside, then renamed; a run is either whole or not there."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from channelwright.foundation.closing import Closing
from channelwright.foundation.errors import StoreError
from channelwright.store import files
from channelwright.store.aside import MANIFEST, TIMINGS, AsideFolder
from channelwright.store.schema import arrow_schema, checked_chunk
from channelwright.store.table_file import check_file, check_sizes
from channelwright.tables.outputs import FORMAT

if TYPE_CHECKING:
    from channelwright.tables.sink import Chunk


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


class RunWriter(Closing):
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
        self._folder = AsideFolder(aside, key.run_id)
        self._clock = Clock()

    def append(self, table: str, chunk: Chunk) -> None:
        """Take a chunk of a declared table (see `channelwright.tables.sink.Sink`)."""
        rows = checked_chunk(table, chunk)
        self._folder.table(table, arrow_schema(table)).append(rows)

    def finish(self, summary: Mapping[str, object] | None = None) -> None:
        """Put the run in its place, whole and synced.

        If another process finished the same run meanwhile, this copy is dropped: both are equal.

        Parameters
        ----------
        summary : mapping, optional
            What the replication reports about its own work; kept with the times, outside the
            compared tables.
        """
        tables = self._folder.close_tables()
        times = {**self._clock.read(), "summary": dict(summary or {})}
        files.write_json(self._folder.path / TIMINGS, times)
        facts = {**asdict(self._key), **machine_facts(), "tables": tables}
        files.write_json(self._folder.path / MANIFEST, facts)
        self._folder.settle(self._target)

    def close(self) -> None:
        """Abandon the run unless it is finished."""
        self._folder.close()


class Clock:
    """When and where something was computed, and how long it took."""

    def __init__(self) -> None:
        self._started = files.now()
        self._clock = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Time since the start."""
        return time.perf_counter() - self._clock

    def read(self) -> dict[str, object]:
        """Return start, seconds, host and process."""
        return {
            "started": self._started,
            "seconds": self.seconds,
            "host": platform.node(),
            "process": os.getpid(),
        }


def machine_facts() -> dict[str, object]:
    """Return the store's format and what bit equality rests on."""
    return {
        "format": FORMAT,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": f"{sys.platform} {platform.machine()}",
    }


def check_format(path: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse what a newer version wrote; older formats are read.

    Raises
    ------
    StoreError
        When the format is not known.
    """
    found = manifest.get("format", FORMAT)
    if not isinstance(found, int) or found > FORMAT:
        msg = (
            f"{path} has format {found}, this version reads up to {FORMAT}; "
            "read it with the version of channelwright that wrote it, or a newer one"
        )
        raise StoreError(msg)


@dataclass(frozen=True)
class FinishedRun:
    """A run that is whole on disk, in a folder of its own.

    Attributes
    ----------
    folder : Path
    manifest : dict
        What the run answers, on which machine it was made, its tables with rows and hash.
    """

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
            check_file(path, str(self.manifest["tables"][table]["sha256"]))
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

    def timings(self) -> dict[str, Any]:
        """Return when, where and how long the run was computed."""
        return files.read_json(self.folder / TIMINGS)


def read_run(root: Path, run_id: str) -> FinishedRun | None:
    """Return a finished run that has a folder of its own, or None.

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
    check_format(folder / MANIFEST, manifest)
    check_sizes(folder, manifest["tables"])  # type: ignore[arg-type]
    return FinishedRun(folder, manifest)
