"""What a person sees in the terminal: text, tables, progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.studies import Progress, ProgressState

_NARROWEST = 60


def say(text: str = "") -> None:
    """Print a line of text."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_error(text: str) -> None:
    """Print a block of text to the error stream."""
    sys.stderr.write(f"error: {text}\n")


def say_table(table: pd.DataFrame, title: str = "") -> None:
    """Print a table of text cells; the first column is left aligned, the others right."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=title or None, title_justify="left", header_style="bold")
    for number, name in enumerate(table.columns):
        shown.add_column(str(name), justify="left" if number == 0 else "right")
    for row in table.itertuples(index=False):
        shown.add_row(*(str(cell) for cell in row))
    console = Console()
    Console(width=max(console.width, _NARROWEST)).print(shown)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Give a progress callback: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
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
        task = bar.add_task(title, total=None, label="")

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
