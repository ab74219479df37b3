"""The district problem as frozen arrays: units, balance, adjacency, and what is already decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from channelwright.foundation.errors import ChannelwrightError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: A full table of 20,000 units takes 3.2 GB; larger markets are cut by site first.
MOST_UNITS = 20_000


class DistrictProblemError(ChannelwrightError):
    """The arrays of a district problem do not fit together."""


@dataclass(frozen=True, eq=False)
class DistrictProblem:
    """Cut units into a given number of territories, each with a centre among its own units.

    All arrays are copied (the cost table is not, for its size), checked and made read-only.

    Attributes
    ----------
    cost : (n, n)
        ``cost[i, j]``: cost of unit i in the territory whose centre is unit j, such as distance,
        weight times distance (p-median) or weight times squared distance (moment).
    activity : (n, m)
        What a unit adds to each measure (cases, workload); not negative.
    territories : int
        Number of territories.
    tolerance : (m,)
        Share by which a territory may be off the mean of a measure; ``inf`` = not balanced.
    price : (m,)
        Cost per unit of a measure beyond the tolerance; ``inf`` = the tolerance is hard.
    edges : (e, 2) int or None
        Neighbouring units; given, every territory must be connected.
    candidates : (n,) bool
        Units that may be centres.
    centres : (c,) int
        Units that must be centres.
    locks : (n,) int
        Centre (one of `centres`) that a unit is locked to, or -1.
    together, apart : (t, 2), (a, 2) int
        Pairs of units in one territory, and in two.
    unit_names, measure_names : sequences of str
        For messages.

    Raises
    ------
    DistrictProblemError
        Shapes or values do not fit; the message names the array, the place and the value.
    """

    cost: Floats
    activity: Floats
    territories: int
    tolerance: Floats
    price: Floats = cast("Floats", None)
    edges: Indices | None = None
    candidates: Flags = cast("Flags", None)
    centres: Indices = cast("Indices", None)
    locks: Indices = cast("Indices", None)
    together: Indices = cast("Indices", None)
    apart: Indices = cast("Indices", None)
    unit_names: Sequence[str] = ()
    measure_names: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Fill what was left out, freeze the arrays and check them."""
        cost = np.ascontiguousarray(self.cost, dtype=np.float64)
        if cost.ndim != 2 or cost.shape[0] != cost.shape[1] or not cost.size:
            message = f"cost must be a square table of units, found shape {cost.shape}"
            raise DistrictProblemError(message)
        if cost.shape[0] > MOST_UNITS:
            message = (
                f"{cost.shape[0]} units; at most {MOST_UNITS} fit, join units or cut the area first"
            )
            raise DistrictProblemError(message)
        object.__setattr__(self, "cost", cost)
        self._fill(cost.shape[0])
        defect = next(self._defects(), None)
        if defect is not None:
            raise DistrictProblemError(defect)

    def _freeze(self, name: str, array: np.ndarray) -> None:
        array.flags.writeable = False
        object.__setattr__(self, name, array)

    def _fill(self, n: int) -> None:
        activity = np.array(self.activity, dtype=np.float64)
        self._freeze("activity", activity[:, None] if activity.ndim == 1 else activity)
        measures = self.activity.shape[1]
        self._freeze("tolerance", np.array(np.broadcast_to(self.tolerance, measures), dtype=float))
        price = np.inf if self.price is None else self.price
        self._freeze("price", np.array(np.broadcast_to(price, measures), dtype=float))
        flags = np.ones(n) if self.candidates is None else self.candidates
        self._freeze("candidates", np.array(flags, dtype=np.bool_))
        locks = np.full(n, -1) if self.locks is None else self.locks
        self._freeze("locks", np.array(locks, dtype=np.int64))
        centres = np.zeros(0) if self.centres is None else self.centres
        self._freeze("centres", np.unique(np.array(centres, dtype=np.int64)))
        for name in ("together", "apart"):
            given = getattr(self, name)
            pairs = np.zeros((0, 2)) if given is None else np.asarray(given).reshape(-1, 2)
            self._freeze(name, np.array(pairs, dtype=np.int64))
        if self.edges is not None:
            self._freeze("edges", np.array(self.edges, dtype=np.int64).reshape(-1, 2))
        for name, prefix, count in (("unit_names", "unit", n), ("measure_names", "m", measures)):
            given = tuple(getattr(self, name)) or tuple(f"{prefix}_{i}" for i in range(count))
            object.__setattr__(self, name, given)

    def _defects(self) -> Iterator[str]:
        n, measures = self.cost.shape[0], self.activity.shape[1]
        shapes = {"activity": (n, measures), "candidates": (n,), "locks": (n,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                yield f"{name} has shape {getattr(self, name).shape}, expected {shape}"
                return
        if not 1 <= self.territories <= n:
            yield f"territories = {self.territories}; expected 1 to {n}, the number of units"
        if not np.isfinite(self.cost.sum()):
            i, j = np.argwhere(~np.isfinite(self.cost))[0].tolist()
            yield f"cost[{i}, {j}] is {self.cost[i, j]}; costs must be finite"
        bad = ~(np.isfinite(self.activity) & (self.activity >= 0))
        if bad.any():
            i, k = np.argwhere(bad)[0].tolist()
            yield f"activity[{i}, {k}] is {self.activity[i, k]}; expected a finite number >= 0"
        for name in ("tolerance", "price"):
            values = getattr(self, name)
            if not (values >= 0).all():
                yield f"{name} is {values.tolist()}; expected numbers >= 0"
        yield from self._reference_defects(n)

    def _reference_defects(self, n: int) -> Iterator[str]:
        for name in ("edges", "centres", "together", "apart"):
            values = getattr(self, name)
            if values is not None and values.size and not 0 <= values.min() <= values.max() < n:
                yield f"{name} names unit {values.min()} or {values.max()}; units are 0 to {n - 1}"
                return
        if self.centres.size and not self.candidates[self.centres].all():
            j = self.centres[~self.candidates[self.centres]][0]
            yield f"{self.unit_names[j]} must be a centre but is no candidate"
        locked = self.locks[self.locks >= 0]
        stray = np.setdiff1d(locked, self.centres)
        if stray.size:
            yield f"locks name unit {stray[0]}, which is not one of the given centres"

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.cost.shape[0])

    @property
    def n_measures(self) -> int:
        """Number of measures."""
        return int(self.activity.shape[1])

    @cached_property
    def mean(self) -> Floats:
        """Mean load of a territory, (m,)."""
        return np.asarray(self.activity.sum(axis=0) / self.territories)

    @cached_property
    def low(self) -> Floats:
        """Least load of a territory within tolerance, (m,); zero when there is none."""
        share = np.where(np.isfinite(self.tolerance), 1.0 - self.tolerance, 0.0)
        return np.asarray(np.maximum(self.mean * share, 0.0))

    @cached_property
    def high(self) -> Floats:
        """Largest load of a territory within tolerance, (m,); everything when there is none."""
        share = np.where(np.isfinite(self.tolerance), 1.0 + self.tolerance, self.territories)
        return np.asarray(self.mean * share)

    @cached_property
    def atom(self) -> Indices:
        """Group of units that stay together, (n,), numbered by first member."""
        n = self.n_units
        pairs = self.together
        same = [pairs]
        for centre in np.unique(self.locks[self.locks >= 0]).tolist():
            members = np.flatnonzero(self.locks == centre)
            same.append(np.stack([members, np.full(members.size, centre)], axis=1))
        joined = np.concatenate(same)
        graph = sparse.coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), (n, n))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)

    @cached_property
    def adjacency(self) -> tuple[Indices, Indices]:
        """Neighbours in compressed rows: offsets (n + 1,) and units; empty without edges."""
        return neighbours_of(self.n_units, self.edges)


def neighbours_of(n: int, edges: Indices | None) -> tuple[Indices, Indices]:
    """Return the neighbours of every unit in compressed rows.

    Parameters
    ----------
    n : int
        Number of units.
    edges : (e, 2) int or None
        Neighbouring pairs, in any order and direction.
    """
    pairs = np.zeros((0, 2), dtype=np.int64) if edges is None else edges
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = np.unique(both, axis=0) if both.size else both
    offset = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=n), out=offset[1:])
    return offset, np.ascontiguousarray(both[:, 1])
