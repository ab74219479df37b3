"""20:00: the pick desk, a first-come-first-served queue with several servers.

The recursion is exact: with servers free at known times, each order starts at the later
of its release and the earliest free time (Kiefer and Wolfowitz 1955).
"""

from __future__ import annotations

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
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State

BATCH_RELEASE = 68_400
TARIFF = CARRIERS.index("tariff")


def pick(network: Network, address: Address, state: State, evening: Allocated) -> Rows:
    """Queue the evening's allocated orders; returns them with release and ready times."""
    rows, release = _released(network, state.day, evening)
    orders, cases = evening.orders.take(rows), evening.give[rows]
    service = _service(network, address, state.day, orders, cases)
    ready = _serve(network, state, orders["site"], release, service)
    mode = orders["mode"]
    tariff = network.market.modes.carrier[mode] == TARIFF
    day = ready // DAY_SECONDS + np.maximum(1, network.design.service.tariff_days[mode])
    day = shelf_days(network.market, network.design, orders["outlet"], day)
    zeros = np.zeros(len(mode), dtype=np.int64)
    names = ("serial", "outlet", "mode", "site", "option", "pay_day", "discount")
    columns = {name: orders[name] for name in names}
    columns |= {"order_day": orders["day"], "ready": ready, "left": zeros, "cases": cases}
    columns["fails"] = zeros
    state.loads.append(tariff=np.where(tariff, day, -1), **columns)
    return Rows(site=orders["site"], wait=ready - service - release)


def _released(network: Network, day: int, evening: Allocated) -> tuple[IntArray, IntArray]:
    """Return the rows of the orders to be picked by release, and their release."""
    names = ("site", "day", "second")
    columns = evening.orders.columns(names)
    return _in_sequence(columns, evening.cases, network.market.sites.pick_flow, day)


@kernel
def _in_sequence(
    orders: tuple[IntArray, ...], cases: IntArray, flow: BoolArray, day: int
) -> tuple[IntArray, IntArray]:
    """Return the orders with cases by release, equal ones as they came; and their release, s.

    Parameters
    ----------
    orders : (n,) site, order day, second
    cases : (n,) to be picked
    flow : (S,) sites where orders of today are released as they come, others at 00:00
    """
    site, order_day, second = orders
    rows = np.empty(len(site), dtype=np.int64)
    release = np.empty((1, len(site)), dtype=np.int64)
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
    order = radix_order(release, release.shape[0], count)
    return rows[order], release[0][order]


def _service(
    network: Network, address: Address, day: int, orders: Rows, cases: IntArray
) -> IntArray:
    sites, site = network.market.sites, orders["site"]
    mean = sites.pick_order_seconds[site] + (cases > 0).sum(axis=1) * sites.pick_line_seconds[site]
    random = sites.pick_law[site] == 1
    if not random.any():
        return np.asarray(mean)
    outlet = orders["outlet"]
    uniform = address.at(Purpose.PICK_TIME, day, outlet)
    return np.where(random, laws.exponential_seconds(uniform, mean), mean)


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
