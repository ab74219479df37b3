"""Ctrl-C ends a search with the best answer so far: who may ask for the end, and who hears it.

A search is attended by `attended`. The first interrupt is then a request that searches and HiGHS
look at; the second one is an interrupt like any other.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import FrameType


@dataclass
class Attendance:
    """Somebody who waits for a search.

    Attributes
    ----------
    asked : bool
        Whether the search is asked to end.
    """

    asked: bool = False


_PRESENT: ContextVar[Attendance | None] = ContextVar("who waits for the search", default=None)


def is_attended() -> bool:
    """Return whether somebody may ask the search to end."""
    return _PRESENT.get() is not None


def asked_to_end() -> bool:
    """Return whether the search is asked to end with the best answer so far."""
    present = _PRESENT.get()
    return present is not None and present.asked


@contextmanager
def attended(told: Callable[[], None] = lambda: None) -> Iterator[Attendance]:
    """Turn the first Ctrl-C inside into a request to end the search.

    Parameters
    ----------
    told : callable
        Called when the request is made.

    Yields
    ------
    Attendance
        Who waits; others may ask, too. Outside the main thread no signal is heard.
    """
    present = Attendance()
    token = _PRESENT.set(present)
    heard = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT) if heard else None

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        present.asked = True
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
        told()

    if heard:
        signal.signal(signal.SIGINT, ask)
    try:
        yield present
    finally:
        if heard:
            signal.signal(signal.SIGINT, before or signal.default_int_handler)
        _PRESENT.reset(token)
