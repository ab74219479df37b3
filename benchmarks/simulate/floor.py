"""The floor: what a run costs that only draws its uniforms and writes its columns.

It repeats the calls that a recorded run of the engine made to the random stream and to
the sink, and does nothing between them; no simulator that writes these tables from these
uniforms can be faster without writing or drawing in another way. What kernels draw for single
calls and orders is left out: it is little beside the demand of consumers.
"""

from __future__ import annotations

import time
from collections import defaultdict

import numpy as np

from benchmarks.simulate.recorded import RecordingAddress, RecordingSink, consumers_noted
from benchmarks.simulate.work import Work
from channelwright.foundation.random import Address
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink


class Floor:
    """Repeats the draws and the columns of one run of the engine."""

    def __init__(self, work: Work, keep: str) -> None:
        self._address = RecordingAddress(work.address.seed, work.address.replication)
        sink = RecordingSink()
        with consumers_noted(self._address.draws):
            self.summary = replicate(work.market, work.design, self._address, sink, keep=keep)
        self._written = sink.written

    def run(self) -> MemorySink:
        """Draw every uniform and write every column once."""
        for purpose, day, entities, subs in self._address.draws:
            Address.grid(self._address, purpose, day, entities, subs)
        sink = MemorySink()
        for table, chunk in self._written:
            sink.append(table, {name: np.array(column) for name, column in chunk.items()})
        return sink

    def costs(self) -> dict[tuple[str, str], float]:
        """Return processor seconds per (table, column) and ("draws", purpose), one pass."""
        costs: dict[tuple[str, str], float] = defaultdict(float)
        for purpose, day, entities, subs in self._address.draws:
            begin = time.process_time()
            Address.grid(self._address, purpose, day, entities, subs)
            costs["draws", purpose.name.lower()] += time.process_time() - begin
        for table, chunk in self._written:
            for name, column in chunk.items():
                begin = time.process_time()
                np.array(column)
                costs[table, name] += time.process_time() - begin
        return dict(costs)
