"""The floor: what a run costs that only draws its uniforms and writes its columns.

It writes the columns of a recorded run of the engine and does nothing between them; no simulator
that writes these tables from these uniforms can be faster without writing or drawing in another
way. The engine draws inside its kernels, so the uniforms are those that its detail tables tell of:
one for the demand of a product at an outlet and day, for a call, for the time and the source of an
order, for the delay of a payment, and the shocks that the engine asks its address for.
"""

from __future__ import annotations

import time
from collections import defaultdict

import numpy as np

from benchmarks.simulate.recorded import RecordingAddress, RecordingSink, drawn
from benchmarks.simulate.work import Work
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink


class Floor:
    """Repeats the draws and the columns of one run of the engine."""

    def __init__(self, work: Work, keep: str) -> None:
        self._address = RecordingAddress(work.address.seed, work.address.replication)
        detail, sink = MemorySink(), RecordingSink()
        replicate(work.market, work.design, self._address, detail, keep="orders")
        self._draws = self._address.draws + drawn(detail, len(work.market.products))
        self._plain = work.address
        self.summary = replicate(work.market, work.design, work.address, sink, keep=keep)
        self._written = sink.written

    def run(self) -> MemorySink:
        """Draw every uniform and write every column once."""
        for purpose, day, entities, subs in self._draws:
            self._plain.grid(purpose, day, entities, subs)
        sink = MemorySink()
        for table, chunk in self._written:
            sink.append(table, {name: np.array(column) for name, column in chunk.items()})
        return sink

    def costs(self) -> dict[tuple[str, str], float]:
        """Return processor seconds per (table, column) and ("draws", purpose), one pass."""
        costs: dict[tuple[str, str], float] = defaultdict(float)
        for purpose, day, entities, subs in self._draws:
            begin = time.process_time()
            self._plain.grid(purpose, day, entities, subs)
            costs["draws", purpose.name.lower()] += time.process_time() - begin
        for table, chunk in self._written:
            for name, column in chunk.items():
                begin = time.process_time()
                np.array(column)
                costs[table, name] += time.process_time() - begin
        return dict(costs)
