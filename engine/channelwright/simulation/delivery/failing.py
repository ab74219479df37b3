"""Stops where nobody takes the goods: tried again on the next day, then brought back."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.philox import uniform_at
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.simulation.delivery.load_columns import (
    FAILS,
    LAST,
    LEFT,
    LOAD,
    MODE,
    OUTLET,
    TARIFF,
)
from channelwright.simulation.evening.credit import ON_TERMS
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import State

#: Chance that nobody takes the goods (O,), (0,) = somebody always does; tries of modes; the key.
Failures: TypeAlias = tuple[FloatArray, IntArray, tuple[np.uint64, np.uint64]]
_PURPOSE = int(Purpose.DELIVERY_FAILURE)


def failures(network: Network, address: Address) -> Failures:
    """Return how stops fail."""
    rules, attempts = network.market.delivery, network.design.service.attempts
    if rules is None or attempts is None:
        return np.zeros(0), np.zeros(0, dtype=np.int64), address.key
    return rules.failure[network.market.outlets.segment], attempts.copy(), address.key


@kernel
def fail(numbers: IntArray, visits: IntArray, day: int, rules: Failures) -> BoolArray:
    """Return the visits (n,) where nobody takes the goods; their loads wait for another day.

    Parameters
    ----------
    numbers : columns of the loads; visits : (7, n), the last attempts are marked
    """
    chance, attempts, key = rules
    failed = np.zeros(visits.shape[1], dtype=np.bool_)
    if len(chance) == 0:
        return failed
    for place in range(len(failed)):
        row = visits[LOAD, place]
        outlet = numbers[OUTLET, row]
        if uniform_at(outlet, 0, key, _PURPOSE, day) >= chance[outlet]:
            continue
        failed[place] = True
        numbers[FAILS, row] += 1
        numbers[LEFT, row] = 1
        if numbers[TARIFF, row] >= 0:
            numbers[TARIFF, row] = day + 1
        visits[LAST, place] = numbers[FAILS, row] >= attempts[numbers[MODE, row]]
    return failed


def bring_back(network: Network, state: State, loads: Rows) -> IntArray:
    """Put cancelled loads back into the stock of their sites.

    Returns
    -------
    (n,) int64, row of each load's order in the table of open orders
    """
    cases, outlet = loads["cases"], loads["outlet"]
    units = cases * network.market.products.units_per_case
    add_at(state.stock, loads["site"], units)
    subtract_at(state.on_order, outlet, units)
    orders = np.searchsorted(state.orders["serial"], loads["serial"])
    subtract_at(state.orders["pending"], orders, cases)
    add_at(state.orders["cut"], orders, cases)
    value = (cases * network.price[outlet, loads["option"]]).sum(axis=1)
    value = np.where(loads["pay_day"] == ON_TERMS, value, 0)
    subtract_at(state.accepted, network.account[outlet], value)
    return np.asarray(orders)
