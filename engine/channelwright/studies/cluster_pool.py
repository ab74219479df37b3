"""A cluster as one of the places where the runs of a study are made."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channelwright.foundation.errors import StoreError
from channelwright.store.files import write_whole
from channelwright.store.receive import receive
from channelwright.studies.cluster import Cluster
from channelwright.studies.failure import FailureInfo
from channelwright.studies.losses import ClusterError, SchedulerLostError, WorkerLostError
from channelwright.studies.worker import Outcome, Task

if TYPE_CHECKING:
    from channelwright.studies.remote import Delivery, Token

Answer = Future[tuple[Outcome, ...]]
#: Seconds between two looks for workers, and how long there may be none.
LOOK = 1.0


class ClusterPool:
    """Hands the runs of one study to a cluster.

    Parameters
    ----------
    cluster : Cluster
        Stays open when the study ends.
    root, aside : Path
        Results folder, folder of unfinished runs. Workers that see them write there, the others
        send their runs back.
    """

    def __init__(self, cluster: Cluster, root: Path, aside: Path) -> None:
        self._cluster, self._root, self._aside = cluster, root, aside
        self._token: Token | None = None
        self._held: dict[Answer, Any] = {}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    @property
    def window(self) -> int:
        """Two for every thread, so that a worker finds its next run waiting."""
        return max(2 * self._cluster.threads, 2)

    def submit(self, tasks: tuple[Task, ...]) -> Answer:
        """Hand over runs.

        Raises
        ------
        SchedulerLostError
            When the connection is gone.
        """
        if not self._watch.is_alive() and not self._ended.is_set():
            self._watch.start()
        answer: Answer = Future()
        try:
            theirs = self._cluster.submit(tasks, self._told())
        except (OSError, RuntimeError, ValueError, CancelledError) as error:
            raise SchedulerLostError(self._lost(error)) from error
        self._held[answer] = theirs
        theirs.add_done_callback(partial(self._deliver, answer, tasks))
        return answer

    def _told(self) -> Token:
        from channelwright.studies.remote import Token

        if self._token is None:
            text = uuid.uuid4().hex
            self._token = Token(self._aside / f"token-{text}", text)
            if self._cluster.sharing:
                write_whole(self._token.path, text.encode())
        return self._token

    def _deliver(self, answer: Answer, tasks: tuple[Task, ...], theirs: Any) -> None:  # noqa: ANN401
        """Translate the end of Dask's future; called in a thread of Dask's."""
        self._held.pop(answer, None)
        if answer.done():
            return
        try:
            answer.set_result(self._stored(theirs.result(), tasks))
        except BaseException as error:
            answer.set_exception(self._translated(error))

    def _stored(self, delivery: Delivery, tasks: tuple[Task, ...]) -> tuple[Outcome, ...]:
        try:
            receive(self._root, self._aside, delivery.files)
        except StoreError as error:
            failure = FailureInfo.from_exception("store", error)
            return tuple(
                one if one.failure else replace(one, failure=failure) for one in delivery.outcomes
            )
        return delivery.outcomes

    def _translated(self, error: BaseException) -> BaseException:
        from distributed import KilledWorker

        from channelwright.studies.remote import InputMissingError

        if isinstance(error, KilledWorker):
            return WorkerLostError(str(error))
        if isinstance(error, InputMissingError | CancelledError | OSError):
            return SchedulerLostError(self._lost(error))
        return error

    def _lost(self, error: BaseException) -> str:
        return f"the scheduler at {self._cluster.address} was lost ({error})"

    def _look(self) -> None:
        """End everything under way when there has been no worker for too long."""
        alone = 0.0
        while not self._ended.wait(LOOK):
            alone = 0.0 if self._cluster.threads or not self._held else alone + LOOK
            if alone >= self._cluster.patience:
                reason = f"the cluster at {self._cluster.address} has lost all its workers"
                for answer in list(self._held):
                    with suppress(InvalidStateError):
                        answer.set_exception(SchedulerLostError(reason))

    def restart(self) -> bool:
        """Connect again; False if the cluster does not come back."""
        self._held.clear()
        try:
            self._cluster.reconnect()
        except ClusterError:
            return False
        return True

    def close(self) -> None:
        """The cluster stays as it is."""
        self._ended.set()

    def abort(self) -> None:
        """Take back what has not begun."""
        self._ended.set()
        self._cluster.cancel(list(self._held.values()))
        self._held.clear()
