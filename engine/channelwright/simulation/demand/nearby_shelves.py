"""18:00: online orders that the own shelf cannot serve go to nearby ones (docs/world/online.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.outlet_cells import area_mode_rows
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.tables.codes import Account
from channelwright.tables.goods_outputs import ONLINE_CELLS


@dataclass(frozen=True)
class Fills:
    """Units of one evening served from another shelf (n rows, by product and origin).

    Attributes
    ----------
    pair : (n,) int64, row of `NearbyShelves`
    product, units : (n,) int64
    """

    pair: IntArray
    product: IntArray
    units: IntArray


class NearbyShelves:
    """Serves online orders from other shelves, pays for it and counts it."""

    def __init__(self, parts: Parts) -> None:
        network = parts.network
        self._network, self._postings = network, parts.postings
        self._sink, self._detail = parts.sink, parts.detail
        goods = network.design.goods
        self._rules = None if goods is None else goods.nearby
        if self._rules is None:
            return
        outlets, covered = len(network.market.outlets), network.design.outlets
        active = (covered.mode >= 0) & covered.o2o
        usable = active[self._rules.origin] & active[self._rules.helper]
        self._pairs = np.flatnonzero(usable)
        self._helper = self._rules.helper[self._pairs]
        origin = self._rules.origin[self._pairs]
        self._first = np.searchsorted(origin, np.arange(outlets + 1))
        self._sums = np.zeros((3, outlets), dtype=np.int64)

    def serve(self, shelf: IntArray, asked: IntArray, unmet: IntArray) -> Fills | None:
        """Serve what is unmet from other shelves.

        Parameters
        ----------
        shelf : (O, P) units, changed
        asked, unmet : (C, P) units asked for online, and of them not served by the own shelf
        """
        if self._rules is None:
            return None
        rows = self._network.covered
        self._sums[0, rows] += asked.sum(axis=1)
        self._sums[1, rows] += (asked - unmet).sum(axis=1)
        room = int(unmet.sum())
        out = np.empty((3, room), dtype=np.int64)
        used = _fill(shelf, rows, unmet, self._first, self._helper, out)
        pair, product, units = out[:, :used]
        return Fills(self._pairs[pair], product.copy(), units.copy())

    def book(self, day: int, fills: Fills | None) -> None:
        """Pay helpers and couriers, and write what was served."""
        rules = self._rules
        if rules is None or fills is None or not len(fills.pair):
            return
        origin, helper = rules.origin[fills.pair], rules.helper[fills.pair]
        add_at(self._sums[2], origin, fills.units)
        network, post = self._network, self._postings.post
        plan = network.design.outlets
        mode, site = plan.mode[helper], plan.site[helper]
        fee = fills.units * rules.outlet_fee
        post(Account.NEARBY_FEE, MANUFACTURER, network.payer[helper], mode, site, helper, fee)
        served = np.zeros(len(rules.origin), dtype=np.int64)
        add_at(served, fills.pair, fills.units)
        pair = np.flatnonzero(served)
        units = served[pair]
        cost = units * rules.courier_unit
        cost += (units * rules.metres[pair] * rules.courier_km + 500) // 1000
        brings = rules.helper[pair]
        mode, site = plan.mode[brings], plan.site[brings]
        post(Account.DELIVERY, MANUFACTURER, OUTSIDE, mode, site, brings, cost)
        if self._detail:
            columns = {
                "day": np.full(len(origin), day, dtype=np.int64),
                "outlet": origin,
                "helper": helper,
                "product": fills.product,
                "units": fills.units,
            }
            self._sink.append("online_fills", columns)

    def helpers(self, fills: Fills) -> IntArray:
        """Return the outlet that served each row: (n,)."""
        assert self._rules is not None
        return np.asarray(self._rules.helper[fills.pair])

    def moved(self, fills: Fills | None) -> IntArray | None:
        """Return units that an outlet served for others less those served for it: (O,)."""
        if self._rules is None or fills is None:
            return None
        result = np.zeros(len(self._network.market.outlets), dtype=np.int64)
        add_at(result, self._rules.helper[fills.pair], fills.units)
        subtract_at(result, self._rules.origin[fills.pair], fills.units)
        return result

    def close(self, period: int) -> None:
        """Write the sums of a period and start the next one."""
        if self._rules is None:
            return
        names = ONLINE_CELLS.names[3:]
        self._sink.append("online_cells", area_mode_rows(self._network, period, names, self._sums))
        self._sums[:] = 0


@kernel
def _fill(
    shelf: IntArray,
    rows: IntArray,
    unmet: IntArray,
    first: IntArray,
    helper: IntArray,
    out: IntArray,
) -> int:
    """Give unmet units to helpers in turn, product by product; return the rows written."""
    used = 0
    for product in range(unmet.shape[1]):
        for row in range(len(rows)):
            left = unmet[row, product]
            pair = first[rows[row]]
            while left > 0 and pair < first[rows[row] + 1]:
                units = min(left, shelf[helper[pair], product])
                if units > 0:
                    shelf[helper[pair], product] -= units
                    left -= units
                    out[0, used], out[1, used], out[2, used] = pair, product, units
                    used += 1
                pair += 1
    return used
