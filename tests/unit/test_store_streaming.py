"""A long ledger goes to disk while the run goes on: memory does not grow with the horizon."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from benchmarks.simulate.shops import Case, engine_world
from channelwright.foundation.random import Address
from channelwright.simulation import replicate
from channelwright.store import RunKey, RunWriter, find_run, table_file

KEY = RunKey("a" * 64, "m" * 64, "d" * 64, seed=1, replication=0, keep="orders", engine="e" * 64)
ROWS = 2_000
SHOPS = 100
BYTES_PER_ROW = 64  # eight columns of eight bytes


class Watched:
    """A sink that notes how many rows of a table wait for the disk at most."""

    def __init__(self, writer):
        self._writer = writer
        self.most = 0

    def append(self, table, chunk):
        self._writer.append(table, chunk)
        waiting = [one._count for one in self._writer._folder._tables.values()]
        self.most = max(self.most, *waiting)


def stored(root, days, monkeypatch):
    """Peak of rows that wait, peak of memory in bytes, rows on disk."""
    monkeypatch.setattr(table_file, "ROWS_PER_GROUP", ROWS)
    market, design = engine_world(Case(centres=2, shops=SHOPS, days=days))
    key = replace(KEY, run_id=f"{days:064d}")
    with RunWriter(root, key, root / "runs" / ".partial" / "s") as writer:
        sink = Watched(writer)
        tracemalloc.start()
        replicate(market, design, Address(1, 0), sink, keep="orders")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        writer.finish()
    tables = find_run(root, key.run_id).manifest["tables"]
    return sink.most, peak, sum(table["rows"] for table in tables.values())


@pytest.fixture
def short_and_long(tmp_path, monkeypatch):
    stored(tmp_path, 7, monkeypatch)  # imports and compiled kernels are not the run's memory
    return [stored(tmp_path, days, monkeypatch) for days in (60, 240)]


def test_what_waits_is_bounded_and_memory_does_not_grow(short_and_long):
    (waits, peak, rows), (longer_waits, longer_peak, more_rows) = short_and_long
    assert more_rows > 3.5 * rows
    for most in (waits, longer_waits):
        assert most < ROWS + 4 * SHOPS  # a buffer and less than one day's chunk
    added = (more_rows - rows) * BYTES_PER_ROW
    assert longer_peak - peak < added / 6  # footers and small objects; a table kept would be all
