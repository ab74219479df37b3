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
    zero = np.zeros_like(placed.cases)
    state.orders.append(
        serial=np.arange(state.serial, state.serial + count),
        outlet=placed.outlet,
        mode=network.option_mode[placed.outlet, placed.option],
        site=network.options[placed.outlet, placed.option],
        option=placed.option,
        day=np.full(count, state.day, dtype=np.int64),
        second=placed.second,
        pay_day=np.full(count, ON_TERMS, dtype=np.int64),
        discount=discount,
        attempt=attempt,
        ordered=placed.cases,
        missing=placed.cases,
        first=zero,
        pending=zero,
        delivered=zero,
        cut=zero,
        extra=zero,
    )
    state.serial += count


def drop_finished(orders: Rows) -> None:
    """Drop the orders of which nothing is to be allocated or delivered any more."""
    kept = _unfinished(orders["missing"], orders["pending"])
    if not kept.all():
        orders.keep(kept)


@kernel
def _unfinished(missing: IntArray, pending: IntArray) -> BoolArray:
    """Return the orders with a case that is missing or on its way: (n,)."""
    some = np.zeros(len(missing), dtype=np.bool_)
    for row in range(len(missing)):
        for product in range(missing.shape[1]):
            some[row] |= missing[row, product] > 0 or pending[row, product] > 0
    return some
