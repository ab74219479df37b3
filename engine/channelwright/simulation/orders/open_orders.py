"""Orders placed on a day become rows of the table of open orders."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.evening.credit import ON_TERMS
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import (
    ATTEMPT,
    DAY,
    DISCOUNT,
    MISSING,
    MODE,
    OPTION,
    ORDERED,
    OUTLET,
    PAY_DAY,
    SECOND,
    SERIAL,
    SITE,
)
from channelwright.simulation.orders.ordering import Placed
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State


def open_orders(
    network: Network, state: State, placed: Placed, attempt: IntArray, discount: IntArray
) -> None:
    """Add the day's orders with the day of their first attempt and their discount: (n,) each."""
    count = len(placed.outlet)
    if not count:
        return
    begin = len(state.orders)
    state.orders.extend(count)
    columns = (placed.outlet, placed.mode, placed.site, placed.option, placed.second)
    _open(
        (begin, state.serial, state.day),
        (*columns, attempt, discount),
        placed.cases,
        state.orders.storage(),
        state.on_order,
        network.plain.unit,
    )
    state.serial += count


@kernel
def _open(
    first: tuple[int, int, int],
    orders: tuple[IntArray, ...],
    cases: IntArray,
    table: tuple[IntArray, IntArray],
    on_order: IntArray,
    unit: IntArray,
) -> None:
    """Write orders (n) into new rows of the table, and what they bring into what is on order.

    Parameters
    ----------
    first : first row and serial number, and the day
    orders : outlet, mode, site, option, second, day of the first attempt, discount
    cases : (n, P); table : (k, room), (g, room, P), the columns of `empty_orders`, written
    on_order : (O, P) units, changed
    """
    outlet, mode, site, option, second, attempt, discount = orders
    numbers, grids = table
    for order in range(len(outlet)):
        row = first[0] + order
        numbers[SERIAL, row], numbers[DAY, row] = first[1] + order, first[2]
        numbers[OUTLET, row], numbers[MODE, row] = outlet[order], mode[order]
        numbers[SITE, row], numbers[OPTION, row] = site[order], option[order]
        numbers[SECOND, row], numbers[ATTEMPT, row] = second[order], attempt[order]
        numbers[PAY_DAY, row], numbers[DISCOUNT, row] = ON_TERMS, discount[order]
        for product in range(cases.shape[1]):
            many = cases[order, product]
            grids[ORDERED, row, product] = grids[MISSING, row, product] = many
            on_order[outlet[order], product] += many * unit[product]
    end = first[0] + len(outlet)
    for grid in range(grids.shape[0]):
        if grid not in (ORDERED, MISSING):
            grids[grid, first[0] : end] = 0


def drop_finished(orders: Rows) -> None:
    """Drop the orders of which nothing is to be allocated or delivered any more."""
    kept, count = _unfinished(orders["missing"], orders["pending"])
    if count < len(kept):
        orders.keep(kept)


@kernel
def _unfinished(missing: IntArray, pending: IntArray) -> tuple[BoolArray, int]:
    """Return the orders with a case that is missing or on its way, (n,), and their number."""
    some, count = np.zeros(len(missing), dtype=np.bool_), 0
    for row in range(len(missing)):
        for product in range(missing.shape[1]):
            some[row] |= missing[row, product] > 0 or pending[row, product] > 0
        count += some[row]
    return some, count
