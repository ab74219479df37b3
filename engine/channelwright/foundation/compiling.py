"""Word of the compiler's beginning, for whoever waits: a first run compiles for a minute.

Apart from `channelwright.foundation.compiled`, which loads the compiler.
"""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def tell_when_compiling(listener: Callable[[], None] | None) -> None:
    """Call a function once, when kernels are first compiled from now on; None: call nothing.

    Parameters
    ----------
    listener : callable or None
        Takes the place of the one before it. Code that is kept from earlier compiles nothing.
    """
    _listeners[:] = [] if listener is None else [listener]


def compiling_begins() -> None:
    """Tell whoever waits that kernels are being compiled, in this process or for it."""
    while _listeners:
        _listeners.pop()()
