"""Stops where nobody takes the goods: tried again on the next day, then brought back."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.evening.credit import ON_TERMS
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import State


def may_fail(network: Network) -> bool:
    """Return whether stops fail at all."""
    return network.market.delivery is not None and network.design.service.attempts is not None


def stops(
    network: Network, address: Address, state: State, rows: IntArray
) -> tuple[BoolArray, BoolArray]:
    """Return which loads of a day fail, and which of them for the last time; updates them.

    Parameters
    ----------
    rows : (n,) int64, loads that are brought to their outlets today
    """
    rules, attempts = network.market.delivery, network.design.service.attempts
    none = np.zeros(len(rows), dtype=bool)
    if rules is None or attempts is None or not len(rows):
        return none, none
    loads = state.loads
    outlet = loads["outlet"][rows]
    uniform = address.at(Purpose.DELIVERY_FAILURE, state.day, outlet)
    failed = uniform < rules.failure[network.market.outlets.segment[outlet]]
    again = rows[failed]
    loads["fails"][again] += 1
    loads["left"][again] = 1
    loads["tariff"][again] = np.where(loads["tariff"][again] >= 0, state.day + 1, -1)
    last = loads["fails"][rows] >= attempts[loads["mode"][rows]]
    return failed, failed & last


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
