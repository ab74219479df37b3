"""What a head-count decision is about: teams, the work that falls to them, and what a rep can do.

A *team* is one role in one area. A *cell* is a class of outlets (grade, segment, mode) that one
team calls on. All figures refer to one period of the caller's choice (a week, a 28-day cycle).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.columns import Columns, ModelError

#: A load this far above a whole number of reps is rounding, not work.
WHOLE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class TeamLimits(Columns):
    """Teams (T rows): what a rep costs and how many there may be.

    Attributes
    ----------
    names : (T,) str, area and role in words, for messages
    cost : (T,) float64, money per rep and period (wage, charges, vehicle, share of training)
    fewest, most : (T,) int64, head-count limits; equal where the planner locked the number
    """

    names: tuple[str, ...]
    cost: FloatArray
    fewest: IntArray
    most: IntArray

    def __post_init__(self) -> None:
        """Check the signs."""
        super().__post_init__()
        refuse(self.names, ~(self.cost >= 0), self.cost, "cost per rep", "must be 0 or more")
        refuse(self.names, self.fewest < 0, self.fewest, "fewest reps", "must be 0 or more")


@dataclass(frozen=True)
class Teams(TeamLimits):
    """Teams (T rows) with what one rep can do in a period.

    Attributes
    ----------
    minutes : (T,) float64, minutes that one rep can spend on calls in the period
    calls : (T,) float64, calls that one rep can make in the period; inf = no limit
    accounts : (T,) float64, accounts that one rep can look after; inf = no limit
    """

    minutes: FloatArray
    calls: FloatArray
    accounts: FloatArray

    def __post_init__(self) -> None:
        """Check that the capacities are there."""
        super().__post_init__()
        for name in ("minutes", "calls", "accounts"):
            values = getattr(self, name)
            refuse(self.names, ~(values > 0), values, f"{name} per rep", "must be above 0")


@dataclass(frozen=True)
class Cells(Columns):
    """Cells (C rows): classes of outlets, each called on by one team.

    Attributes
    ----------
    names : (C,) str, for messages
    team : (C,) int64, row of `Teams`
    outlets : (C,) float64, outlets in the cell
    minutes : (C,) float64, minutes of one call, travel to it included
    """

    names: tuple[str, ...]
    team: IntArray
    outlets: FloatArray
    minutes: FloatArray

    def __post_init__(self) -> None:
        """Check the signs."""
        super().__post_init__()
        refuse(self.names, ~(self.outlets >= 0), self.outlets, "outlets", "must be 0 or more")
        refuse(self.names, ~(self.minutes >= 0), self.minutes, "minutes", "must be 0 or more")


@dataclass(frozen=True)
class WorkloadProblem:
    """Head-count from a visit plan that is already given.

    Attributes
    ----------
    teams : Teams
    cells : Cells
    visits : (C,) float64, calls per outlet and period
    most_reps : int or None, head-count of all teams together
    """

    teams: Teams
    cells: Cells
    visits: FloatArray
    most_reps: int | None = None

    def __post_init__(self) -> None:
        """Freeze the visits and check the references."""
        freeze(self, "visits")
        check_teams(self.cells, self.teams)
        refuse(self.cells.names, ~(self.visits >= 0), self.visits, "visits", "must be 0 or more")


@dataclass(frozen=True)
class VisitProblem:
    """Head-count and visit frequency together, for the highest contribution.

    Attributes
    ----------
    teams : Teams
    cells : Cells
    visits : (L,) float64, calls per outlet and period of each frequency level, increasing
    contribution : (C, L) float64, money per period from the whole cell when it is called on at
        the level, before the cost of reps: the response curve as data, so its shape costs nothing
    allowed : (C, L) bool, levels that the planner permits (minimum service, locks)
    most_reps : int or None, head-count of all teams together
    budget : float or None, money per period for all reps
    policy : (C,) int64 or None, cells of one number are all called on at one level (a rule for a
        grade that holds in every area); None = every cell on its own
    """

    teams: Teams
    cells: Cells
    visits: FloatArray
    contribution: FloatArray
    allowed: BoolArray
    most_reps: int | None = None
    budget: float | None = None
    policy: IntArray | None = None

    def __post_init__(self) -> None:
        """Freeze the arrays and check shapes, references and signs."""
        if self.policy is None:
            object.__setattr__(self, "policy", np.arange(len(self.cells)))
        freeze(self, "visits", "contribution", "allowed", "policy")
        check_teams(self.cells, self.teams)
        shape = (len(self.cells), len(self.visits))
        for name in ("contribution", "allowed"):
            if getattr(self, name).shape != shape:
                message = f"visit problem: {name} is {getattr(self, name).shape}, must be {shape}"
                raise ModelError(message)
        if np.any(np.diff(self.visits) <= 0) or np.any(self.visits < 0):
            message = f"visit problem: levels {self.visits.tolist()} must increase from 0 or more"
            raise ModelError(message)
        used = np.where(self.allowed, self.contribution, 0.0)
        names = self.cells.names
        bad = ~np.isfinite(used).all(axis=1)
        refuse(names, bad, used.sum(axis=1), "contribution", "must be finite where allowed")
        common = self.common_levels
        refuse(names, ~common.any(axis=1), None, "levels", "must allow at least one")

    def replace(self, **changes: object) -> Self:
        """Return a changed copy, for what-ifs."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @cached_property
    def policies(self) -> list[list[int]]:
        """Cells of each policy, in order."""
        numbers = np.asarray(self.policy)
        return [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]

    @cached_property
    def common_levels(self) -> BoolArray:
        """Levels that every cell of a cell's policy allows: (C, L)."""
        common = np.array(self.allowed)
        for cells in self.policies:
            common[cells] = self.allowed[cells].all(axis=0)
        common.flags.writeable = False
        return common

    def minutes_by_level(self) -> FloatArray:
        """Return minutes per period of each cell at each level: (C, L)."""
        return self.calls_by_level() * self.cells.minutes[:, None]

    def calls_by_level(self) -> FloatArray:
        """Return calls per period of each cell at each level: (C, L)."""
        return self.cells.outlets[:, None] * self.visits[None, :]

    def accounts_by_level(self) -> FloatArray:
        """Return accounts looked after in each cell at each level: (C, L); none without calls."""
        return self.cells.outlets[:, None] * (self.visits > 0)[None, :]


