"""What a search tells while it runs: the best answer, the bound, and how far apart they are."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from channelwright.optimisation.interrupting import asked_to_end

#: Seconds between two reports.
_PAUSE = 1.0


class _Answer(Protocol):
    @property
    def objective(self) -> float: ...


@dataclass(frozen=True)
class SearchState:
    """A search at one moment.

    Attributes
    ----------
    decision : str
        What is searched for.
    answer : float or None
        Objective of the best answer.
    bound : float or None
        What no answer can undercut.
    seconds : float
        Since the search began.
    """

    decision: str
    answer: float | None
    bound: float | None
    seconds: float

    @property
    def gap(self) -> float | None:
        """Distance of answer and bound, as a share of the answer."""
        if self.answer is None or self.bound is None:
            return None
        return max(0.0, self.answer - self.bound) / max(abs(self.answer), 1e-12)

    def __str__(self) -> str:
        """Say it in one line."""
        answer = "no answer yet" if self.answer is None else f"answer {self.answer:,.6g}"
        unknown = "" if self.answer is None else ", no bound yet"
        bound = unknown if self.bound is None else f", bound {self.bound:,.6g}"
        gap = "" if self.gap is None else f", gap {100 * self.gap:.2g} %"
        return f"{self.decision}: {answer}{bound}{gap} ({self.seconds:.0f} s)"


Show = Callable[[SearchState], None]

_PART: ContextVar[str] = ContextVar("which part of the search goes on", default="")


@contextmanager
def part_of_search(words: str) -> Iterator[None]:
    """Say inside which part of a search goes on; every report names it.

    Parameters
    ----------
    words : str, such as ``group 2 of 5``
    """
    token = _PART.set(words)
    try:
        yield
    finally:
        _PART.reset(token)


def silent(state: SearchState) -> None:
    """Show nothing."""
    del state


@dataclass
class Watch:
    """Passes on what a search finds, at most once a second, and whether it is asked to end.

    Attributes
    ----------
    decision : str
    show : callable
    """

    decision: str
    show: Show = silent
    _begin: float = field(default_factory=time.perf_counter)
    _last: float = -math.inf

    def __call__(self, found: _Answer | None, bound: float) -> bool:
        """Tell of an answer and a bound; return whether to go on, as searches expect."""
        now = time.perf_counter()
        if now - self._last >= _PAUSE:
            self._last = now
            answer = None if found is None else found.objective
            known = bound if math.isfinite(bound) else None
            part = _PART.get()
            decision = f"{self.decision}, {part}" if part else self.decision
            self.show(SearchState(decision, answer, known, now - self._begin))
        return not asked_to_end()
