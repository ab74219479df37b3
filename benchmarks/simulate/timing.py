"""Clocks: best time of several runs, events of a run, the bare SimPy loop."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import simpy

Result = TypeVar("Result")


@dataclass(frozen=True)
class Timing:
    """Seconds of one run: of the processor (this process only) and on the wall."""

    seconds: float
    wall: float


def best_of(times: int, run: Callable[[], Result]) -> tuple[Result, Timing]:
    """Run several times; returns the last result and the least times.

    The collector of cyclic garbage rests meanwhile, for every subject, as in `timeit`.
    """
    timings = []
    for _ in range(times):
        gc.collect()
        gc.disable()
        wall, seconds = time.perf_counter(), time.process_time()
        try:
            result = run()
        finally:
            timings.append((time.process_time() - seconds, time.perf_counter() - wall))
            gc.enable()
    return result, Timing(min(t[0] for t in timings), min(t[1] for t in timings))


def best_in_turn(times: int, *runs: tuple[Callable[[], object], int]) -> list[Timing]:
    """Run several things in turn, several times; returns the least times of each.

    In turn, so that what a shared machine does meanwhile slows all of them.

    Parameters
    ----------
    times : int
        Rounds.
    runs : pairs of what is run and how often in each round
    """
    rounds = [[best_of(often, run)[1] for run, often in runs] for _ in range(times)]
    return [
        Timing(min(t.seconds for t in one), min(t.wall for t in one))
        for one in zip(*rounds, strict=True)
    ]


class Counter:
    """The environments of a block, from whose own counters the events are read."""

    def __init__(self) -> None:
        self.clocks: list[simpy.Environment] = []

    @property
    def events(self) -> int:
        """Number of events that SimPy processed: scheduled, less those still waiting."""
        return sum(_scheduled(clock) - len(clock._queue) for clock in self.clocks)

    @property
    def waiting(self) -> int:
        """Largest number of events that an environment still has in its queue at the end."""
        return max(len(clock._queue) for clock in self.clocks)


def _scheduled(clock: simpy.Environment) -> int:
    """Return how often a clock has scheduled; SimPy numbers events by an `itertools.count`."""
    return int(repr(clock._eid)[len("count(") : -1])


@contextmanager
def counted_events() -> Iterator[Counter]:
    """Count the events of every SimPy environment made inside the block."""
    counter, plain = Counter(), simpy.Environment

    class Counting(simpy.Environment):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            counter.clocks.append(self)

    simpy.Environment = Counting  # type: ignore[misc]
    try:
        yield counter
    finally:
        simpy.Environment = plain  # type: ignore[misc]


def bare_loop(events: int, processes: int = 1) -> None:
    """Let SimPy processes wait ``events`` times in all and do nothing else.

    Each event goes through a queue as long as there are processes.
    """
    clock = simpy.Environment()
    for _ in range(processes):
        clock.process(_wait(clock, events // processes))
    clock.run()


def _wait(clock: simpy.Environment, events: int) -> Generator[simpy.Event, None, None]:
    for _ in range(events):
        yield clock.timeout(1)
