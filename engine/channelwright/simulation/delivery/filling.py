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


@kernel
def fill(stops: Stops, fleets: Fleets) -> tuple[IntArray, IntArray]:
    """Fill tours greedily, site by site.

    Returns
    -------
    (4, n) int64, of each stop: tour (-1 = left behind), begin in seconds after the first leaving,
        ticks and metres, evenly split over the stops of the tour, larger parts first
    (6, tours) int64: site, number at the site, seconds, metres, seconds waited, cases
    """
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
        first = used
        used = _fill_site(stops, fleets, (row, end), served, tours, size, vehicle, first)
        _share_costs(fleets, stops.site[row], tours, vehicle, (first, used), size)
        row = end
    for row in range(count):
        tour = served[0, row]
        if tour < 0:
            continue
        place, many = served[3, row], size[tour]
        cost = vehicle[tour]
        served[0, row] = tours[1, tour]
        served[2, row] = cost // many + (place < cost % many)
        served[3, row] = tours[3, tour] // many + (place < tours[3, tour] % many)
    return served, tours[:, :used].copy()


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
def _share_costs(
    fleets: Fleets,
    site: Whole,
    tours: IntArray,
    vehicle: IntArray,
    some: tuple[Whole, Whole],
    size: IntArray,
) -> None:
    """Write the cost of each tour of a site in place of its vehicle.

    The day of a vehicle is split evenly over its tours, larger parts first.
    """
    begin, end = some
    made = np.zeros(fleets.vehicles[site] + 1, dtype=np.int64)
    done = np.zeros_like(made)
    for tour in range(begin, end):
        made[vehicle[tour]] += 1
    for tour in range(begin, end):
        one = vehicle[tour]
        part, rest = fleets.day_cost[site] // made[one], fleets.day_cost[site] % made[one]
        road = (tours[3, tour] * fleets.km_cost[site] + 500) // 1000
        vehicle[tour] = part + (done[one] < rest) + road
        done[one] += 1
