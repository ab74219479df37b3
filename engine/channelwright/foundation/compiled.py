"""The one door to the compiler: loops over rows that NumPy cannot batch become machine code.

Kernels keep the order of every addition that the source states: no fast mathematics, no
parallel loops, so a kernel gives the bits that the interpreter gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


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
    compiled = njit(cache=True, fastmath=False, error_model="numpy")(function)
    return cast("Kernel", compiled)
