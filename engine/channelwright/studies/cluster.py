"""Studies on a Dask cluster: connection, inputs, worker loss, a scheduler that goes and returns."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
import uuid
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channelwright.foundation.closing import Closing
from channelwright.foundation.errors import UsageError
from channelwright.studies.local_cluster import LocalCluster
from channelwright.studies.losses import ClusterError
from channelwright.studies.worker import Task

if TYPE_CHECKING:
    from channelwright.studies.remote import Token

PATIENCE = 60.0
#: Seconds to wait for a scheduler that has not answered yet: long enough for one that is being
#: started, short enough for a mistyped address.
FIRST_ANSWER = 8.0
_ATTEMPT = 5.0
LOCAL = "local"


class Cluster(Closing):
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
        Seconds to wait for a first worker, or for a scheduler that was lost. One that never
        answered is waited for `FIRST_ANSWER` seconds at most.
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
            self._connect(min(patience, FIRST_ANSWER))
        except BaseException:
            self.close()
            raise

    def _connect(self, patience: float) -> None:
        begin = time.monotonic()
        while self._client is None:
            left = begin + patience - time.monotonic()
            try:
                self._client = _new_client(self.address, min(max(left, 0.1), _ATTEMPT))
            except OSError as error:
                time.sleep(0.1)
                if time.monotonic() > begin + patience:
                    said = str(error) or "it says nothing"
                    msg = (
                        f"no scheduler answers at {self.address} within {patience:.3g} s ({said}); "
                        "correct the address, or start one with: dask scheduler"
                    )
                    raise ClusterError(msg) from error
        deadline = begin + self.patience
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
        self._connect(self.patience)

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
    _greet(address, timeout)
    with warnings.catch_warnings():
        # Versions are compared by this module, with what to do about a difference.
        warnings.simplefilter("ignore")
        return Client(  # type: ignore[no-untyped-call]
            address, timeout=timeout, set_as_default=False
        )


def _greet(address: str, timeout: float) -> None:
    """Exchange the first words of Dask's protocol, in a thread: a notebook has a loop of its own.

    Raises
    ------
    OSError
        When nothing is said in time.
    ClusterError
        When what answers is no scheduler.
    """
    from distributed.comm.core import connect
    from distributed.security import Security

    security = Security().get_connection_args("client")  # type: ignore[no-untyped-call]

    async def greet() -> None:
        async with asyncio.timeout(timeout):
            comm = await connect(  # type: ignore[no-untyped-call]
                address, timeout=timeout, **security
            )
        await comm.close()

    try:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, greet()).result()
    except OSError:
        raise
    except Exception as error:
        # Bytes of another protocol end in whatever error they happen to make of Dask's reader.
        msg = (
            f"what answers at {address} is no scheduler ({type(error).__name__}); "
            "give the address that `dask scheduler` prints"
        )
        raise ClusterError(msg) from error


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
