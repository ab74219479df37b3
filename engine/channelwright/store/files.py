"""Writing that survives a power cut: every byte that leaves the store passes here.

One small door, so that a full disk, a read-only folder, a torn write and a clock that jumps can be
rehearsed in tests.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from channelwright.foundation.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


def now() -> str:
    """Return the time of day for journals and manifests; it may jump, and nothing rests on it."""
    return datetime.now(UTC).isoformat()


@contextmanager
def explained(action: str, path: Path) -> Iterator[None]:
    """Turn an operating system error into one that says what was tried, where, and what to do.

    Raises
    ------
    StoreError
        When the block raises `OSError`.
    """
    try:
        yield
    except OSError as error:
        msg = (
            f"cannot {action} {path}: {error.strerror or error}; free space or give a folder that "
            "can be written, then run the same command again: finished runs are kept"
        )
        raise StoreError(msg) from error


def open_new(path: Path) -> IO[bytes]:
    """Open a file that must not exist yet."""
    return path.open("xb")


def sync(file: IO[bytes]) -> None:
    """Force what was written to the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system allows it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part.

    Raises
    ------
    StoreError
        When the folder cannot be written or the disk is full.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    with explained("write", path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            with open_new(partial) as file:
                file.write(content)
                sync(file)
            partial.replace(path)
            sync_folder(path.parent)
        finally:
            partial.unlink(missing_ok=True)


def to_json(value: object) -> bytes:
    """Return canonical JSON: sorted keys, so that equal content is equal bytes."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def write_json(path: Path, value: object) -> None:
    """Write canonical JSON as a whole file."""
    write_whole(path, to_json(value))


def read_json(path: Path) -> dict[str, object]:
    """Read a JSON object.

    Raises
    ------
    StoreError
        When the file is missing or is not a JSON object.
    """
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        msg = f"{path} is missing: its folder is damaged; delete the folder and run the study again"
        raise StoreError(msg) from error
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read ({error}); restore it from a copy or delete its folder"
        raise StoreError(msg) from error
    if not isinstance(value, dict):
        msg = f"{path} holds {type(value).__name__}, not an object; restore it from a copy"
        raise StoreError(msg)
    return value
