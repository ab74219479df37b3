"""06:00: slow stock goes back to the site it came from (docs/world/returns.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray, share
from channelwright.model.returns import FULL, Returns
from channelwright.rules.returns import returns_of, right_of
from channelwright.simulation.cash.settling import OUTSIDE
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.outlet_cells import area_mode_rows
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import expected_demand
from channelwright.tables.codes import Account


class Returning:
    """Takes good stock back on the days of review; does nothing without return rights."""

    def __init__(self, parts: Parts) -> None:
        network = parts.network
        self._network, self._state, self._postings = network, parts.state, parts.postings
        self._sink, self._detail = parts.sink, parts.detail
        market, design = network.market, network.design
        rights = returns_of(design)
        self._rights = rights
        if rights is None:
            return
        self._right = right_of(market, design, rights)
        full = rights.policy[self._right[network.covered]] == FULL
        self._rows = network.covered[full]
        self._review_days = rights.review_days[self._right[self._rows]]
        self._lengths = np.unique(self._review_days).tolist()
        self._bought = np.zeros(len(market.outlets), dtype=np.int64)
        self._sums = np.zeros((2, len(market.outlets)), dtype=np.int64)

    def delivered(self, loads: Rows, value: IntArray) -> None:
        """Note what the assigned sites delivered; ``value`` in ticks by load."""
        if self._rights is not None:
            _note(self._bought, loads["outlet"], loads["option"], value)

    def morning(self) -> None:
        """06:00, after losses and before the tours."""
        rights, day = self._rights, self._state.day
        if rights is None or day == 0:
            return
        if not any(day % days == 0 for days in self._lengths):
            return
        rows = self._rows[day % self._review_days == 0]
        if not rows.size:
            return
        cases = self._taken(rights, rows)
        self._bought[rows] = 0
        sent = cases.any(axis=1)
        if sent.any():
            self._move(rights, rows[sent], cases[sent])

    def _taken(self, rights: Returns, rows: IntArray) -> IntArray:
        """Return the cases that outlets send back: slow ones, as far as the limit goes: (n, P)."""
        network, state, right = self._network, self._state, self._right[rows]
        unit = network.market.products.units_per_case
        expected = expected_demand(network, state, rows, state.day)
        keep = np.floor(rights.above_days[right][:, None] * expected + 0.5).astype(np.int64)
        excess = np.maximum(0, state.shelf[rows] - keep) // unit
        price = network.price[rows, 0]
        free = share(self._bought[rows], rights.limit[right])
        for product in range(len(unit)):
            cost = price[:, product]
            room = np.where(cost > 0, free // np.maximum(cost, 1), excess[:, product])
            excess[:, product] = np.minimum(excess[:, product], room)
            free = free - excess[:, product] * cost
        return np.asarray(excess)

    def _move(self, rights: Returns, rows: IntArray, cases: IntArray) -> None:
        network, state, right = self._network, self._state, self._right[rows]
        plan, empties = network.design.outlets, network.market.empties
        units = cases * network.market.products.units_per_case
        mode, site = plan.mode[rows], plan.site[rows]
        state.shelf[rows] -= units
        np.add.at(state.stock, site, units)
        value = (cases * network.price[rows, 0]).sum(axis=1)
        credit = np.where(network.consigned[rows], 0, share(value, rights.credit[right]))
        state.month_invoices[rows, 0] -= credit
        rep = plan.rep[rows]
        np.subtract.at(state.month_sales, rep[rep >= 0], credit[rep >= 0])
        owner, payer, post = network.owner[site], network.payer[rows], self._postings.post
        post(Account.RETURN_GOOD, owner, payer, mode, site, rows, credit)
        cost = rights.collect_case[right] * cases.sum(axis=1)
        post(Account.DELIVERY, owner, OUTSIDE, mode, site, rows, cost)
        if empties is not None:
            deposit = (cases * empties.deposit).sum(axis=1)
            post(Account.DEPOSIT, owner, payer, mode, site, rows, deposit)
        self._sums[:, rows] += np.stack([cases.sum(axis=1), value])
        if self._detail:
            self._write(rows, site, cases)

    def _write(self, rows: IntArray, site: IntArray, cases: IntArray) -> None:
        place, product = np.nonzero(cases)
        outlet, sent = rows[place], cases[place, product]
        columns = {
            "day": np.full(len(place), self._state.day, dtype=np.int64),
            "outlet": outlet,
            "product": product,
            "site": site[place],
            "cases": sent,
            "value": sent * self._network.price[outlet, 0, product],
        }
        self._sink.append("returns", columns)

    def close(self, period: int) -> None:
        """Write the sums of a period and start the next one."""
        if self._rights is None:
            return
        chunk = area_mode_rows(self._network, period, ("cases", "value"), self._sums)
        self._sink.append("return_cells", chunk)
        self._sums[:] = 0


@kernel
def _note(bought: IntArray, outlet: IntArray, option: IntArray, value: IntArray) -> None:
    """Add the ticks of loads (n,) from assigned sites, the first option, to sums of outlets."""
    for row in range(len(outlet)):
        if option[row] == 0:
            bought[outlet[row]] += value[row]
