"""What a call takes: travel to the outlet and time in it (docs/world/order-capture.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules import geography


def call_seconds(market: Market, role: IntArray | int, outlet: IntArray) -> IntArray:
    """Return the time in each outlet of a call by a role: (n,) seconds."""
    by_grade = np.asarray(market.roles.call_seconds[role, market.outlets.grade[outlet]])
    if market.field_work is None:
        return by_grade
    by_segment = market.field_work.call_seconds[role, market.outlets.segment[outlet]]
    return np.where(by_segment >= 0, by_segment, by_grade)


def travel_seconds(
    market: Market, design: Design, outlet: IntArray, rep: IntArray, first: BoolArray
) -> IntArray:
    """Return the travel time to each call of a list (n rows, by person in order of the calls).

    Parameters
    ----------
    first : (n,) bool, first call of a person's day, who then comes from the start point
    """
    speed = market.roles.speed[design.reps.role[rep]]
    seconds = geography.seconds(_legs(market, design, outlet, rep, first), speed)
    if market.field_work is None or not len(market.field_work.travel):
        return seconds
    return _given(market, design, outlet, rep, first, seconds)


class CallTimes:
    """Seconds of calls with the way to them, each pair of places looked up once.

    Parameters
    ----------
    market, design : where people, outlets and roads are
    """

    def __init__(self, market: Market, design: Design) -> None:
        self._market, self._design = market, design
        self._known: dict[tuple[int, int], int] = {}

    def taken(self, before: IntArray, outlet: IntArray) -> IntArray:
        """Return travel, parking and call of each person's own outlets: (n,) seconds.

        Parameters
        ----------
        before : (n,) outlet from which the person comes, -1 = from the start point
        """
        pairs = list(zip(before.tolist(), outlet.tolist(), strict=True))
        new = [pair for pair in pairs if pair not in self._known]
        if new:
            self._look_up(new)
        return np.array([self._known[pair] for pair in pairs], dtype=np.int64)

    def _look_up(self, pairs: list[tuple[int, int]]) -> None:
        """Travel all pairs as lists of two calls, or of one from the start point."""
        market, design = self._market, self._design
        stops = [(stop, at > 0) for pair in pairs for at, stop in enumerate(pair) if stop >= 0]
        outlet = np.array([stop for stop, _ in stops], dtype=np.int64)
        second = np.array([late for _, late in stops])
        first = ~second | np.append(True, second[:-1])
        rep = design.outlets.rep[outlet]
        taken = travel_seconds(market, design, outlet, rep, first)
        taken = taken + stay_seconds(market, design.reps.role[rep], outlet)
        self._known |= dict(zip(pairs, taken[second].tolist(), strict=True))


def stay_seconds(market: Market, role: IntArray, outlet: IntArray) -> IntArray:
    """Return what a call takes without the way to it: (n,) seconds."""
    return np.asarray(market.roles.stop_seconds[role] + call_seconds(market, role, outlet))


def _given(
    market: Market,
    design: Design,
    outlet: IntArray,
    rep: IntArray,
    first: BoolArray,
    otherwise: IntArray,
) -> IntArray:
    """Return the listed seconds where a pair is listed."""
    assert market.field_work is not None
    span, listed, seconds = market.field_work.travel.by_pair
    start = np.where(first, len(market.outlets) + design.reps.area[rep], np.roll(outlet, 1))
    wanted = np.where(outlet < span, start * span + outlet, -1)
    place = np.minimum(np.searchsorted(listed, wanted), len(listed) - 1)
    return np.where(listed[place] == wanted, seconds[place], otherwise)


def _legs(
    market: Market, design: Design, outlet: IntArray, rep: IntArray, first: BoolArray
) -> IntArray:
    """Return metres from the point before: the outlet before, or the rep's start."""
    points = geography.outlet_points(market)
    reps = design.reps
    start = geography.Points(reps.lat, reps.lon, market.areas.zone[reps.area]).take(rep)
    previous = points.take(np.roll(outlet, 1))
    before = geography.Points(
        np.where(first, start.lat, previous.lat),
        np.where(first, start.lon, previous.lon),
        np.where(first, start.zone, previous.zone),
    )
    return geography.metres(market.geography, before, points.take(outlet))
