"""06:00, continued: goods reach the shelf, orders are done, invoices are put together."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.cash import invoice_kernels as invoices
from channelwright.simulation.delivery.load_columns import (
    MODE,
    OPTION,
    ORDER_DAY,
    OUTLET,
    PAY_DAY,
    SERIAL,
    SITE,
)
from channelwright.simulation.delivery.tours import Dropped
from channelwright.simulation.evening.credit import CONSIGNED, ON_TERMS
from channelwright.simulation.grouping import Whole, radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.orders import order_columns as orders
from channelwright.simulation.rows import Blocks
from channelwright.simulation.state import State

#: Rows of the block of what was received: ticks at the price of the sale; those that are invoiced,
#: none on consignment; row of the drop's order in the table of open orders; 1 for a drop that
#: brings the whole order on time.
VALUE, BILLED, ORDER, WHOLE = range(4)
RECEIVED_ROWS = 4

#: Shelf and on order (O, P), day of the last purchase (O,), ticks accepted by account.
Totals: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]
#: Ticks per case (O, N, P), account (O,), days of the promise (M,), units per case (P,).
Terms: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]


class Receiving:
    """Outlets take what is brought; keeps what never changes as the kernel takes it."""

    def __init__(self, network: Network, state: State) -> None:
        plain = network.plain
        self._state = state
        self._totals = state.shelf, state.on_order, state.last_purchase, state.accepted
        self._terms = network.price, network.account, plain.promise_days, plain.unit

    def receive(self, drops: Dropped) -> tuple[IntArray, IntArray]:
        """Put the drops on the shelf and write them into the table of open orders.

        Returns
        -------
        (4, n) int64, what was received; (9, m) int64, the invoices of it, rows as in
        `invoice_kernels`, of which the days are not known yet
        """
        state, count = self._state, len(drops.loads)
        received = np.zeros((RECEIVED_ROWS, count), dtype=np.int64)
        written = np.empty((invoices.INVOICE_ROWS, count), dtype=np.int64)
        today = count, state.day, len(state.orders)
        tables = drops.loads.storage(), state.orders.storage()
        used = _receive(today, *tables, self._totals, self._terms, received, written)
        return received, written if used == count else written[:, :used].copy()


@kernel
def _receive(
    today: tuple[int, int, int],
    loads: Blocks,
    table: Blocks,
    totals: Totals,
    terms: Terms,
    received: IntArray,
    written: IntArray,
) -> Whole:
    """Receive the loads of a day, one after the other, and write their invoices.

    Parameters
    ----------
    today : number of loads, day, number of open orders
    table : of open orders, changed
    received : (4, n) zeros, written; written : (9, n), the invoices

    Returns
    -------
    the number of invoices
    """
    numbers, grids = loads
    count, day, many = today
    shelf, on_order, last_purchase, accepted = totals
    price, account, promise, unit = terms
    for row in range(count):
        place, way = numbers[OUTLET, row], numbers[PAY_DAY, row]
        order = _order_row(table[0], many, numbers[SERIAL, row])
        complete = day - numbers[ORDER_DAY, row] <= promise[numbers[MODE, row]]
        option, value = numbers[OPTION, row], np.int64(0)
        for product in range(len(unit)):
            cases = grids[0, row, product]
            shelf[place, product] += cases * unit[product]
            on_order[place, product] -= cases * unit[product]
            table[1][orders.DELIVERED, order, product] += cases
            table[1][orders.PENDING, order, product] -= cases
            value += cases * price[place, option, product]
            complete = complete and table[1][orders.ORDERED, order, product] == cases
        last_purchase[place] = day
        if way == ON_TERMS:
            accepted[account[place]] -= value
        received[VALUE, row], received[ORDER, row] = value, order
        received[BILLED, row] = 0 if way == CONSIGNED else value
        received[WHOLE, row] = complete
    return _together(numbers, received, count, day, np.int64(len(account)), written)


@kernel
def _order_row(numbers: IntArray, count: int, serial: Whole) -> Whole:
    """Return the row of an order; serial numbers ascend, mostly without a gap."""
    order, end = np.int64(0), np.int64(count)
    guess: Whole = serial - numbers[orders.SERIAL, 0]
    if guess < end and numbers[orders.SERIAL, guess] == serial:
        return guess
    while order < end:
        middle = (order + end) // 2
        if numbers[orders.SERIAL, middle] < serial:
            order = middle + 1
        else:
            end = middle
    return order


@kernel
def _together(
    numbers: IntArray,
    received: IntArray,
    count: int,
    day: int,
    outlets: np.int64,
    written: IntArray,
) -> Whole:
    """Write one invoice per site, outlet and way of payment: on terms, or paid on one day.

    The option is that of the last load. Returns the number of invoices.
    """
    keys, rows = np.empty((1, count), dtype=np.int64), np.empty(count, dtype=np.int64)
    billed, ways = np.int64(0), day + 2
    for row in range(count):
        if numbers[PAY_DAY, row] != CONSIGNED:
            way = min(numbers[PAY_DAY, row], day) + 1
            keys[0, billed] = (numbers[SITE, row] * outlets + numbers[OUTLET, row]) * ways + way
            rows[billed] = row
            billed += 1
    used, last = np.int64(0), np.int64(-1)
    for place in radix_order(keys, keys.shape[0], billed):
        row, key = rows[place], keys[0, place]
        if key != last:
            written[invoices.OUTLET, used] = numbers[OUTLET, row]
            written[invoices.SITE, used] = numbers[SITE, row]
            written[invoices.FIXED, used] = min(numbers[PAY_DAY, row], day)
            written[invoices.AMOUNT, used] = 0
            last, used = key, used + 1
        written[invoices.OPTION, used - 1] = numbers[OPTION, row]
        written[invoices.AMOUNT, used - 1] += received[VALUE, row]
    return used


@kernel
def last_drop(drops: IntArray, cases: IntArray) -> IntArray:
    """Return the cases of each drop, zero where a later drop of the day is the same order's.

    Two pick orders of one order may arrive together; the line ends once, with the more cases.
    """
    most = np.int64(-1)
    for order in drops:
        most = max(most, order)
    last = np.zeros(most + 1, dtype=np.int64)
    for drop in range(len(drops)):
        last[drops[drop]] = drop
    result = np.zeros_like(cases)
    for drop in range(len(drops)):
        row = last[drops[drop]]
        for product in range(cases.shape[1]):
            result[row, product] = max(result[row, product], cases[drop, product])
    return result
