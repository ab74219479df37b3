"""06:00, continued: the stops of a day fill the tours of their sites, site by site.

Everything lies in blocks, one row for each column: stops of the trucks (n), those of a site
together, in order of turn; tours (t); fleets of the sites (S).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.grouping import Whole

FAR = 1 << 40
_GONE = 1 << 50

#: Rows of the block of stops: the load, its site, cases, s of the stop; metres and s from the stop
#: before, and between the site and it; from and to when it may begin, s after the first leaving.
(ROW, SITE, CASES, STOP, LEG_METRES, LEG, HOME_METRES, HOME, OPENS, CLOSES) = range(10)
#: What became of a stop: its tour (-1 = left behind), s of its begin after the first leaving, its
#: place in the tour.
SERVED_BY, BEGIN, PLACE = range(10, 13)
STOP_ROWS = 13
#: Rows of the block of tours: site, number at the site, s, metres, s waited, cases, stops, vehicle.
(TOUR_SITE, NUMBER, SECONDS, LENGTH, WAITED, LOADED, SIZE, VEHICLE) = range(8)
TOUR_ROWS = 8


class Fleets(NamedTuple):
    """Vehicles of every site: (S,) int64 each; rows of the block of fleets.

    ``load`` : seconds between two tours of a vehicle, -1 = one tour a day; ``end`` : latest return.
    """

    vehicles: IntArray
    cases: IntArray
    drops: IntArray
    shift: IntArray
    load: IntArray
    end: IntArray
    day_cost: IntArray
    km_cost: IntArray


_VEHICLES, _CASES, _DROPS, _SHIFT, _LOAD, _END, _DAY_COST, _KM_COST = range(8)


@kernel
def fill(stops: IntArray, count: Whole, fleets: IntArray, tours: IntArray) -> Whole:
    """Fill tours greedily, site by site; write them and what became of the stops.

    Parameters
    ----------
    stops, tours : blocks with room for ``count`` columns

    Returns
    -------
    the number of tours
    """
    used: Whole = np.int64(0)  # a literal would be compiled for itself
    row: Whole = np.int64(0)
    for stop in range(count):
        stops[SERVED_BY, stop] = -1
    while row < count:
        end = row
        while end < count and stops[SITE, end] == stops[SITE, row]:
            end += 1
        used = _fill_site(stops, fleets, (row, end), tours, used)
        row = end
    return used


@kernel
def _fill_site(
    stops: IntArray, fleets: IntArray, rows: tuple[Whole, Whole], tours: IntArray, used: Whole
) -> Whole:
    """Fill the tours of one site; return the number of tours so far."""
    row, end = rows
    site, first = stops[SITE, row], used
    last_return, load = fleets[_END, site], fleets[_LOAD, site]
    free = np.zeros(fleets[_VEHICLES, site], dtype=np.int64)
    while row < end and len(free) > 0:
        one = np.argmin(free)
        start = free[one]
        if start == _GONE:
            break
        arrival = start + stops[HOME, row]
        begin = max(arrival, stops[OPENS, row])
        rest = stops[STOP, row] + stops[HOME, row]
        if start > 0 and arrival + rest > last_return:
            break
        if arrival > stops[CLOSES, row] or (start > 0 and begin + rest > last_return):
            row += 1
            continue
        start += begin - arrival  # nobody leaves to wait at the first door
        limit = min(start + fleets[_SHIFT, site], last_return)
        clock, cases = begin, np.int64(0)
        metres, waited, head = stops[HOME_METRES, row], np.int64(0), row
        while True:
            stops[SERVED_BY, row], stops[BEGIN, row], stops[PLACE, row] = used, begin, row - head
            clock, cases = begin + stops[STOP, row], cases + stops[CASES, row]
            row += 1
            if row == end or row - head >= fleets[_DROPS, site]:
                break
            if cases + stops[CASES, row] > fleets[_CASES, site]:
                break
            arrival = clock + stops[LEG, row]
            begin = max(arrival, stops[OPENS, row])
            back = begin + stops[STOP, row] + stops[HOME, row]
            if arrival > stops[CLOSES, row] or back > limit:
                break
            metres += stops[LEG_METRES, row]
            waited += begin - arrival
        back = clock + stops[HOME, row - 1]
        free[one] = _GONE if load < 0 else max(1, back + load)
        tours[TOUR_SITE, used], tours[NUMBER, used] = site, used - first
        tours[SECONDS, used] = back - start
        tours[LENGTH, used] = metres + stops[HOME_METRES, row - 1]
        tours[WAITED, used], tours[LOADED, used] = waited, cases
        tours[SIZE, used], tours[VEHICLE, used] = row - head, one
        used += 1
    return used


@kernel
def tour_costs(tours: IntArray, count: Whole, fleets: IntArray) -> IntArray:
    """Return the ticks of each tour: its part of a vehicle's day, and its way.

    The day of a vehicle is split evenly over its tours, larger parts first.
    """
    result = np.zeros(count, dtype=np.int64)
    begin = 0
    while begin < count:
        site, end = tours[TOUR_SITE, begin], begin
        made = np.zeros(fleets[_VEHICLES, site] + 1, dtype=np.int64)
        done = np.zeros_like(made)
        while end < count and tours[TOUR_SITE, end] == site:
            made[tours[VEHICLE, end]] += 1
            end += 1
        day_cost = fleets[_DAY_COST, site]
        for tour in range(begin, end):
            one = tours[VEHICLE, tour]
            part, rest = day_cost // made[one], day_cost % made[one]
            road = (tours[LENGTH, tour] * fleets[_KM_COST, site] + 500) // 1000
            result[tour] = part + (done[one] < rest) + road
            done[one] += 1
        begin = end
    return result
