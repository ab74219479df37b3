"""What a Dask worker does for a study: keeps inputs, makes runs, stores them or sends them back."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from distributed import WorkerPlugin, get_worker

from channelwright.store.files import write_whole
from channelwright.store.identity import engine_digest
from channelwright.studies.losses import ClusterError
from channelwright.studies.worker import Outcome, Task, perform


class InputMissingError(Exception):
    """A worker joined through a scheduler that knows nothing of the study's inputs."""


def version_facts() -> dict[str, str]:
    """Return what must be the same on every machine of a study."""
    return {
        "engine": engine_digest()[:12],
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": np.__version__,
        "distributed": version("distributed"),
    }


def _home(worker: Any) -> Path:  # noqa: ANN401 - distributed ships without annotations
    return Path(worker.local_directory) / "channelwright"


class StudyInput(WorkerPlugin):
    """A market or design, sent once to every worker, now or when it joins.

    Parameters
    ----------
    name : str
        Its file's name, which is its content's hash.
    content : bytes
        The file.
    """

    idempotent = True

    def __init__(self, name: str, content: bytes) -> None:
        self.name = f"channelwright-{name}"
        self._file, self._content = name, content

    def setup(self, worker: Any) -> None:  # noqa: ANN401
        """Write the input to the worker's own folder."""
        write_whole(_home(worker) / self._file, self._content)

    def teardown(self, worker: Any) -> None:  # noqa: ANN401
        """Remove it again."""
        (_home(worker) / self._file).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Token:
    """A file by which a worker finds out whether it sees the results folder."""

    path: Path
    text: str

    def seen(self) -> bool:
        """Whether the file is there with this text."""
        try:
            return self.path.read_text(encoding="utf-8") == self.text
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a worker gives back.

    Attributes
    ----------
    outcomes : tuple of Outcome
    files : mapping of str to bytes
        Files of finished runs by path below the results folder, where the worker does not see it.
    """

    outcomes: tuple[Outcome, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


def perform_remote(tasks: tuple[Task, ...], token: Token) -> Delivery:
    """Make runs on a Dask worker.

    Raises
    ------
    ClusterError
        When this worker computes with another engine than the study.
    InputMissingError
        When the inputs did not reach this worker.
    """
    worker = get_worker()
    _same_engine(tasks[0], worker.address)
    home = _home(worker)
    own = tuple(
        replace(task, market=home / task.market.name, design=home / task.design.name)
        for task in tasks
    )
    missing = {p.name for task in own for p in (task.market, task.design) if not p.exists()}
    if missing:
        raise InputMissingError(", ".join(sorted(missing)))
    return Delivery(perform(own)) if token.seen() else _sent_back(own, home / token.text)


def _same_engine(task: Task, address: str) -> None:
    if task.key.engine != engine_digest():
        msg = (
            f"worker {address} computes with engine {engine_digest()[:12]}, this study with "
            f"{task.key.engine[:12]}; install the same version of channelwright and NumPy on both"
        )
        raise ClusterError(msg)


def _sent_back(tasks: tuple[Task, ...], root: Path) -> Delivery:
    try:
        aside = root / "runs" / ".partial"
        outcomes = perform(tuple(replace(task, root=root, aside=aside) for task in tasks))
        shutil.rmtree(aside, ignore_errors=True)
        files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return Delivery(outcomes, files)
