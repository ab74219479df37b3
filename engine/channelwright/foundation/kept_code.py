"""Machine code that is kept from run to run, as long as all that it was made from is the same.

Numba asks whether the file of a kernel has changed. Its code holds more: the kernels that it calls
and the constants that it reads, which other files may hold. An update of one file alone would leave
its callers with what it was before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numba.core.caching import FunctionCache

_PLAIN = (bool, int, float, str, bytes, type(None), np.generic)


class KeptCode(FunctionCache):
    """The kept code of one kernel, found by the kernels and constants that it was made from."""

    def _index_key(self, sig: object, codegen: object) -> tuple[object, ...]:
        key = super()._index_key(sig, codegen)  # type: ignore[no-untyped-call]
        return (*key, made_from(self._py_func))


@cache
def made_from(function: FunctionType) -> str:
    """Return a digest of the lines of a function, of all that they call and of what they read.

    Followed are the global names of the function: kernels (their functions, in turn), numbers,
    texts, arrays and tuples of these. Other things are known by the name of their type alone.
    """
    digest, open_functions, seen = hashlib.sha256(), [function], {function}
    while open_functions:
        one = open_functions.pop()
        for code in _codes(one.__code__):
            digest.update(code.co_code)
            constants = [value for value in code.co_consts if not isinstance(value, CodeType)]
            digest.update(repr((code.co_names, code.co_varnames, constants)).encode())
        for name, value in _read(one):
            called = getattr(value, "py_func", getattr(value, "_defn", None))
            if called is None:
                digest.update(name.encode() + _told(value))
            elif called not in seen:
                seen.add(called)
                open_functions.append(called)
    return digest.hexdigest()


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Return the code of a function and of the functions and comprehensions inside it."""
    yield code
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _codes(value)


def _read(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Return the global names of a function that stand for something, modules of ours opened."""
    names = sorted({name for code in _codes(function.__code__) for name in code.co_names})
    known = function.__globals__
    values = [(name, known[name]) for name in names if name in known]
    yield from values
    for _, module in values:
        if isinstance(module, ModuleType) and module.__name__.startswith("channelwright."):
            yield from ((name, getattr(module, name)) for name in names if hasattr(module, name))


def _told(value: object) -> bytes:
    """Return what tells a constant from another one."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}".encode() + value.tobytes()
    if isinstance(value, tuple):
        return b"(" + b",".join(_told(item) for item in value) + b")"
    if isinstance(value, _PLAIN):
        return repr(value).encode()
    return type(value).__qualname__.encode()
