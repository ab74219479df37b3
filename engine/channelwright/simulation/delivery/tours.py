"""06:00: trucks leave with what was picked; carriers deliver at a tariff."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS, BoolArray, FloatArray, IntArray
from channelwright.rules.roads import RADIANS, UNSURE, RoadPoints, arc_metres
from channelwright.simulation.delivery import filling
from channelwright.simulation.delivery.failing import Failures, fail, failures
from channelwright.simulation.delivery.filling import (
    BEGIN,
    LENGTH,
    NUMBER,
    PLACE,
    ROW,
    SERVED_BY,
    SIZE,
    STOP_ROWS,
    TOUR_ROWS,
    fill,
    tour_costs,
)
from channelwright.simulation.delivery.load_columns import (
    COST,
    COUNTED,
    LAST,
    LEFT,
    LOAD,
    METRES,
    OPTION,
    ORDER_DAY,
    OUTLET,
    READY,
    SECOND,
    SITE,
    TARIFF,
    TOUR,
    VISIT_ROWS,
)
from channelwright.simulation.delivery.sequencing import DayRoutes, seconds_of
from channelwright.simulation.delivery.tariffs import (
    LEAVE,
    DcWays,
    Tariff,
    bring,
    dc_ways,
    share_drops,
    tariff_of,
)
from channelwright.simulation.grouping import Whole, radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Blocks, Rows
from channelwright.simulation.state import State

_NONE = np.zeros(0, dtype=np.int64)
_NOWHERE: Whole = np.int64(0)
#: Place of outlets on their route, from and to when they take goods ((0,) = until midnight), metres
#: from their options (O, N).
Plan: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]
#: Kind of vehicle of each site; seconds per stop and per case and km/h of each kind.
Vehicles: TypeAlias = tuple[IntArray, IntArray, IntArray, FloatArray]


class Dropped:
    """Visits of one day, one per pick order, that ended alike.

    Attributes
    ----------
    loads : Rows, the pick orders (n rows)
    visits : (7, n) int64, rows as in `load_columns`
    """

    __slots__ = ("loads", "visits")

    def __init__(self, loads: Rows, visits: IntArray) -> None:
        self.loads, self.visits = loads, visits


class Morning:
    """What left on a day.

    Attributes
    ----------
    drops : visits where the goods were taken; missed : where they were not, None without any
    tours : (8, t) int64, rows as in `filling`
    """

    __slots__ = ("drops", "missed", "tours")

    def __init__(self, drops: Dropped, missed: Dropped | None, tours: IntArray) -> None:
        self.drops, self.missed, self.tours = drops, missed, tours


class Delivering:
    """Brings loads to outlets; keeps what never changes as kernels take it."""

    def __init__(self, network: Network, address: Address, state: State) -> None:
        self._state, self._roads = state, network.roads
        self._routes = DayRoutes(network)
        self._trucks = (
            _plan(network),
            _vehicles(network),
            (network.roads.points, network.roads.factor),
            np.stack(network.fleets),
        )
        self._rules = (
            self._trucks[-1],
            tariff_of(network),
            dc_ways(network),
            failures(network, address),
        )
        self._working = network.market.calendar.working.tolist()

    def deliver(self) -> Morning | None:
        """Deliver everything that leaves or arrives today; updates the loads; None = nothing."""
        state = self._state
        loads, day, count = state.loads, state.day, len(state.loads)
        if not count:
            return None
        storage = loads.storage()
        stops = np.empty((STOP_ROWS, count), dtype=np.int64)
        tours = np.empty((TOUR_ROWS, count), dtype=np.int64)
        visits = np.empty((VISIT_ROWS, count), dtype=np.int64)
        today = count, day, self._working[day]
        work = stops, tours, visits
        trucks, left, carried = _set_out(storage, today, *self._trucks, _NONE, work)
        if trucks < 0:
            legs = self._roads.legs(storage[0][OUTLET, stops[ROW, :-trucks]])
            trucks, left, carried = _set_out(storage, today, *self._trucks, legs, work)
        self._routes.route(storage[0], stops, trucks, tours)
        stays = np.ones(count, dtype=np.bool_)
        counts = trucks, left, carried, day
        taken, made = _visit(storage, counts, work, self._rules, stays)
        if not made:
            return None
        drops = Dropped(loads.take(visits[LOAD, :taken]), visits[:, :taken])
        missed = None
        if made > taken:
            missed = Dropped(loads.take(visits[LOAD, taken:made]), visits[:, taken:made])
        loads.keep(stays)
        return Morning(drops, missed, tours[:, :left])


def _plan(network: Network) -> Plan:
    hours = network.hours
    opens, closes = (_NONE, _NONE) if hours is None else hours
    rank = network.design.outlets.route_rank.copy()
    return rank, opens.copy(), closes.copy(), network.option_metres


def _vehicles(network: Network) -> Vehicles:
    fleet, kind = network.market.vehicles, network.design.sites.vehicle
    speed = fleet.speed.astype(np.float64)
    return kind.copy(), fleet.drop_seconds.copy(), fleet.case_seconds.copy(), speed


@kernel
def _set_out(
    loads: Blocks,
    today: tuple[int, int, bool],
    plan: Plan,
    vehicles: Vehicles,
    roads: tuple[RoadPoints, float],
    fleets: IntArray,
    legs: IntArray,
    work: tuple[IntArray, IntArray, IntArray],
) -> tuple[Whole, Whole, Whole]:
    """Fill the tours of the trucks that leave today.

    Parameters
    ----------
    today : number of loads, day, whether trucks leave
    legs : (n,) metres between the stops one after the other, (0,) = to be found
    work : blocks of stops, tours and visits with room for every load, written

    Returns
    -------
    stops of the trucks, their tours, and loads of carriers, whose rows stand behind as many
    visits as there are stops; the stops below zero where the legs are to be given
    """
    numbers, grids = loads
    count, day, working = today
    stops, tours, visits = work
    trucks, carried = _leaving(numbers, count, plan[0], day, working, visits[COST])
    for place in range(carried):
        visits[LOAD, len(trucks) + place] = visits[COST, place]
    if not _stops(numbers, grids[0], trucks, plan, vehicles, roads, legs, stops):
        return -len(trucks), np.int64(0), carried
    return np.int64(len(trucks)), fill(stops, len(trucks), fleets, tours), carried


@kernel
def _leaving(
    numbers: IntArray, count: int, rank: IntArray, day: int, working: bool, carriers: IntArray
) -> tuple[IntArray, Whole]:
    """Return the loads that trucks could take, in order of turn, and how many carriers bring.

    Parameters
    ----------
    numbers : columns of the loads, the first ``count`` in use
    rank : (O,) place of each outlet on its route
    working : bool, trucks leave today
    carriers : rows of the loads that carriers bring, written
    """
    trucks, keys = np.empty(count, dtype=np.int64), np.empty((4, count), dtype=np.int64)
    leaving, brought = np.int64(0), np.int64(0)
    for row in range(count):
        if numbers[TARIFF, row] >= 0:
            if numbers[TARIFF, row] <= day:
                carriers[brought] = row
                brought += 1
        elif working and numbers[READY, row] <= day * DAY_SECONDS + LEAVE:
            trucks[leaving] = row
            keys[0, leaving], keys[1, leaving] = numbers[SITE, row], 1 - numbers[LEFT, row]
            keys[2, leaving] = rank[numbers[OUTLET, row]]
            keys[3, leaving] = numbers[ORDER_DAY, row]
            leaving += 1
    return trucks[radix_order(keys, keys.shape[0], leaving)], brought


@kernel
def _stops(
    numbers: IntArray,
    cases: IntArray,
    trucks: IntArray,
    plan: Plan,
    vehicles: Vehicles,
    roads: tuple[RoadPoints, float],
    legs: IntArray,
    stops: IntArray,
) -> bool:
    """Write the stops of the trucks; return whether all legs are sure, else only rows are right."""
    vehicle, drop_seconds, case_seconds, speed = vehicles
    _, opens, closes, home = plan
    (angle, lon, cosine, zone), factor = roads
    sure, before = True, np.int64(0)
    for stop in range(len(trucks)):
        row, leg = trucks[stop], _NOWHERE
        site, outlet = numbers[SITE, row], numbers[OUTLET, row]
        kind, total = vehicle[site], np.int64(0)
        for product in range(cases.shape[1]):
            total += cases[row, product]
        if len(legs):
            leg = legs[stop]
        elif stop > 0 and stops[filling.SITE, stop - 1] == site:
            east, cosines = (lon[outlet] - lon[before]) * RADIANS, cosine[before] * cosine[outlet]
            leg = arc_metres(angle[outlet] - angle[before], east, cosines, factor)
            sure = sure and leg != UNSURE and zone[outlet] == zone[before]
        back, before = home[outlet, numbers[OPTION, row]], outlet
        stops[ROW, stop], stops[filling.SITE, stop], stops[filling.CASES, stop] = row, site, total
        stops[filling.STOP, stop] = drop_seconds[kind] + case_seconds[kind] * total
        stops[filling.LEG_METRES, stop], stops[filling.HOME_METRES, stop] = leg, back
        stops[filling.LEG, stop] = seconds_of(leg, speed[kind])
        stops[filling.HOME, stop] = seconds_of(back, speed[kind])
        stops[filling.OPENS, stop], stops[filling.CLOSES, stop] = 0, DAY_SECONDS - LEAVE
        if len(opens):
            stops[filling.OPENS, stop] = opens[outlet] - LEAVE
            stops[filling.CLOSES, stop] = closes[outlet] - LEAVE
    return sure


@kernel
def _visit(
    loads: Blocks,
    counts: tuple[Whole, Whole, Whole, int],
    work: tuple[IntArray, IntArray, IntArray],
    rules: tuple[IntArray, Tariff, DcWays, Failures],
    stays: BoolArray,
) -> tuple[Whole, Whole]:
    """Make the visits of a day, those where the goods are taken first.

    Parameters
    ----------
    counts : what `_set_out` returned, and the day
    rules : fleets, tariffs, ways over a DC, failures
    stays : (n,) loads that are still to be delivered, changed

    Returns
    -------
    visits where the goods were taken, all visits
    """
    numbers, grids = loads
    stops, tours, visits = work
    fleets, tariff, ways, failing = rules
    made = _served(numbers, stops, tours, counts, fleets, visits)
    for place in range(counts[2]):
        visits[LOAD, made + place] = visits[LOAD, counts[0] + place]
    bring(numbers, grids[0], visits, (made, made + counts[2]), tariff)
    made += counts[2]
    failed = fail(numbers, visits[:, :made], counts[3], failing)
    if len(ways[0]):
        share_drops(numbers, visits, failed, tariff[0], ways)
    taken, later = np.int64(0), np.empty((len(visits), made), dtype=np.int64)
    for place in range(made):
        to = place - taken
        if failed[place]:
            later[:, to] = visits[:, place]
            stays[visits[LOAD, place]] = visits[LAST, place] == 0
            continue
        if to > 0:
            visits[:, taken] = visits[:, place]
        stays[visits[LOAD, place]] = False
        taken += 1
    visits[:, taken:made] = later[:, : made - taken]
    return taken, made


@kernel
def _served(
    numbers: IntArray,
    stops: IntArray,
    tours: IntArray,
    counts: tuple[Whole, Whole, Whole, int],
    fleets: IntArray,
    visits: IntArray,
) -> Whole:
    """Write the visits of trucks, the other stops are left behind; return their number.

    What a tour costs and its metres are split evenly over its stops, larger parts first.
    """
    cost, made = tour_costs(tours, counts[1], fleets), np.int64(0)
    for stop in range(counts[0]):
        tour, row = stops[SERVED_BY, stop], stops[ROW, stop]
        if tour < 0:
            numbers[LEFT, row] = 1
            continue
        place, many, metres = stops[PLACE, stop], tours[SIZE, tour], tours[LENGTH, tour]
        visits[LOAD, made], visits[SECOND, made] = row, LEAVE + stops[BEGIN, stop]
        visits[TOUR, made], visits[COUNTED, made] = tours[NUMBER, tour], 1
        visits[COST, made] = cost[tour] // many + (place < cost[tour] % many)
        visits[METRES, made] = metres // many + (place < metres % many)
        made += 1
    return made
