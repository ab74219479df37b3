"""A time limit that every stage keeps, however deep it works, and Ctrl-C that every stage hears.

Stages that take seconds run in pieces and ask between them whether time is left. Without a limit
nothing is asked of any clock, and pieces carry their whole state, so that they change no result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from channelwright.foundation.compiled import search_clock
from channelwright.optimisation.interrupting import asked_to_end, is_attended

#: Seconds that HiGHS is given at least.
_LEAST = 0.1
_END: ContextVar[float | None] = ContextVar("end of the search", default=None)
_GRACE: ContextVar[float | None] = ContextVar("moment before which nothing ends", default=None)


class OutOfTime(Exception):  # noqa: N818 - an end that was asked for, not an error
    """The search had to end in the middle of something whose outcome would be a statement."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Limit what is done inside; a limit that is set already and ends earlier stays.

    Parameters
    ----------
    seconds : float or None
        From now on; None sets no further limit.
    """
    end, before = None if seconds is None else search_clock() + seconds, _END.get()
    ends = [moment for moment in (end, before) if moment is not None]
    token = _END.set(min(ends) if ends else None)
    try:
        yield
    finally:
        _END.reset(token)


@contextmanager
def grace(seconds: float) -> Iterator[None]:
    """Leave so much time at least for what an answer cannot do without, whoever asks for the end.

    Parameters
    ----------
    seconds : float
        From now on.
    """
    token = _GRACE.set(search_clock() + seconds)
    try:
        yield
    finally:
        _GRACE.reset(token)


def is_limited() -> bool:
    """Return whether anything but the work itself can end the search: a limit, or somebody."""
    return _END.get() is not None or is_attended()


def out_of_time() -> bool:
    """Return whether the time limit has passed, or the search is asked to end."""
    end, spared = _END.get(), _GRACE.get()
    over = asked_to_end() or (end is not None and search_clock() > end)
    return over and (spared is None or search_clock() > spared)


def seconds_left() -> float | None:
    """Return what is left of the time limit, at least a little; None without one."""
    end = _END.get()
    return None if end is None else max(_LEAST, end - search_clock())


def must_go_on() -> None:
    """Raise where the search has to end.

    Raises
    ------
    OutOfTime
        Time is over, or the search is asked to end.
    """
    if out_of_time():
        raise OutOfTime


def piece_of(whole: int, piece: int) -> int:
    """Return how much to do before the next look at the clock: all of it where nothing can end it.

    Parameters
    ----------
    whole, piece : int
        Steps altogether, and those that take a fraction of a second.
    """
    return min(whole, max(1, piece)) if is_limited() else whole
