"""One Parquet file of a run or of several: synced when closed, described for the manifest."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from channelwright.foundation.errors import StoreError
from channelwright.store import files

ROWS_PER_GROUP = 131_072


class TableFile:
    """A Parquet file that grows; small chunks are gathered into row groups of useful size.

    Parameters
    ----------
    path : Path
        A file that is not there yet.
    schema : pyarrow.Schema
        Of every chunk.
    """

    def __init__(self, path: Path, schema: Any) -> None:  # noqa: ANN401 - pyarrow has no annotations
        self._path = path
        self._waiting: list[Any] = []
        self._count = 0
        #: Rows so far.
        self.rows = 0
        self._file = files.open_new(path)
        try:
            self._writer: Any = pq.ParquetWriter(
                self._file, schema, compression="zstd", write_page_checksum=True
            )
        except OSError:
            self._file.close()
            raise

    def append(self, rows: Any) -> None:  # noqa: ANN401
        """Take an Arrow table with the file's schema."""
        self._waiting.append(rows)
        self._count += rows.num_rows
        self.rows += rows.num_rows
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
                "rows": self.rows,
                "bytes": self._path.stat().st_size,
                "sha256": file_digest(self._path),
            }

    def abandon(self) -> None:
        """Release a file that is not going to be finished."""
        # The disk may be the very reason for giving up; the folder is removed next.
        with suppress(OSError):
            self._writer.close()
        self._writer.is_open = False
        with suppress(OSError):
            self._file.close()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=200_000)
def check_file(path: Path, expected: str) -> None:
    """Check that a table is what its run wrote; only successes are remembered.

    Raises
    ------
    StoreError
        When the file cannot be read or its content has changed.
    """
    remedy = f"delete the folder {path.parent} and run the study again: it will be computed anew"
    try:
        found = file_digest(path)
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror or error}); {remedy}"
        raise StoreError(msg) from error
    if found != expected:
        msg = f"{path} is damaged: its content is not what the run wrote; {remedy}"
        raise StoreError(msg)


def check_sizes(folder: Path, tables: dict[str, Any]) -> None:
    """Check that every table that a manifest names is there and has its size.

    Raises
    ------
    StoreError
        When one is missing or has another size.
    """
    for table, facts in tables.items():
        path = folder / f"{table}.parquet"
        size = path.stat().st_size if path.exists() else None
        if size != facts["bytes"]:
            found = "is missing" if size is None else f"has {size} bytes, expected {facts['bytes']}"
            msg = (
                f"{path} {found}; delete the folder {folder} and run the study again: "
                "it will be computed anew"
            )
            raise StoreError(msg)
