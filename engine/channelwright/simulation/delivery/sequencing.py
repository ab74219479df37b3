"""06:00, continued: tours of vehicles that are routed every day take the day's own way."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.rules.roads import RADIANS, UNSURE, RoadPoints, arc_metres
from channelwright.simulation.delivery.filling import (
    BEGIN,
    CLOSES,
    HOME,
    HOME_METRES,
    LENGTH,
    OPENS,
    PLACE,
    ROW,
    SECONDS,
    SERVED_BY,
    SITE,
    SIZE,
    STOP,
    WAITED,
)
from channelwright.simulation.delivery.load_columns import OUTLET
from channelwright.simulation.grouping import Whole
from channelwright.simulation.network import Network

_FEWEST = 3  # two stops are as far apart one way round as the other
_NO_TABLE = np.zeros((0, 0), dtype=np.int64)


class DayRoutes:
    """Lets tours of daily routes be driven in the order of the day where that is shorter.

    Who is served and which vehicle goes is decided; begin and place of the stops, and seconds,
    metres and waiting of the tours change. Does nothing where no vehicle is routed by the day.
    """

    def __init__(self, network: Network) -> None:
        rules, kind = network.market.delivery, network.design.sites.vehicle
        daily = None if rules is None else rules.daily_route
        self.on = daily is not None
        self._roads = network.roads
        if daily is not None:
            self._sites = daily[kind], network.market.vehicles.speed[kind]

    def route(self, numbers: IntArray, stops: IntArray, count: Whole, tours: IntArray) -> None:
        """Route the tours of a day anew; ``numbers`` : columns of the loads, ``count`` stops."""
        if not self.on:
            return
        roads, table = self._roads, _NO_TABLE
        head: Whole = 0
        ways = (roads.points, roads.factor)
        while head < count:
            head = _route_from(head, numbers, (stops, count), tours, self._sites, ways, table)
            table = _NO_TABLE
            if head < count:
                size = int(tours[SIZE, stops[SERVED_BY, head]])
                rows = stops[ROW, head : head + size]
                table = roads.table(numbers[OUTLET, rows])


@kernel
def _route_from(
    head: Whole,
    numbers: IntArray,
    block: tuple[IntArray, Whole],
    tours: IntArray,
    sites: tuple[BoolArray, FloatArray],
    roads: tuple[RoadPoints, float],
    table: IntArray,
) -> Whole:
    """Route the tours of the stops from a row on.

    Parameters
    ----------
    numbers : columns of the loads; block : stops and their number
    sites : (S,) whether vehicles are routed by the day, and their km/h
    table : (n, n) metres between the stops of the first tour, (0, 0) = to be found

    Returns
    -------
    the first stop of a tour whose ways are to be given, the number of stops when all are done
    """
    stops, count = block
    daily, speed = sites
    first = head
    while head < count:
        tour, site = stops[SERVED_BY, head], stops[SITE, head]
        if tour < 0:
            head += 1
            continue
        end = head + tours[SIZE, tour]
        if end - head >= _FEWEST and daily[site]:
            gap = np.zeros((end - head + 1, end - head + 1), dtype=np.int64)
            known = head == first and len(table) > 0
            if not _ways(gap, numbers, stops, head, roads, table, known):
                return head
            _drive_anew(gap, speed[site], stops, (head, end), tours[:, tour])
        head = end
    return count


@kernel
def _ways(
    gap: IntArray,
    numbers: IntArray,
    stops: IntArray,
    head: Whole,
    roads: tuple[RoadPoints, float],
    table: IntArray,
    known: bool,
) -> bool:
    """Write the metres between site (0) and stops (n + 1, n + 1); return whether all are sure.

    ``table`` : (n, n), if they are known
    """
    (angle, lon, cosine, zone), factor = roads
    for a in range(1, len(gap)):
        gap[0, a] = gap[a, 0] = stops[HOME_METRES, head + a - 1]
        here = numbers[OUTLET, stops[ROW, head + a - 1]]
        for b in range(1, a):
            if known:
                gap[b, a], gap[a, b] = table[b - 1, a - 1], table[a - 1, b - 1]
                continue
            there = numbers[OUTLET, stops[ROW, head + b - 1]]
            east, cosines = (lon[there] - lon[here]) * RADIANS, cosine[here] * cosine[there]
            far = arc_metres(angle[there] - angle[here], east, cosines, factor)
            if far == UNSURE or zone[here] != zone[there]:
                return False
            gap[a, b] = gap[b, a] = far
    return True


@kernel
def day_route(gap: IntArray) -> IntArray:
    """Return the stops in order of a round trip: nearest neighbour, then 2-opt.

    Parameters
    ----------
    gap : (n + 1, n + 1) int64, metres between points, the same both ways; 0 = the site

    Returns
    -------
    (n,) int64, rows of ``gap``. Of equal neighbours the lower one is next; of the stretches whose
    turning round saves metres the one that saves most is turned, of equal ones the first.
    """
    count = len(gap)
    path = np.zeros(count + 1, dtype=np.int64)
    seen = np.zeros(count, dtype=np.bool_)
    for place in range(1, count):
        best: Whole = np.int64(0)
        for stop in range(1, count):
            nearer = best == 0 or gap[path[place - 1], stop] < gap[path[place - 1], best]
            if not seen[stop] and nearer:
                best = np.int64(stop)
        path[place], seen[best] = best, True
    while True:
        most, first, last = np.int64(0), 0, 0
        for before in range(count - 1):
            a, b = path[before], path[before + 1]
            for end in range(before + 2, count):
                c, d = path[end], path[end + 1]
                saving = gap[a, b] + gap[c, d] - gap[a, c] - gap[b, d]
                if saving > most:
                    most, first, last = saving, before + 1, end
        if most == 0:
            return path[1:count]
        while first < last:
            path[first], path[last] = path[last], path[first]
            first, last = first + 1, last - 1


@kernel
def _drive_anew(
    gap: IntArray, speed: float, stops: IntArray, rows: tuple[Whole, Whole], tour: IntArray
) -> None:
    """Write the day's own way of a tour, if it is shorter, in time for all and back no later.

    Parameters
    ----------
    gap : (n + 1, n + 1) int64, metres between points, 0 = the site; speed : km/h
    tour : its column of the block of tours
    """
    head, end = rows
    leaving = stops[BEGIN, head] - stops[HOME, head]
    path = day_route(gap)
    begins = np.empty(end - head, dtype=np.int64)
    clock, at, metres, waited = leaving, np.int64(0), np.int64(0), np.int64(0)
    for place in range(len(path)):
        stop = path[place]
        row = head + stop - 1
        arrival = clock + seconds_of(gap[at, stop], speed)
        if arrival > stops[CLOSES, row]:
            return
        begins[place] = max(arrival, stops[OPENS, row])
        waited += begins[place] - arrival
        metres += gap[at, stop]
        clock, at = begins[place] + stops[STOP, row], stop
    metres, back = metres + gap[at, 0], clock + seconds_of(gap[at, 0], speed)
    if metres >= tour[LENGTH] or back - leaving > tour[SECONDS]:
        return
    tour[SECONDS], tour[LENGTH], tour[WAITED] = back - leaving, metres, waited
    for place in range(len(path)):
        row = head + path[place] - 1
        stops[BEGIN, row], stops[PLACE, row] = begins[place], place


@kernel
def seconds_of(metres: Whole, speed: float) -> Whole:
    """Return driving seconds, rounded half up, as `geography.seconds` does."""
    return np.int64(np.floor(metres * 3.6 / speed + 0.5))
