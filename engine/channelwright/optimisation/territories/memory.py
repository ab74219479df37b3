"""What a choice of territories leaves for the next one, after a planner has changed something.

A bound is carried over by what the change does to the objective. Where every answer of the new
problem is one of the old problem, it costs there what it cost before, plus the change of its arcs
and of its sites, and so does the bound:

    bound' = bound + sum_i min_j (c'_ij - c_ij) + sum_j (forced open: f'_j - f_j, else min(0, ...))

over arcs that are allowed in the new problem. A lock, a barred lane, a forced or closed site, a
higher cost, a tighter limit: all of these leave only answers that were there before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from channelwright.foundation.errors import UsageError
from channelwright.model.certificate import Certificate
from channelwright.optimisation.location import LocationProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from channelwright.foundation.units import BoolArray, IntArray

#: Name of the file in the folder of a chosen design.
FILE = "territories.npz"
_SLACK = 1e-9
_ARRAYS = (
    "cost",
    "demand",
    "capacity",
    "fixed_cost",
    "usage",
    "forced_open",
    "forced_closed",
    "locks",
    "minimum_load",
    "maximum_share",
)
_NUMBERS = ("minimum_open", "maximum_open")
_NAMES = ("customer_names", "site_names", "measure_names")


@dataclass(frozen=True, eq=False)
class TerritoryMemory:
    """A solved problem of sites and territories, and who called on whom.

    Attributes
    ----------
    problem : LocationProblem
        As it was solved, outlets that must be together being one customer.
    certificate : Certificate
        What was shown of it.
    opened : (m,) bool
    assignment : (n,) int
    special : bool
        Whether limits of moves, connection, balance or a second tier were asked for: then the
        bound is not one of this problem alone.
    outlets : sequence of str, ids of all outlets
    rep : (O,) int64, who calls on each outlet, -1 = nobody
    """

    problem: LocationProblem
    certificate: Certificate
    opened: BoolArray
    assignment: IntArray
    special: bool
    outlets: Sequence[str]
    rep: IntArray

    @property
    def bound(self) -> float:
        """The proven bound, minus infinity if it does not hold for the problem alone."""
        bound = self.certificate.lower_bound
        return -np.inf if self.special or bound is None else bound

    @property
    def gap(self) -> float:
        """Gap of the answer that is remembered."""
        return self.certificate.gap or 0.0

    def moved_to(self, problem: LocationProblem) -> tuple[BoolArray, IntArray] | None:
        """Return open sites and servers by the rows and columns of a new problem.

        Returns
        -------
        tuple of (m,) bool and (n,) int, or None
            Servers are -1 for customers that were not there; None without a site in common.
        """
        site = {name: j for j, name in enumerate(problem.site_names)}
        if len(site) < len(problem.site_names):
            return None
        column = np.array([site.get(name, -1) for name in self.problem.site_names])
        if (column < 0).all():
            return None
        opened = np.zeros(problem.n_sites, dtype=np.bool_)
        opened[column[self.opened & (column >= 0)]] = True
        row = {name: i for i, name in enumerate(self.problem.customer_names)}
        old = np.array([row.get(name, -1) for name in problem.customer_names])
        assignment = np.where(old >= 0, column[self.assignment[np.maximum(old, 0)]], -1)
        return opened, assignment.astype(np.int64)

    def bound_of(self, problem: LocationProblem) -> float:
        """Return what every answer of a new problem costs at least; minus infinity if unknown."""
        old = self.problem
        if not np.isfinite(self.bound) or not _only_tighter(old, problem):
            return float(-np.inf)
        allowed = problem.allowed
        if not allowed.any(axis=1).all():
            return float(-np.inf)
        with np.errstate(invalid="ignore"):
            change = np.where(allowed, problem.cost - old.cost, np.inf)
        fixed = problem.fixed_cost - old.fixed_cost
        sites = np.where(problem.forced_open, fixed, np.minimum(fixed, 0.0))
        sites = np.where(problem.forced_closed, 0.0, sites)
        return float(self.bound + change.min(axis=1).sum() + sites.sum())


def _only_tighter(old: LocationProblem, new: LocationProblem) -> bool:
    """Return whether every answer of the new problem is one of the old problem."""
    alike = all(tuple(getattr(old, name)) == tuple(getattr(new, name)) for name in _NAMES)
    if not alike or new.shape is not None or new.tiers is not None:
        return False
    if not new.single_source or (new.allowed & ~old.allowed).any():
        return False
    if new.minimum_open < old.minimum_open or new.maximum_open > old.maximum_open:
        return False
    if (old.forced_open & ~new.forced_open).any() or (old.forced_closed & ~new.forced_closed).any():
        return False
    if (new.limit > old.limit + _SLACK).any() or (new.minimum_load < old.minimum_load).any():
        return False
    return all(
        np.allclose(new.arc_usage(k), old.arc_usage(k), rtol=1e-12, atol=_SLACK)
        for k in range(old.n_measures)
    )


def save(memory: TerritoryMemory, folder: Path) -> None:
    """Write a memory into the folder of a chosen design."""
    problem = memory.problem
    arrays: dict[str, Any] = {
        f"problem_{name}": getattr(problem, name)
        for name in _ARRAYS
        if getattr(problem, name) is not None
    }
    words = {
        "names": {name: list(getattr(problem, name)) for name in _NAMES},
        "numbers": {name: int(getattr(problem, name)) for name in _NUMBERS},
        "certificate": memory.certificate.to_dict(),
        "outlets": list(memory.outlets),
        "special": memory.special,
    }
    np.savez_compressed(
        folder / FILE,
        words=np.array(json.dumps(words, ensure_ascii=False)),
        opened=memory.opened,
        assignment=memory.assignment,
        rep=memory.rep,
        **arrays,
    )


def load(folder: Path) -> TerritoryMemory:
    """Read a memory from the folder of a chosen design.

    Raises
    ------
    UsageError
        The folder has none, or the file is no memory.
    """
    path = folder / FILE
    if not path.is_file():
        message = (
            f"{path} does not exist; name a folder that 'channelwright optimise ... --out' wrote "
            "for a request that chooses territories"
        )
        raise UsageError(message)
    try:
        with np.load(path, allow_pickle=False) as data:
            return _memory(dict(data))
    except (ValueError, KeyError, OSError, TypeError) as error:
        message = f"{path} cannot be read ({error}); write it again with --out"
        raise UsageError(message) from error


def _memory(data: Mapping[str, Any]) -> TerritoryMemory:
    words = json.loads(str(data["words"]))
    arrays = {name: data[f"problem_{name}"] for name in _ARRAYS if f"problem_{name}" in data}
    names: dict[str, Any] = {name: tuple(values) for name, values in words["names"].items()}
    return TerritoryMemory(
        problem=LocationProblem(**arrays, **names, **words["numbers"]),
        certificate=Certificate.from_dict(words["certificate"]),
        opened=data["opened"],
        assignment=data["assignment"],
        special=bool(words["special"]),
        outlets=tuple(words["outlets"]),
        rep=data["rep"],
    )


def without_shape(problem: LocationProblem) -> LocationProblem:
    """Return the problem as a memory keeps it: its arrays, without shape and tiers."""
    return replace(problem, shape=None, tiers=None)
