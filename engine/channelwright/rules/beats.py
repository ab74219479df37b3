"""The calls of each day of the cycle: static, because the plan and the roads are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import CAPTURES, Market
from channelwright.rules.field_work import CallTimes, stay_seconds, travel_seconds

DAY_START = 28_800
_VISIT = CAPTURES.index("visit")


class Beat(NamedTuple):
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
    rows = rows[np.lexsort((plan.call_rank[rows], plan.rep[rows]))]
    planned = (plan.order_days[rows] >> np.arange(CYCLE_DAYS)[:, None]) & 1
    lists = [rows[today] for today in planned.astype(np.bool_)]
    taken = _taken(market, design, lists)
    everybody = [np.ones(len(calls), dtype=bool) for calls in lists]
    days = zip(lists, taken, everybody, strict=True)
    return tuple(_clocked(market, design, *day) for day in days)


def _taken(market: Market, design: Design, lists: list[IntArray]) -> list[IntArray]:
    """Return travel, parking and call of several days' lists, by person in order of the calls."""
    outlet = np.concatenate(lists)
    if not outlet.size:
        return lists
    sizes = [len(calls) for calls in lists]
    rep, day = design.outlets.rep[outlet], np.repeat(np.arange(len(lists)), sizes)
    first = np.append(True, (rep[1:] != rep[:-1]) | (day[1:] != day[:-1]))
    taken = travel_seconds(market, design, outlet, rep, first)
    taken = taken + stay_seconds(market, design.reps.role[rep], outlet)
    return np.split(taken, np.cumsum(sizes)[:-1])


def _clocked(
    market: Market, design: Design, outlet: IntArray, taken: IntArray, planned: BoolArray
) -> Beat:
    """Return the day of people whose calls take these seconds, travel included."""
    rep, roles = design.outlets.rep[outlet], market.roles
    day = (roles.field_seconds, roles.max_calls)
    end, made = _clock(rep, taken, design.reps.role, day)
    return Beat(outlet, rep, end, made, taken, planned)


@kernel
def _clock(
    rep: IntArray, taken: IntArray, role: IntArray, day: tuple[IntArray, IntArray]
) -> tuple[IntArray, BoolArray]:
    """Return when calls end, and whether they fit: in the field seconds and calls of a role."""
    longest, most = day
    end, made = np.empty(len(rep), dtype=np.int64), np.empty(len(rep), dtype=np.bool_)
    clock, number = np.int64(0), 0
    for row in range(len(rep)):
        if row > 0 and rep[row] != rep[row - 1]:
            clock, number = np.int64(0), 0
        clock += taken[row]
        own = role[rep[row]]
        made[row] = clock <= longest[own] and number < most[own]
        end[row] = DAY_START + clock
        number += 1
    return end, made


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
    return left[carries(design, left)] if left.size else left


def with_carried(
    market: Market, design: Design, beat: Beat, carried: IntArray, times: CallTimes
) -> Beat:
    """Return the lists of a day: calls carried over first, then the others planned for it.

    Parameters
    ----------
    beat : the calls planned for the day
    carried : (c,) int64, outlets in the order of the lists on which they were missed
    times : of market and design
    """
    if not carried.size:
        return beat
    late = design.outlets.rep[carried]
    outlet, planned, before, taken = _merged(beat.outlet, beat.rep, beat.taken, carried, late)
    other = (taken < 0).nonzero()[0]
    taken[other] = times.taken(before[other], outlet[other])
    return _clocked(market, design, outlet, taken, planned)


@kernel
def _merged(
    outlet: IntArray, rep: IntArray, taken: IntArray, carried: IntArray, late: IntArray
) -> tuple[IntArray, BoolArray, IntArray, IntArray]:
    """Put calls carried over before those of the same person; both are sorted by person.

    Parameters
    ----------
    outlet, rep, taken : (n,) calls planned, their people and seconds
    carried, late : (c,) outlets carried over and their people

    Returns
    -------
    outlet, planned, before : (m,) calls, whether planned for today, the call before (-1 = none)
    taken : (m,) seconds of calls to which people come from where they planned to, else -1
    """
    room = len(outlet) + len(carried)
    calls, before = np.empty(room, dtype=np.int64), np.full(room, -1, dtype=np.int64)
    planned, seconds = np.zeros(room, dtype=np.bool_), np.full(room, -1, dtype=np.int64)
    used, place, other = 0, 0, 0
    while place < len(outlet) or other < len(carried):
        person = rep[place] if place < len(outlet) else late[other]
        if other < len(carried):
            person = min(person, late[other])
        first, last, wanted = used, np.int64(-1), np.int64(-1)
        while other < len(carried) and late[other] == person:
            calls[used], before[used] = carried[other], last
            last = carried[other]
            other += 1
            used += 1
        fresh = used
        while place < len(outlet) and rep[place] == person:
            again = first
            while again < fresh and calls[again] != outlet[place]:
                again += 1
            if again < fresh:
                planned[again] = True
            else:
                calls[used], before[used], planned[used] = outlet[place], last, True
                if last == wanted:
                    seconds[used] = taken[place]
                last = outlet[place]
                used += 1
            wanted = outlet[place]
            place += 1
    return calls[:used], planned[:used], before[:used], seconds[:used]


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
    carried, times = np.zeros(0, dtype=np.int64), CallTimes(market, design)
    for day in np.flatnonzero(market.calendar.working).tolist():
        cycle = (day + market.calendar.start.weekday()) % CYCLE_DAYS
        beat = with_carried(market, design, beats[cycle], carried, times)
        carried = missed(design, beat)
        if day >= market.calendar.warmup_days:
            yield beat
