"""Executing planned runs: windows of work, broken pools, and an outcome for every run."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from channelwright.studies.failure import FailureInfo
from channelwright.studies.worker import Outcome, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channelwright.studies.pools import Pool


class Recorder(Protocol):
    """Hears of every run that starts and of every run that ends."""

    def started(self, task: Task) -> None:
        """Take note before a run is handed over."""
        ...

    def ended(self, task: Task, outcome: Outcome) -> None:
        """Take note of a run's end."""
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
        self._under_way: dict[Future[Outcome], Task] = {}
        self._pool = pool
        self._recorder = recorder

    def run(self) -> None:
        while self._waiting or self._suspects or self._under_way:
            try:
                self._hand_over()
                self._collect()
            except BrokenExecutor:
                if not self._recover():
                    return

    def _hand_over(self) -> None:
        # Suspects go one at a time, so that the next death has one possible cause.
        self._trial = bool(self._suspects) or (self._trial and bool(self._under_way))
        queue = self._suspects or self._waiting
        window = 1 if self._trial else self._pool.window
        while queue and len(self._under_way) < window:
            self._recorder.started(queue[0])
            future = self._pool.submit(queue[0])
            self._under_way[future] = queue.popleft()

    def _collect(self) -> None:
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for future in done:
            self._settle(future)

    def _settle(self, future: Future[Outcome]) -> None:
        """Record the end of a run.

        Raises
        ------
        BrokenExecutor
            When it was lost with its pool; it then still counts as under way.
        """
        error = future.exception()
        if isinstance(error, BrokenExecutor):
            raise error
        task = self._under_way.pop(future)
        if error is None:
            self._recorder.ended(task, future.result())
        else:
            self._fail(task, FailureInfo.from_exception("executor", error))

    def _recover(self) -> bool:
        """Settle what a broken pool left, and start a new one if that is possible."""
        wait(self._under_way)
        for future in list(self._under_way):
            with suppress(BrokenExecutor):
                self._settle(future)
        lost = list(self._under_way.values())
        self._under_way.clear()
        if not self._pool.restart():
            for task in (*lost, *self._suspects, *self._waiting):
                self._fail(task, FailureInfo("executor", "BrokenExecutor", GONE))
            return False
        if len(lost) == 1:
            self._fail(lost[0], FailureInfo("worker", "BrokenExecutor", DIED))
        else:
            self._suspects.extend(lost)
        return True

    def _fail(self, task: Task, failure: FailureInfo) -> None:
        self._recorder.ended(task, Outcome(task.key.run_id, 0.0, failure))


def execute(tasks: Iterable[Task], pool: Pool, recorder: Recorder) -> None:
    """Make every run and record how it ended; no failure of a run ends the others.

    Runs that were under way when a worker died are tried again one at a time, each in a fresh pool
    after the next death, so that only the run that kills its worker fails.

    Parameters
    ----------
    tasks : iterable of Task
        In the order in which they should start.
    pool : Pool
        Closed by the caller.
    recorder : Recorder
        Called in this process only.
    """
    _Execution(tasks, pool, recorder).run()
