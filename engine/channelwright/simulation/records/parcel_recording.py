"""Tables of parcels to consumers."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.model.market import Market
from channelwright.model.parcels import ParcelShop
from channelwright.rules import parcels as rules
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at
from channelwright.tables.codes import LineState
from channelwright.tables.parcel_tables import PARCEL_CELLS, PARCEL_LINES, PARCELS
from channelwright.tables.sink import Sink

CELL_NAMES = PARCEL_CELLS.names[3:]


class ParcelRecorder:
    """Adds up orders by area and product until the period ends, and writes them one by one.

    Attributes
    ----------
    sums : (K, A, P) int64, the sums of `CELL_NAMES` by area and product
    """

    def __init__(self, market: Market, shop: ParcelShop, sink: Sink, *, detail: bool) -> None:
        self._shop, self._sink, self._detail = shop, sink, detail
        self._price = rules.unit_prices(market, shop)
        shape = (len(CELL_NAMES), len(market.areas), len(market.products))
        self.sums = np.zeros(shape, dtype=np.int64)
        self._cell = dict(zip(CELL_NAMES, self.sums, strict=True))

    def _add(self, orders: Rows, /, **columns: IntArray | int) -> None:
        """Add amounts of orders (n,) at their first product, those of products (n, P) at each."""
        area, products = self._shop.zones.area[orders["zone"]], self.sums.shape[2]
        cell = area * products + orders["product"]
        for name, amount in columns.items():
            into = self._cell[name]
            if np.ndim(amount) == 2:
                add_at(into, area, amount)
            else:
                add_at(into.ravel(), cell, amount)

    def asked(self, orders: Rows) -> None:
        """Add the orders of a day."""
        self._add(orders, orders=1, asked=orders["units"])

    def lost(self, orders: Rows) -> None:
        """Add the orders that consumers gave up."""
        self._add(orders, lost_orders=1, lost=orders["units"])
        self.write(orders, np.full(len(orders), -1, dtype=np.int64), LineState.CUT)

    def write_delivered(self, orders: Rows, returned: IntArray) -> None:
        """Write orders that are delivered; ``returned`` : 1 for those that are sent back."""
        self.write(orders, orders["sent_day"], LineState.DELIVERED, returned)

    def column(self, name: str) -> IntArray:
        """Return one sum by area and first product, (A, P), to be added to."""
        return self._cell[name]

    def write(
        self, orders: Rows, sent: IntArray, state: LineState, returned: IntArray | None = None
    ) -> None:
        """Write orders one by one."""
        if not self._detail or not len(orders):
            return
        shop, units = self._shop, orders["units"]
        value = (units * self._price).sum(axis=1)
        nothing = np.zeros(len(orders), dtype=np.int64)
        done = state is LineState.DELIVERED
        columns = {name: orders[name] for name in ("day", "second", "product", "number")}
        columns |= {
            "area": shop.zones.area[orders["zone"]],
            "site": shop.zones.site[orders["zone"]],
            "lines": np.count_nonzero(units, axis=1),
            "units": units.sum(axis=1),
            "parcels": rules.parcels_of(shop, units),
            "value": value,
            "fee": rules.delivery_fees(shop, value),
            "sent_day": sent.copy(),
            "delivered_day": orders["arrival"] if done else nothing - 1,
            "returned": nothing if returned is None else returned,
            "state": nothing + int(state),
        }
        self._sink.append("parcels", {name: columns[name] for name in PARCELS.names})
        self._write_lines(orders)

    def _write_lines(self, orders: Rows) -> None:
        order, product = np.nonzero(orders["units"])
        units = orders["units"][order, product]
        columns = {
            "day": orders["day"][order],
            "area": self._shop.zones.area[orders["zone"]][order],
            "first": orders["product"][order],
            "number": orders["number"][order],
            "product": product,
            "units": units,
            "value": units * self._price[product],
        }
        self._sink.append("parcel_lines", {name: columns[name] for name in PARCEL_LINES.names})

    def close(self, period: int) -> None:
        """Write the sums of a period and start the next one."""
        area, product = np.nonzero(self.sums.any(axis=0))
        chunk = {"period": np.full(len(area), period, dtype=np.int64)}
        chunk |= {"area": area, "product": product}
        chunk |= {name: sums[area, product] for name, sums in self._cell.items()}
        self._sink.append("parcel_cells", chunk)
        self.sums[:] = 0
