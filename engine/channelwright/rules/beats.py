"""The calls of each day of the cycle: static, because the plan and the roads are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import CAPTURES, Market
from channelwright.rules.field_work import call_seconds, travel_seconds

DAY_START = 28_800
_VISIT = CAPTURES.index("visit")


@dataclass(frozen=True)
class Beat:
    """The lists of people on one day (n rows, by rep and place in the list).

    Attributes
    ----------
    outlet, rep : (n,) int64
    end : (n,) int64, second of the day at which the call ends if it is made
    made : (n,) bool, fits into the day
    taken : (n,) int64, seconds of travel, parking and the call
    planned : (n,) bool, planned for this day; else carried over only
    """

    outlet: IntArray
    rep: IntArray
    end: IntArray
    made: BoolArray
    taken: IntArray
    planned: BoolArray


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
    return _listed(market, design, outlet, np.ones(len(outlet), dtype=bool))


def _listed(market: Market, design: Design, outlet: IntArray, planned: BoolArray) -> Beat:
    """Return the day of people whose lists hold these outlets, by rep in order of the calls."""
    rep = design.outlets.rep[outlet]
    if outlet.size == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Beat(empty, empty, empty, planned, empty, planned)
    role = design.reps.role[rep]
    taken = travel_seconds(market, design, outlet, rep, _firsts(rep))
    taken = taken + market.roles.stop_seconds[role] + call_seconds(market, role, outlet)
    return _clocked(market, design, outlet, taken, planned)


def _firsts(rep: IntArray) -> BoolArray:
    return np.append(True, rep[1:] != rep[:-1])


def _clocked(
    market: Market, design: Design, outlet: IntArray, taken: IntArray, planned: BoolArray
) -> Beat:
    """Return the day of people whose calls take these seconds, travel included."""
    rep = design.outlets.rep[outlet]
    first, role, roles = _firsts(rep), design.reps.role[rep], market.roles
    total = np.cumsum(taken)
    start = np.flatnonzero(first)
    group = np.cumsum(first) - 1
    clock = total - (total[start] - taken[start])[group]
    number = np.arange(len(outlet)) - start[group]
    made = (clock <= roles.field_seconds[role]) & (number < roles.max_calls[role])
    return Beat(outlet, rep, DAY_START + clock, made, taken, planned)


def with_tasks(market: Market, design: Design, beat: Beat, seconds: IntArray) -> Beat:
    """Return the lists of a day whose calls take longer by ``seconds`` (n,)."""
    if not seconds.any():
        return beat
    return _clocked(market, design, beat.outlet, beat.taken + seconds, beat.planned)


def carries(design: Design, outlet: IntArray) -> BoolArray:
    """Return which outlets' missed calls go to the next working day: (n,)."""
    if design.capture is None:
        return np.zeros(len(outlet), dtype=bool)
    return np.asarray(design.capture.carry_over[design.outlets.mode[outlet]])


def missed(design: Design, beat: Beat) -> IntArray:
    """Return the outlets whose calls go to the next working day, in order of the lists."""
    left = beat.outlet[~beat.made]
    return left[carries(design, left)]


def with_carried(market: Market, design: Design, beat: Beat, carried: IntArray) -> Beat:
    """Return the lists of a day: calls carried over first, then the others planned for it.

    Parameters
    ----------
    beat : the calls planned for the day
    carried : (c,) int64, outlets in the order of the lists on which they were missed
    """
    if not carried.size:
        return beat
    late = np.isin(beat.outlet, carried)
    outlet = np.concatenate([carried, beat.outlet[~late]])
    planned = np.append(np.isin(carried, beat.outlet), np.ones(int((~late).sum()), dtype=bool))
    order = np.argsort(design.outlets.rep[outlet], kind="stable")
    return _listed(market, design, outlet[order], planned[order])


def made_shares(market: Market, design: Design) -> FloatArray:
    """Return the share of planned calls that are made: (O,), 1 without calls.

    Without carrying over, over a cycle; else over the working days of the horizon.
    """
    planned = np.zeros(len(design.outlets))
    made = np.zeros(len(design.outlets))
    for beat in _days(market, design):
        planned[beat.outlet] += beat.planned
        made[beat.outlet] += beat.made
    return np.divide(made, planned, out=np.ones(len(planned)), where=planned > 0)


def _days(market: Market, design: Design) -> Iterator[Beat]:
    beats = plan_beats(market, design)
    if design.capture is None or not design.capture.carry_over.any():
        yield from beats
        return
    carried = np.zeros(0, dtype=np.int64)
    for day in np.flatnonzero(market.calendar.working).tolist():
        cycle = (day + market.calendar.start.weekday()) % CYCLE_DAYS
        beat = with_carried(market, design, beats[cycle], carried)
        carried = missed(design, beat)
        if day >= market.calendar.warmup_days:
            yield beat
