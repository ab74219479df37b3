"""23:00, second half: parents share out what they have among the sites that they supply."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.stock import PROPORTIONAL
from channelwright.model.supply import ALL_CHILDREN
from channelwright.rules.sharing import in_proportion, in_turn
from channelwright.simulation.network import Network
from channelwright.simulation.plain import PLANT
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State
from channelwright.simulation.stock.supplier_choice import SupplierChoice

_WEEK = 7


class Supplying:
    """What sites wait for, what plants can still make, and when shipments arrive."""

    def __init__(self, network: Network, address: Address) -> None:
        self._network = network
        self._address = address
        shape = network.opening_demand.shape
        self.choice = SupplierChoice(network)
        self._parent = self.choice.parent
        self._case = network.market.products.units_per_case
        self._plant = network.market.sites.kind == PLANT
        stock = network.design.stock
        self._rules = None if stock is None else stock.shortage
        self._supply = network.market.supply
        self._limited = self._rules is not None or self._supply is not None
        none = np.zeros(shape[0], dtype=bool)
        self._backorder = none if self._rules is None else self._rules.backorder
        self._used = np.zeros(shape, dtype=np.int64)
        self._period = np.full(shape[0], -1, dtype=np.int64)
        self._last_arrival = np.zeros(shape[0], dtype=np.int64)
        self.awaited = np.zeros(shape, dtype=np.int64)
        self.owed = np.zeros(shape, dtype=np.int64)

    def choose(self, state: State, tier: IntArray, ordered: IntArray) -> None:
        """Let market wholesalers of a tier choose their source for what they ordered."""
        stock = self._network.design.stock
        given = None if stock is None else stock.suppliers
        if given is not None:
            blocked = self._out(state.day, given.source, given.site)
            self.choice.choose(state, tier, ordered, blocked)

    def ship(self, state: State, sites: IntArray, ordered: IntArray) -> IntArray:
        """Return what the sites of a tier are sent, in units: (n, P); books it out of the parents.

        Parameters
        ----------
        sites : (n,) int64, all sites of the tier; ordered : (n, P) int64, units
        """
        parent = self._parent[sites]
        if not self._limited:
            add_at(state.demand[state.day % len(state.demand)], parent, ordered)
            endless = self._plant[parent]
            return _in_turn(state.stock, parent, endless, self._case, np.ascontiguousarray(ordered))
        want = ordered + self.awaited[sites]
        add_at(state.demand[state.day % len(state.demand)], parent, ordered)
        open_lane = np.where(self._blocked(state.day)[sites, None], 0, want)
        shipped = open_lane.copy()
        for above in sorted(set(parent.tolist())):
            mine = np.flatnonzero(parent == above)
            left = self._left(state, above)
            if left is not None:
                asked = open_lane[mine].sum(axis=0)
                if (asked > left).any():
                    shipped[mine] = self._share(above, sites[mine], open_lane[mine], left)
                    asked = shipped[mine].sum(axis=0)
                self._take(state, above, asked)
        waits = self._backorder[parent] & ~self.choice.chooses[sites]
        rest = np.where(waits[:, None], want - shipped, 0)
        add_at(self.owed, parent, rest - self.awaited[sites])
        self.awaited[sites] = rest
        return shipped

    def arrivals(self, day: int, sites: IntArray) -> IntArray:
        """Return the days on which shipments of a day to some sites arrive: (n,)."""
        lead = self.choice.lead[sites]
        if self._supply is None or not self._supply.lead_deviation.any():
            return np.asarray(day + np.maximum(1, lead))
        lane = sites, self._parent[sites]
        spread = self._supply.lead_deviation[lane]
        drawn = np.flatnonzero((spread > 0) & (lead > 0))
        uniform = self._address.at(Purpose.LANE_TIME, day, sites[drawn])
        mean, variance = lead[drawn].astype(np.float64), spread[drawn] ** 2
        days = lead.copy()
        days[drawn] = np.floor(gammaincinv(mean * mean / variance, uniform) * variance / mean + 0.5)
        arrival = day + np.maximum(1, days)
        behind = np.maximum(arrival, self._last_arrival[sites])
        arrival = np.where(self._supply.overtaking[lane], arrival, behind)
        self._last_arrival[sites] = arrival
        return arrival

    def _blocked(self, day: int) -> BoolArray:
        """Return the sites whose lane from the parent is out: (S,)."""
        return self._out(day, self._parent, np.arange(len(self._parent)))

    def _out(self, day: int, source: IntArray, child: IntArray) -> BoolArray:
        """Return which lanes (n,) are out on a day."""
        blocked = np.zeros(len(source), dtype=bool)
        if self._supply is None:
            return blocked
        outages = self._supply.outages
        for row in np.flatnonzero((outages.first <= day) & (day <= outages.last)).tolist():
            mine = (child == outages.child[row]) | (outages.child[row] == ALL_CHILDREN)
            blocked |= (source == outages.site[row]) & mine
        return blocked

    def _left(self, state: State, site: int) -> IntArray | None:
        """Return the units, in whole cases, that a site can still ship; None = no limit."""
        if not self._plant[site]:
            return np.asarray(state.stock[site] // self._case * self._case)
        if self._supply is None or not (self._supply.capacity[site] >= 0).any():
            return None
        period = state.day
        if self._supply.capacity_days[site] == _WEEK:
            period = (state.day + self._network.market.calendar.start.weekday()) // _WEEK
        if period != self._period[site]:
            self._period[site] = period
            self._used[site] = 0
        capacity = self._supply.capacity[site]
        left = (capacity - self._used[site]) // self._case * self._case
        return np.where(capacity >= 0, left, np.iinfo(np.int64).max // 4)

    def _take(self, state: State, site: int, units: IntArray) -> None:
        if self._plant[site]:
            self._used[site] += units
        else:
            state.stock[site] -= units

    def _share(self, above: int, sites: IntArray, want: IntArray, left: IntArray) -> IntArray:
        """Ration what is left among children, in units."""
        cases, have = want // self._case, left // self._case
        if self._rules is None:
            given = in_turn(cases, have, np.arange(len(sites)))
        elif self._rules.rationing[above] == PROPORTIONAL:
            given = in_proportion(cases, have)
        else:
            turn = np.lexsort((sites, self._rules.priority[sites]))
            given = in_turn(cases, have, turn)
        return np.asarray(given * self._case)


@kernel
def _in_turn(
    stock: IntArray, parent: IntArray, endless: BoolArray, unit: IntArray, ordered: IntArray
) -> IntArray:
    """Take orders from the stock of the parents in turn, in whole cases: (n, P) units."""
    shipped = np.empty_like(ordered)
    for row in range(len(parent)):
        for product in range(len(unit)):
            units = ordered[row, product]
            if not endless[row]:
                held = stock[parent[row], product]
                units = min(units, held // unit[product] * unit[product])
                stock[parent[row], product] = held - units
            shipped[row, product] = units
    return shipped
