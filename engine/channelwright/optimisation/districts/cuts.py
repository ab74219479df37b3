"""Separators that an answer breaks: between a detached piece of a territory and its centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.districts.model import Separator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from channelwright.optimisation.districts.ground import Ground

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: Violation below which a fractional cut is not worth a row.
_WORTH = 0.05


def _neighbours(ground: Ground, unit: int) -> Indices:
    return ground.near[ground.offset[unit] : ground.offset[unit + 1]]


def pieces_of(ground: Ground, members: Indices) -> list[Indices]:
    """Return the connected pieces of a set of units.

    Parameters
    ----------
    ground : Ground
    members : (k,) int
    """
    left = set(members.tolist())
    pieces = []
    while left:
        here = left.pop()
        piece, queue = [here], [here]
        while queue:
            for there in _neighbours(ground, queue.pop()).tolist():
                if there in left:
                    left.remove(there)
                    piece.append(there)
                    queue.append(there)
        pieces.append(np.array(sorted(piece), dtype=np.int64))
    return pieces


def separators_of(
    ground: Ground, label: Indices, centre: Indices, others: Indices
) -> Iterator[Separator]:
    """Yield the separators that an assignment breaks, for each unit of a detached piece.

    The units around a piece that can be reached from the centre without crossing them are enough
    to separate it (the smallest part of its border). A piece that one centre leaves behind would
    be left behind by others as well, so they get its separators at once.

    Parameters
    ----------
    ground : Ground
    label : (n,) int
    centre : (p,) int
    others : (c,) int
        Further units that may be centres.
    """
    for t, j in enumerate(centre.tolist()):
        for piece in pieces_of(ground, np.flatnonzero(label == t)):
            if j in piece:
                continue
            for k in {j, *others.tolist()} - set(piece.tolist()):
                through = tuple(np.unique(ground.atom[_border(ground, piece, k)]).tolist())
                for a in np.unique(ground.atom[piece]).tolist():
                    if a not in through:
                        yield Separator(a, k, through)


def _border(ground: Ground, piece: Indices, centre: int) -> Indices:
    around = np.unique(np.concatenate([_neighbours(ground, u) for u in piece.tolist()]))
    border = set(np.setdiff1d(around, piece).tolist())
    reached, queue, met = {centre}, [centre], set()
    if centre in border:
        return np.array([centre], dtype=np.int64)
    while queue:
        for there in _neighbours(ground, queue.pop()).tolist():
            if there in border:
                met.add(there)
            elif there not in reached:
                reached.add(there)
                queue.append(there)
    return np.array(sorted(met), dtype=np.int64)


def fractional_separators(ground: Ground, table: Floats) -> Iterator[Separator]:
    """Yield neighbour cuts that a fractional assignment breaks: x_aj <= sum of neighbours' x.

    The neighbours of a unit separate it from any centre that is not among them. Pieces of the
    support that do not hold the centre give stronger cuts, which are tried as well.

    Parameters
    ----------
    ground : Ground
    table : (atoms, n)
        Fractional assignment, zero where there is no arc.
    """
    atom = ground.atom
    for j in np.flatnonzero(table.any(axis=0)).tolist():
        x = table[atom, j]
        around = np.add.reduceat(np.append(x[ground.near], 0.0), ground.offset[:-1]) * (
            np.diff(ground.offset) > 0
        )
        near = np.zeros(atom.size, dtype=np.bool_)
        near[_neighbours(ground, j)] = True
        near[j] = True
        for u in np.flatnonzero((x > around + _WORTH) & ~near).tolist():
            through = np.unique(atom[_neighbours(ground, u)])
            if int(atom[u]) not in through:
                yield Separator(int(atom[u]), j, tuple(through.tolist()))
        yield from _piece_cuts(ground, x, j)


def _piece_cuts(ground: Ground, x: Floats, j: int) -> Iterator[Separator]:
    for level in (1e-6, 0.2):
        inside = x > level
        inside[j] = True
        for piece in pieces_of(ground, np.flatnonzero(inside)):
            if j in piece:
                continue
            through = np.unique(ground.atom[_border(ground, piece, j)])
            way = float(x[ground.member[ground.start[through]]].sum()) if through.size else 0.0
            for u in piece[np.argsort(-x[piece])][:3].tolist():
                a = int(ground.atom[u])
                if x[u] > way + _WORTH and a not in through:
                    yield Separator(a, j, tuple(through.tolist()))
