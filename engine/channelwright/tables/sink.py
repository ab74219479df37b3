"""Where a replication writes its tables."""

from __future__ import annotations

from typing import Protocol

import numpy as np

Chunk = dict[str, np.ndarray]


class Sink(Protocol):
    """Receives chunks of declared tables; chunks of one table arrive in order of day."""

    def append(self, table: str, chunk: Chunk) -> None:
        """Take a chunk: one equally long array per declared column."""
        ...


class MemorySink:
    """A sink that keeps every chunk in memory (tests, notebooks, small studies)."""

    def __init__(self) -> None:
        self._chunks: dict[str, list[Chunk]] = {}

    def append(self, table: str, chunk: Chunk) -> None:
        """Keep a chunk."""
        self._chunks.setdefault(table, []).append(chunk)

    def names(self) -> tuple[str, ...]:
        """Return the names of the tables received, sorted."""
        return tuple(sorted(self._chunks))

    def table(self, name: str) -> Chunk:
        """Return a whole table: its chunks joined.

        Raises
        ------
        KeyError
            If nothing was written to the table.
        """
        chunks = self._chunks[name]
        return {column: np.concatenate([c[column] for c in chunks]) for column in chunks[0]}
