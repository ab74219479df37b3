"""KPI table of stock and ordering by site."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.market import Calendar
from channelwright.simulation.network import PLANT, Network
from channelwright.simulation.replenishing import Shipments
from channelwright.simulation.scatter import add_at
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
        self._cell = {name: self._sums[row] for row, name in enumerate(names)}
        self._ordered = np.zeros(len(network.market.sites), dtype=np.int64)
        self._late = late_days(network.market.calendar)
        stocking = network.design.sites.open & (network.market.sites.kind != PLANT)
        self._watched = stocking[:, None] & (network.opening_demand > 0)

    def delivered(self, day: int, site: IntArray, cases: IntArray) -> None:
        """Add deliveries to outlets: (n,) sites and cases."""
        own = np.where(self._network.own[site], cases, 0)
        add_at(self._cell["direct"], site, own)
        if self._late[day]:
            add_at(self._cell["direct_late"], site, own)

    def shipments(self, day: int, shipments: Shipments) -> None:
        """Add the replenishments of a day."""
        unit = self._network.market.products.units_per_case
        self._ordered[:] = 0
        add_at(self._ordered, shipments.site, (shipments.ordered // unit).sum(axis=1))
        if self._late[day]:
            shipped = (shipments.shipped // unit).sum(axis=1)
            add_at(self._cell["bought_late"], shipments.site, shipped)

    def midnight(self, state: State) -> None:
        """Add what was asked for, ordered and missing on a day."""
        unit, cell = self._network.market.products.units_per_case, self._cell
        asked = (state.demand[state.day % len(state.demand)] // unit).sum(axis=1)
        for name, cases in (("asked", asked), ("ordered", self._ordered)):
            cell[name] += cases
            cell[f"{name}_squared"] += cases * cases
        cell["empty_days"] += (self._watched & (state.stock < unit)).sum(axis=1)
        cell["product_days"] += self._watched.sum(axis=1)

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        rows = np.flatnonzero((self._sums != 0).any(axis=0))
        chunk = {"period": np.full(len(rows), period, dtype=np.int64), "site": rows}
        chunk |= {name: column[rows] for name, column in self._cell.items()}
        self._sums[:] = 0
        return chunk


def late_days(calendar: Calendar) -> BoolArray:
    """Return the days that are among the last ten of their calendar month: (H,)."""
    days = np.datetime64(calendar.start) + np.arange(calendar.horizon_days)
    return np.asarray((days + LATE_DAYS).astype("datetime64[M]") != days.astype("datetime64[M]"))
