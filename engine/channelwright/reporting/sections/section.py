"""What every section gives to the page and to the workbook."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.reporting.grid import Grid


@dataclass(frozen=True)
class SectionInfo:
    """A section without its figures.

    Attributes
    ----------
    headline : str
        The finding in one sentence.
    text : tuple of str
        Paragraphs below it.
    grids : tuple of Grid
        Tables, in order.
    """

    headline: str
    text: tuple[str, ...]
    grids: tuple[Grid, ...]
