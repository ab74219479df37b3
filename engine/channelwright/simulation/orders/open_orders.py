"""Orders placed on a day become rows of the table of open orders."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.evening.credit import ON_TERMS
from channelwright.simulation.network import Network
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
    block, grids = state.orders.extend(count)
    columns = (placed.outlet, placed.mode, placed.site, placed.option, placed.second)
    _open(
        (state.serial, state.day),
        (*columns, attempt, discount),
        placed.cases,
        (block, grids),
        state.on_order,
        network.plain.unit,
    )
    state.serial += count


@kernel
def _open(
    first: tuple[int, int],
    orders: tuple[IntArray, ...],
    cases: IntArray,
    table: tuple[IntArray, IntArray],
    on_order: IntArray,
    unit: IntArray,
) -> None:
    """Write orders (n) into new rows of the table, and what they bring into what is on order.

    Parameters
    ----------
    first : serial number of the first order, day
    orders : outlet, mode, site, option, second, day of the first attempt, discount
    cases : (n, P); table : (k, n), (g, n, P), the columns of `empty_orders`, written
    on_order : (O, P) units, changed
    """
    outlet, mode, site, option, second, attempt, discount = orders
    block, grids = table
    for row in range(len(outlet)):
        block[0, row], block[1, row], block[2, row] = first[0] + row, outlet[row], mode[row]
        block[3, row], block[4, row], block[5, row] = site[row], option[row], first[1]
        block[6, row], block[7, row] = second[row], attempt[row]
        block[8, row], block[9, row] = ON_TERMS, discount[row]
        for product in range(cases.shape[1]):
            grids[0, row, product] = grids[1, row, product] = cases[row, product]
            for grid in range(2, grids.shape[0]):
                grids[grid, row, product] = 0
            on_order[outlet[row], product] += cases[row, product] * unit[product]


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
