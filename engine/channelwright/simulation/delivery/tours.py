"""06:00: trucks leave with what was picked; carriers deliver at a tariff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS, BoolArray, FloatArray, IntArray
from channelwright.simulation.cash.chains import drop_costs
from channelwright.simulation.delivery import failing
from channelwright.simulation.delivery.filling import FAR, Stops, fill, priced
from channelwright.simulation.delivery.sequencing import route_anew
from channelwright.simulation.grouping import radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State

LEAVE = 21_600
_NONE = np.zeros(0, dtype=np.int64)
_NOBODY = np.zeros((5, 0), dtype=np.int64)
_ANY_TIME = (_NONE, _NONE)


class Tours(NamedTuple):
    """Tours that left on a day: site, s from leaving to return, metres, cases, s waited: (t,)."""

    site: IntArray
    seconds: IntArray
    metres: IntArray
    cases: IntArray
    waited: IntArray


_NO_TOURS = Tours(_NONE, _NONE, _NONE, _NONE, _NONE)


@dataclass(frozen=True)
class Dropped:
    """Deliveries of one day (n rows, one per pick order).

    Attributes
    ----------
    loads : Rows, the pick orders delivered
    second, tour, cost, metres : (n,) int64; tour -1 = tariff
    failed : (n,) bool, nobody took the goods
    cancelled : (n,) bool, and it was the last attempt
    tours : the tours that left
    """

    loads: Rows
    second: IntArray
    tour: IntArray
    cost: IntArray
    metres: IntArray
    failed: BoolArray
    cancelled: BoolArray
    tours: Tours

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
    names = ("tariff", "ready", "left", "order_day", "site", "outlet")
    trucks, carriers = _leaving(
        loads.columns(names),
        network.design.outlets.route_rank,
        state.day,
        bool(network.market.calendar.working[state.day]),
    )
    visits, tours = _drive(network, loads, trucks) if trucks.size else (_NOBODY, _NO_TOURS)
    if carriers.size:
        brought = _by_tariff(network, loads, carriers)
        visits = np.concatenate([visits, brought], axis=1) if visits.size else brought
    rows, second, number, cost, metres = visits
    failed, cancelled = failing.stops(network, address, state, rows)
    dropped = Dropped(loads.take(rows), second, number, cost, metres, failed, cancelled, tours)
    if rows.size:
        mask = np.ones(len(loads), dtype=bool)
        mask[rows] = failed & ~cancelled
        loads.keep(mask)
    return dropped


@kernel
def _leaving(
    loads: tuple[IntArray, ...], rank: IntArray, day: int, working: bool
) -> tuple[IntArray, IntArray]:
    """Return the loads that trucks could take, in order of turn, and those that carriers bring.

    Parameters
    ----------
    loads : (n,) day by tariff (-1 = by truck), ready second, left behind before, order day, site
        and outlet
    rank : (O,) place of each outlet on its route
    working : bool, trucks leave today
    """
    tariff, ready, left, order_day, site, outlet = loads
    trucks, carriers = np.empty_like(tariff), np.empty_like(tariff)
    keys = np.empty((4, len(tariff)), dtype=np.int64)
    count, brought = np.int64(0), 0
    for row in range(len(tariff)):
        if tariff[row] >= 0:
            if tariff[row] <= day:
                carriers[brought] = row
                brought += 1
        elif working and ready[row] <= day * DAY_SECONDS + LEAVE:
            trucks[count] = row
            keys[0, count], keys[1, count] = site[row], 1 - left[row]
            keys[2, count], keys[3, count] = rank[outlet[row]], order_day[row]
            count += 1
    return trucks[radix_order(keys, keys.shape[0], count)], carriers[:brought].copy()


def _drive(network: Network, loads: Rows, rows: IntArray) -> tuple[IntArray, Tours]:
    """Return row, second, tour, cost and metres of every stop of the trucks, and the tours."""
    stops = _stops(network, loads, rows)
    filled = fill(stops, network.fleets)
    route_anew(network, loads["outlet"][rows], stops, filled)
    visits = _served(rows, priced(filled, network.fleets), loads["left"])
    site, _, seconds, metres, waited, cases = filled.tours
    return visits, Tours(site, seconds, metres, cases, waited)


@kernel
def _served(rows: IntArray, served: IntArray, left: IntArray) -> IntArray:
    """Return row, second, tour, cost and metres of the stops made: (5, n); marks the others."""
    visits = np.empty((5, len(rows)), dtype=np.int64)
    used = 0
    for stop in range(len(rows)):
        if served[0, stop] < 0:
            left[rows[stop]] = 1
            continue
        visits[0, used], visits[1, used] = rows[stop], LEAVE + served[1, stop]
        visits[2, used], visits[3, used] = served[0, stop], served[2, stop]
        visits[4, used] = served[3, stop]
        used += 1
    return visits[:, :used].copy()


def _stops(network: Network, loads: Rows, rows: IntArray) -> Stops:
    """Return the stops of some loads in order of turn, and the ways between them."""
    fleet, hours = network.market.vehicles, network.hours
    outlet = loads["outlet"][rows]
    leg = network.roads.legs(outlet)
    columns = _stop_columns(
        outlet,
        (loads["site"][rows], loads["option"][rows]),
        loads["cases"],
        rows,
        (leg, network.option_metres),
        (network.design.sites.vehicle, fleet.drop_seconds, fleet.case_seconds),
        fleet.speed,
        _ANY_TIME if hours is None else hours,
    )
    return Stops(*columns)


@kernel
def _stop_columns(
    outlet: IntArray,
    places: tuple[IntArray, IntArray],
    cases: IntArray,
    rows: IntArray,
    metres: tuple[IntArray, IntArray],
    fleet: tuple[IntArray, ...],
    speed: FloatArray,
    hours: tuple[IntArray, IntArray],
) -> IntArray:
    """Return the columns of `Stops`: (9, n).

    Parameters
    ----------
    outlet, places : (n,) outlet, site and option of each stop
    cases : (loads, P) and rows : (n,) loads of the stops
    metres : (n,) from the stop before, (O, N) from each option to each outlet
    fleet : (S,) kind of vehicle, seconds per stop and per case of each kind
    speed : km/h of each kind
    hours : (O,) seconds after midnight from and to which stops may begin, (0,) = at any time
    """
    site, option = places
    leg, home = metres
    vehicle, drop_seconds, case_seconds = fleet
    opens, closes = hours
    result = np.empty((9, len(rows)), dtype=np.int64)
    for stop in range(len(rows)):
        place, kind, total = outlet[stop], vehicle[site[stop]], np.int64(0)
        for product in range(cases.shape[1]):
            total += cases[rows[stop], product]
        back = home[place, option[stop]]
        result[0, stop], result[1, stop] = site[stop], total
        result[2, stop] = drop_seconds[kind] + case_seconds[kind] * total
        result[3, stop], result[5, stop] = leg[stop], back
        result[4, stop] = np.int64(np.floor(leg[stop] * 3.6 / speed[kind] + 0.5))
        result[6, stop] = np.int64(np.floor(back * 3.6 / speed[kind] + 0.5))
        result[7, stop], result[8, stop] = 0, FAR
        if len(opens):
            result[7, stop], result[8, stop] = opens[place] - LEAVE, closes[place] - LEAVE
    return result


def _by_tariff(network: Network, loads: Rows, rows: IntArray) -> IntArray:
    """Return row, second, tour, cost and metres of what carriers deliver at a tariff: (5, n)."""
    service = network.design.service
    opens = _NONE if network.hours is None else network.hours[0]
    columns = loads.columns(("mode", "outlet", "cases"))
    visits = _carried(rows, columns, (service.tariff_drop, service.tariff_case), opens)
    if network.plain.by_dc:
        some = loads.take(rows)
        visits[3] += drop_costs(network, some) - service.tariff_drop[some["mode"]]
    return visits


@kernel
def _carried(
    rows: IntArray,
    loads: tuple[IntArray, ...],
    tariff: tuple[IntArray, IntArray],
    opens: IntArray,
) -> IntArray:
    """Return the visits of `_by_tariff` where every load is a drop of its own.

    Parameters
    ----------
    rows : (n,) of the loads; loads : mode, outlet, (loads, P) cases
    tariff : (M,) ticks per drop and per case
    opens : (O,) s from which outlets take goods, (0,) = all at any time
    """
    mode, outlet, cases = loads
    drop, each = tariff
    visits = np.zeros((5, len(rows)), dtype=np.int64)
    for place in range(len(rows)):
        row = rows[place]
        cost = drop[mode[row]]
        for product in range(cases.shape[1]):
            cost += each[mode[row]] * cases[row, product]
        visits[0, place], visits[1, place], visits[2, place] = row, LEAVE, -1
        visits[3, place] = cost
        if len(opens):  # at 06:00, or when the outlet opens
            visits[1, place] = max(LEAVE, opens[outlet[row]])
    return visits
