"""What happens at every shelf on every day: summed where it lies, and grouped once a period.

A day passes over shelves in the order of memory and adds; who sums by outlet or by group and
family takes a whole period at once.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.simulation.demand.selling import (
    DEMANDED,
    ONLINE_DEMANDED,
    ONLINE_SOLD,
    SOLD,
    Sales,
)
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
_ASKED, _SOLD, _ONLINE, _VALUE = range(4)
_NIGHT = slice(4, 7)
_NOBODY = np.zeros(0, dtype=np.int64)


class Taken(NamedTuple):
    """What consumers took home on one evening; written anew on every day.

    Attributes
    ----------
    units : (C, P) int64, sold at the door and online
    value, online : (C,) int64, ticks that they paid; units sold online
    sold : int, units
    drawn, unserved : int, units asked for today; of them and of what waited, not served
    """

    units: IntArray
    value: IntArray
    online: IntArray
    sold: int
    drawn: int
    unserved: int


class ShelfSums:
    """Sums by covered outlet and product until they are taken."""

    def __init__(self, network: Network, flows: FlowRecorder) -> None:
        self._rows = network.covered
        shape = (len(network.covered), network.rate.shape[1])
        self._sums = np.zeros((len(NAMES), *shape), dtype=np.int64)
        self._flows = flows
        self._daily = (flows.per_case, flows.asked, flows.asked_squared)
        self._units = np.zeros(shape, dtype=np.int64)
        self._worth = np.zeros((2, len(network.covered)), dtype=np.int64)

    def sales(self, sales: Sales, price: IntArray, demanded: IntArray) -> Taken:
        """Add a day's sales at their ``price``, (C, P).

        Demand counts where and when it ends, not where it arose: the difference goes to
        ``demanded`` (O,), units.
        """
        lost = _NOBODY if sales.settled is None else sales.settled.lost
        taken = (self._units, self._worth)
        sold = (sales.units, sales.online, price)
        ended = (lost, demanded)
        totals = _add_sales(self._sums, self._rows, sold, taken, self._daily, ended)
        asked, *counted = (int(total) for total in totals)
        self._flows.consumers(asked)
        value, online = self._worth
        return Taken(self._units, value, online, *counted)

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
    sums: IntArray,
    rows: IntArray,
    sold: tuple[IntArray, BoolArray, IntArray],
    taken: tuple[IntArray, IntArray],
    daily: tuple[FloatArray, IntArray, IntArray],
    ended: tuple[IntArray, IntArray],
) -> tuple[np.int64, np.int64, np.int64, np.int64]:
    """Add the sales of a day at some outlets.

    Parameters
    ----------
    sums : (K, C, P) by `NAMES`; changed
    rows : (C,) outlets
    sold : units and outlets online of `Sales`, (C, P) price
    taken : (C, P) units sold; (2, C) their value and the units sold online; written
    daily : (P,) thousandths of a case in a unit, and (O,) sums of what was asked for of a day and
        of its squares; changed
    ended : (C,) units lost where consumers react, else empty; (O,) demand, changed

    Returns
    -------
    thousandths of cases asked for, units sold, units asked for and not served
    """
    (units, online, price), (bought, worth), (lost, demand) = sold, taken, ended
    per_case, asked, asked_squared = daily
    total = thousandths = drawn = unserved = np.int64(0)
    for row in range(len(rows)):
        outlet, cases = rows[row], 0.0
        value = wanted = gone = online_gone = online_wanted = np.int64(0)
        for product in range(bought.shape[1]):
            many, took = units[DEMANDED, row, product], units[SOLD, row, product]
            wanted += many
            gone += took
            if online[row]:
                more, extra = units[ONLINE_DEMANDED, row, product], units[ONLINE_SOLD, row, product]
                online_wanted += more
                online_gone += extra
                many += more
                took += extra
                sums[_ONLINE, row, product] += extra
            ticks = took * price[row, product]
            sums[_ASKED, row, product] += many
            sums[_SOLD, row, product] += took
            sums[_VALUE, row, product] += ticks
            bought[row, product] = took
            value += ticks
            cases += many * per_case[product]
        worth[0, row], worth[1, row] = value, online_gone
        day = np.int64(cases + 0.5)
        asked[outlet] += day
        asked_squared[outlet] += day * day
        thousandths += day
        total += gone + online_gone
        drawn += wanted + online_wanted
        unserved += online_wanted - online_gone
        if len(lost):
            demand[outlet] += gone - wanted + lost[row]
            unserved += lost[row]
    return thousandths, total, drawn, unserved


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
