"""What a run of the engine drew and wrote, for the floor to repeat."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.tables.sink import Chunk, MemorySink

Draw = tuple[Purpose, int, IntArray, int]
#: What is drawn for each outlet and day that a table names.
_DRAWN = (
    (Purpose.CONSUMER_DEMAND, "shelf", "day"),
    (Purpose.STRIKE, "calls", "day"),
    (Purpose.ORDER_TIME, "order_lines", "day"),
    (Purpose.SOURCE_CHOICE, "order_lines", "day"),
    (Purpose.PAYMENT_DELAY, "payments", "invoice_day"),
)


@dataclass(frozen=True)
class RecordingAddress(Address):
    """An address that notes which blocks were asked for."""

    draws: list[Draw] = field(default_factory=list)

    def grid(self, purpose: Purpose, day: int, entities: IntArray, subs: int) -> FloatArray:
        """Return the uniforms and note the call."""
        self.draws.append((purpose, day, entities, subs))
        return super().grid(purpose, day, entities, subs)


def drawn(tables: MemorySink, products: int) -> list[Draw]:
    """Return the draws that detail tables tell of, day by day."""
    draws: list[Draw] = []
    for purpose, name, column in _DRAWN:
        table, subs = tables.table(name), products if name == "shelf" else 1
        outlets = table["outlet"] >= 0
        pairs = np.unique(np.stack([table[column], table["outlet"]], axis=1)[outlets], axis=0)
        days, begins = np.unique(pairs[:, 0], return_index=True)
        blocks = np.split(pairs[:, 1], begins[1:])
        draws += [(purpose, int(day), who, subs) for day, who in zip(days, blocks, strict=True)]
    return draws


class RecordingSink(MemorySink):
    """A sink that keeps the sequence of chunks."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[str, Chunk]] = []

    def append(self, table: str, chunk: Chunk) -> None:
        """Keep a chunk."""
        self.written.append((table, chunk))
