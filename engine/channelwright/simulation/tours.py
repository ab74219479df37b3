"""06:00: trucks leave with what was picked; carriers deliver at a tariff."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS, BoolArray, IntArray, split_evenly
from channelwright.rules import geography
from channelwright.simulation import failing
from channelwright.simulation.chains import drop_costs
from channelwright.simulation.garage import Garage
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State

LEAVE = 21_600


@dataclass(frozen=True)
class Dropped:
    """Deliveries of one day (n rows, one per pick order).

    Attributes
    ----------
    loads : Rows, the pick orders delivered
    second, tour, cost, metres : (n,) int64; tour -1 = tariff
    failed : (n,) bool, nobody took the goods
    cancelled : (n,) bool, and it was the last attempt
    tours : Rows with site, seconds, metres, cases per tour that left
    """

    loads: Rows
    second: IntArray
    tour: IntArray
    cost: IntArray
    metres: IntArray
    failed: BoolArray
    cancelled: BoolArray
    tours: Rows

    def split(self) -> tuple[Dropped, Dropped]:
        """Return the stops that were served and those that failed."""
        return self._part(~self.failed), self._part(self.failed)

    def _part(self, mask: BoolArray) -> Dropped:
        return Dropped(
            loads=self.loads.take(mask),
            second=self.second[mask],
            tour=self.tour[mask],
            cost=self.cost[mask],
            metres=self.metres[mask],
            failed=self.failed[mask],
            cancelled=self.cancelled[mask],
            tours=self.tours,
        )


@dataclass
class _Tour:
    site: int
    number: int
    vehicle: int
    stops: list[int]
    arrivals: list[int]
    seconds: int
    metres: int
    day_cost: int = 0


def deliver(network: Network, address: Address, state: State) -> Dropped:
    """Deliver everything that leaves or arrives on ``state.day``; updates the loads."""
    loads = state.loads
    by_tariff = np.flatnonzero((loads["tariff"] >= 0) & (loads["tariff"] <= state.day))
    tours: list[_Tour] = []
    if network.market.calendar.working[state.day]:
        tours = _plan(network, state)
    rows, second, number, cost, metres = _stops(network, tours, by_tariff, loads)
    failed, cancelled = failing.stops(network, address, state, rows)
    dropped = Dropped(
        loads.take(rows), second, number, cost, metres, failed, cancelled, _tour_rows(tours, loads)
    )
    mask = np.ones(len(loads), dtype=bool)
    mask[rows] = failed & ~cancelled
    loads.keep(mask)
    return dropped


def _plan(network: Network, state: State) -> list[_Tour]:
    loads = state.loads
    ready = (loads["tariff"] < 0) & (loads["ready"] <= state.day * DAY_SECONDS + LEAVE)
    rows = np.flatnonzero(ready)
    if rows.size == 0:
        return []
    rank = network.design.outlets.route_rank[loads["outlet"][rows]]
    keys = (loads["order_day"][rows], rank, 1 - loads["left"][rows], loads["site"][rows])
    rows = rows[np.lexsort(keys)]
    legs, home, back, stop = _times(network, loads, rows)
    site = loads["site"][rows]
    edges = np.flatnonzero(np.append(True, site[1:] != site[:-1]))
    cases = loads["cases"][rows].sum(axis=1).tolist()
    columns = (legs, home, back, stop)
    drive = tuple((metres.tolist(), seconds.tolist()) for metres, seconds in columns[:3])
    tours: list[_Tour] = []
    for first, last in zip(edges, np.append(edges[1:], len(rows)), strict=True):
        found, served = _fill(
            network, int(site[first]), int(first), int(last), cases, drive, stop[0].tolist()
        )
        loads["left"][rows[served:last]] = 1
        for tour in found:
            tour.stops = rows[tour.stops].tolist()
        tours += found
    return tours


_Leg = tuple[IntArray, IntArray]


def _times(
    network: Network, loads: Rows, rows: IntArray
) -> tuple[_Leg, _Leg, _Leg, tuple[IntArray, IntArray]]:
    """Return (metres, seconds) of the leg from the stop before, from and to the site."""
    market = network.market
    outlet = loads["outlet"][rows]
    vehicle = network.design.sites.vehicle[loads["site"][rows]]
    speed = market.vehicles.speed[vehicle]
    points = geography.outlet_points(market).take(outlet)
    before = geography.outlet_points(market).take(np.roll(outlet, 1))
    leg = geography.metres(market.geography, before, points)
    home = network.option_metres[outlet, loads["option"][rows]]
    cases = loads["cases"][rows].sum(axis=1)
    fleet = market.vehicles
    stop = fleet.drop_seconds[vehicle] + fleet.case_seconds[vehicle] * cases
    there = geography.seconds(home, speed)
    return (leg, geography.seconds(leg, speed)), (home, there), (home, there), (stop, stop)


def _fill(
    network: Network,
    site: int,
    first: int,
    last: int,
    cases: list[int],
    drive: tuple[tuple[list[int], list[int]], ...],
    stop: list[int],
) -> tuple[list[_Tour], int]:
    """Fill tours greedily; returns them and the first row that stays behind."""
    (leg_m, leg_s), (out_m, out_s), (back_m, back_s) = drive
    fleet, plan = network.market.vehicles, network.design.sites
    kind = int(plan.vehicle[site])
    room, most = int(fleet.cases[kind]), int(fleet.drops[kind])
    shift = int(fleet.shift_seconds[kind])
    garage = Garage(network, kind, int(plan.vehicles[site]))
    tours: list[_Tour] = []
    row = first
    while row < last and garage.can_take(out_s[row] + stop[row] + back_s[row]):
        vehicle, start = garage.next_vehicle()
        limit = min(start + shift, garage.end)
        arrivals = [start + out_s[row]]
        clock, metres, load = start + out_s[row] + stop[row], out_m[row], cases[row]
        head, row = row, row + 1
        while row < last and row - head < most and load + cases[row] <= room:
            later = clock + leg_s[row] + stop[row]
            if later + back_s[row] > limit:
                break
            arrivals.append(clock + leg_s[row])
            clock, metres, load = later, metres + leg_m[row], load + cases[row]
            row += 1
        end = row - 1
        back = clock + back_s[end]
        garage.returns(back)
        stops = list(range(head, row))
        length = metres + back_m[end]
        tours.append(_Tour(site, len(tours), vehicle, stops, arrivals, back - start, length))
    _share_day_costs(tours, int(fleet.day_cost[kind]))
    return tours, row


def _share_day_costs(tours: list[_Tour], day_cost: int) -> None:
    """Split the day of each vehicle evenly over its tours, larger parts first."""
    made = Counter(tour.vehicle for tour in tours)
    parts = {vehicle: split_evenly(day_cost, count).tolist() for vehicle, count in made.items()}
    for tour in tours:
        tour.day_cost = parts[tour.vehicle].pop(0)


def _stops(
    network: Network, tours: list[_Tour], by_tariff: IntArray, loads: Rows
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Return row, second, tour number, cost and metres of every stop."""
    stops = np.array([stop for tour in tours for stop in tour.stops], dtype=np.int64)
    arrival = np.array([a for tour in tours for a in tour.arrivals], dtype=np.int64)
    sizes = np.array([len(tour.stops) for tour in tours], dtype=np.int64)
    number = np.repeat(np.array([tour.number for tour in tours], dtype=np.int64), sizes)
    length = np.array([tour.metres for tour in tours], dtype=np.int64)
    place = np.array([tour.site for tour in tours], dtype=np.int64)
    fleet = network.market.vehicles
    vehicle = network.design.sites.vehicle[place]
    day_cost = np.array([tour.day_cost for tour in tours], dtype=np.int64)
    cost = day_cost + (length * fleet.km_cost[vehicle] + 500) // 1000
    service, mode = network.design.service, loads["mode"][by_tariff]
    cases = loads["cases"][by_tariff].sum(axis=1)
    tariff = drop_costs(network, loads.take(by_tariff)) + service.tariff_case[mode] * cases
    none = np.zeros(len(by_tariff), dtype=np.int64)
    return (
        np.concatenate([stops, by_tariff]),
        np.concatenate([LEAVE + arrival, none + LEAVE]),
        np.concatenate([number, none - 1]),
        np.concatenate([spread(cost, sizes), tariff]),
        np.concatenate([spread(length, sizes), none]),
    )


def spread(total: IntArray, parts: IntArray) -> IntArray:
    """Split each total evenly over its parts, larger parts first: (sum of parts,)."""
    if len(total) == 0:
        return np.zeros(0, dtype=np.int64)
    base, rest = total // parts, total % parts
    position = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.repeat(base, parts) + (position < np.repeat(rest, parts))


def _tour_rows(tours: list[_Tour], loads: Rows) -> Rows:
    cases = loads["cases"]
    return Rows(
        site=np.array([tour.site for tour in tours], dtype=np.int64),
        seconds=np.array([tour.seconds for tour in tours], dtype=np.int64),
        metres=np.array([tour.metres for tour in tours], dtype=np.int64),
        cases=np.array([int(cases[tour.stops].sum()) for tour in tours], dtype=np.int64),
    )
