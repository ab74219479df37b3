"""Clocks: best time of several runs, events of a run, the bare SimPy loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import simpy

Result = TypeVar("Result")


@dataclass(frozen=True)
class Timing:
    """Seconds of one run: of the processor (this process only) and on the wall."""

    seconds: float
    wall: float


def best_of(times: int, run: Callable[[], Result]) -> tuple[Result, Timing]:
    """Run several times; returns the last result and the least times."""
    timings = []
    for _ in range(times):
        wall, seconds = time.perf_counter(), time.process_time()
        result = run()
        timings.append((time.process_time() - seconds, time.perf_counter() - wall))
    return result, Timing(min(t[0] for t in timings), min(t[1] for t in timings))


class Counter:
    """Number of events that SimPy processed."""

    events = 0


@contextmanager
def counted_events() -> Iterator[Counter]:
    """Count the events of every SimPy environment made inside the block."""
    counter, plain = Counter(), simpy.Environment

    class Counting(simpy.Environment):
        def step(self) -> None:
            super().step()
            counter.events += 1

    simpy.Environment = Counting  # type: ignore[misc]
    try:
        yield counter
    finally:
        simpy.Environment = plain  # type: ignore[misc]


def bare_loop(events: int) -> None:
    """Let one SimPy process wait ``events`` times and do nothing else."""
    clock = simpy.Environment()
    clock.process(_wait(clock, events))
    clock.run()


def _wait(clock: simpy.Environment, events: int) -> Generator[simpy.Event, None, None]:
    for _ in range(events):
        yield clock.timeout(1)
