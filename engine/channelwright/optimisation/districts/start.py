"""First answers: centres spread by cost, loads evened by prices, territories grown whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.districts.connected import spaces, walk
from channelwright.optimisation.districts.ground import Ground, best_centres

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.districts.problem import DistrictProblem

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_ROUNDS = 12
_PRICE_STEPS = 60
_DETOUR = 1000.0


def components_of(problem: DistrictProblem) -> Indices:
    """Return the connected part of the map that every unit lies in, (n,); zeros without edges.

    Parameters
    ----------
    problem : DistrictProblem
    """
    n, edges = problem.n_units, problem.edges
    if edges is None:
        return np.zeros(n, dtype=np.int64)
    graph = sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def spread_centres(problem: DistrictProblem, rng: np.random.Generator) -> Indices:
    """Return centres drawn where cost is high: given ones, one per part of the map, then the rest.

    Drawing in proportion to the cost that is left follows k-means++ (Arthur & Vassilvitskii 2007).

    Parameters
    ----------
    problem : DistrictProblem
    rng : numpy Generator
    """
    part = components_of(problem)
    chosen = problem.centres.tolist()
    for number in range(int(part.max()) + 1):
        inside = np.flatnonzero((part == number) & problem.candidates)
        if inside.size and not (part[chosen] == number).any():
            chosen.append(int(rng.choice(inside)))
    chosen = chosen[: problem.territories]
    free = np.flatnonzero(problem.candidates)
    least = np.full(problem.n_units, np.inf)
    for j in chosen:
        least = np.minimum(least, problem.cost[:, j])
    while len(chosen) < problem.territories:
        # Units held together with a centre are no other centre.
        left = free[~np.isin(problem.atom[free], problem.atom[chosen])]
        if not left.size:
            left = np.setdiff1d(free, chosen)
        weight = np.where(np.isfinite(least[left]), np.maximum(least[left], 0.0), 1.0)
        weight = weight if weight.sum() > 0 else np.ones(left.size)
        j = int(rng.choice(left, p=weight / weight.sum()))
        chosen.append(j)
        least = np.minimum(least, problem.cost[:, j])
    return np.array(chosen, dtype=np.int64)


@kernel
def _even(
    cost: Floats,
    activity: Floats,
    limits: Floats,
    price: Floats,
    step: float,
    rounds: int,
    label: Indices,
) -> None:
    """Assign atoms to the cheapest centre while prices push loads into their limits.

    cost : (atoms, p); price : (p, m), changed in place; label : (atoms,), filled.
    """
    atoms, p = cost.shape
    measures = activity.shape[1]
    load = np.zeros((p, measures))
    for number in range(rounds):
        load[:] = 0.0
        for i in range(atoms):
            best, least = 0, np.inf
            for t in range(p):
                value = cost[i, t]
                for k in range(measures):
                    value += price[t, k] * activity[i, k]
                if value < least:
                    best, least = t, value
            label[i] = best
            for k in range(measures):
                load[best, k] += activity[i, k]
        size = step / np.sqrt(1.0 + number)
        for t in range(p):
            for k in range(measures):
                middle = 0.5 * (limits[0, k] + limits[1, k])
                if limits[1, k] <= 0.0:
                    continue
                # Half the room is aimed at, so that whole units can fall on either side.
                high = 0.5 * (middle + limits[1, k])
                low = 0.5 * (middle + limits[0, k])
                off = max(0.0, load[t, k] - high) - max(0.0, low - load[t, k])
                price[t, k] += size * off / middle


def evened(
    problem: DistrictProblem, ground: Ground, centre: Indices, price: Floats, steps: int
) -> Indices:
    """Return the territory of every atom, the cheapest at prices that even the loads, (atoms,).

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    centre : (p,) int
        Centres; each serves its own atom.
    price : (p, m)
        Prices to begin with, changed in place.
    steps : int
        Steps of the prices.
    """
    scale = np.maximum(problem.activity.mean(axis=0), 1e-300)
    of_atom = np.zeros(ground.movable.size, dtype=np.int64)
    cost = np.ascontiguousarray(ground.cost[:, centre])
    step = float(np.median(cost.min(axis=1)))
    _even(cost, ground.activity / scale, ground.limits / scale, price, step, steps, of_atom)
    of_atom[ground.atom[centre]] = np.arange(centre.size)
    return of_atom


def first_answer(
    problem: DistrictProblem, ground: Ground, centre: Indices, rounds: int = _ROUNDS
) -> Indices:
    """Return labels of whole territories around centres that have moved to their middles.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    centre : (p,) int
        Where to begin; given centres first.
    rounds : int
        Times that centres move and loads are evened.
    """
    price = np.zeros((problem.territories, problem.n_measures))
    label = np.zeros(problem.n_units, dtype=np.int64)
    for number in range(rounds):
        of_atom = evened(problem, ground, centre, price, _PRICE_STEPS)
        label = np.ascontiguousarray(of_atom[ground.atom])
        moved = best_centres(ground, label) if number + 1 < rounds else centre
        if (moved == centre).all():
            break
        centre = np.where(moved >= 0, moved, centre)
    return grown(problem, ground, label, centre)


def placed(problem: DistrictProblem, ground: Ground, label: Indices) -> tuple[Indices, Indices]:
    """Return a given division in the problem's own terms, with a centre for every territory.

    Atoms go where most of their units are, territories of given centres come first, locked units
    go to their centre, and what is missing to the number of territories is opened where the cost
    that is left is highest.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    label : (n,) int
        Any numbers; one number is one territory, -1 = nobody's.

    Returns
    -------
    tuple of (n,) int and (p,) int
    """
    p, given = problem.territories, problem.centres
    kept = _renumbered(label, given, p)
    centre = np.full(p, -1, dtype=np.int64)
    centre[: given.size] = given
    for t in range(given.size, p):
        mine = np.flatnonzero((kept == t) & problem.candidates)
        if mine.size:
            cost = ground.cost[np.ix_(np.unique(ground.atom[kept == t]), mine)].sum(axis=0)
            centre[t] = mine[int(cost.argmin())]
    for t in np.flatnonzero(centre < 0).tolist():
        taken = centre[centre >= 0]
        free = np.flatnonzero(problem.candidates & ~np.isin(problem.atom, problem.atom[taken]))
        if not free.size:
            free = np.setdiff1d(np.flatnonzero(problem.candidates), taken)
        least = problem.cost[free][:, taken].min(axis=1) if taken.size else np.zeros(free.size)
        centre[t] = free[int(least.argmax())]
    lost = (kept < 0) | (kept >= p)
    kept[lost] = problem.cost[np.ix_(lost, centre)].argmin(axis=1)
    kept[centre] = np.arange(p)
    first = ground.member[ground.start[:-1]]
    of_atom = kept[first]
    of_atom[ground.atom[centre]] = np.arange(p)
    return np.ascontiguousarray(of_atom[ground.atom]), centre


def _renumbered(label: Indices, given: Indices, p: int) -> Indices:
    """Return territories numbered from 0, those of given centres first, the largest next."""
    kept = np.full(label.size, -1, dtype=np.int64)
    used: list[int] = []
    for t, unit in enumerate(given.tolist()):
        if label[unit] >= 0 and int(label[unit]) not in used:
            kept[label == label[unit]] = t
        used.append(int(label[unit]))
    names, sizes = np.unique(label[(label >= 0) & ~np.isin(label, used)], return_counts=True)
    for place, name in enumerate(names[np.argsort(-sizes, kind="stable")].tolist()):
        if given.size + place < p:
            kept[label == name] = given.size + place
    return kept


def grown(problem: DistrictProblem, ground: Ground, label: Indices, centre: Indices) -> Indices:
    """Return labels in which every territory is one piece around its centre.

    Units that a territory does not reach through itself go to the neighbour with the nearest
    centre, by cost. Units locked to a far centre bring the way there with them.

    Parameters
    ----------
    problem : DistrictProblem
    ground : Ground
    label : (n,) int
    centre : (p,) int
    """
    label = np.array(label)
    label[centre] = np.arange(centre.size)
    if problem.edges is None:
        return label
    _lay_ways(problem, label, centre)
    mark, queue = spaces(label.size)
    kept = np.zeros(label.size, dtype=np.bool_)
    for t, j in enumerate(centre.tolist()):
        count = walk(j, label, ground.offset, ground.near, mark, queue)
        kept[queue[:count][label[queue[:count]] == t]] = True
    label[~kept] = -1
    _grow(np.ascontiguousarray(problem.cost[:, centre]), label, ground.offset, ground.near)
    return label


def _lay_ways(problem: DistrictProblem, label: Indices, centre: Indices) -> None:
    """Give the units on a shortest way between atoms' units and their centre to its territory."""
    atom = problem.atom
    groups = np.flatnonzero(np.bincount(atom) > 1)
    if not groups.size or problem.edges is None:
        return
    a, b = problem.edges.T
    n = problem.n_units
    taken = np.zeros(n, dtype=np.bool_)
    taken[centre] = True
    taken[np.isin(atom, groups)] = True
    length = np.maximum(problem.cost[a, b] + problem.cost[b, a], 1e-9)
    # A way leads round what others hold, if there is a way round.
    length = np.where(taken[a] | taken[b], _DETOUR * length, length)
    graph = sparse.coo_array((length, (a, b)), (n, n)).tocsr()
    for group in groups.tolist():
        members = np.flatnonzero(atom == group)
        t = int(label[members[0]])
        root = np.array([centre[t]])
        before = dijkstra(graph, directed=False, indices=root, return_predecessors=True)[1][0]
        for unit in members.tolist():
            here = unit
            while here >= 0 and here != centre[t]:
                if here == unit or not taken[here]:
                    label[here], taken[here] = t, True
                here = int(before[here])


@kernel
def _grow(cost: Floats, label: Indices, offset: Indices, near: Indices) -> None:
    """Give units without a territory (-1) to a neighbouring one, nearest centres first."""
    open_units = True
    while open_units:
        open_units = False
        best, target, least = -1, -1, np.inf
        for i in range(label.size):
            if label[i] >= 0:
                continue
            for e in range(offset[i], offset[i + 1]):
                t = label[near[e]]
                if t >= 0 and cost[i, t] < least:
                    best, target, least = i, t, cost[i, t]
        if best >= 0:
            label[best] = target
            open_units = True
