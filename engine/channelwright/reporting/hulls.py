"""Outlines of territories: the convex hull of the outlets that a site serves."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull, QhullError


def hull(lat: np.ndarray, lon: np.ndarray) -> np.ndarray | None:
    """Return the corners of the convex hull, counter-clockwise, first = last: (k, 2) lon, lat.

    None where the points lie on a line or are fewer than three: there is no area to draw.

    Parameters
    ----------
    lat, lon : (n,) degrees
    """
    places = np.unique(np.stack([lon, lat], axis=1), axis=0)
    if len(places) < 3:
        return None
    try:
        corners = places[ConvexHull(places).vertices]
    except QhullError:
        return None
    return np.concatenate([corners, corners[:1]])
