"""Studies on a Dask cluster: connection, inputs, worker loss, a scheduler that goes and returns."""

from __future__ import annotations

import logging
import os
import socket
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from channelwright.foundation.errors import UsageError
from channelwright.studies.local_cluster import LocalCluster
from channelwright.studies.losses import ClusterError
from channelwright.studies.worker import Task

if TYPE_CHECKING:
    from channelwright.studies.remote import Token

PATIENCE = 60.0
LOCAL = "local"


class Cluster:
    """A Dask cluster that makes the runs of one study after another.

    Inputs go once to every worker. Workers may come and go: the runs of one that is lost are made
    elsewhere. When the scheduler is lost the study waits for it, then goes on or ends resumable.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``, or ``local`` for a cluster of this
        machine that ends with this object.
    workers : int, optional
        Processes of a local cluster; default: one per processor.
    patience : float
        Seconds to wait for a scheduler or a first worker.
    sharing : bool
        True: workers that see the results folder under the same path write there, the others send
        their runs back. False: all send them back.

    Raises
    ------
    UsageError
        When the extra ``cluster`` is not installed, or the address is none.
    ClusterError
        When nothing answers there, no worker comes, or one has another version.
    """

    def __init__(
        self,
        address: str,
        *,
        workers: int | None = None,
        patience: float = PATIENCE,
        sharing: bool = True,
    ) -> None:
        if find_spec("distributed") is None:
            msg = 'a cluster needs Dask: install it with pip install "channelwright[cluster]"'
            raise UsageError(msg)
        if address != LOCAL and "://" not in address:
            msg = f"{address!r} is no cluster; give local, or an address such as tcp://host:8786"
            raise UsageError(msg)
        #: Seconds to wait for a scheduler or a worker.
        self.patience = patience
        #: Whether workers may write to the results folder.
        self.sharing = sharing
        self._local = LocalCluster(workers or os.cpu_count() or 1) if address == LOCAL else None
        #: Address of the scheduler.
        self.address = address if self._local is None else self._local.address
        self._inputs: dict[str, Path] = {}
        self._client: Any = None
        self._silence = ExitStack()
        try:
            self._silence.enter_context(_quiet())
            self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        deadline = time.monotonic() + self.patience
        while self._client is None:
            try:
                self._client = _new_client(self.address, min(self.patience, 5.0))
            except OSError as error:
                time.sleep(0.1)
                if time.monotonic() > deadline:
                    msg = (
                        f"no scheduler answers at {self.address} ({error}); "
                        "start one with: dask scheduler"
                    )
                    raise ClusterError(msg) from error
        try:
            self._client.wait_for_workers(1, timeout=max(deadline - time.monotonic(), 1.0))
        except TimeoutError as error:
            msg = (
                f"the cluster at {self.address} has no worker after {self.patience:.0f} s; "
                f"start one with: dask worker {self.address}"
            )
            raise ClusterError(msg) from error
        self._compare_versions()
        for name, path in self._inputs.items():
            self._send(name, path)

    def _compare_versions(self) -> None:
        from channelwright.studies.remote import version_facts

        own = version_facts()
        for worker, facts in self._client.run(version_facts, on_error="return").items():
            if isinstance(facts, Exception):
                msg = (
                    f"worker {worker} cannot load channelwright ({facts}); "
                    "install the version of this machine there"
                )
                raise ClusterError(msg)
            odd = [key for key in own if facts[key] != own[key]]
            if odd:
                wrong = [f"{key} {facts[key]} there, {own[key]} here" for key in odd]
                msg = f"worker {worker} has another version: {', '.join(wrong)}; install the same"
                raise ClusterError(msg)

    def send_inputs(self, tasks: tuple[Task, ...]) -> None:
        """Send markets and designs that no earlier task named to every worker."""
        for task in tasks:
            for path in (task.market, task.design):
                if path.name not in self._inputs:
                    self._send(path.name, path)
                    self._inputs[path.name] = path

    def _send(self, name: str, path: Path) -> None:
        from channelwright.studies.remote import StudyInput

        self._client.register_plugin(StudyInput(name, path.read_bytes()))

    @property
    def threads(self) -> int:
        """How many runs the workers of this moment can make at once; 0 without a connection."""
        client = self._client
        if client is None or client.status != "running":
            return 0
        workers = client.scheduler_info()["workers"].values()
        return sum(int(worker["nthreads"]) for worker in workers)

    def submit(self, tasks: tuple[Task, ...], token: Token) -> Any:  # noqa: ANN401
        """Hand over runs and return Dask's future."""
        from channelwright.studies.remote import perform_remote

        self.send_inputs(tasks)
        key = f"channelwright-{uuid.uuid4().hex}"
        return self._client.submit(perform_remote, tasks, token, key=key, pure=False)

    def cancel(self, futures: list[Any]) -> None:
        """Take back what has not begun; what has begun ends unheard."""
        with suppress(Exception):
            self._client.cancel(futures, force=True)

    def reconnect(self) -> None:
        """Connect again after the scheduler was lost, and send the inputs again.

        Raises
        ------
        ClusterError
            When it does not come back in time.
        """
        self._disconnect()
        self._connect()

    def _disconnect(self) -> None:
        if self._client is not None:
            with suppress(Exception):
                self._client.close(timeout=2)
        self._client = None

    def close(self) -> None:
        """Take the inputs back from the workers and leave; end the cluster if it is a local one."""
        if self._client is not None and self._local is None and self._client.status == "running":
            for name in self._inputs:
                with suppress(Exception):
                    self._client.unregister_worker_plugin(f"channelwright-{name}")
        self._disconnect()
        if self._local is not None:
            self._local.close()
            self._local = None
        self._silence.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _new_client(address: str, timeout: float) -> Any:  # noqa: ANN401
    from distributed import Client
    from distributed.comm.addressing import get_address_host_port

    try:
        place = get_address_host_port(address)
    except ValueError as error:
        msg = f"{address!r} is no address of a scheduler ({error}); give one like tcp://host:8786"
        raise UsageError(msg) from error
    # A client that found nobody would go on trying in the background: ask the door first.
    socket.create_connection(place, timeout=timeout).close()
    with warnings.catch_warnings():
        # Versions are compared by this module, with what to do about a difference.
        warnings.simplefilter("ignore")
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=timeout, set_as_default=False
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's own account of a lost connection from the terminal; ours says what to do."""
    import distributed  # noqa: F401 - it sets its loggers up when it is imported

    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
