"""06:00, continued: the stops of a day fill the tours of their sites, one kernel for all sites."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.grouping import Whole

FAR = 1 << 40
_GONE = 1 << 50


class Stops(NamedTuple):
    """Stops that could be made (n rows, those of a site together, in order of turn).

    Attributes
    ----------
    site, cases, stop_seconds : (n,) int64
    leg_metres, leg_seconds : (n,) int64, from the stop before
    home_metres, home_seconds : (n,) int64, from the site and back to it
    opens, closes : (n,) int64, when the stop may begin, in seconds after the first leaving
    """

    site: IntArray
    cases: IntArray
    stop_seconds: IntArray
    leg_metres: IntArray
    leg_seconds: IntArray
    home_metres: IntArray
    home_seconds: IntArray
    opens: IntArray
    closes: IntArray


class Fleets(NamedTuple):
    """Vehicles of every site: (S,) int64 each.

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


class Filled(NamedTuple):
    """What the stops of a day became.

    Attributes
    ----------
    served : (4, n) int64, of each stop: tour (-1 = left behind), begin in seconds after the first
        leaving, nothing yet, place in the tour
    tours : (6, t) int64: site, number at the site, seconds, metres, seconds waited, cases
    size, vehicle : (t,) int64, stops and vehicle of each tour
    """

    served: IntArray
    tours: IntArray
    size: IntArray
    vehicle: IntArray


@kernel
def fill(stops: Stops, fleets: Fleets) -> Filled:
    """Fill tours greedily, site by site."""
    count = len(stops.site)
    served = np.full((4, count), -1, dtype=np.int64)
    tours = np.zeros((6, count), dtype=np.int64)
    size = np.zeros(count, dtype=np.int64)
    vehicle = np.zeros(count, dtype=np.int64)
    used: Whole = np.int64(0)  # a literal would be compiled for itself
    row: Whole = np.int64(0)
    while row < count:
        end = row
        while end < count and stops.site[end] == stops.site[row]:
            end += 1
        used = _fill_site(stops, fleets, (row, end), served, tours, size, vehicle, used)
        row = end
    return Filled(served, tours[:, :used].copy(), size, vehicle)


@kernel
def priced(filled: Filled, fleets: Fleets) -> IntArray:
    """Split what tours cost over their stops.

    Returns
    -------
    (4, n) int64, of each stop: tour (-1 = left behind), begin in seconds after the first leaving,
        ticks and metres, evenly split over the stops of the tour, larger parts first
    """
    served, tours, size, _ = filled
    cost = _tour_costs(filled, fleets)
    for row in range(served.shape[1]):
        tour = served[0, row]
        if tour < 0:
            continue
        place, many = served[3, row], size[tour]
        served[0, row] = tours[1, tour]
        served[2, row] = cost[tour] // many + (place < cost[tour] % many)
        served[3, row] = tours[3, tour] // many + (place < tours[3, tour] % many)
    return served


@kernel
def _fill_site(
    stops: Stops,
    fleets: Fleets,
    rows: tuple[Whole, Whole],
    served: IntArray,
    tours: IntArray,
    size: IntArray,
    vehicle: IntArray,
    used: Whole,
) -> Whole:
    """Fill the tours of one site; return the number of tours so far.

    Writes tour, begin and place of every stop served (rows 0, 1, 3), and size and vehicle of the
    tours.
    """
    row, end = rows
    site, first = stops.site[row], used
    last_return, load = fleets.end[site], fleets.load[site]
    free = np.zeros(fleets.vehicles[site], dtype=np.int64)
    while row < end and len(free) > 0:
        one = np.argmin(free)
        start = free[one]
        if start == _GONE:
            break
        arrival = start + stops.home_seconds[row]
        begin = max(arrival, stops.opens[row])
        rest = stops.stop_seconds[row] + stops.home_seconds[row]
        if start > 0 and arrival + rest > last_return:
            break
        if arrival > stops.closes[row] or (start > 0 and begin + rest > last_return):
            row += 1
            continue
        start += begin - arrival  # nobody leaves to wait at the first door
        limit = min(start + fleets.shift[site], last_return)
        clock, cases = begin, np.int64(0)
        metres, waited, head = stops.home_metres[row], np.int64(0), row
        while True:
            served[0, row], served[1, row], served[3, row] = used, begin, row - head
            clock, cases = begin + stops.stop_seconds[row], cases + stops.cases[row]
            row += 1
            if row == end or row - head >= fleets.drops[site]:
                break
            if cases + stops.cases[row] > fleets.cases[site]:
                break
            arrival = clock + stops.leg_seconds[row]
            begin = max(arrival, stops.opens[row])
            back = begin + stops.stop_seconds[row] + stops.home_seconds[row]
            if arrival > stops.closes[row] or back > limit:
                break
            metres += stops.leg_metres[row]
            waited += begin - arrival
        back = clock + stops.home_seconds[row - 1]
        free[one] = _GONE if load < 0 else max(1, back + load)
        tours[0, used], tours[1, used] = site, used - first
        tours[2, used], tours[3, used] = back - start, metres + stops.home_metres[row - 1]
        tours[4, used], tours[5, used] = waited, cases
        size[used], vehicle[used] = row - head, one
        used += 1
    return used


@kernel
def _tour_costs(filled: Filled, fleets: Fleets) -> IntArray:
    """Return the ticks of each tour: its part of a vehicle's day, and its way.

    The day of a vehicle is split evenly over its tours, larger parts first.
    """
    _, tours, _, vehicle = filled
    count = tours.shape[1]
    result = np.zeros(count, dtype=np.int64)
    begin = 0
    while begin < count:
        site, end = tours[0, begin], begin
        made = np.zeros(fleets.vehicles[site] + 1, dtype=np.int64)
        done = np.zeros_like(made)
        while end < count and tours[0, end] == site:
            made[vehicle[end]] += 1
            end += 1
        for tour in range(begin, end):
            one = vehicle[tour]
            part, rest = fleets.day_cost[site] // made[one], fleets.day_cost[site] % made[one]
            road = (tours[3, tour] * fleets.km_cost[site] + 500) // 1000
            result[tour] = part + (done[one] < rest) + road
            done[one] += 1
        begin = end
    return result
