"""Compact, balanced, connected territories: the problem, its bounds, its search, its answer."""

from __future__ import annotations

from channelwright.optimisation.districts.problem import DistrictProblem, DistrictProblemError
from channelwright.optimisation.districts.solution import (
    DistrictOptions,
    Districts,
    DistrictSolution,
)
from channelwright.optimisation.districts.solve import solve_districts
from channelwright.rules.adjacency import adjacency_of

__all__ = [
    "DistrictOptions",
    "DistrictProblem",
    "DistrictProblemError",
    "DistrictSolution",
    "Districts",
    "adjacency_of",
    "solve_districts",
]
