"""The error classes of Channelwright: one root, few names, one shape of message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class ChannelwrightError(Exception):
    """Root of every error that the package raises on purpose."""

    exit_code = 1


class UsageError(ChannelwrightError):
    """The caller asked for something that does not exist (verb, path, name)."""

    exit_code = 2


class InfeasibleError(ChannelwrightError):
    """A request has no solution; the message names the numbers that clash."""


class SolverError(ChannelwrightError):
    """The solver stopped without an answer that can be used."""


class StoreError(ChannelwrightError):
    """A run folder is damaged, locked or not writable."""

    exit_code = 3


class RunError(ChannelwrightError):
    """Some replications of a study failed."""

    exit_code = 3


class ConservationError(ChannelwrightError):
    """The books of a replication do not balance: a defect of the engine."""


@dataclass(frozen=True, order=True)
class Problem:
    """One defect of an input: where it is, what was found and what to do.

    Attributes
    ----------
    file : str
        File, relative to the pack.
    place : str
        Row (``row 17``), key (``designs.today.sites``) or empty.
    column : str
        Column name, or empty.
    message : str
        What is wrong, with the value found.
    remedy : str
        What the user can do.
    """

    file: str
    place: str
    column: str
    message: str
    remedy: str

    def line(self) -> str:
        """Return the problem as one line of text."""
        where = ", ".join(part for part in (self.file, self.place, self.column) if part)
        return f"{where}: {self.message} -> {self.remedy}"


class PackError(ChannelwrightError):
    """A scenario pack has problems; all of them are listed.

    Parameters
    ----------
    problems : iterable of Problem
        Every problem found, in file order.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        lines = [f"{count} {noun} in the pack"]
        lines += [f"  - {problem.line()}" for problem in self.problems]
        super().__init__("\n".join(lines))
