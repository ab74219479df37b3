"""The arcs that prices may use, and those few of them that are worth a look at the next step.

Prices move little from one step to the next, so an arc that was far from being worth its cost is
left out until the prices have moved by half of what it lacked. What is left out is proved to add
nothing, so sums are those over all arcs to the bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.districts.ground import Ground

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]
    Short = NDArray[np.uint32]

_ROWS = 500
#: First width of the band of arcs that are looked at, as a share of a typical price of a unit.
_WIDTH, _NARROWEST, _WIDEST = 0.3, 0.02, 5.0
#: The band is widened if it lasts fewer steps, and narrowed if it lasts more.
_FEW, _MANY = 6, 20
#: A little less than half, for prices of units as for those of balance, so that no rounding counts.
_HALF = 0.499


class Near(NamedTuple):
    """The arcs that are looked at, in the places of all arcs, and the prices they were chosen by.

    Attributes
    ----------
    size : (n,) int
        How many of every centre.
    who : (arcs,) int, cost : (arcs,)
        Filled from the first place of every centre.
    unit : (atoms,), balance : (n, m)
        Prices at which they were chosen.
    room : (atoms,)
        What an arc may lack to be looked at.
    """

    size: Indices
    who: Short
    cost: Floats
    unit: Floats
    balance: Floats
    room: Floats


@kernel
def _gains(
    who: Short, cost: Floats, unit: Floats, balance: Floats, activity: Floats, gain: Floats
) -> None:
    """Fill what the arcs of one centre cost beyond their prices, from the head of `gain`."""
    for e in range(who.size):
        i = who[e]
        beyond = cost[e] - unit[i]
        for k in range(balance.size):
            beyond -= balance[k] * activity[i, k]
        gain[e] = beyond


# Below, `|` and places that move by a flag: at a branch that nobody can foresee the machine
# would wait at every second arc, which takes longer than the sums.


@kernel
def _choose(
    who: Short,
    cost: Floats,
    own: int,
    near_who: Short,
    near_cost: Floats,
    room: Floats,
    gain: Floats,
) -> int:
    """Put the arcs of one centre that are looked at to the head and return how many they are."""
    place = 0
    for e in range(who.size):
        i = who[e]
        near_who[place], near_cost[place] = i, cost[e]
        place += (gain[e] < room[i]) | (i == own)
    return place


@kernel
def _take(
    cost_of: Floats,
    begin: Indices,
    who: Short,
    unit: Floats,
    balance: Floats,
    activity: Floats,
    atom: Indices,
    limits: Floats,
    near: Near,
    reach: Floats,
    fresh: bool,
    gain: Floats,
    taken: Short,
    value: Floats,
    load: Floats,
) -> None:
    """Fill r_j (value) and the loads that every centre would take.

    cost_of : (arcs,), cost of every listed arc; reach : (m,), most of a measure for one of room;
    fresh : whether prices of units have moved too far since arcs were chosen; gain, taken :
    working space; load : (n, m)
    """
    n, measures = load.shape
    for j in range(n):
        first, last, own = begin[j], begin[j + 1], atom[j]
        moved = 0.0
        for k in range(measures):
            moved += max(0.0, balance[j, k] - near.balance[j, k]) * reach[k]
        near_who, near_cost = near.who[first:last], near.cost[first:last]
        if fresh or moved > _HALF:
            near.balance[j, :] = balance[j, :]
            _gains(who[first:last], cost_of[first:last], near.unit, balance[j], activity, gain)
            near.size[j] = _choose(
                who[first:last], cost_of[first:last], own, near_who, near_cost, near.room, gain
            )
        near_who, near_cost = near_who[: near.size[j]], near_cost[: near.size[j]]
        _gains(near_who, near_cost, unit, balance[j], activity, gain)
        total, count = 0.0, 0
        for k in range(measures):
            v = balance[j, k]
            total += v * (limits[0, k] if v > 0.0 else limits[1, k])
        for e in range(near_who.size):
            taken[count] = near_who[e]
            takes = (gain[e] < 0.0) | (near_who[e] == own)
            total += gain[e] if takes else 0.0
            count += takes
        value[j] = total
        for k in range(measures):
            amount = 0.0
            for place in range(count):
                amount += activity[taken[place], k]
            load[j, k] = amount


@kernel
def _counts(
    begin: Indices,
    unit: Floats,
    balance: Floats,
    activity: Floats,
    atom: Indices,
    near: Near,
    opened: Indices,
    gain: Floats,
    count: Floats,
) -> None:
    """Count by how many of the opened centres every atom would be taken."""
    count[:] = 0.0
    for place in range(opened.size):
        j = opened[place]
        of_j, cost = near.who[begin[j] :][: near.size[j]], near.cost[begin[j] :][: near.size[j]]
        _gains(of_j, cost, unit, balance[j], activity, gain)
        for e in range(of_j.size):
            i = of_j[e]
            if gain[e] < 0.0 or i == atom[j]:
                count[i] += 1.0


class Arcs:
    """The arcs that prices may use, by centre: the cheapest of every atom, and its own.

    Parameters
    ----------
    ground : Ground
    candidates : (n,) bool
        Units that may be centres.
    activity : (atoms, m)
        Measures in units of their mean.
    limits : (2, m)
        Low and high load in the same units.
    most : int
        Arcs kept for an atom.

    Attributes
    ----------
    beyond : (atoms,)
        Cost of the cheapest arc of every atom that is left out.
    """

    def __init__(
        self, ground: Ground, candidates: Flags, activity: Floats, limits: Floats, most: int
    ) -> None:
        atoms, n = ground.cost.shape
        keep = np.broadcast_to(candidates, (atoms, n)).copy()
        self.beyond = np.full(atoms, np.inf)
        if most < n:
            for i in range(0, atoms, _ROWS):
                rows = np.where(candidates, ground.cost[i : i + _ROWS], np.inf)
                limit = np.partition(rows, most, axis=1)[:, most]
                self.beyond[i : i + _ROWS] = limit
                keep[i : i + _ROWS] &= rows < limit[:, None]
        keep[ground.atom, np.arange(n)] = True
        centre, who = np.nonzero(keep.T)
        self._who = who.astype(np.uint32)
        self._begin = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(centre, minlength=n), out=self._begin[1:])
        self._cost = ground.cost[who, centre]
        self._atom, self._limits = ground.atom, limits
        self._activity = activity
        most = int(np.diff(self._begin).max(initial=0)) + 1
        self._gain, self._taken = np.zeros(most), np.zeros(most, dtype=np.uint32)
        # Heavy atoms have dear prices, and prices of balance move them most.
        self._weight = 0.5 + 0.5 * activity.max(axis=1, initial=0.0)
        self._width, self._lasted = _WIDTH, 0
        self._near = Near(
            size=np.zeros(n, dtype=np.int64),
            who=np.zeros_like(self._who),
            cost=np.zeros_like(self._cost),
            unit=np.full(atoms, np.nan),
            balance=np.zeros((n, activity.shape[1])),
            room=np.zeros(atoms),
        )

    def take(self, unit: Floats, balance: Floats, value: Floats, load: Floats) -> None:
        """Fill what every centre is worth at given prices and what it would take.

        Parameters
        ----------
        unit : (atoms,), balance : (n, m)
            Prices; those of balance in units of mean measures.
        value : (n,), load : (n, m)
            Filled.
        """
        near = self._near
        lift = unit - near.unit
        fresh = self._lasted >= _MANY or not bool((lift <= _HALF * near.room).all())
        if fresh:
            self._widen(unit)
        self._lasted += 1
        reach = (self._activity / near.room[:, None]).max(axis=0, initial=0.0)
        _take(
            self._cost,
            self._begin,
            self._who,
            unit,
            balance,
            self._activity,
            self._atom,
            self._limits,
            near,
            reach,
            fresh,
            self._gain,
            self._taken,
            value,
            load,
        )

    def _widen(self, unit: Floats) -> None:
        """Set the band anew around the prices, as wide as their pace asks for."""
        # After a single step prices were set anew, which says nothing about their pace.
        if 1 < self._lasted < _FEW:
            self._width = min(self._width * 1.5, _WIDEST)
        elif self._lasted >= _MANY:
            self._width = max(self._width * 0.7, _NARROWEST)
        typical = max(float(np.median(unit)), 1e-12)
        self._near.unit[:] = unit
        self._near.room[:] = self._width * typical * self._weight
        self._lasted = 0

    def counts(self, unit: Floats, balance: Floats, opened: Indices, count: Floats) -> None:
        """Count by how many opened centres every atom is taken, at the prices of the last `take`.

        Parameters
        ----------
        unit : (atoms,), balance : (n, m)
        opened : (p,) int
        count : (atoms,)
            Filled.
        """
        _counts(
            self._begin,
            unit,
            balance,
            self._activity,
            self._atom,
            self._near,
            opened,
            self._gain,
            count,
        )
