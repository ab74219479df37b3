"""What a call takes: travel to the outlet and time in it (docs/world/order-capture.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules import geography
from channelwright.rules.roads import road_points, ways


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
    start = np.where(first, len(market.outlets) + design.reps.area[rep], np.roll(outlet, 1))
    return _given(market, start, outlet, seconds)


class CallTimes:
    """Seconds of calls with the way to them, each pair of places looked up once.

    Parameters
    ----------
    market, design : where people, outlets and roads are
    """

    def __init__(self, market: Market, design: Design) -> None:
        self._market, self._design = market, design
        outlets, starts = geography.outlet_points(market), _starts(market, design)
        self._points = geography.Points(
            np.concatenate([outlets.lat, starts.lat]),
            np.concatenate([outlets.lon, starts.lon]),
            np.concatenate([outlets.zone, starts.zone]),
        )
        self._road_points = road_points(self._points)
        self._factor = float(market.geography.road_factor)
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
        """Travel all pairs, those without an outlet before from where their people start."""
        market, design, points = self._market, self._design, self._points
        before, outlet = np.array(pairs, dtype=np.int64).T.copy()
        rep, outlets = design.outlets.rep[outlet], len(market.outlets)
        first, role = before < 0, design.reps.role[rep]
        origin = np.where(first, outlets + rep, before)
        far = ways(self._road_points, origin, outlet, self._factor)
        if far.min() < 0:
            far = geography.metres(market.geography, points.take(origin), points.take(outlet))
        seconds = geography.seconds(far, market.roles.speed[role])
        start = np.where(first, outlets + design.reps.area[rep], before)
        taken = _given(market, start, outlet, seconds) + stay_seconds(market, role, outlet)
        self._known |= dict(zip(pairs, taken.tolist(), strict=True))


def stay_seconds(market: Market, role: IntArray, outlet: IntArray) -> IntArray:
    """Return what a call takes without the way to it: (n,) seconds."""
    return np.asarray(market.roles.stop_seconds[role] + call_seconds(market, role, outlet))


def _given(market: Market, start: IntArray, outlet: IntArray, otherwise: IntArray) -> IntArray:
    """Return the listed seconds where a pair is listed.

    Parameters
    ----------
    start : (n,) outlet, or number of outlets + area, from which people come
    """
    if market.field_work is None or not len(market.field_work.travel):
        return otherwise
    span, listed, seconds = market.field_work.travel.by_pair
    wanted = np.where(outlet < span, start * span + outlet, -1)
    place = np.minimum(np.searchsorted(listed, wanted), len(listed) - 1)
    return np.where(listed[place] == wanted, seconds[place], otherwise)


def _legs(
    market: Market, design: Design, outlet: IntArray, rep: IntArray, first: BoolArray
) -> IntArray:
    """Return metres from the point before: the outlet before, or the rep's start."""
    points, start = geography.outlet_points(market), _starts(market, design).take(rep)
    previous = points.take(np.roll(outlet, 1))
    before = geography.Points(
        np.where(first, start.lat, previous.lat),
        np.where(first, start.lon, previous.lon),
        np.where(first, start.zone, previous.zone),
    )
    return geography.metres(market.geography, before, points.take(outlet))


def _starts(market: Market, design: Design) -> geography.Points:
    """Return where people start their days."""
    reps = design.reps
    return geography.Points(reps.lat, reps.lon, market.areas.zone[reps.area])
