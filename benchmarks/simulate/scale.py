"""Time and memory by size: packs of the flagship's country, each in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.simulate.floor import Floor
from benchmarks.simulate.timing import best_of
from benchmarks.simulate.work import DESIGN, PACK, SEED, Work
from channelwright.foundation.random import Address
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink

SIZES = (1_500, 12_000, 100_000)
#: The floor keeps what it repeats, so that a year of the largest size would not fit.
FLOOR_DAYS = 28


@dataclass(frozen=True)
class Size:
    """One size: seconds of the processor, peak memory of reading and simulating in MB.

    Attributes
    ----------
    floor_kpis, floor_orders : float
        How many times the floor the engine takes over the first `FLOOR_DAYS`, with KPI and
        with detail tables.
    """

    outlets: int
    days: int
    orders: int
    read_seconds: float
    seconds: float
    peak_mb: float
    floor_kpis: float
    floor_orders: float


def measure(outlets: int) -> Size:
    """Build, read and simulate a pack in a new process."""
    command = [sys.executable, "-m", "benchmarks.simulate.scale", str(outlets)]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Size(**json.loads(found.stdout))


def exponent(sizes: list[Size], column: str) -> float:
    """Return the slope of log time over log outlets."""
    x = np.log([size.outlets for size in sizes])
    return float(np.polyfit(x, np.log([getattr(size, column) for size in sizes]), 1)[0])


def report(sizes: list[Size]) -> list[str]:
    """Return the lines of the printed table."""
    head = (
        f"{'outlets':>9}{'days':>6}{'orders':>11}{'read s':>9}{'run s':>9}{'orders/s':>10}{'MB':>8}"
        f"{'x floor, kpis':>15}{'orders':>8}"
    )
    rows = [
        f"{size.outlets:9,}{size.days:6}{size.orders:11,}{size.read_seconds:9.1f}"
        f"{size.seconds:9.1f}{size.orders / size.seconds:10,.0f}{size.peak_mb:8,.0f}"
        f"{size.floor_kpis:15.1f}{size.floor_orders:8.1f}"
        for size in sizes
    ]
    if len(sizes) > 1:
        rows.append(
            f"time ~ outlets^{exponent(sizes, 'seconds'):.2f} to simulate, "
            f"outlets^{exponent(sizes, 'read_seconds'):.2f} to read"
        )
    return [head, *rows]


def _here(outlets: int) -> Size:
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, str(PACK / "build.py"), "--outlets", str(outlets), "--out", folder]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        begin = time.process_time()
        pack = read_scenario(Path(folder))
        read_seconds = time.process_time() - begin
    market, design, address = pack.market, pack.designs[DESIGN], Address(SEED, 0)
    del pack
    summary, timing = best_of(1, lambda: replicate(market, design, address, MemorySink()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    few = Work(market, design, address, outlets).first_days(FLOOR_DAYS)
    floors = [times_floor(few, keep) for keep in ("kpis", "orders")]
    return Size(outlets, summary.days, summary.orders, read_seconds, timing.seconds, peak, *floors)


def times_floor(work: Work, keep: str) -> float:
    """Return the engine's time over that of the floor, the least of two runs each."""
    floor = Floor(work, keep)
    run = partial(replicate, work.market, work.design, work.address, keep=keep)
    _, ours = best_of(2, lambda: run(MemorySink()))
    _, least = best_of(2, floor.run)
    return ours.seconds / least.seconds


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_here(int(sys.argv[1])))))
