"""Which sites to open and who serves whom: the problem, its bounds, its search, its answer."""

from __future__ import annotations

from channelwright.optimisation.location.problem import LocationProblem, LocationProblemError
from channelwright.optimisation.location.solution import LocationOptions, LocationSolution
from channelwright.optimisation.location.solve import solve_location

__all__ = [
    "LocationOptions",
    "LocationProblem",
    "LocationProblemError",
    "LocationSolution",
    "solve_location",
]
