"""What a run of the engine draws and writes, noted on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.simulation.demand.drawing import Draws
from channelwright.tables.sink import Chunk, MemorySink

Draw = tuple[Purpose, int, IntArray, int]
Who = tuple[IntArray, IntArray]


@dataclass(frozen=True)
class RecordingAddress(Address):
    """An address that notes which blocks were asked for."""

    draws: list[Draw] = field(default_factory=list)

    def uniforms(self, purpose: Purpose, day: int, size: int, sub: int = 0) -> FloatArray:
        """Return a row of uniforms and note it as the draws of its entities."""
        self.draws.append((purpose, day, np.arange(size), 1))
        return super().uniforms(purpose, day, size, sub)

    def grid(self, purpose: Purpose, day: int, entities: IntArray, subs: int) -> FloatArray:
        """Return the uniforms and note the call."""
        self.draws.append((purpose, day, entities, subs))
        return super().grid(purpose, day, entities, subs)


@contextmanager
def consumers_noted(draws: list[Draw]) -> Iterator[None]:
    """Note the demand of consumers, which kernels draw with the key of the address alone."""
    plain = Draws.draw

    def draw(self: Draws, purpose: Purpose, day: int, who: Who, *arrays: Any) -> None:
        draws.extend([(purpose, day, who[0], arrays[0].shape[1])] if self._counted else [])
        plain(self, purpose, day, who, *arrays)

    Draws.draw = draw  # type: ignore[method-assign]
    try:
        yield
    finally:
        Draws.draw = plain  # type: ignore[method-assign]


class RecordingSink(MemorySink):
    """A sink that keeps the sequence of chunks."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[str, Chunk]] = []

    def append(self, table: str, chunk: Chunk) -> None:
        """Keep a chunk."""
        self.written.append((table, chunk))
