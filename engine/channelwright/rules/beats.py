"""The calls of each day of the cycle: static, because the plan and the roads are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import CAPTURES, Market
from channelwright.rules import geography

DAY_START = 28_800
_VISIT = CAPTURES.index("visit")


@dataclass(frozen=True)
class Beat:
    """Planned calls of one cycle day (n rows, by rep and call rank).

    Attributes
    ----------
    outlet, rep : (n,) int64
    end : (n,) int64, second of the day at which the call ends if it is made
    made : (n,) bool, fits into the day
    """

    outlet: IntArray
    rep: IntArray
    end: IntArray
    made: BoolArray
    taken: IntArray


def plan_beats(market: Market, design: Design) -> tuple[Beat, ...]:
    """Return the beat of each of the 28 cycle days."""
    plan = design.outlets
    visited = (plan.mode >= 0) & (plan.rep >= 0)
    visited &= market.modes.capture[np.maximum(plan.mode, 0)] == _VISIT
    rows = np.flatnonzero(visited)
    order = np.lexsort((plan.call_rank[rows], plan.rep[rows]))
    return tuple(_beat(market, design, rows[order], day) for day in range(CYCLE_DAYS))


def _beat(market: Market, design: Design, rows: IntArray, day: int) -> Beat:
    outlet = rows[(design.outlets.order_days[rows] >> day) & 1 == 1]
    rep = design.outlets.rep[outlet]
    if outlet.size == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Beat(empty, empty, empty, np.zeros(0, dtype=bool), empty)
    first = np.append(True, rep[1:] != rep[:-1])
    role = design.reps.role[rep]
    distance = _legs(market, design, outlet, rep, first)
    roles = market.roles
    taken = geography.seconds(distance, roles.speed[role]) + roles.stop_seconds[role]
    taken = taken + roles.call_seconds[role, market.outlets.grade[outlet]]
    total = np.cumsum(taken)
    start = np.flatnonzero(first)
    group = np.cumsum(first) - 1
    clock = total - (total[start] - taken[start])[group]
    number = np.arange(len(outlet)) - start[group]
    made = (clock <= roles.field_seconds[role]) & (number < roles.max_calls[role])
    return Beat(outlet, rep, DAY_START + clock, made, taken)


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


def made_shares(market: Market, design: Design) -> FloatArray:
    """Return the share of planned calls that fit into the days of people: (O,), 1 without calls."""
    planned = np.zeros(len(design.outlets))
    made = np.zeros(len(design.outlets))
    for beat in plan_beats(market, design):
        planned[beat.outlet] += 1
        made[beat.outlet] += beat.made
    return np.divide(made, planned, out=np.ones(len(planned)), where=planned > 0)
