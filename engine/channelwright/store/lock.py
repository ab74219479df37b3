"""One writer per study: a lock that the system releases even when the writer is killed."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from channelwright.foundation.errors import StoreError
from channelwright.store.files import explained

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the only right to write to a folder.

    Raises
    ------
    StoreError
        When another process holds it, or the folder cannot be written.
    """
    path = folder / "lock"
    with explained("lock", path):
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    with file:
        _take_or_explain(file, folder)
        # The name only serves the message above; the system's lock is what excludes.
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield


def _take_or_explain(file: IO[str], folder: Path) -> None:
    try:
        _take(file)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "another process"
        msg = (
            f"study {folder} is being written by {holder}; wait until it ends, "
            "or give this study another name"
        )
        raise StoreError(msg) from error
