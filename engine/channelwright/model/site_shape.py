"""What the territories of sites must look like: connected, balanced, pairs apart."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class SiteShape:
    """Connection and balance of the territories of sites.

    Attributes
    ----------
    graph : str, ``"none"``, ``"gabriel"``, ``"delaunay"`` or ``"table"``: who is next to whom;
        with a graph every territory is connected with its site
    cap_metres : int, longest way between neighbours; 0 = no limit
    neighbours : (e, 2) int64, pairs of outlets of the table
    tolerance : (3,) float, share by which a site may be off the mean of the open ones in each of
        `model.rep_territories.BALANCED`; inf = not balanced
    price : (3,) float, currency per week for a unit beyond the tolerance; inf = it is hard
    apart : (a, 2) int64, pairs of outlets that must not have one server
    """

    graph: str
    cap_metres: int
    neighbours: IntArray
    tolerance: FloatArray
    price: FloatArray
    apart: IntArray

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
