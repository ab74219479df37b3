"""KPI tables by product family: of outlets by area and mode, of sites by tier."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.rules.families import family_rows
from channelwright.simulation.network import Network
from channelwright.simulation.records.cell_sums import NamedSums
from channelwright.tables.family_outputs import FAMILY_CELLS, TIER_CELLS
from channelwright.tables.schema import Table
from channelwright.tables.sink import Chunk

_NOBODY = -1


class FamilyRecorder:
    """Adds up by family until the period ends."""

    def __init__(self, network: Network) -> None:
        self._network = network
        market = network.market
        self.family = family_rows(market.products)
        count = int(self.family.max(initial=-1)) + 1
        cells = network.cells
        of_outlets = np.stack([cells.area, cells.mode]), cells.group, network.covered
        self._outlets = _Sums(FAMILY_CELLS, of_outlets, len(market.outlets), count)
        self._sites = _Sums(TIER_CELLS, network.once(_tiers), len(market.sites), count)

    def of_shelves(self, names: tuple[str, ...]) -> tuple[tuple[IntArray, ...], IntArray, IntArray]:
        """Return some sums (G, F), groups (O,) and families (P,), to be added to by `ShelfSums`."""
        return self._outlets.columns(*names), self._outlets.group, self.family

    def of_orders(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return the sums that the cases of orders are added to, groups (O,) and families (P,)."""
        (ordered,) = self._outlets.columns("cases_ordered")
        return ordered, self._outlets.group, self.family

    def of_evening(self) -> tuple[tuple[IntArray, ...], tuple[IntArray, ...], IntArray]:
        """Return the sums that the allocation of a day is added to (`tally_evening`)."""
        outlets, sites = self._outlets, self._sites
        return (
            (*outlets.columns("cases_attempted", "cases_first"), outlets.group),
            (*sites.columns("cases_asked", "cases_first", "cases_out"), sites.group),
            self.family,
        )

    def of_parcels(self) -> tuple[IntArray, ...]:
        """Return the sums that cases of consumers are added to (`tally_parcels`)."""
        columns = self._sites.columns("cases_asked", "cases_first", "cases_out")
        return *columns, self._sites.group, self.family

    def delivered(self) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Return cases delivered, ticks invoiced and of production, to be added to, and groups."""
        cases, value, production = self._outlets.columns(
            "cases_delivered", "outlet_value", "production_value"
        )
        return cases, value, production, self._outlets.group

    def settled(self, outlet: IntArray, value: IntArray) -> None:
        """Add what was invoiced because it had been sold: (n,) outlets, (n, P) ticks."""
        self._outlets.add("outlet_value", outlet, value, self.family)

    def of_shipments(self) -> tuple[tuple[IntArray, ...], IntArray]:
        """Return the sums that replenishments are added to, and the families (P,)."""
        names = ("cases_in", "cases_out", "cases_asked", "cases_first")
        return (*self._sites.columns(*names), self._sites.group), self.family

    def of_nights(self) -> tuple[tuple[IntArray, ...], IntArray, IntArray]:
        """Return the sums (G, F) of a night of sites, groups (S,) and families (P,)."""
        sites = self._sites
        sums = sites.columns("stock_case_days", "empty_days", "product_days")
        return sums, sites.group, self.family

    def close(self, period: int) -> dict[str, Chunk]:
        """Return the tables of the period and start the next one."""
        return {sums.table.name: sums.close(period) for sums in (self._outlets, self._sites)}


def _tiers(network: Network) -> tuple[IntArray, IntArray, IntArray]:
    """Return the area, mode and kind of the groups of open sites, the groups, and the sites."""
    sites, plan = network.market.sites, network.design.sites
    rows = np.flatnonzero(plan.open)
    return *_groups(np.stack([sites.area[rows], plan.mode[rows], sites.kind[rows]])), rows


def _groups(place: IntArray) -> tuple[IntArray, IntArray]:
    """Return the different columns of (k, n), in order, and which of them each column is."""
    sizes = place.max(axis=1, initial=-1) + 2
    # One number a column, from 0 on: a site outside every mode has mode -1.
    packed = np.ravel_multi_index(tuple(place + 1), tuple(sizes))
    _, first, group = np.unique(packed, return_index=True, return_inverse=True)
    return place[:, first], group.ravel()


class _Sums:
    """The sums of one table: by group of outlets or sites, and family."""

    def __init__(
        self,
        table: Table,
        groups: tuple[IntArray, IntArray, IntArray],
        count: int,
        families: int,
    ) -> None:
        """Take the keys of the groups (k, G), and the groups of some rows (n,) of so many."""
        self.table = table
        self._keys, group, rows = groups
        self.group = np.full(count, _NOBODY, dtype=np.int64)
        self.group[rows] = group
        names = table.names[len(self._keys) + 2 :]
        self._sums = np.zeros((len(names), self._keys.shape[1], families), dtype=np.int64)
        self._of = NamedSums(names, self._sums)

    def add(self, name: str, rows: IntArray, amount: IntArray, family: IntArray) -> None:
        """Add (n, P) amounts of some outlets or sites."""
        _add(self._of[name], self.group, rows, family, amount)

    def columns(self, *names: str) -> tuple[IntArray, ...]:
        """Return the sums of some columns, (groups, families) each, to be added to."""
        return self._of.columns(*names)

    def close(self, period: int) -> Chunk:
        """Return the rows of the period, those where nothing happened left out."""
        families = self._sums.shape[2]
        sums = self._sums.reshape(len(self._sums), -1)
        cells = np.flatnonzero(sums.any(axis=0))
        group = cells // families
        columns = np.concatenate([self._keys[:, group], (cells % families)[None], sums[:, cells]])
        chunk = {"period": np.full(len(cells), period, dtype=np.int64)}
        chunk |= dict(zip(self.table.names[1:], columns, strict=True))
        self._sums.fill(0)
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