def whole_reps(load: FloatArray) -> IntArray:
    """Smallest whole number of reps that carries a load given in reps."""
    return np.ceil(np.asarray(load) - WHOLE_TOLERANCE).astype(np.int64)


def per_team(cells: Cells, amount: FloatArray, n_teams: int) -> FloatArray:
    """Sum an amount per cell over the cells of each team: (T,)."""
    return np.bincount(cells.team, weights=amount, minlength=n_teams).astype(np.float64)


def freeze(problem: object, *names: str) -> None:
    """Replace arrays of a frozen dataclass by read-only copies."""
    for name in names:
        array = np.array(getattr(problem, name))
        array.flags.writeable = False
        object.__setattr__(problem, name, array)


def check_teams(cells: Cells, teams: Teams) -> None:
    """Raise ModelError if a cell refers to a team that does not exist."""
    bad = (cells.team < 0) | (cells.team >= len(teams))
    refuse(cells.names, bad, cells.team, "team", f"must be a row of the {len(teams)} teams")


def refuse(
    names: tuple[str, ...],
    bad: BoolArray | np.bool_,
    values: FloatArray | IntArray | None,
    what: str,
    rule: str,
) -> None:
    """Raise ModelError for the first row marked bad, with its name, value and the rule."""
    if not np.any(bad):
        return
    row = int(np.argmax(bad))
    found = "" if values is None else f" is {values[row]:g},"
    message = f"head-count of {names[row]!r}: {what}{found} {rule}"
    raise ModelError(message)
