"""06:00, continued: tours of vehicles that are routed every day take the day's own way."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.rules import geography
from channelwright.simulation.delivery.filling import Filled, Stops
from channelwright.simulation.grouping import Whole
from channelwright.simulation.network import Network

_FEWEST = 3  # two stops are as far apart one way round as the other


def route_anew(network: Network, outlet: IntArray, stops: Stops, filled: Filled) -> None:
    """Let tours of daily routes be driven in the order of the day where that is shorter.

    Who is served and which vehicle goes is decided; begin and place of the stops, and seconds,
    metres and waiting of the tours change.

    Parameters
    ----------
    outlet : (n,) int64, outlet of each stop
    """
    rules, market = network.market.delivery, network.market
    if rules is None or rules.daily_route is None:
        return
    vehicle = network.design.sites.vehicle
    points = geography.outlet_points(market)
    heads = np.flatnonzero((filled.served[0] >= 0) & (filled.served[3] == 0))
    for head in heads.tolist():
        tour, kind = filled.served[0, head], vehicle[stops.site[head]]
        size = int(filled.size[tour])
        if size < _FEWEST or not rules.daily_route[kind]:
            continue
        end = head + size
        some = points.take(outlet[head:end])
        gap = np.zeros((size + 1, size + 1), dtype=np.int64)
        gap[1:, 1:] = geography.distance_table(market.geography, some, some)
        gap[0, 1:] = gap[1:, 0] = stops.home_metres[head:end]
        drive = geography.seconds(gap, float(market.vehicles.speed[kind]))
        _drive_anew(gap, drive, stops, (head, end), filled.served, filled.tours[:, tour])


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
    gap: IntArray,
    drive: IntArray,
    stops: Stops,
    rows: tuple[Whole, Whole],
    served: IntArray,
    tour: IntArray,
) -> None:
    """Write the day's own way of a tour, if it is shorter, in time for all and back no later.

    Parameters
    ----------
    gap, drive : (n + 1, n + 1) int64, metres and seconds between points, 0 = the site
    tour : (6,) int64, as in `Filled`
    """
    head, end = rows
    leaving = served[1, head] - stops.home_seconds[head]
    path = day_route(gap)
    begins = np.empty(end - head, dtype=np.int64)
    clock, at, metres, waited = leaving, np.int64(0), np.int64(0), np.int64(0)
    for place in range(len(path)):
        stop = path[place]
        row = head + stop - 1
        arrival = clock + drive[at, stop]
        if arrival > stops.closes[row]:
            return
        begins[place] = max(arrival, stops.opens[row])
        waited += begins[place] - arrival
        metres += gap[at, stop]
        clock, at = begins[place] + stops.stop_seconds[row], stop
    metres, back = metres + gap[at, 0], clock + drive[at, 0]
    if metres >= tour[3] or back - leaving > tour[2]:
        return
    tour[2], tour[3], tour[4] = back - leaving, metres, waited
    for place in range(len(path)):
        row = head + path[place] - 1
        served[1, row], served[3, row] = begins[place], place
