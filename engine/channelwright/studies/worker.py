"""One run, in whatever process it is made; nothing here depends on that process."""

from __future__ import annotations

import dataclasses
import math
import multiprocessing
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from channelwright.foundation.compiling import tell_when_compiling
from channelwright.foundation.errors import StoreError
from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.store.bundles import BundledRunWriter, BundleWriter
from channelwright.store.frozen import load_frozen
from channelwright.store.runs import RunKey, RunWriter, read_run
from channelwright.store.schema import FAMILY_KPIS, KPIS
from channelwright.studies.failure import FailureInfo, Stage
from channelwright.tables.outputs import EXTRA_KPI_TABLES, KPI_TABLES
from channelwright.tables.sink import MemorySink

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.synchronize import Event

    import pandas as pd

    from channelwright.tables.sink import Chunk, Sink


class Replicate(Protocol):
    """Simulates one replication (`channelwright.simulation.replicate`)."""

    def __call__(
        self, market: Market, design: Design, address: Address, sink: Sink, keep: str = "kpis"
    ) -> object:
        """Write the tables to the sink and return a summary of the work done."""
        ...


class KpiTable(Protocol):
    """Computes the KPIs of one run (`channelwright.rules.kpi.kpi_table`)."""

    def __call__(self, market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
        """Return one row per KPI, area and mode."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """Everything that a worker needs for one run; inputs are named, not carried.

    Attributes
    ----------
    root, aside, market, design : Path
        Results folder, folder of unfinished runs, files of the inputs.
    key : RunKey
        The run.
    replicate, kpis
        What to compute; functions of modules, so that they travel by name.
    """

    root: Path
    aside: Path
    market: Path
    design: Path
    key: RunKey
    replicate: Replicate
    kpis: KpiTable


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: finished, or failed with a cause.

    Attributes
    ----------
    run_id : str
    seconds : float
        All that it took.
    failure : FailureInfo or None
    making : float
        Seconds of the simulation alone, without reading and storing.
    """

    run_id: str
    seconds: float
    failure: FailureInfo | None = None
    making: float = 0.0


class _KpiTee:
    """Passes chunks on and keeps those of the small tables that KPIs are made of."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._kept = MemorySink()
        self._wanted = {table.name for table in (*KPI_TABLES, *EXTRA_KPI_TABLES)}

    def append(self, table: str, chunk: Chunk) -> None:
        self._sink.append(table, chunk)
        if table in self._wanted:
            self._kept.append(table, chunk)

    def tables(self) -> dict[str, Chunk]:
        return {name: self._kept.table(name) for name in self._kept.names()}


class _StageError(Exception):
    """Carries the stage at which the cause was raised."""

    def __init__(self, stage: Stage, cause: Exception) -> None:
        super().__init__(stage)
        self.stage: Stage = stage
        self.cause = cause


def begin_work(compiling: Event) -> None:
    """Prepare a worker process: leave Ctrl-C to the conductor, and end when it is gone.

    Parameters
    ----------
    compiling : multiprocessing.Event
        Set when this process begins to compile kernels.
    """
    tell_when_compiling(compiling.set)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_conductor, daemon=True).start()


def _end_with_conductor() -> None:
    # A conductor that was killed cannot say so; its workers would wait for work for ever.
    conductor = multiprocessing.parent_process()
    if conductor is not None:
        conductor.join()
        os._exit(1)


@contextmanager
def _blamed(stage: Stage) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # The simulation writes while it runs, so that a full disk shows up inside it.
        actual: Stage = "store" if isinstance(error, StoreError) and stage != "load" else stage
        raise _StageError(actual, error) from error


def perform(tasks: tuple[Task, ...]) -> tuple[Outcome, ...]:
    """Make runs, several as one bundle; an error becomes an outcome and never leaves this function.

    Parameters
    ----------
    tasks : tuple of Task
        Of one study.

    Returns
    -------
    tuple of Outcome
        One per task, in their order.
    """
    return (_alone(tasks[0]),) if len(tasks) == 1 else _bundled(tasks)


def _alone(task: Task) -> Outcome:
    clock = time.perf_counter()
    try:
        with _blamed("store"):
            # Another study may have made the same run since this one was planned. Should it lie in
            # a bundle by now, it is made twice, and the two are equal.
            if read_run(task.root, task.key.run_id) is not None:
                return Outcome(task.key.run_id, time.perf_counter() - clock)
            writer = RunWriter(task.root, task.key, task.aside)
        making = _make(task, writer)
    except _StageError as error:
        return _failed(task, error, clock)
    return Outcome(task.key.run_id, time.perf_counter() - clock, making=making)


def _bundled(tasks: tuple[Task, ...]) -> tuple[Outcome, ...]:
    """Make runs that share one folder: whole runs are kept, whatever happens to the others."""
    root, aside = tasks[0].root, tasks[0].aside
    clock = time.perf_counter()
    outcomes: list[Outcome] = []
    try:
        with _blamed("store"):
            bundle = BundleWriter(root, [task.key for task in tasks], aside)
        with bundle:
            outcomes = [_one_of_bundle(task, bundle) for task in tasks]
            made = time.perf_counter()
            with _blamed("store"):
                bundle.finish()
    except _StageError as error:
        # Nothing of the bundle is on disk: its good runs are lost for the same reason.
        lost = [one for one in outcomes if one.failure is not None]
        kept = {one.run_id: one for one in lost}
        return tuple(kept.get(task.key.run_id) or _failed(task, error, clock) for task in tasks)
    share = (time.perf_counter() - made) / len(tasks)
    return tuple(replace(one, seconds=one.seconds + share) for one in outcomes)


def _one_of_bundle(task: Task, bundle: BundleWriter) -> Outcome:
    clock = time.perf_counter()
    try:
        with _blamed("store"):
            found = read_run(task.root, task.key.run_id) is not None
        making = 0.0 if found else _make(task, bundle.run(task.key))
    except _StageError as error:
        return _failed(task, error, clock)
    return Outcome(task.key.run_id, time.perf_counter() - clock, making=making)


def _failed(task: Task, error: _StageError, clock: float) -> Outcome:
    failure = FailureInfo.from_exception(error.stage, error.cause)
    return Outcome(task.key.run_id, time.perf_counter() - clock, failure)


def _make(task: Task, writer: RunWriter | BundledRunWriter) -> float:
    """Make a run and return the seconds of its simulation."""
    with writer:
        with _blamed("load"):
            market, design = _load(task.market, Market), _load(task.design, Design)
        sink = _KpiTee(writer)
        clock = time.perf_counter()
        with _blamed("simulate"):
            address = Address(task.key.seed, task.key.replication)
            summary = task.replicate(market, design, address, sink, keep=task.key.keep)
        with _blamed("kpis"):
            kpis = task.kpis(market, design, sink.tables())
            families = _family_kpis(market, sink.tables())
        making = time.perf_counter() - clock
        with _blamed("store"):
            writer.append(KPIS.name, {name: kpis[name].to_numpy() for name in KPIS.names})
            if len(families):
                columns = {name: families[name].to_numpy() for name in FAMILY_KPIS.names}
                writer.append(FAMILY_KPIS.name, columns)
            writer.finish(plain_summary(summary))
    return making


def _family_kpis(market: Market, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    # Here, so that a conductor that plans and waits does not load what only workers need.
    from channelwright.rules.kpi_family import family_kpis

    return family_kpis(market, tables)


@lru_cache(maxsize=32)
def _load(path: Path, kind: type[Any]) -> Any:  # noqa: ANN401
    # Kept for the life of the worker: a large market is read once, not once per run.
    return load_frozen(path, kind)


def plain_summary(summary: object) -> dict[str, object]:
    """Return a replication's summary as values that JSON can hold."""
    if not dataclasses.is_dataclass(summary) or isinstance(summary, type):
        return {}
    plain = _plain(dataclasses.asdict(summary))
    return plain if isinstance(plain, dict) else {}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    plain = value.item() if isinstance(value, np.generic) else value
    return str(plain) if isinstance(plain, float) and not math.isfinite(plain) else plain
