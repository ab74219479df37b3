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
        self._online = network.covered[covered.o2o[network.covered]]
        self._place = np.full(outlets, -1, dtype=np.int64)
        self._place[network.covered] = np.arange(len(network.covered))

    def serve(self, shelf: IntArray, units: IntArray, unmet: int) -> Fills | None:
        """Serve what is unmet from other shelves.

        Parameters
        ----------
        shelf : (O, P) units, lowered
        units : (2, C, P) units asked for online and sold from the own shelf; the second is raised
        unmet : int, units that no own shelf served
        """
        if self._rules is None:
            return None
        out = np.empty((3, unmet), dtype=np.int64)
        pairs = (self._first, self._helper, self._pairs)
        used = _fill(shelf, (self._online, self._place), units, pairs, self._sums, out)
        return Fills(*out[:, :used]) if used else None

    def book(self, day: int, fills: Fills | None) -> None:
        """Pay helpers and couriers, and write what was served."""
        rules = self._rules
        if rules is None or fills is None:
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
    where: tuple[IntArray, IntArray],
    units: IntArray,
    pairs: tuple[IntArray, IntArray, IntArray],
    sums: IntArray,
    out: IntArray,
) -> int:
    """Give unmet units to helpers in turn, product by product; return the rows written.

    Parameters
    ----------
    shelf : (O, P) units, lowered
    where : (n,) outlets that sell online, (O,) row of each outlet
    units : (2, C, P) asked for and sold online, raised where a shelf helped
    pairs : (O + 1,) begin of each outlet's pairs, (K,) the helper, and the pair's row in the rules
    sums : (3, O) units asked for and served by the own shelf, raised
    out : (3, n) pair, product and units of each help, written
    """
    (online, place), (first, helper, numbers) = where, pairs
    asked, sold = units
    for outlet in online:
        for product in range(shelf.shape[1]):
            sums[0, outlet] += asked[place[outlet], product]
            sums[1, outlet] += sold[place[outlet], product]
    if out.shape[1] == 0:
        return 0
    missed = asked - sold
    used = 0
    for product in range(shelf.shape[1]):
        for outlet in online:
            left = missed[place[outlet], product]
            pair = first[outlet]
            while left > 0 and pair < first[outlet + 1]:
                given = min(left, shelf[helper[pair], product])
                if given > 0:
                    shelf[helper[pair], product] -= given
                    sold[place[helper[pair]], product] += given
                    left -= given
                    out[0, used], out[1, used], out[2, used] = numbers[pair], product, given
                    used += 1
                pair += 1
    return used
