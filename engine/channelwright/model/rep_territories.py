"""What is asked of the territories of people inside the territory of a site."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.foundation.units import BoolArray, FloatArray, IntArray

#: What can be balanced between the people of a team, with its unit.
BALANCED = {
    "cases": "cases per week",
    "workload": "field hours per week",
    "outlets": "outlets",
}


@dataclass(frozen=True)
class RepTerritories:
    """Cut the outlets of every team into compact, balanced territories, one per person.

    Attributes
    ----------
    tolerance : (3,) float, share by which a person may be off the team's mean of each of
        `BALANCED`; inf = not balanced
    price : (3,) float, call-km (or call-km²) per week that a unit beyond the tolerance
        costs; inf = the tolerance is hard
    graph : str, ``"none"``, ``"gabriel"`` or ``"delaunay"``: who is next to whom; with a
        graph every territory is connected
    cap_metres : int, longest edge of the graph; 0 = no limit
    moment : bool, squared distance to the centre instead of distance
    locked : (O,) bool, outlets that keep company with those of the same person in the
        starting design, and stay apart from those of another one
    together, apart : (n, 2) int, pairs of outlets
    """

    tolerance: FloatArray
    price: FloatArray
    graph: str
    cap_metres: int
    moment: bool
    locked: BoolArray
    together: IntArray
    apart: IntArray
