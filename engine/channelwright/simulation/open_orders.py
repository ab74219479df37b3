"""Orders placed on a day become rows of the table of open orders."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.simulation.credit import ON_TERMS
from channelwright.simulation.network import Network
from channelwright.simulation.ordering import Placed
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
