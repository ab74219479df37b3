"""A time limit that every stage keeps, however deep it works.

Stages that take seconds run in pieces and ask between them whether time is left. Without a limit
nothing is asked of any clock, and pieces carry their whole state, so that they change no result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from channelwright.foundation.compiled import search_clock

_END: ContextVar[float | None] = ContextVar("end of the search", default=None)


class OutOfTime(Exception):  # noqa: N818 - an end that was asked for, not an error
    """Time was over in the middle of something whose outcome would be a statement."""


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
def no_limit() -> Iterator[None]:
    """Let something come to its end whatever the limit, as a first answer must."""
    token = _END.set(None)
    try:
        yield
    finally:
        _END.reset(token)


def is_limited() -> bool:
    """Return whether there is a time limit at all."""
    return _END.get() is not None


def out_of_time() -> bool:
    """Return whether the time limit has passed."""
    end = _END.get()
    return end is not None and search_clock() > end


def must_go_on() -> None:
    """Raise where the time limit has passed.

    Raises
    ------
    OutOfTime
        Time is over.
    """
    if out_of_time():
        raise OutOfTime


def piece_of(whole: int, piece: int) -> int:
    """Return how much to do before the next look at the clock: all of it without a limit.

    Parameters
    ----------
    whole, piece : int
        Steps altogether, and those that take a fraction of a second.
    """
    return min(whole, max(1, piece)) if is_limited() else whole
