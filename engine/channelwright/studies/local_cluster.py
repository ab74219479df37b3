"""A Dask cluster on this machine that lives as long as the study: `--cluster local`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from channelwright.foundation.closing import Closing
from channelwright.studies.losses import ClusterError

PATIENCE = 60.0
_FOLLOW = "channelwright.studies.follow"
#: What Dask does beside the work, as often as a service for many users wants it. On a machine whose
#: processors all make runs this is time taken from them. Local workers have no limit of memory
#: either, so that nobody has to watch it; a setting of the caller's own environment goes first.
CALM = {
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
    "DASK_DISTRIBUTED__SCHEDULER__ACTIVE_MEMORY_MANAGER__START": "False",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}


class LocalCluster(Closing):
    """A scheduler and single-threaded workers in processes of their own.

    They are started as commands, not forked from or importing the caller's script, and end with it.

    Parameters
    ----------
    workers : int

    Raises
    ------
    ClusterError
        When the scheduler does not start.
    """

    def __init__(self, workers: int) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="channelwright-cluster-")
        self._log = (Path(self._scratch.name) / "log").open("wb")
        self._processes: list[subprocess.Popen[bytes]] = []
        contact = Path(self._scratch.name) / "scheduler.json"
        shared = ["--no-dashboard", "--scheduler-file", str(contact)]
        scheduler = ["--host", "127.0.0.1", "--port", "0", "--preload", _FOLLOW]
        worker = ["--nworkers", str(workers), "--nthreads", "1", "--preload-nanny", _FOLLOW]
        worker += ["--memory-limit", "0"]
        worker += ["--local-directory", self._scratch.name]
        try:
            self._start("distributed.cli.dask_scheduler", *shared, *scheduler)
            # Workers load while the scheduler does, and wait for its file.
            self._start("distributed.cli.dask_worker", *shared, *worker)
            #: Where the scheduler listens.
            self.address = self._contact(contact)
        except BaseException:
            self.close()
            raise

    def _start(self, module: str, *arguments: str) -> None:
        # What the caller can import, its workers must be able to import as well.
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._processes.append(
            subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
                env={**CALM, **os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
        )

    def _contact(self, path: Path) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._processes[0].poll() is None:
            try:
                return str(json.loads(path.read_bytes())["address"])
            except (OSError, ValueError):
                time.sleep(0.05)
        said = Path(self._log.name).read_text(errors="replace").strip().splitlines()[-3:]
        msg = f"no scheduler could be started on this machine: {' '.join(said) or 'it is silent'}"
        raise ClusterError(msg)

    def close(self) -> None:
        """End every process."""
        for process in reversed(self._processes):
            if process.stdin is not None:
                process.stdin.close()
        for process in self._processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes = []
        self._log.close()
        self._scratch.cleanup()
