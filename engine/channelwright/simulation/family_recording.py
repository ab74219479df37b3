"""KPI tables by product family: of outlets by area and mode, of sites by tier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.families import family_rows
from channelwright.simulation.allocation import Allocated
from channelwright.simulation.consumers import Sales
from channelwright.simulation.credit import CONSIGNED
from channelwright.simulation.network import PLANT, Network
from channelwright.simulation.replenishing import Shipments
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State
from channelwright.tables.family_outputs import FAMILY_CELLS, TIER_CELLS
from channelwright.tables.schema import Table
from channelwright.tables.sink import Chunk

_NOBODY = -1


class FamilyRecorder:
    """Adds up by family until the period ends."""

    def __init__(self, network: Network) -> None:
        self._network = network
        market, plan = network.market, network.design.sites
        self._family = family_rows(market.products)
        count = int(self._family.max(initial=-1)) + 1
        rows = network.covered
        place = (market.outlets.area[rows], network.design.outlets.mode[rows])
        self._outlets = _Sums(FAMILY_CELLS, place, rows, len(market.outlets), count)
        sites = np.flatnonzero(plan.open)
        tier = (market.sites.area[sites], plan.mode[sites], market.sites.kind[sites])
        self._sites = _Sums(TIER_CELLS, tier, sites, len(market.sites), count)
        self._online = bool(network.design.outlets.o2o[rows].any())
        stocking = plan.open & (market.sites.kind != PLANT)
        self._watched = stocking[:, None] & (network.opening_demand > 0)

    def sales(self, sales: Sales, units: IntArray, price: IntArray) -> None:
        """Add the consumer sales of a day: ``units`` sold and their price, (C, P) each."""
        add, rows = self._outlets.add, self._network.covered
        add("units_asked", rows, sales.demanded, self._family)
        add("units_sold", rows, units, self._family)
        self._outlets.add_value("consumer_value", rows, units, price, self._family)
        if self._online:
            add("units_asked", rows, sales.online_demanded, self._family)
            add("units_online", rows, sales.online_sold, self._family)

    def orders(self, outlet: IntArray, cases: IntArray) -> None:
        """Add the orders of a day: (n,) outlets, (n, P) cases."""
        self._outlets.add("cases_ordered", outlet, cases, self._family)

    def evening(self, evening: Allocated) -> None:
        """Add the allocation of a day."""
        orders, family = evening.orders, self._family
        tried = (evening.new & ~evening.refused)[:, None]
        asked = np.where(tried, orders["ordered"] - evening.held, 0)
        first = np.where(tried, evening.give - evening.extra, 0)
        for name, cases in (("cases_attempted", asked), ("cases_first", first)):
            self._outlets.add(name, orders["outlet"], cases, family)
        parts = (("cases_asked", asked), ("cases_first", first), ("cases_out", evening.give))
        for name, cases in parts:
            self._sites.add(name, orders["site"], cases, family)

    def deliveries(self, loads: Rows) -> None:
        """Add the deliveries of a day."""
        outlet, cases = loads["outlet"], loads["cases"]
        add, network = self._outlets.add_value, self._network
        self._outlets.add("cases_delivered", outlet, cases, self._family)
        price = network.price[outlet, loads["option"]]
        billed = np.where((loads["pay_day"] == CONSIGNED)[:, None], 0, cases)
        add("outlet_value", outlet, billed, price, self._family)
        cost = np.broadcast_to(network.market.products.production_cost, cases.shape)
        add("production_value", outlet, cases, cost, self._family)

    def settled(self, outlet: IntArray, value: IntArray) -> None:
        """Add what was invoiced because it had been sold: (n,) outlets, (n, P) ticks."""
        self._outlets.add("outlet_value", outlet, value, self._family)

    def shipments(self, shipments: Shipments) -> None:
        """Add the replenishments of a day."""
        unit, add = self._network.market.products.units_per_case, self._sites.add
        shipped, ordered = shipments.shipped // unit, shipments.ordered // unit
        add("cases_in", shipments.site, shipped, self._family)
        add("cases_out", shipments.parent, shipped, self._family)
        add("cases_asked", shipments.parent, ordered, self._family)
        add("cases_first", shipments.parent, np.minimum(ordered, shipped), self._family)

    def midnight(self, state: State) -> None:
        """Add the stocks at the end of a day."""
        self._outlets.add_shelf(self._network.covered, state.shelf, self._family)
        unit = self._network.market.products.units_per_case
        sites = np.arange(len(state.stock))
        self._sites.add("stock_case_days", sites, state.stock // unit, self._family)
        empty = self._watched & (state.stock < unit)
        self._sites.add("empty_days", sites, empty.astype(np.int64), self._family)
        self._sites.add("product_days", sites, self._watched.astype(np.int64), self._family)

    def close(self, period: int) -> dict[str, Chunk]:
        """Return the tables of the period and start the next one."""
        return {sums.table.name: sums.close(period) for sums in (self._outlets, self._sites)}


class _Sums:
    """The sums of one table: by group of outlets or sites, and family."""

    def __init__(
        self,
        table: Table,
        place: Sequence[IntArray],
        rows: IntArray,
        count: int,
        families: int,
    ) -> None:
        self.table = table
        grid = np.stack(place)
        self._keys, group = np.unique(grid, axis=1, return_inverse=True)
        self._group = np.full(count, _NOBODY, dtype=np.int64)
        self._group[rows] = group.ravel()
        names = table.names[len(place) + 2 :]
        self._sums = np.zeros((len(names), self._keys.shape[1], families), dtype=np.int64)
        self._of = {name: self._sums[row] for row, name in enumerate(names)}

    def add(self, name: str, rows: IntArray, amount: IntArray, family: IntArray) -> None:
        """Add (n, P) amounts of some outlets or sites."""
        _add(self._of[name], self._group, rows, family, amount)

    def add_value(
        self, name: str, rows: IntArray, amount: IntArray, price: IntArray, family: IntArray
    ) -> None:
        """Add (n, P) amounts at their prices (n, P)."""
        _add_value(self._of[name], self._group, rows, family, amount, price)

    def add_shelf(self, rows: IntArray, shelf: IntArray, family: IntArray) -> None:
        """Add what lies on the shelves (O, P) of some outlets."""
        columns = (self._of["shelf_units"], self._of["stocked_days"], self._of["product_days"])
        _add_shelf(*columns, self._group, rows, family, shelf)

    def close(self, period: int) -> Chunk:
        """Return the rows of the period, those where nothing happened left out."""
        happened: BoolArray = (self._sums != 0).any(axis=0)
        group, family = np.nonzero(happened)
        keys = self.table.names[1 : len(self._keys) + 1]
        chunk = {"period": np.full(len(group), period, dtype=np.int64)}
        chunk |= {name: self._keys[row, group] for row, name in enumerate(keys)}
        chunk["family"] = family
        chunk |= {name: column[group, family] for name, column in self._of.items()}
        self._sums[:] = 0
        return chunk


@kernel
def _add(
    total: IntArray, group: IntArray, rows: IntArray, family: IntArray, amount: IntArray
) -> None:
    for row in range(len(rows)):
        cell = group[rows[row]]
        if cell < 0:
            continue
        for product in range(amount.shape[1]):
            total[cell, family[product]] += amount[row, product]


@kernel
def _add_value(
    total: IntArray,
    group: IntArray,
    rows: IntArray,
    family: IntArray,
    amount: IntArray,
    price: IntArray,
) -> None:
    for row in range(len(rows)):
        cell = group[rows[row]]
        if cell < 0:
            continue
        for product in range(amount.shape[1]):
            total[cell, family[product]] += amount[row, product] * price[row, product]


@kernel
def _add_shelf(
    units: IntArray,
    stocked: IntArray,
    days: IntArray,
    group: IntArray,
    rows: IntArray,
    family: IntArray,
    shelf: IntArray,
) -> None:
    for row in rows:
        cell = group[row]
        for product in range(shelf.shape[1]):
            held = shelf[row, product]
            units[cell, family[product]] += held
            stocked[cell, family[product]] += held > 0
            days[cell, family[product]] += 1
