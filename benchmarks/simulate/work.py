"""The work that all subjects do: a slice of the flagship market."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.scenario import read_scenario
from tests.support.shorten import shorten

PACK = Path(__file__).resolve().parents[2] / "scenarios" / "yangtze_beverage"
DESIGN = "today"
SEED = 20261121


@dataclass(frozen=True)
class Work:
    """One replication to simulate.

    Attributes
    ----------
    market, design, address : what `replicate` takes
    outlets : int, outlets that the design covers
    """

    market: Market
    design: Design
    address: Address
    outlets: int

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return self.market.calendar.horizon_days

    def first_days(self, days: int) -> Work:
        """Return the same work over fewer days."""
        return replace(self, market=shorten(self.market, days)) if days < self.days else self


def flagship(outlets: int | None = None, days: int | None = None) -> Work:
    """Read the flagship under today's design.

    Parameters
    ----------
    outlets : int or None
        Outlets to cover, spread evenly over the rows of the pack; all if None or too many.
    days : int or None
        Days to simulate from the start; the whole horizon if None or too many.
    """
    pack = read_scenario(PACK)
    market, design = pack.market, pack.designs[DESIGN]
    covered = np.flatnonzero(design.outlets.mode >= 0)
    count = len(covered) if outlets is None else min(outlets, len(covered))
    if count < len(covered):
        kept = covered[np.arange(count) * len(covered) // count]
        design = uncover(design, np.setdiff1d(covered, kept))
    work = Work(market, design, Address(SEED, 0), count)
    return work if days is None else work.first_days(days)


def uncover(design: Design, rows: IntArray) -> Design:
    """Return a design that leaves some outlets out; sites and people stay as they are."""
    columns: dict[str, np.ndarray] = {}
    nothing = {"mode": -1, "site": -1, "rep": -1, "order_days": 0, "options": -1, "o2o": False}
    for name, value in nothing.items():
        column = getattr(design.outlets, name).copy()
        column[rows] = value
        columns[name] = column
    return replace(design, outlets=replace(design.outlets, **columns))
