"""Who is next to whom, from points: Delaunay or Gabriel graph with a cap on the distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.spatial import Delaunay, QhullError, cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

#: A point on the circle is not in it; the ends of an edge lie on its circle.
_ROUNDING = 1e-9
_METRES_PER_DEGREE = 111_195.0
Graph = Literal["gabriel", "delaunay"]


def adjacency_of(points: Floats, graph: Graph = "gabriel", cap: float = np.inf) -> Indices:
    """Return neighbouring pairs of points.

    Two points are Gabriel neighbours if no third one lies in the circle over their connecting
    line (Gabriel & Sokal 1969); these are edges of the Delaunay triangulation. Points at one
    place form a chain, and the first of them has the neighbours.

    Parameters
    ----------
    points : (n, 2)
        Plane coordinates.
    graph : str
        ``gabriel`` or ``delaunay``.
    cap : float
        Longest edge, in the unit of the points.

    Returns
    -------
    (e, 2) int
        Pairs with the lower number first, sorted.
    """
    # Far from the origin neighbours differ in the last digits only.
    near = points - points.mean(axis=0) if len(points) else points
    places, first, place_of = np.unique(near, axis=0, return_index=True, return_inverse=True)
    pairs = _triangulated(places)
    length = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    if graph == "gabriel":
        middle = (places[pairs[:, 0]] + places[pairs[:, 1]]) / 2
        nearest = cKDTree(places).query(middle)[0] if len(pairs) else length
        pairs = pairs[nearest >= length / 2 * (1 - _ROUNDING)]
        length = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    pairs = first[pairs[length <= cap]].reshape(-1, 2)
    everything = np.concatenate([pairs, _chains(np.asarray(place_of).ravel(), first)])
    return np.unique(np.sort(everything, axis=1), axis=0).astype(np.int64)


def plane_of(lat: Floats, lon: Floats) -> Floats:
    """Return places in degrees as metres on a plane that touches their middle: (n, 2)."""
    factor = np.cos(np.radians(lat.mean())) if lat.size else 1.0
    return np.stack([lon * factor, lat], axis=1) * _METRES_PER_DEGREE


def _triangulated(places: Floats) -> Indices:
    """Return Delaunay edges; for points on a line, the pairs along it."""
    if len(places) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    try:
        corners = Delaunay(places).simplices if len(places) > 2 else None
    except QhullError:
        corners = None
    if corners is None:
        # Unique places are sorted, so those on a line follow each other.
        index = np.arange(len(places) - 1)
        return np.stack([index, index + 1], axis=1)
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    return np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)


def _chains(place_of: Indices, first: Indices) -> Indices:
    order = np.lexsort((np.arange(place_of.size), place_of))
    same = place_of[order][1:] == place_of[order][:-1]
    return np.stack([order[:-1][same], order[1:][same]], axis=1)
