"""What the engine pays for things that could be left out: hooks that are off, and the books' check.

Two runs of the same work alternate, one as it is and one with some methods replaced by empty ones;
the ratio of each pair is taken, and its geometric mean over pairs has a 95 % interval. Times are
positive, and so are the limits.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.simulate.work import Work
from channelwright.simulation import replicate
from channelwright.simulation.books import Books
from channelwright.simulation.cash.bills import Bills
from channelwright.simulation.cash.chains import Penalties
from channelwright.simulation.cash.credit_side import CreditSide
from channelwright.simulation.delivery.empties import Crates
from channelwright.simulation.demand import promoting
from channelwright.simulation.demand.rivals import RivalSales
from channelwright.simulation.records.credit_recording import CreditRecorder
from channelwright.tables.sink import MemorySink

Place = tuple[Any, str]

#: Hooks that today's design of the flagship calls although the mechanism is off.
OFF: tuple[Place, ...] = (
    (Penalties, "placed"),
    (Penalties, "refused"),
    (Penalties, "delivered"),
    (Penalties, "charge"),
    (Crates, "delivered"),
    (Crates, "sold"),
    (RivalSales, "evening"),
    (CreditSide, "post_discounts"),
    (CreditSide, "draw"),
    (CreditSide, "pay"),
    (CreditRecorder, "evening"),
    (CreditRecorder, "midnight"),
    (Bills, "midnight"),
    (promoting, "post_refunds"),
    (promoting, "post_outlet_cuts"),
)
BOOKS: tuple[Place, ...] = ((Books, "note_sales"), (Books, "check"))
PARTS = {"hooks of mechanisms that are off": OFF, "books": BOOKS}


@dataclass(frozen=True)
class Overhead:
    """Seconds of the processor as it is over seconds without: mean of pairs, 95 % interval."""

    part: str
    pairs: int
    seconds: float
    ratio: float
    low: float
    high: float

    def line(self) -> str:
        """Return the row of the printed table."""
        return (
            f"{self.part:34}{self.pairs:6}{self.seconds:10.4f}{self.ratio:9.4f}"
            f"   {self.low:.4f} to {self.high:.4f}"
        )


def measure(work: Work, pairs: int) -> list[Overhead]:
    """Measure every part on the same work, KPI tables.

    Raises
    ------
    ValueError
        If a run without a part gives another summary of what happened.
    """
    run = _runner(work)
    run()
    return [_overhead(name, places, run, pairs) for name, places in PARTS.items()]


def _runner(work: Work) -> Callable[[], tuple[float, tuple[int, ...]]]:
    def run() -> tuple[float, tuple[int, ...]]:
        gc.collect()
        begin = time.process_time()
        done = replicate(work.market, work.design, work.address, MemorySink())
        seconds = time.process_time() - begin
        return seconds, (done.calls, done.orders, done.lines, done.deliveries, done.shipments)

    return run


def _overhead(
    name: str,
    places: tuple[Place, ...],
    run: Callable[[], tuple[float, tuple[int, ...]]],
    pairs: int,
) -> Overhead:
    logs, seconds = [], []
    for pair in range(pairs):
        # Who goes first changes from pair to pair.
        if pair % 2:
            whole, done = run()
            with emptied(places):
                less, same = run()
        else:
            with emptied(places):
                less, same = run()
            whole, done = run()
        if done != same:
            message = f"without {name} something else happened: {same} instead of {done}"
            raise ValueError(message)
        logs.append(math.log(whole / less))
        seconds.append(whole)
    mean = float(np.mean(logs))
    width = float(stats.t.ppf(0.975, pairs - 1)) * float(stats.sem(logs))
    ratio, low, high = (math.exp(value) for value in (mean, mean - width, mean + width))
    return Overhead(name, pairs, min(seconds), ratio, low, high)


@contextmanager
def emptied(places: tuple[Place, ...]) -> Iterator[None]:
    """Let some methods and functions do nothing inside the block."""
    kept = [(owner, name, getattr(owner, name)) for owner, name in places]
    for owner, name, _ in kept:
        setattr(owner, name, _nothing)
    try:
        yield
    finally:
        for owner, name, method in kept:
            setattr(owner, name, method)


def _nothing(*_: object, **__: object) -> None:
    """Do nothing."""


def report(found: list[Overhead]) -> list[str]:
    """Return the lines of the printed table."""
    head = f"{'part':34}{'pairs':>6}{'seconds':>10}{'ratio':>9}   95 % interval"
    return [head, *(one.line() for one in found)]
