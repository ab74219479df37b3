"""What a transition changes on the ground: outlets, people, houses, sites; in which areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.model.market import Market


@dataclass(frozen=True)
class Changes:
    """What differs between the two designs (A areas, K roles, S sites).

    Attributes
    ----------
    outlets : (O,) bool, outlets that get another mode or server
    changed_share : (A,) share of an area's volume that these are
    outlets_by_area : (A,) int64, how many
    people : (2, K, A) int64, people by role under start and target
    served : (2, S, A) bool, sites that serve outlets of an area
    closing : (S,) bool, open under start only
    opening : (S,) bool, open under target only
    """

    outlets: BoolArray
    changed_share: FloatArray
    outlets_by_area: IntArray
    people: IntArray
    served: BoolArray
    closing: BoolArray
    opening: BoolArray


def changes_between(market: Market, start: Design, target: Design) -> Changes:
    """Return what differs between two designs of one market."""
    one, two = start.outlets, target.outlets
    moved = (one.mode != two.mode) | (one.site != two.site)
    area = market.outlets.area
    areas = len(market.areas)
    cases = (market.outlets.rate / market.products.units_per_case).sum(axis=1)
    volume = np.bincount(area, weights=cases, minlength=areas)
    changed = np.bincount(area, weights=np.where(moved, cases, 0.0), minlength=areas)
    return Changes(
        outlets=moved,
        changed_share=np.divide(changed, volume, out=np.zeros(areas), where=volume > 0),
        outlets_by_area=np.bincount(area[moved], minlength=areas),
        people=np.array([_people(market, design) for design in (start, target)]),
        served=np.array([_served(market, design) for design in (start, target)]),
        closing=start.sites.open & ~target.sites.open,
        opening=~start.sites.open & target.sites.open,
    )


def _people(market: Market, design: Design) -> IntArray:
    counts = np.zeros((len(market.roles), len(market.areas)), dtype=np.int64)
    np.add.at(counts, (design.reps.role, design.reps.area), 1)
    return counts


def _served(market: Market, design: Design) -> BoolArray:
    """Return which sites serve an area, itself or through the sites below it."""
    serves = np.zeros((len(market.sites), len(market.areas)), dtype=np.bool_)
    covered = design.outlets.mode >= 0
    serves[design.outlets.site[covered], market.outlets.area[covered]] = True
    for _ in range(len(market.sites)):
        above = serves.copy()
        child = np.flatnonzero(design.sites.parent >= 0)
        np.logical_or.at(above, design.sites.parent[child], serves[child])
        if (above == serves).all():
            break
        serves = above
    return serves
