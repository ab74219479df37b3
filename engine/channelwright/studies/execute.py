"""Executing planned runs: windows of work, workers and pools that die, an outcome for every run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from channelwright.studies.failure import FailureInfo
from channelwright.studies.losses import ClusterError, SchedulerLostError, WorkerLostError
from channelwright.studies.pace import Pace
from channelwright.studies.worker import Outcome, Task

if TYPE_CHECKING:
    from channelwright.studies.pools import Pool


class Recorder(Protocol):
    """Hears of every run that starts and of every run that ends."""

    def started(self, tasks: Sequence[Task]) -> None:
        """Take note before runs are handed over."""
        ...

    def ended(self, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> None:
        """Take note of the end of runs that were handed over together."""
        ...


DIED = (
    "the worker process died while no other run was under way: this run has it killed, for "
    "instance by asking for more memory than there is"
)
GONE = "the executor broke and belongs to the caller; run the study again with a new one"


class _Execution:
    """Keeps a pool busy; a run is waiting, under way, or suspected of killing its worker."""

    def __init__(self, tasks: Iterable[Task], pool: Pool, recorder: Recorder) -> None:
        self._waiting = deque(tasks)
        self._suspects: deque[Task] = deque()
        self._trial = False
        self._on_trial: Future[tuple[Outcome, ...]] | None = None
        self._under_way: dict[Future[tuple[Outcome, ...]], tuple[Task, ...]] = {}
        self._pool = pool
        self._recorder = recorder
        self._pace = Pace()

    def run(self) -> None:
        while self._waiting or self._suspects or self._under_way:
            try:
                self._hand_over()
                self._collect()
            except BrokenExecutor:
                if not self._recover():
                    return
            except SchedulerLostError as error:
                self._reconnect(error)

    def _hand_over(self) -> None:
        # Suspects go one at a time, so that the next death has one possible cause.
        self._trial = bool(self._suspects) or (self._trial and bool(self._under_way))
        queue = self._suspects or self._waiting
        window = 1 if self._trial else self._pool.window
        while queue and len(self._under_way) < window:
            size = 1 if self._trial else self._pace.size(len(queue), window)
            batch = tuple(islice(queue, size))
            self._recorder.started(batch)
            future = self._pool.submit(batch)
            self._under_way[future] = batch
            self._on_trial = future if self._trial else None
            for _ in batch:
                queue.popleft()

    def _collect(self) -> None:
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for future in done:
            self._settle(future)

    def _settle(self, future: Future[tuple[Outcome, ...]]) -> None:
        """Record the end of runs.

        Raises
        ------
        BrokenExecutor, SchedulerLostError
            When they were lost with their pool; they then still count as under way.
        ClusterError
            When no worker can make them.
        """
        error = future.exception()
        if isinstance(error, BrokenExecutor | SchedulerLostError | ClusterError):
            raise error
        batch = self._under_way.pop(future)
        if error is None:
            outcomes = future.result()
            self._pace.learn(outcomes)
            self._recorder.ended(batch, outcomes)
        elif isinstance(error, WorkerLostError) and future is not self._on_trial:
            self._suspects.extend(batch)
        elif isinstance(error, WorkerLostError):
            self._fail(batch, FailureInfo("worker", "WorkerLostError", DIED))
        else:
            self._fail(batch, FailureInfo.from_exception("executor", error))

    def _recover(self) -> bool:
        """Settle what a broken pool left, and start a new one if that is possible."""
        lost = self._lost()
        if not self._pool.restart():
            rest = (*lost, *self._suspects, *self._waiting)
            self._fail(rest, FailureInfo("executor", "BrokenExecutor", GONE))
            return False
        if len(lost) == 1:
            self._fail(lost, FailureInfo("worker", "BrokenExecutor", DIED))
        else:
            self._suspects.extend(lost)
        return True

    def _reconnect(self, error: SchedulerLostError) -> None:
        """Hand over once more what was lost with the scheduler; no run is to blame for that.

        Raises
        ------
        SchedulerLostError
            When it does not come back.
        """
        lost = self._lost()
        if not self._pool.restart():
            raise error
        self._waiting.extendleft(reversed(lost))

    def _lost(self) -> list[Task]:
        """Settle what ended all the same and return the runs that were under way."""
        wait(self._under_way)
        for future in list(self._under_way):
            with suppress(BrokenExecutor, SchedulerLostError):
                self._settle(future)
        lost = [task for batch in self._under_way.values() for task in batch]
        self._under_way.clear()
        return lost

    def _fail(self, tasks: Sequence[Task], failure: FailureInfo) -> None:
        outcomes = [Outcome(task.key.run_id, 0.0, failure) for task in tasks]
        self._recorder.ended(tasks, outcomes)


def execute(tasks: Iterable[Task], pool: Pool, recorder: Recorder) -> None:
    """Make every run and record how it ended; no failure of a run ends the others.

    Runs that were under way when a worker died are tried again one at a time, each in a fresh pool
    after the next death, so that only the run that kills its worker fails. Short runs are handed
    over in bundles.

    Parameters
    ----------
    tasks : iterable of Task
        In the order in which they should start.
    pool : Pool
        Closed by the caller.
    recorder : Recorder
        Called in this process only.

    Raises
    ------
    SchedulerLostError, ClusterError
        When the cluster is gone for good, or cannot make these runs; the rest is still to do.
    """
    _Execution(tasks, pool, recorder).run()
