"""19:00: credit check and allocation of site stock to open orders."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation import sharing
from channelwright.simulation.credit import ON_TERMS, Verdict, check
from channelwright.simulation.network import Network
from channelwright.simulation.state import Rows, State


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
    np.add.at(state.demand[state.day % len(state.demand)], orders["site"][counted], units)


def _share_out(network: Network, state: State, site: IntArray, missing: IntArray) -> IntArray:
    """Return min(missing, what is left) for every line, in sequence: (n, P) cases."""
    if not len(site):
        return missing
    unit = network.market.products.units_per_case
    order = np.argsort(site, kind="stable")
    ranked, wanted = site[order], missing[order]
    before = np.cumsum(wanted, axis=0) - wanted
    first = np.append(True, ranked[1:] != ranked[:-1])
    base = before[first][np.cumsum(first) - 1]
    left = state.stock[ranked] // unit - (before - base)
    give = np.empty_like(wanted)
    give[order] = np.clip(left, 0, wanted)
    taken = np.zeros_like(state.stock)
    np.add.at(taken, site, give * unit)
    state.stock -= taken
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
    np.subtract.at(state.on_order, outlet, gone * unit)
    value = ((evening.cut - extra) * network.price[outlet, orders["option"]]).sum(axis=1)
    value = np.where(credit.pay_day == ON_TERMS, value, 0)
    np.subtract.at(state.accepted, network.account[outlet], value)
