"""Frozen model objects as files: arrays in a zip, everything else in one JSON tree beside them.

Reading builds dataclasses of `channelwright.model` and nothing else: no file can make the reader
run code, which a pickle could.
"""

from __future__ import annotations

import dataclasses
import datetime
import io
import json
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

import channelwright.model as model_package
from channelwright.foundation.errors import StoreError
from channelwright.store.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
_TREE = "tree"


def save_frozen(path: Path, value: object) -> None:
    """Write a frozen object as a whole file.

    Parameters
    ----------
    path : Path
        Target, by custom with the ending ``.npz``.
    value : object
        Dataclasses of the model, arrays, mappings, tuples, dates and plain values.

    Raises
    ------
    StoreError
        When a part has no representation, or the file cannot be written.
    """
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    tree = json.dumps(_encode(value, arrays), sort_keys=True, ensure_ascii=False)
    buffer = io.BytesIO()
    packed = np.frombuffer(tree.encode(), dtype=np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, **{_TREE: packed}, **arrays)
    write_whole(path, buffer.getvalue())


def load_frozen(path: Path, kind: type[T]) -> T:
    """Read an object that `save_frozen` wrote.

    Raises
    ------
    StoreError
        When the file is missing or damaged, or holds something else than a `kind`.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        tree = json.loads(arrays.pop(_TREE).tobytes())
        value = _decode(tree, arrays)
    except FileNotFoundError as error:
        msg = f"{path} is missing; run the study again to write it"
        raise StoreError(msg) from error
    except _OtherVersionError as error:
        msg = (
            f"{path} was written by another version of channelwright ({error}); the study's tables "
            "can be read all the same, by `query` or `Runs.table`; give a new study another name"
        )
        raise StoreError(msg) from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        msg = f"{path} is damaged ({error}); delete it and run the study again"
        raise StoreError(msg) from error
    if not isinstance(value, kind):
        msg = f"{path} holds {type(value).__name__}, expected {kind.__name__}; delete it"
        raise StoreError(msg)
    return value


def _encode(value: object, arrays: dict[str, np.ndarray[Any, Any]]) -> object:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple):
        return {"tuple": [_encode(item, arrays) for item in value]}
    if isinstance(value, Mapping):
        pairs = [[_encode(key, arrays), _encode(item, arrays)] for key, item in value.items()]
        return {"map": pairs}
    return _encode_dataclass(value, arrays)


def _encode_dataclass(value: object, arrays: dict[str, np.ndarray[Any, Any]]) -> object:
    name = type(value).__name__
    if _classes().get(name) is not type(value):
        msg = f"{name} cannot be stored; only objects of channelwright.model, arrays and values can"
        raise StoreError(msg)
    fields = dataclasses.fields(value)  # type: ignore[arg-type]
    return {name: {f.name: _encode(getattr(value, f.name), arrays) for f in fields if f.init}}


def _decode(tree: object, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Any:  # noqa: ANN401
    if not isinstance(tree, dict):
        return tree
    ((tag, body),) = tree.items()
    if tag == "array":
        array = arrays[body]
        array.flags.writeable = False
        return array
    if tag == "date":
        return datetime.date.fromisoformat(body)
    if tag == "tuple":
        return tuple(_decode(item, arrays) for item in body)
    if tag == "map":
        return {_decode(key, arrays): _decode(item, arrays) for key, item in body}
    values = {name: _decode(item, arrays) for name, item in body.items()}
    kind = _classes()[tag]
    try:
        return kind(**values)
    except TypeError as error:
        msg = f"{tag}: {error}"
        raise _OtherVersionError(msg) from error


class _OtherVersionError(Exception):
    """The model has changed since the file was written."""


@cache
def _classes() -> dict[str, type]:
    """Return every dataclass that a module of the model defines, by name."""
    found: dict[str, type] = {}
    for entry in iter_modules(model_package.__path__):
        module = import_module(f"{model_package.__name__}.{entry.name}")
        for name, item in vars(module).items():
            own = getattr(item, "__module__", "") == module.__name__
            if own and isinstance(item, type) and dataclasses.is_dataclass(item):
                found[name] = item
    return found
