"""20:00: the pick desk, a first-come-first-served queue with several servers.

The recursion is exact: with servers free at known times, each order starts at the later
of its release and the earliest free time (Kiefer and Wolfowitz 1955).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import DAY_SECONDS, BoolArray, IntArray
from channelwright.model.market import CARRIERS
from channelwright.rules.contracts import shelf_days
from channelwright.simulation import laws
from channelwright.simulation.evening.allocation import Allocated
from channelwright.simulation.grouping import radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.state import State

BATCH_RELEASE = 68_400
TARIFF = CARRIERS.index("tariff")
_TARIFF = 8  # column of the loads
_LINES = ("site", "serial", "outlet", "mode", "option", "day", "pay_day", "discount")


class Desk(NamedTuple):
    """Pick orders of one evening (n,): site, and s from release to the begin of service."""

    site: IntArray
    wait: IntArray


def pick(network: Network, address: Address, state: State, evening: Allocated) -> Desk:
    """Queue the evening's allocated orders; they become loads."""
    rows, release = _released(network, state.day, evening)
    orders = evening.orders
    site, outlet = orders["site"][rows], orders["outlet"][rows]
    lines = orders.columns(_LINES)
    service = _service(network, address, state.day, rows, lines[0], outlet, evening.give)
    ready = _serve(network, state, site, release, service)
    tariff = network.market.modes.carrier == TARIFF
    days = np.where(tariff, np.maximum(1, network.design.service.tariff_days), -1)
    block, grids = state.loads.extend(len(rows))
    _load(rows, lines, ready, evening.give, days, block, grids[0])
    if network.design.contracts is not None:
        arrival = block[_TARIFF]
        moved = shelf_days(network.market, network.design, outlet, arrival)
        arrival[:] = np.where(arrival >= 0, moved, -1)
    return Desk(site, ready - service - release)


@kernel
def _load(
    rows: IntArray,
    orders: tuple[IntArray, ...],
    ready: IntArray,
    give: IntArray,
    days: IntArray,
    block: IntArray,
    cases: IntArray,
) -> None:
    """Write pick orders as loads.

    Parameters
    ----------
    rows, ready : (n,) rows of the orders, seconds at which they are picked
    orders : columns ``_LINES`` of the orders; give : (orders, P) cases allocated
    days : (M,) days that carriers at a tariff take, -1 = goods of the mode go by truck
    block, cases : (k, n), (n, P) the columns of `empty_loads`, written
    """
    site, serial, outlet, mode, option, day, pay_day, discount = orders
    for place in range(len(rows)):
        row = rows[place]
        block[0, place], block[1, place], block[2, place] = serial[row], outlet[row], mode[row]
        block[3, place], block[4, place], block[5, place] = site[row], option[row], day[row]
        block[6, place], block[7, place], block[9, place] = ready[place], 0, 0
        block[_TARIFF, place] = -1
        if days[mode[row]] >= 0:
            block[_TARIFF, place] = ready[place] // DAY_SECONDS + days[mode[row]]
        block[10, place], block[11, place] = pay_day[row], discount[row]
        for product in range(give.shape[1]):
            cases[place, product] = give[row, product]


def _released(network: Network, day: int, evening: Allocated) -> IntArray:
    """Return the rows of the orders to be picked by release, and their release: (2, n)."""
    columns = evening.orders.columns(("site", "day", "second"))
    return _in_sequence(columns, evening.cases, network.market.sites.pick_flow, day)


@kernel
def _in_sequence(
    orders: tuple[IntArray, ...], cases: IntArray, flow: BoolArray, day: int
) -> IntArray:
    """Return the orders with cases by release, equal ones as they came; and their release, s.

    Parameters
    ----------
    orders : (n,) site, order day, second
    cases : (n,) to be picked
    flow : (S,) sites where orders of today are released as they come, others at 00:00
    """
    site, order_day, second = orders
    rows, release = np.empty_like(site), np.empty((1, len(site)), dtype=np.int64)
    count, midnight = np.int64(0), day * DAY_SECONDS
    for row in range(len(site)):
        if cases[row] == 0:
            continue
        rows[count], release[0, count] = row, midnight
        if not flow[site[row]]:
            release[0, count] += BATCH_RELEASE
        elif order_day[row] == day:
            release[0, count] += second[row]
        count += 1
    result = np.empty((2, count), dtype=np.int64)
    order = radix_order(release, release.shape[0], count)
    for place in range(count):
        result[0, place], result[1, place] = rows[order[place]], release[0, order[place]]
    return result


def _service(
    network: Network,
    address: Address,
    day: int,
    rows: IntArray,
    sites: IntArray,
    outlet: IntArray,
    cases: IntArray,
) -> IntArray:
    """Return the seconds that it takes to pick some orders: (n,); their outlets (n,)."""
    numbers = network.market.sites
    mean = _mean_service(
        rows, sites, cases, (numbers.pick_order_seconds, numbers.pick_line_seconds)
    )
    if not numbers.pick_law.any():
        return mean
    random = numbers.pick_law[sites[rows]] == 1
    if not random.any():
        return mean
    uniform = address.at(Purpose.PICK_TIME, day, outlet)
    return np.where(random, laws.exponential_seconds(uniform, mean.astype(np.float64)), mean)


@kernel
def _mean_service(
    rows: IntArray, site: IntArray, cases: IntArray, seconds: tuple[IntArray, IntArray]
) -> IntArray:
    """Return seconds for each of some orders by its lines; of sites per order and per line."""
    result = np.empty(len(rows), dtype=np.int64)
    for place in range(len(rows)):
        row, lines = rows[place], 0
        for product in range(cases.shape[1]):
            lines += cases[row, product] > 0
        result[place] = seconds[0][site[row]] + lines * seconds[1][site[row]]
    return result


def _serve(
    network: Network, state: State, site: IntArray, release: IntArray, service: IntArray
) -> IntArray:
    """Return the end of service of every order (absolute seconds)."""
    sites, pickers = network.market.sites, network.design.sites.pickers
    hours = (sites.pick_open, sites.pick_close)
    return queue(site, release, service, hours, pickers, state.servers)


@kernel
def queue(
    site: IntArray,
    release: IntArray,
    service: IntArray,
    hours: tuple[IntArray, IntArray],
    pickers: IntArray,
    free: IntArray,
) -> IntArray:
    """Serve orders in turn; ``free`` : (S, most pickers), when each is free, changed."""
    ready = np.empty_like(release)
    for row in range(len(site)):
        place = site[row]
        begin, one = release[row], np.intp(0)
        if pickers[place] > 0:
            one = np.argmin(free[place, : pickers[place]])
            begin = max(begin, free[place, one])
        second = begin % DAY_SECONDS
        if second < hours[0][place]:
            begin += hours[0][place] - second
        elif second >= hours[1][place]:
            begin += DAY_SECONDS + hours[0][place] - second
        ready[row] = begin + service[row]
        if pickers[place] > 0:
            free[place, one] = ready[row]
    return ready
