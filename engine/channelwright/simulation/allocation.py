"""19:00: credit check and allocation of site stock to open orders."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation import sharing
from channelwright.simulation.credit import ON_TERMS, Verdict, check
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import State


@dataclass(frozen=True)
class Allocated:
    """What the evening did to the open orders (rows of ``orders`` in allocation order).

    Attributes
    ----------
    orders : Rows, the orders that were handled, refused ones included, before clean-up
    new, refused : (n,) bool
    held : (n, P) int64, cases of new orders that the credit check held back
    give, cut : (n, P) int64, cases allocated and cut now
    extra : (n, P) int64, allocated cases that stand in for those of another product
    """

    orders: Rows
    new: BoolArray
    refused: BoolArray
    held: IntArray
    give: IntArray
    cut: IntArray
    extra: IntArray


def allocate(network: Network, address: Address, state: State) -> Allocated:
    """Check credit of new orders, then share out stock; updates the state."""
    due = np.flatnonzero(state.orders["attempt"] <= state.day)
    rows = due[_sequence(network, state.orders, due)]
    orders = state.orders.take(rows)
    new = orders["attempt"] == state.day
    credit = check(network, address, state, orders, new)
    refused, held = credit.refused, credit.held
    _count_demand(state, orders, new & ~refused, held, network)
    missing = np.where(refused[:, None], 0, orders["missing"] - held)
    if sharing.in_batch(network.design.service.allocation):
        give = _share_out(network, state, orders["site"], missing)
    else:
        give = sharing.share_in_turn(network, state, orders, missing)
    short = missing - give
    barred = (held > 0) & (held == orders["ordered"])
    replaced, extra = sharing.stand_in(network, state, orders, short, new & ~refused, barred)
    waits = sharing.still_waits(network, orders, state.day) | refused
    cut = np.where(waits[:, None], replaced, short)
    given = Allocated(orders, new, refused, held, give + extra, cut, extra)
    _write_back(network, state, rows, given, credit)
    return replace(given, orders=state.orders.take(rows))


def _sequence(network: Network, orders: Rows, due: IntArray) -> IntArray:
    priority = network.design.service.priority[orders["mode"][due]]
    rules = network.design.service.allocation
    if rules is not None:
        priority = priority + rules.priority[orders["outlet"][due]]
    keys = (orders["outlet"][due], orders["second"][due], orders["day"][due], priority)
    return np.asarray(np.lexsort(keys))


def _count_demand(
    state: State, orders: Rows, counted: BoolArray, held: IntArray, network: Network
) -> None:
    cases = orders["ordered"][counted] - held[counted]
    units = cases * network.market.products.units_per_case
    add_at(state.demand[state.day % len(state.demand)], orders["site"][counted], units)


def _share_out(network: Network, state: State, site: IntArray, missing: IntArray) -> IntArray:
    """Return min(missing, what is left) for every line, in sequence: (n, P) cases."""
    unit = network.market.products.units_per_case
    return _in_turn(site, np.ascontiguousarray(missing), unit, state.stock)


@kernel
def _in_turn(site: IntArray, missing: IntArray, unit: IntArray, stock: IntArray) -> IntArray:
    """Take what every line misses from the stock of its site, as long as there is some."""
    give = np.empty_like(missing)
    for row in range(len(site)):
        for product in range(len(unit)):
            units = stock[site[row], product]
            cases = min(missing[row, product], units // unit[product])
            give[row, product] = cases
            stock[site[row], product] = units - cases * unit[product]
    return give


def _write_back(
    network: Network, state: State, rows: IntArray, evening: Allocated, credit: Verdict
) -> None:
    orders, new, refused = evening.orders, evening.new, evening.refused
    give, extra = evening.give, evening.extra
    own, ended = give - extra, evening.cut + evening.held
    table = state.orders
    table["missing"][rows] = np.where(refused[:, None], 0, orders["missing"] - own - ended)
    table["pending"][rows] += give
    table["cut"][rows] += ended
    table["extra"][rows] += extra
    table["first"][rows] = np.where(new[:, None], own, orders["first"])
    table["pay_day"][rows] = credit.pay_day
    gone = np.where(refused[:, None], orders["ordered"], ended) - extra
    outlet = orders["outlet"]
    unit = network.market.products.units_per_case
    subtract_at(state.on_order, outlet, gone * unit)
    value = ((evening.cut - extra) * network.price[outlet, orders["option"]]).sum(axis=1)
    value = np.where(credit.pay_day == ON_TERMS, value, 0)
    subtract_at(state.accepted, network.account[outlet], value)
