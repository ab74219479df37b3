"""Two tiers of houses: a column of the problem is a house, or a house below one named parent."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.problem import LocationProblem
    from channelwright.optimisation.location.solution import Incumbent

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Tiers:
    """Who may stand below whom in a location problem with two tiers.

    A house of the second tier has a column of the problem for each parent that it may have; its
    cost holds the way through that parent.

    Attributes
    ----------
    house : (m,) int
        House of every column, 0 to H - 1; at most one column of a house is open.
    parent : (m,) int
        Column of the parent, which must be open as well; -1 = first tier, or a parent that stays
        open whatever is chosen.
    second : (m,) bool
        Columns of the second tier.
    through : (k, n, m) float64
        What a customer served from a column of the second tier takes at its parent.
    least : (m, k) float64
        What an open house of the first tier must at least sell, itself and through those below.
    forced : (f,) int
        Houses that must be open under one parent or another.
    minimum, maximum : int
        Number of open houses of the second tier.
    """

    house: Indices
    parent: Indices
    second: Flags
    through: Floats
    least: Floats
    forced: Indices
    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def houses(self) -> int:
        """Number of houses."""
        return int(self.house.max()) + 1

    def merged(self, index: Indices, size: int) -> Tiers:
        """Return the tiers when customers become groups: index (n,) of the group of each."""
        total = np.zeros((self.through.shape[0], size, self.through.shape[2]))
        for table, sums in zip(self.through, total, strict=True):
            np.add.at(sums, index, table)
        return replace(self, through=total)


def loads_of(problem: LocationProblem, customer: Indices, site: Indices, share: Floats) -> Floats:
    """Return the load of every column, (m, k): its own customers and those of the houses below.

    Parameters
    ----------
    problem : LocationProblem
    customer, site, share : (n_flows,)
        Who serves which share of whom.
    """
    load = np.zeros((problem.n_sites, problem.n_measures))
    tiers = problem.tiers
    for k in range(problem.n_measures):
        used = problem.used(k, customer, site) * share
        load[:, k] = np.bincount(site, weights=used, minlength=problem.n_sites)
        if tiers is not None:
            above = tiers.parent[site]
            below = above >= 0
            passed = (tiers.through[k, customer, site] * share)[below]
            load[:, k] += np.bincount(above[below], weights=passed, minlength=problem.n_sites)
    return load


def least_passing(problem: LocationProblem, tiers: Tiers, measure: int) -> float:
    """Return what at least passes or leaves the first tier in all; 0 if goods may go round it."""
    if (tiers.second & (tiers.parent < 0)).any():
        return 0.0
    own = np.broadcast_to(problem.arc_usage(measure), problem.cost.shape)
    taken = np.where(tiers.second[None, :], tiers.through[measure], own)
    return float(np.where(problem.allowed, taken, np.inf).min(axis=1).sum())


def tier_violation(problem: LocationProblem, tiers: Tiers, found: Incumbent) -> str | None:
    """Return the first rule of the tiers that an answer breaks, or None."""
    opened = np.flatnonzero(found.open)
    above = tiers.parent[opened]
    if not found.open[above[above >= 0]].all():
        return "a house of the second tier stands below a closed one"
    houses = np.bincount(tiers.house[opened], minlength=tiers.houses)
    if (houses > 1).any():
        return "a house stands below two parents"
    if not houses[tiers.forced].all():
        return "a house that is given as open is closed"
    if not tiers.minimum <= tiers.second[opened].sum() <= tiers.maximum:
        return "the number of houses of the second tier is outside its limits"
    load = loads_of(problem, found.customer, found.site, found.share)
    slack = _TOLERANCE * np.maximum(1.0, load)
    if (load > problem.limit + slack).any():
        return "capacity of a house is exceeded by what passes through it"
    if (found.open[:, None] & (load < tiers.least - slack)).any():
        return "a house of the first tier sells less than its least load"
    return None
