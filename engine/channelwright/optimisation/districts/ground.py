"""What the compiled search walks on: constant arrays of a problem, and the state it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.districts.connected import spaces
from channelwright.optimisation.districts.problem import neighbours_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

#: Nearest units that stand in for neighbours where territories need not be connected.
_NEAREST = 8


class Ground(NamedTuple):
    """Constant arrays of a problem; atoms are groups of units that stay together.

    Attributes
    ----------
    cost : (atoms, n), activity : (atoms, m)
    atom : (n,) int, atom of a unit
    start, member : (atoms + 1,), (n,) int, units of every atom in compressed rows
    offset, near : (n + 1,), (2 e,) int, neighbours in compressed rows
    connected : bool, whether territories must be connected
    allowed : (n,) bool, units that may be centres
    movable : (atoms,) bool
    foe, foes : (atoms + 1,), (2 a,) int, atoms that must be apart, in compressed rows
    limits : (2, m), low and high load
    given : (p,) int, centre that is given, or -1
    """

    cost: Floats
    activity: Floats
    atom: Indices
    start: Indices
    member: Indices
    offset: Indices
    near: Indices
    connected: bool
    allowed: Flags
    movable: Flags
    foe: Indices
    foes: Indices
    limits: Floats
    given: Indices


class State(NamedTuple):
    """What the search changes in place.

    Attributes
    ----------
    label : (n,) int, territory of a unit
    centre : (p,) int
    size : (p,) int, atoms in a territory
    load : (p, m)
    total : (p, n), cost of a territory's units to every unit; (0, 0) where it is not kept
    mark, queue : (n + 1,), (n,) int, working space
    random : (1,) uint64
    """

    label: Indices
    centre: Indices
    size: Indices
    load: Floats
    total: Floats
    mark: Indices
    queue: Indices
    random: NDArray[np.uint64]


def ground_of(problem: DistrictProblem) -> Ground:
    """Return the constant arrays of a problem.

    Parameters
    ----------
    problem : DistrictProblem
    """
    n, atom = problem.n_units, problem.atom
    atoms = int(atom.max()) + 1
    member = np.argsort(atom, kind="stable").astype(np.int64)
    start = np.zeros(atoms + 1, dtype=np.int64)
    np.cumsum(np.bincount(atom, minlength=atoms), out=start[1:])
    alone = atoms == n
    activity = np.zeros((atoms, problem.n_measures))
    np.add.at(activity, atom, problem.activity)
    cost = problem.cost if alone else np.add.reduceat(problem.cost[member], start[:-1], axis=0)
    movable = np.ones(atoms, dtype=np.bool_)
    movable[atom[problem.centres]] = False
    foe, foes = neighbours_of(atoms, atom[problem.apart])
    edges = problem.edges
    offset, near = problem.adjacency if edges is not None else _nearest(problem)
    given = np.full(problem.territories, -1, dtype=np.int64)
    given[: problem.centres.size] = problem.centres[: problem.territories]
    return Ground(
        cost=cost if alone else np.ascontiguousarray(cost),
        activity=activity,
        atom=np.array(atom),
        start=start,
        member=member,
        offset=offset,
        near=near,
        connected=edges is not None,
        allowed=np.array(problem.candidates),
        movable=movable,
        foe=foe,
        foes=foes,
        limits=np.stack([problem.low, problem.high]),
        given=given,
    )


def _nearest(problem: DistrictProblem) -> tuple[Indices, Indices]:
    n = problem.n_units
    count = min(_NEAREST, n - 1)
    if count < 1:
        return neighbours_of(n, None)
    near = np.stack(
        [np.argpartition(problem.cost[:, j], count)[: count + 1] for j in range(n)], axis=0
    )
    rows = np.repeat(np.arange(n), count + 1)
    return neighbours_of(n, np.stack([rows, near.ravel()], axis=1).astype(np.int64))


def state_of(ground: Ground, label: Indices, seed: int, *, exact: bool) -> State:
    """Return the state of an answer; centres are the best ones.

    Parameters
    ----------
    ground : Ground
    label : (n,) int
        Territory of every unit; the first territories are those of the given centres.
    seed : int
        Of the random moves.
    exact : bool
        Whether the total cost to every unit is kept, for exact centres at every move.
    """
    n, p = label.size, ground.given.size
    first = ground.member[ground.start[:-1]]
    of_atom = label[first]
    load = np.zeros((p, ground.activity.shape[1]))
    np.add.at(load, of_atom, ground.activity)
    total = np.zeros((p, n) if exact else (0, 0))
    if exact:
        np.add.at(total, of_atom, ground.cost)
    mark, queue = spaces(n)
    mixed = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % 2**64 or 1
    return State(
        label=np.array(label, dtype=np.int64),
        centre=best_centres(ground, label),
        size=np.bincount(of_atom, minlength=p).astype(np.int64),
        load=load,
        total=total,
        mark=mark,
        queue=queue,
        random=np.array([mixed], dtype=np.uint64),
    )


def best_centres(ground: Ground, label: Indices) -> Indices:
    """Return the best centre of every territory, (p,), -1 where none may be one.

    Parameters
    ----------
    ground : Ground
    label : (n,) int
    """
    centre = np.array(ground.given)
    _middles(ground, np.ascontiguousarray(label), np.zeros(label.size), centre)
    return centre


@kernel
def _middles(ground: Ground, label: Indices, total: Floats, centre: Indices) -> None:
    """Fill the missing centres: units with the least cost of their territory's atoms to them."""
    p, n = centre.size, label.size
    begin = np.zeros(p + 1, dtype=np.int64)
    for i in range(n):
        begin[label[i] + 1] += 1
    for t in range(p):
        begin[t + 1] += begin[t]
    place, member = begin.copy(), np.zeros(n, dtype=np.int64)
    for i in range(n):
        member[place[label[i]]] = i
        place[label[i]] += 1
    for t in range(p):
        if centre[t] >= 0:
            continue
        mine = member[begin[t] : begin[t + 1]]
        total[: mine.size] = 0.0
        # Row by row, as the table lies; an atom counts once, at its first unit.
        for i in mine:
            group = ground.atom[i]
            if ground.member[ground.start[group]] == i:
                for x in range(mine.size):
                    total[x] += ground.cost[group, mine[x]]
        least = np.inf
        for x in range(mine.size):
            if ground.allowed[mine[x]] and total[x] < least:
                centre[t], least = mine[x], total[x]
