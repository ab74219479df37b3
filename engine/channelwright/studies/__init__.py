"""Conduct scenarios, designs and replications: choose, simulate, compare."""

from __future__ import annotations

from channelwright.studies.choose import Plan, optimise
from channelwright.studies.compare import Comparison, compare
from channelwright.studies.failure import FailureInfo
from channelwright.studies.interruption import StudyInterruptedError
from channelwright.studies.progress import Progress, ProgressState, silent
from channelwright.studies.runs import Runs
from channelwright.studies.simulate import Engine, simulate

__all__ = [
    "Comparison",
    "Engine",
    "FailureInfo",
    "Plan",
    "Progress",
    "ProgressState",
    "Runs",
    "StudyInterruptedError",
    "compare",
    "optimise",
    "silent",
    "simulate",
]
