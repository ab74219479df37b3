"""KPI table of stock and ordering by site."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.market import Calendar
from channelwright.simulation.network import Network
from channelwright.simulation.plain import PLANT
from channelwright.simulation.records.cell_sums import NamedSums
from channelwright.simulation.state import State
from channelwright.tables.sink import Chunk
from channelwright.tables.stock_outputs import STOCK_CELLS

LATE_DAYS = 10


class StockRecorder:
    """Adds up what sites ask for, hold and send until the period ends."""

    def __init__(self, network: Network) -> None:
        self._network = network
        names = STOCK_CELLS.names[2:]
        self._sums = np.zeros((len(names), len(network.market.sites)), dtype=np.int64)
        self._cell = NamedSums(names, self._sums)
        self._ordered = np.zeros(len(network.market.sites), dtype=np.int64)
        self._late = late_days(network.market.calendar)
        stocking = network.design.sites.open & (network.market.sites.kind != PLANT)
        self._watched = stocking[:, None] & (network.opening_demand > 0)

    def direct(self) -> tuple[IntArray, IntArray]:
        """Return cases that own sites delivered, and those of the last days, to be added to."""
        direct, late = self._cell.columns("direct", "direct_late")
        return direct, late

    def late(self, day: int) -> bool:
        """Return whether a day is among the last of its month."""
        return bool(self._late[day])

    def of_shipments(self) -> tuple[IntArray, IntArray]:
        """Return cases ordered today and bought late by site, which replenishments are added to."""
        return self._ordered, self._cell["bought_late"]

    def midnight(self, state: State) -> None:
        """Add what was asked for, ordered and missing on a day."""
        names = ("asked", "ordered", "empty_days", "product_days")
        squared = ("asked_squared", "ordered_squared")
        _add_day(
            self._cell.columns(*names, *squared),
            state.demand[state.day % len(state.demand)],
            self._ordered,
            state.stock,
            self._network.market.products.units_per_case,
            self._watched,
        )

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        rows = np.flatnonzero((self._sums != 0).any(axis=0))
        chunk = {"period": np.full(len(rows), period, dtype=np.int64), "site": rows}
        chunk |= {name: column[rows] for name, column in self._cell.items()}
        self._sums[:] = 0
        return chunk


@kernel
def _add_day(
    columns: tuple[IntArray, ...],
    demand: IntArray,
    ordered_cases: IntArray,
    stock: IntArray,
    unit: IntArray,
    watched: BoolArray,
) -> None:
    """Add the day of every site: (S, P) units asked and in stock, (S,) cases ordered."""
    asked, ordered, empty, days, asked_squared, ordered_squared = columns
    for site in range(len(stock)):
        cases, sent = np.int64(0), ordered_cases[site]
        for product in range(len(unit)):
            cases += demand[site, product] // unit[product]
            if watched[site, product]:
                empty[site] += stock[site, product] < unit[product]
                days[site] += 1
        asked[site] += cases
        asked_squared[site] += cases * cases
        ordered[site] += sent
        ordered_squared[site] += sent * sent


def late_days(calendar: Calendar) -> BoolArray:
    """Return the days that are among the last ten of their calendar month: (H,)."""
    months = np.datetime64(calendar.start, "M") + np.arange(1, calendar.horizon_days // 28 + 3)
    ends = (months.astype("datetime64[D]") - np.datetime64(calendar.start)).astype(np.int64)
    day = np.arange(calendar.horizon_days)
    return np.asarray(ends[np.searchsorted(ends, day, side="right")] - day <= LATE_DAYS)
