"""06:00: trucks leave with what was picked; carriers deliver at a tariff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS, BoolArray, IntArray
from channelwright.rules import geography
from channelwright.simulation import failing
from channelwright.simulation.chains import drop_costs
from channelwright.simulation.filling import FAR, Stops, fill
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
    tours : Rows with site, seconds, metres, waited (s), cases per tour that left
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


def deliver(network: Network, address: Address, state: State) -> Dropped:
    """Deliver everything that leaves or arrives on ``state.day``; updates the loads."""
    loads = state.loads
    by_tariff = np.flatnonzero((loads["tariff"] >= 0) & (loads["tariff"] <= state.day))
    tours = _no_tours(loads)
    if network.market.calendar.working[state.day]:
        tours = _drive(network, state)
    tariff = _by_tariff(network, loads, by_tariff)
    rows, second, number, cost, metres = (
        np.concatenate(parts) for parts in zip(tours[0], tariff, strict=True)
    )
    failed, cancelled = failing.stops(network, address, state, rows)
    dropped = Dropped(loads.take(rows), second, number, cost, metres, failed, cancelled, tours[1])
    mask = np.ones(len(loads), dtype=bool)
    mask[rows] = failed & ~cancelled
    loads.keep(mask)
    return dropped


_Visits = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]


def _drive(network: Network, state: State) -> tuple[_Visits, Rows]:
    """Return load, second, tour, cost and metres of every stop of the trucks, and the tours."""
    loads = state.loads
    ready = (loads["tariff"] < 0) & (loads["ready"] <= state.day * DAY_SECONDS + LEAVE)
    rows = np.flatnonzero(ready)
    if rows.size == 0:
        return _no_tours(loads)
    rank = network.design.outlets.route_rank[loads["outlet"][rows]]
    keys = (loads["order_day"][rows], rank, 1 - loads["left"][rows], loads["site"][rows])
    rows = rows[np.lexsort(keys)]
    served, tours = fill(_stops(network, loads, rows), network.fleets)
    left = served[0] < 0
    if left.any():
        loads["left"][rows[left]] = 1
        rows, served = rows[~left], served[:, ~left]
    site, _, seconds, metres, waited, cases = tours
    table = Rows(site=site, seconds=seconds, metres=metres, waited=waited, cases=cases)
    return (rows, LEAVE + served[1], served[0], served[2], served[3]), table


def _no_tours(loads: Rows) -> tuple[_Visits, Rows]:
    none = np.zeros(0, dtype=np.int64)
    tours = Rows(site=none, seconds=none, metres=none, waited=none, cases=none)
    return (none, none, none, none, none), tours


def _stops(network: Network, loads: Rows, rows: IntArray) -> Stops:
    """Return the stops of some loads in order of turn, and the ways between them."""
    market = network.market
    outlet, site = loads["outlet"][rows], loads["site"][rows]
    vehicle = network.design.sites.vehicle[site]
    fleet, speed = market.vehicles, market.vehicles.speed[vehicle]
    points = network.points.take(outlet)
    leg = geography.metres(market.geography, points.rolled(), points)
    home = network.option_metres[outlet, loads["option"][rows]]
    cases = loads["cases"][rows].sum(axis=1)
    opens, closes = _hours(network, outlet)
    return Stops(
        site=site,
        cases=cases,
        stop_seconds=fleet.drop_seconds[vehicle] + fleet.case_seconds[vehicle] * cases,
        leg_metres=leg,
        leg_seconds=geography.seconds(leg, speed),
        home_metres=home,
        home_seconds=geography.seconds(home, speed),
        opens=opens,
        closes=closes,
    )


def _hours(network: Network, outlet: IntArray) -> tuple[IntArray, IntArray]:
    """Return from when to when stops may begin, in seconds after the first leaving."""
    if network.hours is None:
        return np.zeros(len(outlet), dtype=np.int64), np.full(len(outlet), FAR, dtype=np.int64)
    opens, closes = network.hours
    return opens[outlet] - LEAVE, closes[outlet] - LEAVE


def _by_tariff(network: Network, loads: Rows, rows: IntArray) -> _Visits:
    """Return load, second, tour, cost and metres of what carriers deliver at a tariff."""
    some = loads.take(rows)
    each = network.design.service.tariff_case[some["mode"]]
    cost = drop_costs(network, some) + each * some["cases"].sum(axis=1)
    none = np.zeros(len(rows), dtype=np.int64)
    second = none + LEAVE
    if network.hours is not None:  # at 06:00, or when the outlet opens
        second = np.maximum(second, network.hours[0][some["outlet"]])
    return rows, second, none - 1, cost, none
