"""Goods on consignment are invoiced when they have been sold (docs/world/consignment.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.rules.consignment import settle_days
from channelwright.simulation.cash.invoice_kernels import (
    AMOUNT,
    FIXED,
    INVOICE_ROWS,
    OPTION,
    OUTLET,
    SITE,
)
from channelwright.simulation.evening.credit import ON_TERMS
from channelwright.simulation.network import Network
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.outlet_cells import area_mode_rows
from channelwright.tables.goods_outputs import CONSIGNMENT_CELLS


def _settle_days(network: Network) -> IntArray:
    return settle_days(network.market, network.design)


class Consignments:
    """Counts what outlets on consignment sell, and settles it; does nothing without any."""

    def __init__(self, parts: Parts) -> None:
        network = parts.network
        self._network, self._address, self._state = network, parts.address, parts.state
        self._sink, self._detail = parts.sink, parts.detail
        self._rows = np.flatnonzero(network.consigned)
        self._place = np.searchsorted(network.covered, self._rows)
        self._days = network.once(_settle_days)[self._rows]
        self._lengths = np.unique(self._days).tolist()
        goods = network.design.goods
        self._named = goods is not None and goods.consignment is not None
        self._sums = np.zeros((2, len(network.consigned)), dtype=np.int64)
        site = network.design.outlets.site[self._rows]
        unit = network.market.products.units_per_case
        self._value: FloatArray = network.buying[site] / unit

    def sold(self, units: IntArray) -> None:
        """18:00: note what covered outlets sold: (C, P) units."""
        if self._rows.size:
            self._state.unsettled[self._rows] += units[self._place]

    def settle(self) -> tuple[IntArray, IntArray] | None:
        """06:00, after the deliveries: invoice what was sold, where today is a day for it.

        Returns
        -------
        (9, n) int64, the invoices, rows as in `invoice_kernels`, and their amounts by product
        (n, P); None without any
        """
        network, state, day = self._network, self._state, self._state.day
        if day == 0 or not any(day % days == 0 for days in self._lengths):
            return None
        rows = self._rows[day % self._days == 0]
        units = state.unsettled[rows]
        case = network.market.products.units_per_case
        amounts = units * network.price[rows, 0] // case
        amount = amounts.sum(axis=1)
        self._write(rows, units, amounts)
        state.unsettled[rows] = 0
        some = amount > 0
        rows, amount, amounts = rows[some], amount[some], amounts[some]
        if not rows.size:
            return None
        self._sums[1, rows] += amount
        invoices = np.zeros((INVOICE_ROWS, len(rows)), dtype=np.int64)
        invoices[OUTLET], invoices[SITE] = rows, network.design.outlets.site[rows]
        invoices[OPTION], invoices[FIXED], invoices[AMOUNT] = 0, ON_TERMS, amount
        return invoices, amounts

    def _write(self, rows: IntArray, units: IntArray, amounts: IntArray) -> None:
        place, product = np.nonzero(units)
        if not self._detail or not place.size:
            return
        columns = {
            "day": np.full(len(place), self._state.day, dtype=np.int64),
            "outlet": rows[place],
            "product": product,
            "units": units[place, product],
            "value": amounts[place, product],
        }
        self._sink.append("settlements", columns)

    def midnight(self) -> None:
        """24:00: count what is on consignment at the owners' buying prices."""
        if self._rows.size:
            units = self._state.shelf[self._rows] + self._state.unsettled[self._rows]
            value = np.floor((units * self._value).sum(axis=1) + 0.5)
            self._sums[0, self._rows] += value.astype(np.int64)

    def close(self, period: int) -> None:
        """Write the sums of a period and start the next one."""
        if self._named:
            names = CONSIGNMENT_CELLS.names[3:]
            rows = area_mode_rows(self._network, period, names, self._sums)
            self._sink.append("consignment_cells", rows)
            self._sums[:] = 0
