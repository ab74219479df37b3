"""The section of docs/benchmarks.md that `python -m benchmarks simulate` writes."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.simulate.rows import Row

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- simulate -->\n", "<!-- end of simulate -->"
_GIGABYTE = 2**30
_HEAD = """\
| subject | against | outlets × days | orders | lines | seconds | orders a second | ratio |
|---|---|---|---|---|---|---|---|
"""


class NoSectionError(Exception):
    """The page has no place for the section."""


def machine() -> str:
    """Return the date, the size and load of this machine, and the interpreter."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {pages * size / _GIGABYTE:.0f} GB, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )


def section(command: str, rows: Sequence[Row], notes: Sequence[str]) -> str:
    """Return what stands between the marks: where and how it was measured, a table, a list.

    Parameters
    ----------
    command : str
        As it was called.
    rows : sequence of Row
    notes : sequence of str
        Sentences; lines that begin with a space go on with the one before and are left out, since
        they list single columns.
    """
    table = "".join(_markdown(row) for row in rows)
    listed = "".join(f"* {note}\n" for note in notes if not note.startswith((" ", "Floor")))
    return f"`{command}`, {machine()}:\n\n{_HEAD}{table}\n{listed}"


def _markdown(row: Row) -> str:
    return (
        f"| {row.subject} | {row.against} | {row.outlets:,} × {row.days} | {row.orders:,} "
        f"| {row.lines:,} | {row.seconds:.4f} | {row.orders_per_second:,.0f} | {row.ratio:.3g} |\n"
    )


def parts(page: Path) -> tuple[str, str]:
    """Return what stands before and behind the section of a page, marks included.

    Raises
    ------
    NoSectionError
        If the page cannot be read or lacks one of the two marks.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{page}: {error.strerror}; name a page that exists by --page"
        raise NoSectionError(message) from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        message = f"{page}: no lines '{BEGIN.strip()}' and '{END}' to write between; add them"
        raise NoSectionError(message)
    return before + begin, end + after


def write(text: str, page: Path = PAGE) -> None:
    """Put a section in the place of the one that the page has; errors as of `parts`."""
    before, after = parts(page)
    page.write_text(f"{before}\n{text}\n{after}", encoding="utf-8")
