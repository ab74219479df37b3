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
_SALES = 4  # of them are added up by covered outlet at 18:00, the others by outlet at 24:00
_NOBODY = np.zeros(0, dtype=np.int64)
Columns = tuple[IntArray, ...]


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
    """Sums by outlet and product until they are taken."""

    def __init__(self, network: Network, flows: FlowRecorder) -> None:
        self._rows = network.covered
        shape = (len(network.covered), network.rate.shape[1])
        self._sales = np.zeros((_SALES, *shape), dtype=np.int64)
        self._night = np.zeros((2, network.rate.size), dtype=np.int64)
        self._nights = 0
        self._of_night = self._night[0], self._night[1]
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
        totals = _add_sales(self._sales, self._rows, sold, taken, self._daily, ended)
        asked, *counted = (int(total) for total in totals)
        self._flows.consumers(asked)
        value, online = self._worth
        return Taken(self._units, value, online, *counted)

    def midnight(self, state: State, execution: IntArray, scale: float) -> None:
        """Add the shelves of a night, and their execution times ``scale`` by outlet: (O,)."""
        self._nights += 1
        _add_night(self._of_night, state.shelf.reshape(-1), (execution, state.execution), scale)

    def take(self, outlets: Columns, families: Columns, group: IntArray, family: IntArray) -> None:
        """Add the sums to those of a period and forget them.

        Parameters
        ----------
        outlets, families : the columns of ``NAMES``, by outlet (O,) and by group and family (G, F)
        group : (O,) group of outlets; family : (P,)
        """
        sums = self._sales, self._night.reshape(2, len(group), -1), self._nights
        _take(sums, self._rows, (outlets, families), group, family)
        self._nights = 0


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
    sums: tuple[IntArray, IntArray],
    shelf: IntArray,
    execution: tuple[IntArray, FloatArray],
    scale: float,
) -> None:
    """Add units on all shelves and days with some, and the execution of outlets.

    Parameters
    ----------
    sums : (n,) units and days; shelf : (n,) units
    execution : (O,) sum and level of today, the first changed
    """
    units, stocked = sums
    total, level = execution
    for place in range(len(shelf)):
        units[place] += shelf[place]
        stocked[place] += 1 if shelf[place] > 0 else 0
    for outlet in range(len(level)):
        total[outlet] += np.int64(math.floor(level[outlet] * scale + 0.5))


@kernel
def _take(
    sums: tuple[IntArray, IntArray, int],
    rows: IntArray,
    into: tuple[Columns, Columns],
    group: IntArray,
    family: IntArray,
) -> None:
    """Move sums of sales (4, C, P) and of nights (2, O, P) of a number of nights."""
    sales, night, nights = sums
    outlets, families = into
    covered = np.arange(len(rows))
    for name in range(_SALES):
        _move(sales[name], covered, rows, outlets[name], families[name], group, family)
    for name in range(2):
        last = _SALES + name
        _move(night[name], rows, rows, outlets[last], families[last], group, family)
    days, family_days = outlets[-1], families[-1]
    for row in range(len(rows)):
        days[rows[row]] += nights * len(family)
        for product in range(len(family)):
            family_days[group[rows[row]], family[product]] += nights
    night[:] = 0


@kernel
def _move(
    sums: IntArray,
    places: IntArray,
    rows: IntArray,
    outlets: IntArray,
    families: IntArray,
    group: IntArray,
    family: IntArray,
) -> None:
    """Add sums (..., P) at some places, those of outlets (C,), to outlets and families; clear."""
    for row in range(len(rows)):
        place, outlet = places[row], rows[row]
        total = np.int64(0)
        for product in range(len(family)):
            many = sums[place, product]
            if many != 0:
                sums[place, product] = 0
                families[group[outlet], family[product]] += many
                total += many
        outlets[outlet] += total
