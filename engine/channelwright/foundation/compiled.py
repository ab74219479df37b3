"""The one door to the compiler: loops over rows that NumPy cannot batch become machine code.

Kernels keep the order of every addition that the source states: no fast mathematics, no
parallel loops, so a kernel gives the bits that the interpreter gives.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import event
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic

from channelwright.foundation.compiling import compiling_begins
from channelwright.foundation.kept_code import KeptCode

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# No kernel is handed on as a C function; making one of each took 7 % of compiling.
_OPTIONS = {"fastmath": False, "error_model": "numpy", "no_cfunc_wrapper": True}


def kernel(function: Kernel) -> Kernel:
    """Compile a function of arrays and numbers at its first call and keep the machine code.

    Parameters
    ----------
    function : callable
        Takes and returns NumPy arrays and scalars only; may call other kernels.

    Returns
    -------
    callable
        The same function, compiled for the types of each call.
    """
    return _kept(njit(**_OPTIONS)(function), function)  # type: ignore[call-overload]


def inlined(function: Kernel) -> Kernel:
    """Return a kernel whose lines are laid into the kernels that call it.

    A call with several arrays costs 5 to 20 ns, more than what some helpers of inner loops do.
    """
    laid_in = njit(**_OPTIONS, inline="always")  # type: ignore[call-overload]
    return _kept(laid_in(function), function)


def _kept(compiled: object, function: Kernel) -> Kernel:
    """Let the machine code of a compiled function be kept, as numba's ``cache=True`` would."""
    if isinstance(compiled, Dispatcher):  # the function itself where the compiler is switched off
        compiled._cache = KeptCode(function)  # type: ignore[attr-defined, no-untyped-call]
    return cast("Kernel", compiled)


class _Compilations(event.Listener):
    """Adds up the seconds that the compiler took; one kernel compiles others on its way."""

    def __init__(self) -> None:
        self.seconds, self._depth, self._begin = 0.0, 0, 0.0

    def on_start(self, event: event.Event) -> None:
        """Note when the outermost compilation begins."""
        if self._depth == 0:
            compiling_begins()
            self._begin = time.perf_counter()
        self._depth += 1

    def on_end(self, event: event.Event) -> None:
        """Count the outermost compilation."""
        self._depth -= 1
        if self._depth == 0:
            self.seconds += time.perf_counter() - self._begin


_COMPILATIONS = _Compilations()
event.register("numba:compile", _COMPILATIONS)  # type: ignore[no-untyped-call]


def compile_seconds() -> float:
    """Return how many seconds kernels were compiled for in this process; kept code costs none."""
    return _COMPILATIONS.seconds


def search_clock() -> float:
    """Return the seconds of a clock that stands still while a kernel is compiled.

    A time limit is about a search. The first one after an installation would otherwise spend
    its time on the compiler and end with nothing.
    """
    return time.perf_counter() - _COMPILATIONS.seconds


def _typed(context: object, a: object, b: object) -> tuple[object, object]:
    """Type the product of two words and say how the machine makes both of its halves at once."""
    pair = cast("Any", types).UniTuple(types.uint64, 2)

    def generate(
        context: object, builder: ir.IRBuilder, signature: object, words: tuple[ir.Value, ...]
    ) -> ir.Value:
        wide, half = ir.IntType(128), ir.IntType(64)
        product = builder.mul(*(builder.zext(word, wide) for word in words))
        low = builder.trunc(product, half)
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), half)
        return cast("Any", context).make_tuple(builder, pair, (low, high))

    return pair(types.uint64, types.uint64), generate


# Returns the lower and the upper 64 bits of a product of two words, which no type of NumPy holds.
halves = cast("Callable[[np.uint64, np.uint64], tuple[np.uint64, np.uint64]]", intrinsic(_typed))
