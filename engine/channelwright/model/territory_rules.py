"""What a planner may ask of territories besides whom to appoint and how far to drive."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import IntArray

NO_LIMIT = -1


@dataclass(frozen=True)
class TerritoryRules:
    """Rules of a choice of sites and territories.

    Attributes
    ----------
    moved_outlet, moved_case : int, ticks per week for each outlet (each case a week) that
        changes its server: what the move costs, spread over the weeks that must earn it back
    maximum_moved : int, outlets that may change their server; -1 = no limit
    maximum_moved_share : int, ppm of the assigned cases that may change it; -1 = no limit
    drive_seconds : int, longest drive from a site to an outlet; 0 = no limit
    forbidden : (k, 2) int64, rows (site, outlet) that must not meet
    assigned : (O,) int64, site that must serve the outlet, -1 = free
    together : (O,) int64, outlets of one number have one server, -1 = free
    minimum_score : float, screening score below which a house is not appointed
    loss_given_default : int, ppm of what a house owes that is lost when it defaults
    """

    moved_outlet: int
    moved_case: int
    maximum_moved: int
    maximum_moved_share: int
    drive_seconds: int
    forbidden: IntArray
    assigned: IntArray
    together: IntArray
    minimum_score: float
    loss_given_default: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value = np.ascontiguousarray(value)
                value.flags.writeable = False
                object.__setattr__(self, field.name, value)

    @property
    def limits_moves(self) -> bool:
        """True when only so many outlets or cases may change their server."""
        return self.maximum_moved >= 0 or self.maximum_moved_share >= 0
