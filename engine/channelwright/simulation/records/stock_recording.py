"""KPI table of stock and ordering by site."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.market import Calendar
from channelwright.simulation.network import Network
from channelwright.simulation.records.cell_sums import NamedSums, filled_rows
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
        self._late = network.once(_late_days)

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

    def of_nights(self) -> tuple[IntArray, ...]:
        """Return the sums (S,) of a night, and the cases that were ordered today."""
        names = ("asked", "ordered", "empty_days", "product_days")
        squared = ("asked_squared", "ordered_squared")
        return (*self._cell.columns(*names, *squared), self._ordered)

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        return filled_rows(STOCK_CELLS.names, period, self._sums)


def _late_days(network: Network) -> BoolArray:
    return late_days(network.market.calendar)


def late_days(calendar: Calendar) -> BoolArray:
    """Return the days that are among the last ten of their calendar month: (H,)."""
    months = np.datetime64(calendar.start, "M") + np.arange(1, calendar.horizon_days // 28 + 3)
    ends = (months.astype("datetime64[D]") - np.datetime64(calendar.start)).astype(np.int64)
    day = np.arange(calendar.horizon_days)
    return np.asarray(ends[np.searchsorted(ends, day, side="right")] - day <= LATE_DAYS)
