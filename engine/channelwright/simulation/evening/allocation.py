"""19:00: credit check and allocation of site stock to open orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address
from channelwright.foundation.units import IntArray
from channelwright.simulation.evening.credit import (
    ON_TERMS,
    Accounts,
    CreditDesk,
    CreditTerms,
    Unpaid,
    check,
    oldest_due,
)
from channelwright.simulation.evening.sharing import (
    Sharing,
    place_in_queue,
    share_out,
    sharing_rules,
    stand_in,
    still_waits,
)
from channelwright.simulation.evening.work import (
    ENDED,
    GIVE,
    GIVEN,
    HELD,
    NEW,
    OTHERS,
    REFUSED,
    REPLACED,
    ROW,
    WANTED,
    Table,
    Work,
)
from channelwright.simulation.grouping import radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import (
    ATTEMPT,
    CUT,
    DAY,
    EXTRA,
    FIRST,
    MISSING,
    MODE,
    OPTION,
    ORDERED,
    OUTLET,
    PAY_DAY,
    PENDING,
    SECOND,
    SERIAL,
)
from channelwright.simulation.state import State

#: Stock (S, P), units asked of sites by day (K, S, P), units on order (O, P): changed.
Goods: TypeAlias = tuple[IntArray, IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class Allocated:
    """What an evening did to the open orders.

    Attributes
    ----------
    orders : the table of open orders
    work : the orders that were handled in sequence, refused ones included (`evening.work`)
    count, picked, refused, finished : numbers of orders handled, with cases allocated now,
        refused, and of which nothing is to come any more
    """

    orders: Table
    work: Table
    count: int
    picked: int
    refused: int
    finished: int

    def rows(self) -> IntArray:
        """Return the rows of the orders: (count,)."""
        return self.work[0][ROW, : self.count]

    def refused_serials(self) -> IntArray:
        """Return the serial numbers of the refused orders: (refused,)."""
        refused = self.work[0][REFUSED, : self.count] != 0
        return np.asarray(self.orders[0][SERIAL, self.rows()[refused]])


class Allocation:
    """The credit check and the allocation of a replication."""

    def __init__(self, network: Network, address: Address, state: State) -> None:
        self._state = state
        self._desk = CreditDesk(network, address, state)
        self._sharing = sharing_rules(network)
        self._work = Work(len(network.market.products))

    def evening(self) -> Allocated:
        """Check credit of new orders, then share out stock; updates the state."""
        state, desk = self._state, self._desk
        orders, count = state.orders.storage(), len(state.orders)
        work = self._work.of(count)
        goods = state.stock, state.demand, state.on_order
        accounts, unpaid = desk.accounts(), desk.unpaid()
        result = _evening(
            state.day, count, orders, work, self._sharing, desk.terms, accounts, unpaid, goods
        )
        *numbers, ended = result
        if ended:
            desk.forget(ended)
        return Allocated(orders, work, *numbers)


@kernel
def _evening(
    day: int,
    rows: int,
    orders: Table,
    work: Table,
    sharing: Sharing,
    terms: CreditTerms,
    accounts: Accounts,
    unpaid: Unpaid,
    goods: Goods,
) -> tuple[int, int, int, int, int]:
    """Handle the open orders of an evening.

    Returns
    -------
    numbers of orders handled, to be picked, refused and finished; of invoices paid meanwhile
    """
    stock, demand, on_order = goods
    count = _in_sequence(day, rows, orders[0], work[0], sharing)
    ended = oldest_due(day, unpaid, accounts[3])
    check(day, count, orders, work, terms, accounts)
    share_out(count, orders, work, sharing, stock, demand[day % len(demand)])
    stand_in(count, orders, work, sharing, stock)
    picked, refused, finished = _write(day, count, orders, work, sharing[0])
    _take_off(count, orders, work, terms[4], accounts[2], on_order, sharing[2])
    return count, picked, refused, finished, ended


@kernel
def _in_sequence(day: int, rows: int, numbers: IntArray, marks: IntArray, sharing: Sharing) -> int:
    """Mark the due orders by priority, order day, second and outlet; return their number."""
    due, keys, count = np.empty(rows, dtype=np.int64), np.empty((4, rows), dtype=np.int64), 0
    for row in range(rows):
        if numbers[ATTEMPT, row] > day:
            continue
        due[count] = row
        keys[0, count] = place_in_queue(sharing, numbers[MODE, row], numbers[OUTLET, row])
        keys[1, count], keys[2, count] = numbers[DAY, row], numbers[SECOND, row]
        keys[3, count] = numbers[OUTLET, row]
        count += 1
    order = radix_order(keys, keys.shape[0], np.int64(count))
    for place in range(count):
        row = due[order[place]]
        marks[ROW, place], marks[NEW, place] = row, numbers[ATTEMPT, row] == day
    return count


@kernel
def _write(
    day: int, count: int, orders: Table, work: Table, modes: IntArray
) -> tuple[int, int, int]:
    """Write the evening into the table of open orders.

    Returns
    -------
    numbers of orders with cases given, refused, and with nothing missing or on its way
    """
    (numbers, grids), (marks, lines) = orders, work
    picked, denied, finished = 0, 0, 0
    for place in range(count):
        row, refused, new = marks[ROW, place], marks[REFUSED, place] != 0, marks[NEW, place] != 0
        waits = still_waits(modes, numbers[MODE, row], day - numbers[ATTEMPT, row])
        total, open_cases = np.int64(0), False
        for product in range(lines.shape[2]):
            own, others = lines[GIVE, place, product], lines[OTHERS, place, product]
            end = lines[WANTED, place, product] - own
            if waits or refused:
                end = lines[REPLACED, place, product]
            ended = end + lines[HELD, place, product]
            missing = grids[MISSING, row, product] - own - ended
            grids[MISSING, row, product] = 0 if refused else missing
            grids[PENDING, row, product] += own + others
            grids[CUT, row, product] += ended
            grids[EXTRA, row, product] += others
            if new:
                grids[FIRST, row, product] = own
            lines[GIVE, place, product], lines[ENDED, place, product] = own + others, end
            total += own + others
            open_cases = open_cases or grids[PENDING, row, product] > 0
            open_cases = open_cases or grids[MISSING, row, product] > 0
        marks[GIVEN, place] = total
        picked += total != 0
        denied += refused
        finished += not open_cases
    return picked, denied, finished


@kernel
def _take_off(
    count: int,
    orders: Table,
    work: Table,
    outlets: tuple[IntArray, np.ndarray, IntArray],
    accepted: IntArray,
    on_order: IntArray,
    unit: IntArray,
) -> None:
    """Take what orders will not bring off what is on order and off what was accepted.

    Parameters
    ----------
    outlets : (O,) account, whether on consignment, (O, N, P) ticks per case
    accepted : (accounts,) ticks; on_order : (O, P) units; both changed
    """
    (numbers, grids), (marks, lines) = orders, work
    account, _, price = outlets
    for place in range(count):
        row, refused, value = marks[ROW, place], marks[REFUSED, place] != 0, np.int64(0)
        outlet = numbers[OUTLET, row]
        for product in range(len(unit)):
            others = lines[OTHERS, place, product]
            lost = lines[ENDED, place, product] - others
            gone = lost + lines[HELD, place, product]
            if refused:
                gone = grids[ORDERED, row, product] - others
            if lost != 0:  # seldom: price and order of the outlet are far away in memory
                value += lost * price[outlet, numbers[OPTION, row], product]
            if gone != 0:
                on_order[outlet, product] -= gone * unit[product]
        if value != 0 and numbers[PAY_DAY, row] == ON_TERMS:
            accepted[account[outlet]] -= value
