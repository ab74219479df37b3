"""What a person sees in the terminal: text, tables, progress."""

from __future__ import annotations

import io
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.optimisation.watching import SearchState, Show
    from channelwright.studies import Progress, ProgressState

_GAP = "  "
#: Seconds between two lines about a search where there is no terminal.
_SEARCH_PAUSE = 5.0


def ready_streams() -> None:
    """Let any text be written to any terminal: what it has no sign for becomes a question mark.

    Streams that the caller has closed swallow what is written.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str = "") -> None:
    """Print a line of text."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_error(text: str) -> None:
    """Print a block of text to the error stream."""
    sys.stderr.write(f"error: {text}\n")


def say_warning(text: str) -> None:
    """Print a line about what may be meant and rarely is to the error stream."""
    sys.stderr.write(f"warning: {text}\n")


def say_table(table: pd.DataFrame, title: str = "", *, needed: int | None = None) -> None:
    """Print a table of text cells; the first column is left aligned, the others right.

    Parameters
    ----------
    needed : int, optional
        Columns that are always shown; those after them are left out from the right while the
        table is wider than the terminal. Default: all.
    """
    columns = [[str(name), *map(str, table[name])] for name in table.columns]
    widths = [max(map(_cells, column)) for column in columns]
    keep = len(columns) if needed is None else needed
    room = shutil.get_terminal_size().columns
    while len(widths) > keep and sum(widths) + len(_GAP) * (len(widths) - 1) > room:
        widths.pop()
    if title:
        say(title)
    for row in zip(*columns[: len(widths)], strict=True):
        blanks = [" " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [blank + cell for cell, blank in zip(row, blanks, strict=True)]
        cells[0] = row[0] + blanks[0]
        say(_GAP.join(cells).rstrip())


def _cells(text: str) -> int:
    """Return the columns of a terminal that a text takes: Chinese signs take two each."""
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


@contextmanager
def stage(title: str) -> Iterator[None]:
    """Say that something of unknown length is going on: a spinner, or a plain line."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{title}\n")
        sys.stderr.flush()
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(title):
        yield


@contextmanager
def searching(title: str) -> Iterator[Show]:
    """Say that something is searched for, and give what shows answer, bound and gap on the way."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{title}\n")
        sys.stderr.flush()
        last = 0.0

        def line(state: SearchState) -> None:
            nonlocal last
            if state.seconds < last:
                last = 0.0
            if state.seconds - last >= _SEARCH_PAUSE:
                last = state.seconds
                sys.stderr.write(f"{title}: {state}\n")
                sys.stderr.flush()

        yield line
        return
    from rich.console import Console

    with Console(stderr=True).status(title) as status:
        yield lambda state: status.update(f"{title}: {state}")


def say_compiling() -> None:
    """Say why a first command takes longer, above whatever shows progress."""
    sys.stderr.write("compiling the kernels, once after an installation: about a minute\n")
    sys.stderr.flush()


def say_ending() -> None:
    """Say that a search ends at the person's wish."""
    sys.stderr.write("\nending the search with the best answer so far; Ctrl-C again to quit\n")
    sys.stderr.flush()


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Give a progress callback: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{title}: preparing designs\n")
        sys.stderr.flush()
        yield _plain(title)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[label]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        # Without a total the bar pulses: requests are optimised before the first run is planned.
        task = bar.add_task(title, total=None, label="preparing designs")

        def show(state: ProgressState) -> None:
            bar.update(task, total=state.total, completed=state.ended, label=state.label)

        yield show


def _plain(title: str) -> Progress:
    """Return a callback that writes a line at the start, at every tenth and at the end."""
    last = -1

    def show(state: ProgressState) -> None:
        nonlocal last
        tenth = 10 * state.ended // max(state.total, 1)
        if tenth != last:
            last = tenth
            sys.stderr.write(f"{title}: {state}\n")
            sys.stderr.flush()

    return show
