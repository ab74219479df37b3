"""A Dask scheduler and workers as commands on 127.0.0.1, to be killed one by one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

from tests.conftest import ROOT


class DaskProcesses:
    """Starts `dask scheduler` and `dask worker`; whatever is left is killed at the end."""

    def __init__(self, scratch, **environment):
        self._scratch = scratch
        self._environment = environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self.processes = []
        self.scheduler = None

    def start_scheduler(self):
        place = ["--host", "127.0.0.1", "--port", str(self._port)]
        self.scheduler = self._start("scheduler", *place, "--no-dashboard")

    def start_worker(self, *options, path=None, **environment):
        """Start a worker with one thread and no nanny, so that it is one process."""
        folder = self._scratch / f"worker-{len(self.processes)}"
        usual = [self.address, "--nthreads", "1", "--no-dashboard", "--local-directory", folder]
        return self._start(
            "worker", *map(str, usual), *(options or ("--no-nanny",)), path=path, **environment
        )

    def _start(self, *arguments, path=None, **environment):
        found = os.pathsep.join(map(str, path or (ROOT, ROOT / "engine")))
        with (self._scratch / f"log-{len(self.processes)}").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                env={**os.environ, "PYTHONPATH": found, **self._environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.processes:
            end(process)


def end(process):
    """Kill a process with what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(condition, patience=60.0):
    """Wait for something; fail when it does not come."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
