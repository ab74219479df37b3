"""What a study tells while it runs; how that is shown is the caller's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProgressState:
    """State of a study after an event.

    Attributes
    ----------
    total : int
        Runs asked for.
    found : int
        Runs that were finished before the study started.
    done : int
        Runs finished since then.
    failed : int
        Runs that failed.
    seconds : float
        Time since the study started.
    label : str
        The run that the event is about, empty at the beginning.
    """

    total: int
    found: int
    done: int
    failed: int
    seconds: float
    label: str = ""

    @property
    def ended(self) -> int:
        """Runs that need no more work."""
        return self.found + self.done + self.failed

    def __str__(self) -> str:
        """Show the state on one line, for logs and pipes."""
        text = f"{self.ended} of {self.total} runs"
        parts = [f"{self.found} found again"] if self.found else []
        parts += [f"{self.failed} failed"] if self.failed else []
        parts.append(f"{self.seconds:.0f} s")
        return f"{text} ({', '.join(parts)}){': ' + self.label if self.label else ''}"


class Progress(Protocol):
    """Hears of a study's progress: once at the start, then after every run."""

    def __call__(self, state: ProgressState) -> None:
        """Take note of the new state; must not raise."""
        ...


def silent(state: ProgressState) -> None:
    """Show nothing."""
    del state
