"""Content hashes of arrays, dataclasses and source files."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np


def digest(value: object) -> str:
    """Return the SHA-256 of a value built of plain data, arrays and dataclasses.

    Raises
    ------
    TypeError
        If a part of the value has no stable content (a set, a function, an open file).
    """
    state = hashlib.sha256()
    for piece in _pieces(value):
        state.update(len(piece).to_bytes(8, "little"))
        state.update(piece)
    return state.hexdigest()


def digest_files(paths: Iterable[Path]) -> str:
    """Return one SHA-256 over the names and contents of files, in sorted order."""
    state = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        state.update(path.name.encode() + b"\0" + len(content).to_bytes(8, "little"))
        state.update(content)
    return state.hexdigest()


def _pieces(value: object) -> Iterable[bytes]:
    if isinstance(value, np.generic):  # first: some of them are Python numbers too
        yield from _pieces(value.item())
    elif value is None or isinstance(value, bool | int | float | str | datetime.date):
        yield f"{type(value).__name__}:{value!r}".encode()
    elif isinstance(value, enum.Enum):
        yield f"enum:{value.name}".encode()
    elif isinstance(value, np.ndarray):
        yield from _array(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for field in dataclasses.fields(value):
            yield field.name.encode()
            yield from _pieces(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield f"map:{len(value)}".encode()
        for key in sorted(value, key=str):
            yield from _pieces(key)
            yield from _pieces(value[key])
    elif isinstance(value, list | tuple):
        yield f"list:{len(value)}".encode()
        for item in value:
            yield from _pieces(item)
    else:
        message = f"no stable content hash for {type(value).__name__}"
        raise TypeError(message)


def _array(value: np.ndarray) -> Iterable[bytes]:
    yield f"array:{value.dtype.str}:{value.shape}".encode()
    yield np.ascontiguousarray(value).tobytes()
