"""A failure of a run as data: where it happened, what it was, and how to find it again."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Literal, Self

#: load: reading the inputs; simulate: the replication; kpis: its figures; store: writing the run;
#: worker: the process died; executor: the caller's executor gave up.
Stage = Literal["load", "simulate", "kpis", "store", "worker", "executor"]


@dataclass(frozen=True, slots=True)
class FailureInfo:
    """Why a run has no result.

    Attributes
    ----------
    stage : str
        Step of the run that failed.
    error : str
        Class of the error.
    message : str
        What it said.
    trace : str
        Traceback, for the journal; empty where the process died.
    """

    stage: Stage
    error: str
    message: str
    trace: str = ""

    @classmethod
    def from_exception(cls, stage: Stage, error: BaseException) -> Self:
        """Describe a caught exception."""
        trace = "".join(traceback.format_exception(error))
        return cls(stage, type(error).__name__, str(error) or type(error).__name__, trace)
