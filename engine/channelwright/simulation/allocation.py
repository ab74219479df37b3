"""19:00: credit check and allocation of site stock to open orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.network import Network
from channelwright.simulation.state import Rows, State


@dataclass(frozen=True)
class Allocated:
    """What the evening did to the open orders (rows of ``orders`` in allocation order).

    Attributes
    ----------
    orders : Rows, the orders that were handled, refused ones included, before clean-up
    new, refused : (n,) bool
    give, cut : (n, P) int64, cases allocated and cut now
    """

    orders: Rows
    new: BoolArray
    refused: BoolArray
    give: IntArray
    cut: IntArray


def allocate(network: Network, state: State) -> Allocated:
    """Check credit of new orders, then share out stock; updates the state."""
    due = np.flatnonzero(state.orders["attempt"] <= state.day)
    rows = due[_sequence(network, state.orders, due)]
    orders = state.orders.take(rows)
    new = orders["attempt"] == state.day
    refused = new & _refused(network, state, orders, new)
    _count_demand(state, orders, new & ~refused, network)
    missing = np.where(refused[:, None], 0, orders["missing"])
    give = _share_out(network, state, orders["site"], missing)
    backorder = network.design.service.backorder[orders["mode"]]
    cut = np.where((backorder | refused)[:, None], 0, missing - give)
    _write_back(network, state, rows, orders, new, refused, give, cut)
    return Allocated(state.orders.take(rows), new, refused, give, cut)


def _sequence(network: Network, orders: Rows, due: IntArray) -> IntArray:
    priority = network.design.service.priority[orders["mode"][due]]
    keys = (orders["outlet"][due], orders["second"][due], orders["day"][due], priority)
    return np.asarray(np.lexsort(keys))


def _refused(network: Network, state: State, orders: Rows, new: BoolArray) -> BoolArray:
    """Return which new orders fail the credit check, in sequence per account.

    Accepted orders add to the exposure of their account at once.
    """
    mode, outlet = orders["mode"], orders["outlet"]
    account = network.account[outlet]
    value = (orders["ordered"] * network.price[outlet, orders["option"]]).sum(axis=1)
    checked = new & (network.design.terms.credit_days[mode] > 0)
    late = checked & (
        _oldest(network, state, account, checked) + network.design.terms.overdue_grace[mode]
        < state.day
    )
    exposure = state.receivable[account] + state.accepted[account]
    refused = late | (checked & (exposure + value > network.limit[account]))
    used = np.bincount(account[new], minlength=len(network.limit))
    for row in np.flatnonzero(new & (used[account] > 1)):
        open_value = int(state.receivable[account[row]] + state.accepted[account[row]])
        over = open_value + int(value[row]) > network.limit[account[row]]
        refused[row] = bool(late[row] or (checked[row] and over))
        if not refused[row]:
            state.accepted[account[row]] += value[row]
    single = new & ~refused & (used[account] == 1)
    state.accepted[account[single]] += value[single]
    return np.asarray(refused)


def _oldest(network: Network, state: State, account: IntArray, checked: BoolArray) -> IntArray:
    """Return the earliest due day of the unpaid invoices of each order's account."""
    far = np.full(len(network.limit), 2**40, dtype=np.int64)
    if checked.any():
        state.overdue.keep(state.overdue["paid"] > state.day)
        np.minimum.at(far, state.overdue["account"], state.overdue["due"])
    return far[account]


def _count_demand(state: State, orders: Rows, counted: BoolArray, network: Network) -> None:
    units = orders["ordered"][counted] * network.market.products.units_per_case
    np.add.at(state.demand[state.day % 28], orders["site"][counted], units)


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
    network: Network,
    state: State,
    rows: IntArray,
    orders: Rows,
    new: BoolArray,
    refused: BoolArray,
    give: IntArray,
    cut: IntArray,
) -> None:
    table = state.orders
    table["missing"][rows] = np.where(refused[:, None], 0, orders["missing"] - give - cut)
    table["pending"][rows] += give
    table["cut"][rows] += cut
    table["first"][rows] = np.where(new[:, None], give, orders["first"])
    gone = np.where(refused[:, None], orders["ordered"], cut)
    outlet = orders["outlet"]
    unit = network.market.products.units_per_case
    np.subtract.at(state.on_order, outlet, gone * unit)
    value = (cut * network.price[outlet, orders["option"]]).sum(axis=1)
    np.subtract.at(state.accepted, network.account[outlet], value)
