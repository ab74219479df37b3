"""A folder that is written aside and put in its place whole: it is there, or it is not."""

from __future__ import annotations

import shutil
import uuid
from contextlib import suppress
from pathlib import Path

from channelwright.foundation.closing import Closing
from channelwright.store import files
from channelwright.store.table_file import TableFile

MANIFEST = "manifest.json"
TIMINGS = "timings.json"


class AsideFolder(Closing):
    """Files of a run or a bundle before it is whole; what is not settled disappears.

    Parameters
    ----------
    aside : Path
        Folder of unfinished work, on the same disk as the place where it will go.
    name : str
        Leads the folder's name; the rest is unique, on whatever machine it is made.

    Raises
    ------
    StoreError
        When the folder cannot be written or the disk is full.
    """

    def __init__(self, aside: Path, name: str) -> None:
        self.path = aside / f"{name[:16]}-{uuid.uuid4().hex[:12]}"
        self._tables: dict[str, TableFile] = {}
        with files.explained("create", self.path):
            self.path.mkdir(parents=True)

    def table(self, name: str, schema: object) -> TableFile:
        """Return the file of a table, opened when it is first asked for."""
        if name not in self._tables:
            with files.explained("write", self.path):
                self._tables[name] = TableFile(self.path / f"{name}.parquet", schema)
        return self._tables[name]

    def close_tables(self) -> dict[str, dict[str, object]]:
        """Sync the tables and return what the manifest says about them, by name."""
        return {name: self._tables[name].close() for name in sorted(self._tables)}

    def settle(self, target: Path) -> None:
        """Put the folder in its place, whole and synced.

        If the same content was put there meanwhile, this copy is dropped: both are equal.

        Raises
        ------
        StoreError
            When the place cannot be written.
        """
        with files.explained("create", target):
            target.parent.mkdir(parents=True, exist_ok=True)
            self._check_whole()
            files.sync_folder(self.path)
            try:
                self.path.rename(target)
            except OSError:
                if not (target / MANIFEST).exists():
                    raise
            files.sync_folder(target.parent)

    def _check_whole(self) -> None:
        """Refuse to settle what a study that was stopped has cleared away meanwhile."""
        for name in self._tables:
            (self.path / f"{name}.parquet").stat()

    def close(self) -> None:
        """Abandon what was not settled."""
        for table in self._tables.values():
            table.abandon()
        shutil.rmtree(self.path, ignore_errors=True)


def clear_aside(aside: Path) -> None:
    """Remove unfinished work at one stroke.

    Runs of a study that was stopped may still be under way elsewhere: they find their folder gone
    as a whole, and can put nothing in place of which a part was removed.
    """
    trash = aside.with_name(f".{aside.name}-{uuid.uuid4().hex[:12]}")
    with suppress(OSError):
        aside.rename(trash)
    shutil.rmtree(trash, ignore_errors=True)
