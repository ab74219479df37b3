"""Contracts with chains in the engine (docs/world/chains.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray, share_of
from channelwright.rules import contracts as rules
from channelwright.simulation.cash.postings import Postings
from channelwright.simulation.cash.rebates import post_shares
from channelwright.simulation.network import Network
from channelwright.simulation.orders.ordering import Placed
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State
from channelwright.tables.codes import Account

_PENALTY = int(Account.PENALTY)


class Penalties:
    """Keeps the orders of chains until their promise ends, and charges what failed."""

    def __init__(self, network: Network) -> None:
        self._network = network
        agreed = network.design.contracts
        self.on = agreed is not None and bool((agreed.penalty > 0).any())
        self._watched = np.zeros(len(network.market.outlets), dtype=np.bool_)
        if agreed is not None and self.on:
            chain = network.market.outlets.chain
            self._watched = (chain >= 0) & (agreed.penalty[chain] > 0)
        names = ("serial", "outlet", "option", "end")
        columns = {name: np.zeros(0, dtype=np.int64) for name in names}
        grid = np.zeros((0, len(network.market.products)), dtype=np.int64)
        self._orders = Rows(**columns, ordered=grid, delivered=grid)

    def placed(self, day: int, first: int, placed: Placed) -> None:
        """Note the orders of a day; ``first`` is the serial number of the first."""
        if not self.on:
            return
        rows = self._watched[placed.outlet].nonzero()[0]
        if not rows.size:
            return
        numbers, grids = self._orders.extend(len(rows))
        orders = (placed.outlet, placed.option, placed.mode, placed.cases)
        promise = self._network.plain.promise_days
        _note((day, first), rows, orders, promise, numbers, grids)

    def refused(self, serial: IntArray) -> None:
        """Forget orders that the credit check refused."""
        if not self.on or not len(self._orders) or not len(serial):
            return
        kept = self._orders["serial"]  # ascending, as orders are placed
        place = np.minimum(np.searchsorted(kept, serial), len(kept) - 1)
        place = place[kept[place] == serial]
        if place.size:
            stays = np.ones(len(kept), dtype=np.bool_)
            stays[place] = False
            self._orders.keep(stays)

    def delivered(self, loads: Rows) -> None:
        """Add what stores received."""
        if not self.on or not len(self._orders):
            return
        kept = self._orders["serial"], self._orders["delivered"]
        _deliver(loads["serial"], loads["cases"], *kept)

    def charge(self, day: int, postings: Postings) -> None:
        """24:00: post the penalty of the orders whose promise ends."""
        agreed, network, orders = self._network.design.contracts, self._network, self._orders
        if not self.on or agreed is None or not len(orders):
            return
        due = orders["end"] == day
        count = int(np.count_nonzero(due))
        if not count:
            return
        _charge(
            postings.room(count),
            due,
            orders.columns(("outlet", "option", "ordered", "delivered")),
            (network.price, agreed.penalty, network.market.outlets.chain),
            (network.options, network.option_mode),
            (network.owner, network.payer),
        )
        orders.keep(~due)


@kernel
def _note(
    serial: tuple[int, int],
    rows: IntArray,
    orders: tuple[IntArray, IntArray, IntArray, IntArray],
    promise: IntArray,
    numbers: IntArray,
    grids: IntArray,
) -> None:
    """Write some orders (r,) of a day into new rows of the table.

    Parameters
    ----------
    serial : day, and number of the first order of it
    orders : (n,) outlet, option and mode, (n, P) cases; promise : (M,) days
    numbers, grids : (4, r), (2, r, P) the columns of the table, written
    """
    day, first = serial
    outlet, option, mode, cases = orders
    for place in range(len(rows)):
        row = rows[place]
        numbers[0, place], numbers[1, place] = first + row, outlet[row]
        numbers[2, place], numbers[3, place] = option[row], day + promise[mode[row]]
        for product in range(cases.shape[1]):
            grids[0, place, product], grids[1, place, product] = cases[row, product], 0


@kernel
def _charge(
    rows: IntArray,
    due: BoolArray,
    orders: tuple[IntArray, ...],
    terms: tuple[IntArray, IntArray, IntArray],
    sold: tuple[IntArray, IntArray],
    parties: tuple[IntArray, IntArray],
) -> None:
    """Write the penalties (7, m) of the orders that are due.

    Parameters
    ----------
    due : (n,) bool
    orders : (n,) outlet and option, (n, P) cases ordered and delivered
    terms : (O, N, P) ticks per case, (C,) ppm of what lines were worth, (O,) chain
    sold : (O, N) sites and modes; parties : (S,) owners and (O,) payers
    """
    outlet, option, ordered, delivered = orders
    (price, penalty, chain), (site, mode), (owner, payer) = terms, sold, parties
    place = 0
    for row in range(len(due)):
        if not due[row]:
            continue
        store, chosen, value = outlet[row], option[row], 0
        for product in range(ordered.shape[1]):
            if delivered[row, product] < ordered[row, product]:
                value += ordered[row, product] * price[store, chosen, product]
        seller = site[store, chosen]
        rows[0, place], rows[1, place], rows[2, place] = _PENALTY, owner[seller], payer[store]
        rows[3, place], rows[4, place] = mode[store, chosen], seller
        rows[5, place], rows[6, place] = store, share_of(value, penalty[chain[store]])
        place += 1


@kernel
def _deliver(serial: IntArray, cases: IntArray, serials: IntArray, delivered: IntArray) -> None:
    """Add the cases (n, P) of loads to the orders (k, P) that are kept, whose numbers ascend."""
    for row in range(len(serial)):
        place = np.searchsorted(serials, serial[row])
        if place < len(serials) and serials[place] == serial[row]:
            for product in range(cases.shape[1]):
                delivered[place, product] += cases[row, product]


def settle_contracts(
    network: Network, state: State, postings: Postings, days: int, length: int
) -> None:
    """Post rebates by volume, allowances and fees of a month."""
    market, agreed = network.market, network.design.contracts
    if agreed is None or not len(agreed):
        return
    chain = market.outlets.chain
    stores = np.flatnonzero(chain >= 0)
    total = np.zeros(len(agreed), dtype=np.int64)
    add_at(total, chain[stores], state.month_invoices[stores].sum(axis=1))
    rebate = rules.tier_rebates(agreed, total, days, length)
    owner, payer = network.owner, network.payer
    for account, rate in ((Account.REBATE, rebate), (Account.LOGISTICS, agreed.allowance)):
        ppm = np.zeros_like(state.month_invoices)
        ppm[stores] = rate[chain[stores], None]
        post_shares(network, state, postings, account, ppm)
    rows, fee = rules.store_fees(market, network.design, days, length)
    site, mode = network.design.outlets.site[rows], network.design.outlets.mode[rows]
    postings.post(Account.TRADE_FEE, owner[site], payer[rows], mode, site, rows, fee)
