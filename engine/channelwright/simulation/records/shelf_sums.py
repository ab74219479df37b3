"""What happens at every shelf on every day: summed where it lies, and grouped once a period.

A day passes over shelves in the order of memory and adds; who sums by outlet or by group and
family takes a whole period at once.
"""

from __future__ import annotations

import math

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.simulation.demand.consumers import Sales
from channelwright.simulation.network import Network
from channelwright.simulation.records.flow_recording import FlowRecorder
from channelwright.simulation.state import State

NAMES = (
    "units_asked",
    "units_sold",
    "units_online",
    "consumer_value",
    "shelf_units",
    "stocked_days",
    "product_days",
)
_SALES, _NIGHT = slice(0, 4), slice(4, 7)


class ShelfSums:
    """Sums by covered outlet and product until they are taken."""

    def __init__(self, network: Network) -> None:
        self._rows = network.covered
        shape = (len(network.covered), network.rate.shape[1])
        self._sums = np.zeros((len(NAMES), *shape), dtype=np.int64)
        self._online = bool(network.design.outlets.o2o[network.covered].any())

    def sales(self, sales: Sales, units: IntArray, price: IntArray, flows: FlowRecorder) -> None:
        """Add a day's ``units`` sold at the door and online and their ``price``: (C, P)."""
        asked, sold, online, value = self._sums[_SALES]
        wanted = sales.demanded, sales.online_demanded
        daily = flows.per_case, flows.asked, flows.asked_squared
        drawn = _add_sales((asked, sold, value), self._rows, wanted, (units, price), daily)
        flows.consumers(int(drawn))
        if self._online:
            online += sales.online_sold

    def midnight(self, state: State, execution: IntArray, scale: float) -> None:
        """Add the shelves of a night, and their execution times ``scale`` by outlet: (O,)."""
        night = tuple(self._sums[_NIGHT])
        _add_night(night, self._rows, state.shelf, (execution, state.execution), scale)

    def take(self) -> tuple[dict[str, IntArray], dict[str, IntArray]]:
        """Return the sums by outlet and product, (C, P), and by outlet, (C,); then forget them."""
        by_product = dict(zip(NAMES, self._sums, strict=True))
        by_outlet = dict(zip(NAMES, _by_outlet(self._sums), strict=True))
        self._sums = np.zeros_like(self._sums)
        return by_product, by_outlet


@kernel
def _add_sales(
    sums: tuple[IntArray, ...],
    rows: IntArray,
    wanted: tuple[IntArray, IntArray],
    bought: tuple[IntArray, IntArray],
    daily: tuple[FloatArray, IntArray, IntArray],
) -> np.int64:
    """Add the sales of a day at some outlets; returns what was asked for, in 0.001 cases.

    Parameters
    ----------
    sums : (C, P) units asked for and sold, and their value in ticks; changed
    rows : (C,) outlets
    wanted : (C, P) units asked for at the door and online
    bought : (C, P) units sold and their price
    daily : (P,) thousandths of a case in a unit, and (O,) sums of what was asked for of a day and
        of its squares; changed
    """
    demanded, sold, value = sums
    (walk_in, online), (units, price) = wanted, bought
    per_case, asked, asked_squared = daily
    total = np.int64(0)
    for row in range(len(rows)):
        cases = 0.0
        for product in range(units.shape[1]):
            many = walk_in[row, product] + online[row, product]
            demanded[row, product] += many
            sold[row, product] += units[row, product]
            value[row, product] += units[row, product] * price[row, product]
            cases += many * per_case[product]
        day = np.int64(cases + 0.5)
        asked[rows[row]] += day
        asked_squared[rows[row]] += day * day
        total += day
    return total


@kernel
def _add_night(
    sums: tuple[IntArray, ...],
    rows: IntArray,
    shelf: IntArray,
    execution: tuple[IntArray, FloatArray],
    scale: float,
) -> None:
    """Add units on the shelves (O, P) of some outlets, days with some, and days.

    Parameters
    ----------
    sums : (n, P) each; rows : (n,) outlets
    execution : (O,) sum and level of today, the first changed
    """
    units, stocked, days = sums
    total, level = execution
    for row in range(len(rows)):
        outlet = rows[row]
        for product in range(shelf.shape[1]):
            units[row, product] += shelf[outlet, product]
            stocked[row, product] += shelf[outlet, product] > 0
            days[row, product] += 1
        total[outlet] += np.int64(math.floor(level[outlet] * scale + 0.5))


@kernel
def _by_outlet(sums: IntArray) -> IntArray:
    """Return sums (K, C, P) over products: (K, C)."""
    result = np.zeros(sums.shape[:2], dtype=np.int64)
    for column in range(sums.shape[0]):
        for row in range(sums.shape[1]):
            for product in range(sums.shape[2]):
                result[column, row] += sums[column, row, product]
    return result
