"""Where runs are made: in this process, in local processes, or in an executor of the caller's."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from channelwright.foundation.compiling import compiling_begins
from channelwright.foundation.errors import UsageError
from channelwright.studies.worker import Outcome, Task, begin_work, perform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event

#: Tasks handed to a caller's executor ahead of need; it may have any number of workers.
LENT_WINDOW = 64


class Pool(Protocol):
    """Makes runs somewhere else and says when they are done."""

    @property
    def window(self) -> int:
        """How often work may be under way or handed over at once."""
        ...

    def submit(self, tasks: tuple[Task, ...]) -> Future[tuple[Outcome, ...]]:
        """Hand over runs that one worker makes, several as a bundle.

        The future may end with `concurrent.futures.BrokenExecutor` (the pool died),
        `WorkerLostError` (this work died) or `SchedulerLostError` (all of it is lost).

        Raises
        ------
        BrokenExecutor, SchedulerLostError
            When that is known at once.
        """
        ...

    def restart(self) -> bool:
        """Replace a broken pool by a fresh one; False if that is not possible."""
        ...

    def close(self) -> None:
        """End the workers once nothing is under way."""
        ...

    def abort(self) -> None:
        """End the workers at once; runs under way are lost and leave no trace."""
        ...


class InlinePool:
    """Makes every run at once, in this process: for one worker, and for debugging."""

    window = 1

    def submit(self, tasks: tuple[Task, ...]) -> Future[tuple[Outcome, ...]]:
        """Make the runs and return their finished future."""
        future: Future[tuple[Outcome, ...]] = Future()
        future.set_result(perform(tasks))
        return future

    def restart(self) -> bool:
        """Nothing can break."""
        return False

    def close(self) -> None:
        """Nothing to end."""

    def abort(self) -> None:
        """Nothing to end."""


class LentPool:
    """Uses an executor that belongs to the caller and is never shut down here.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Its workers must see the results folder under the same path.
    """

    window = LENT_WINDOW

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._handed: set[Future[tuple[Outcome, ...]]] = set()

    def submit(self, tasks: tuple[Task, ...]) -> Future[tuple[Outcome, ...]]:
        """Hand over runs."""
        future = self._executor.submit(perform, tasks)
        self._handed = {old for old in self._handed if not old.done()} | {future}
        return future

    def restart(self) -> bool:
        """Only the caller can replace the executor."""
        return False

    def close(self) -> None:
        """The executor stays as it is."""

    def abort(self) -> None:
        """Take back what has not begun."""
        for future in self._handed:
            future.cancel()


class LocalPool:
    """Processes of this machine, started afresh rather than forked.

    A forked worker inherits locks that other threads held at that moment and may hang; a started
    one cannot.

    Parameters
    ----------
    workers : int
        Number of processes.
    """

    def __init__(self, workers: int) -> None:
        self.window = 2 * workers
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._compiling: _Word | None = None

    def submit(self, tasks: tuple[Task, ...]) -> Future[tuple[Outcome, ...]]:
        """Hand over runs."""
        if self._pool is None:
            self._pool, self._compiling = _start(self._workers)
        # A process is started whenever a run finds none idle, so that any submission may start one.
        with _clean_start(tasks[0]):
            return self._pool.submit(perform, tasks)

    def restart(self) -> bool:
        """Drop the broken pool; the next run starts a new one."""
        self.close()
        return True

    def close(self) -> None:
        """Wait for the workers to end."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._forget()

    def abort(self) -> None:
        """End the workers without waiting for their runs."""
        if self._pool is None:
            return
        # Public only from Python 3.14 on, as terminate_workers.
        processes = dict(getattr(self._pool, "_processes", None) or {})
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.join()
        self._forget()

    def _forget(self) -> None:
        if self._compiling is not None:
            self._compiling.end()
        self._pool = self._compiling = None


class _Word:
    """Waits for the word of a worker that it compiles kernels, and passes it on once."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self._ended = False
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        self.event.wait()
        if not self._ended:
            compiling_begins()

    def end(self) -> None:
        """Stop waiting."""
        self._ended = True
        self.event.set()
        self._thread.join()


def _start(workers: int) -> tuple[ProcessPoolExecutor, _Word]:
    context = multiprocessing.get_context("spawn")
    word = _Word(context.Event())
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=begin_work, initargs=(word.event,)
    )
    return pool, word


@contextmanager
def _clean_start(task: Task) -> Iterator[None]:
    """Keep a new worker from running the caller's script, and from hearing Ctrl-C while it loads.

    It would import the script for the sake of objects pickled from it, and a script of five lines
    without a main guard would start a study in every worker. Functions that do live in the script
    need it.
    """
    homes = {getattr(function, "__module__", "") for function in (task.replicate, task.kpis)}
    main = sys.modules["__main__"]
    if "__main__" not in homes:
        sys.modules["__main__"] = ModuleType("__main__")
    try:
        with _interrupts_held():
            yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _interrupts_held() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    # A started process inherits the mask; this one gets what was held back as soon as it is lifted.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def choose_pool(executor: Executor | None, workers: int | None) -> Pool:
    """Return the caller's executor, this process (one worker), or local processes.

    Raises
    ------
    UsageError
        When `workers` is below 1.
    """
    if executor is not None:
        return LentPool(executor)
    count = (os.cpu_count() or 1) if workers is None else workers
    if count < 1:
        msg = f"workers is {count}; give 1 or more"
        raise UsageError(msg)
    return InlinePool() if count == 1 else LocalPool(count)
