"""Progress of long solves on the error stream: answer, bound and gap, a line now and then."""

from __future__ import annotations

import sys

from channelwright.optimisation.watching import SearchState, Watch

_SECONDS = 5.0


def progress(name: str) -> Watch:
    """Return what a search may be watched with: a line every five seconds.

    Parameters
    ----------
    name : str
        What is solved.
    """
    last = 0.0

    def show(state: SearchState) -> None:
        nonlocal last
        if state.seconds - last >= _SECONDS:
            last = state.seconds
            sys.stderr.write(f"{state}\n")
            sys.stderr.flush()

    return Watch(name, show)


def told() -> None:
    """Say that the search ends at the person's wish."""
    sys.stderr.write("ending with the best answer so far; press Ctrl-C again to quit\n")
