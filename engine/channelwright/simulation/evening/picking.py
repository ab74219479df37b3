"""20:00: the pick desk, a first-come-first-served queue with several servers.

The recursion is exact: with servers free at known times, each order starts at the later
of its release and the earliest free time (Kiefer and Wolfowitz 1955).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import DAY_SECONDS, IntArray
from channelwright.model.market import CARRIERS
from channelwright.rules.contracts import shelf_day
from channelwright.simulation import laws
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.cash.settling import OUTSIDE
from channelwright.simulation.evening.allocation import Allocated
from channelwright.simulation.evening.work import GIVE, GIVEN, ROW, Table
from channelwright.simulation.grouping import radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import (
    DAY,
    DISCOUNT,
    MODE,
    OPTION,
    OUTLET,
    PAY_DAY,
    SECOND,
    SERIAL,
    SITE,
)
from channelwright.simulation.state import State
from channelwright.tables.codes import Account

BATCH_RELEASE = 68_400
TARIFF = CARRIERS.index("tariff")
_HANDLING, _OUTSIDE = int(Account.HANDLING), int(OUTSIDE)
#: Rows of the desk: place in the evening, site, release, seconds of service.
PLACE, AT, RELEASE, SERVICE = range(4)
_FLOW, _ORDER_SECONDS, _LINE_SECONDS, _OPEN, _CLOSE, _COST, _PICKERS, _OWNER = range(8)

#: Chain of outlets (O,), days of the week on which chains take goods as bits, days from their DC
#: to the shelf (C,), weekday of day 0.
Windows: TypeAlias = tuple[IntArray, IntArray, IntArray, int]


class PickDesk:
    """The pick desks of a replication."""

    def __init__(self, network: Network, address: Address, state: State) -> None:
        self._network, self._address, self._state = network, address, state
        market, sites = network.market, network.market.sites
        seconds = (sites.pick_order_seconds, sites.pick_line_seconds)
        costs = (sites.handling_cost, network.design.sites.pickers, network.owner)
        hours = (sites.pick_open, sites.pick_close)
        self._sites = np.stack([sites.pick_flow, *seconds, *hours, *costs])
        tariff = market.modes.carrier == TARIFF
        days = np.maximum(1, network.design.service.tariff_days)
        self._rules = self._sites, np.where(tariff, days, -1), _windows(network)
        self._pickers = self._sites[_PICKERS]
        self._hours = self._sites[_OPEN], self._sites[_CLOSE]
        self._random = market.sites.pick_law == 1
        self._draws = bool(self._random.any())

    def pick(self, evening: Allocated, postings: Postings, sums: tuple[IntArray, IntArray]) -> None:
        """Queue the allocated orders of an evening; they become loads, and handling is paid.

        Parameters
        ----------
        sums : (S,) orders picked and seconds waited, changed
        """
        state, count = self._state, evening.picked
        orders, work = evening.orders, evening.work
        desk = _released(state.day, evening.count, count, orders, work, self._sites)
        if self._draws:
            self._draw(evening, desk)
        _, site, release, service = desk
        ready = queue(site, release, service, self._hours, self._pickers, state.servers)
        begin = len(state.loads)
        state.loads.extend(count)
        loads = state.loads.storage()
        money = postings.room(count)
        _pack(desk, ready, orders, work, self._rules, (begin, *loads), money, sums)

    def _draw(self, evening: Allocated, desk: IntArray) -> None:
        """Draw the seconds of service where they are random; they are a mean until now."""
        mean, rows = desk[SERVICE], evening.rows()[desk[PLACE]]
        outlet = evening.orders[0][OUTLET, rows]
        uniform = self._address.at(Purpose.PICK_TIME, self._state.day, outlet)
        drawn = laws.exponential_seconds(uniform, mean.astype(np.float64))
        desk[SERVICE] = np.where(self._random[desk[AT]], drawn, mean)


def _windows(network: Network) -> Windows:
    contracts, market = network.design.contracts, network.market
    weekday = market.calendar.start.weekday()
    none = np.zeros(0, dtype=np.int64)
    if contracts is None or not len(contracts):
        return none, none, none, weekday
    chain = market.outlets.chain.astype(np.int64)
    return chain, contracts.window_days.astype(np.int64), contracts.dc_days.copy(), weekday


@kernel
def _released(
    day: int, handled: int, picked: int, orders: Table, work: Table, sites: IntArray
) -> IntArray:
    """Return the desk (4, picked): orders with cases by release, equal ones as they came.

    Orders of today are released as they come where the site picks in flow, in a batch elsewhere.
    """
    numbers, (marks, lines) = orders[0], work
    desk = np.empty((4, picked), dtype=np.int64)
    release = np.empty((1, picked), dtype=np.int64)
    rows, count, midnight = np.empty(picked, dtype=np.int64), 0, day * DAY_SECONDS
    for place in range(handled):
        if marks[GIVEN, place] == 0:
            continue
        row, site = marks[ROW, place], numbers[SITE, marks[ROW, place]]
        rows[count], release[0, count] = place, midnight
        if sites[_FLOW, site] == 0:
            release[0, count] += BATCH_RELEASE
        elif numbers[DAY, row] == day:
            release[0, count] += numbers[SECOND, row]
        count += 1
    order = radix_order(release, release.shape[0], np.int64(count))
    for one in range(count):
        place, filled = rows[order[one]], 0
        site = numbers[SITE, marks[ROW, place]]
        for product in range(lines.shape[2]):
            filled += lines[GIVE, place, product] > 0
        desk[PLACE, one], desk[AT, one], desk[RELEASE, one] = place, site, release[0, order[one]]
        desk[SERVICE, one] = sites[_ORDER_SECONDS, site] + filled * sites[_LINE_SECONDS, site]
    return desk


@kernel
def _pack(
    desk: IntArray,
    ready: IntArray,
    orders: Table,
    work: Table,
    rules: tuple[IntArray, IntArray, Windows],
    loads: tuple[int, IntArray, IntArray],
    money: IntArray,
    sums: tuple[IntArray, IntArray],
) -> None:
    """Write the orders of a desk as loads and pay for the handling.

    Parameters
    ----------
    ready : (n,), second at which each is picked
    rules : sites (8, S); days that carriers at a tariff take by mode (M,), -1 = goods of the mode
        go by truck; windows of chains
    loads : the first new row, the columns of `empty_loads` and their cases, written
    money : (7, n) postings, written
    sums : (S,) orders picked and seconds waited, changed
    """
    sites, tariff_days, windows = rules
    numbers, (marks, lines), (begin, block, grids) = orders[0], work, loads
    for one in range(desk.shape[1]):
        place, site, at = desk[PLACE, one], desk[AT, one], begin + one
        row = marks[ROW, place]
        outlet, mode = numbers[OUTLET, row], numbers[MODE, row]
        days = tariff_days[mode]
        if days >= 0:
            days = _on_the_shelf(ready[one] // DAY_SECONDS + days, outlet, windows)
        block[0, at], block[1, at], block[2, at] = numbers[SERIAL, row], outlet, mode
        block[3, at], block[4, at], block[5, at] = site, numbers[OPTION, row], numbers[DAY, row]
        block[6, at], block[7, at], block[8, at], block[9, at] = ready[one], 0, days, 0
        block[10, at], block[11, at] = numbers[PAY_DAY, row], numbers[DISCOUNT, row]
        for product in range(lines.shape[2]):
            grids[0, at, product] = lines[GIVE, place, product]
        money[0, one], money[1, one], money[2, one] = _HANDLING, sites[_OWNER, site], _OUTSIDE
        money[3, one], money[4, one], money[5, one] = mode, site, outlet
        money[6, one] = sites[_COST, site] * marks[GIVEN, place]
        sums[0][site] += 1
        sums[1][site] += ready[one] - desk[SERVICE, one] - desk[RELEASE, one]


@kernel
def _on_the_shelf(day: int, outlet: int, windows: Windows) -> int:
    """Return when goods that a carrier could bring on a day are on the shelf."""
    chain_of, days, further, weekday = windows
    if len(days) == 0 or chain_of[outlet] < 0:
        return day
    chain = chain_of[outlet]
    return shelf_day(day, weekday, days[chain], further[chain])


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
