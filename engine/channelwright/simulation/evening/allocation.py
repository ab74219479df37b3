"""19:00: credit check and allocation of site stock to open orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.evening import sharing
from channelwright.simulation.evening.credit import ON_TERMS, check
from channelwright.simulation.grouping import radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State

_NO_PRIORITY = np.zeros(0, dtype=np.int64)
_WRITTEN = ("pay_day", "missing", "pending", "cut", "extra", "first")


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
    cases : (n,) int64, cases allocated now
    """

    orders: Rows
    new: BoolArray
    refused: BoolArray
    held: IntArray
    give: IntArray
    cut: IntArray
    extra: IntArray
    cases: IntArray


def allocate(network: Network, address: Address, state: State) -> Allocated:
    """Check credit of new orders, then share out stock; updates the state."""
    rows = _due(network, state)
    orders = state.orders.take(rows)
    new = orders["attempt"] == state.day
    credit = check(network, address, state, orders, new)
    refused, held = credit.refused, credit.held
    missing = _still_missing(
        (orders["site"], orders["ordered"], orders["missing"], held),
        (new, refused),
        network.market.products.units_per_case,
        state.demand[state.day % len(state.demand)],
    )
    if sharing.in_batch(network.design.service.allocation):
        unit = network.market.products.units_per_case
        give = _in_turn(orders["site"], missing, unit, state.stock)
    else:
        give = sharing.share_in_turn(network, state, orders, missing)
    replaced, extra = sharing.stand_in(network, state, orders, missing - give, credit, new)
    waits = sharing.still_waits(network, orders, state.day)
    cut, cases = _write(
        rows,
        state.orders.columns(_WRITTEN),
        orders.columns(_WRITTEN),
        (new, refused, waits),
        (held, missing, give, replaced, extra),
        credit.pay_day,
    )
    evening = Allocated(orders, new, refused, held, give, cut, extra, cases)
    _take_off(
        orders.columns(("outlet", "option", "pay_day", "ordered")),
        refused,
        (held, cut, extra),
        (state.on_order, state.accepted),
        (network.account, network.price, network.market.products.units_per_case),
    )
    return evening


def _due(network: Network, state: State) -> IntArray:
    """Return the rows of the open orders that are handled today, in sequence."""
    names = ("attempt", "mode", "day", "second", "outlet")
    service, orders = network.design.service, state.orders
    rules = service.allocation
    own = _NO_PRIORITY if rules is None else rules.priority
    columns = orders.columns(names)
    return _in_sequence(columns, service.priority, own, state.day)


@kernel
def _in_sequence(
    orders: tuple[IntArray, ...], priority: IntArray, own: IntArray, day: int
) -> IntArray:
    """Return the due orders by priority, order day, second and outlet.

    Parameters
    ----------
    orders : (n,) day of the first attempt, mode, order day, second, outlet
    priority, own : (M,) of modes and (O,) of outlets, the latter (0,) where they have none
    """
    attempt, mode, order_day, second, outlet = orders
    rows = np.empty(len(attempt), dtype=np.int64)
    keys = np.empty((4, len(attempt)), dtype=np.int64)
    count = np.int64(0)
    for row in range(len(attempt)):
        if attempt[row] > day:
            continue
        rows[count] = row
        keys[0, count] = priority[mode[row]]
        if len(own):
            keys[0, count] += own[outlet[row]]
        keys[1, count], keys[2, count] = order_day[row], second[row]
        keys[3, count] = outlet[row]
        count += 1
    return rows[radix_order(keys, keys.shape[0], count)]


@kernel
def _still_missing(
    orders: tuple[IntArray, ...],
    flags: tuple[BoolArray, BoolArray],
    unit: IntArray,
    demand: IntArray,
) -> IntArray:
    """Return the cases (n, P) that orders miss; counts the demand of new ones.

    Parameters
    ----------
    orders : (n,) site, (n, P) cases ordered, missing and held back
    flags : (n,) new, refused
    demand : (S, P) units asked of sites today, changed
    """
    site, ordered, open_cases, held = orders
    new, refused = flags
    missing = np.zeros_like(ordered)
    for row in range(len(site)):
        if refused[row]:
            continue
        for product in range(len(unit)):
            missing[row, product] = open_cases[row, product] - held[row, product]
            if new[row]:
                cases = ordered[row, product] - held[row, product]
                demand[site[row], product] += cases * unit[product]
    return missing


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


@kernel
def _write(
    rows: IntArray,
    table: tuple[IntArray, ...],
    orders: tuple[IntArray, ...],
    flags: tuple[BoolArray, BoolArray, BoolArray],
    lines: tuple[IntArray, ...],
    pay_day: IntArray,
) -> tuple[IntArray, IntArray]:
    """Write the evening into rows of the table of open orders and into their copy.

    Parameters
    ----------
    table, orders : the columns ``_WRITTEN`` of the table and of the copy (n rows), changed
    flags : (n,) new, refused, waits for another evening
    lines : (n, P) cases held back, missing, given in turn, replaced by others, given in place of
        others; what is given in place of others is added to what is given

    Returns
    -------
    (n, P) cases cut, (n,) cases given
    """
    days, missing, pending, cut, extra, first = orders
    new, refused, waits = flags
    held, wanted, give, replaced, other = lines
    ends, total = np.empty_like(give), np.zeros(len(rows), dtype=np.int64)
    for row in range(len(rows)):
        days[row] = pay_day[row]
        table[0][rows[row]] = pay_day[row]
        for product in range(give.shape[1]):
            own = give[row, product]
            end = wanted[row, product] - own
            if waits[row] or refused[row]:
                end = replaced[row, product]
            ended = end + held[row, product]
            missing[row, product] -= own + ended
            if refused[row]:
                missing[row, product] = 0
            give[row, product] += other[row, product]
            pending[row, product] += give[row, product]
            cut[row, product] += ended
            extra[row, product] += other[row, product]
            if new[row]:
                first[row, product] = own
            ends[row, product] = end
            total[row] += give[row, product]
            table[1][rows[row], product] = missing[row, product]
            table[2][rows[row], product] = pending[row, product]
            table[3][rows[row], product] = cut[row, product]
            table[4][rows[row], product] = extra[row, product]
            table[5][rows[row], product] = first[row, product]
    return ends, total


@kernel
def _take_off(
    orders: tuple[IntArray, ...],
    refused: BoolArray,
    lines: tuple[IntArray, IntArray, IntArray],
    totals: tuple[IntArray, IntArray],
    places: tuple[IntArray, ...],
) -> None:
    """Take what orders (n) will not bring off what is on order and off what was accepted.

    Parameters
    ----------
    orders : (n,) outlet, option and day of payment, (n, P) cases ordered
    lines : (n, P) cases held back, cut, given in place of others
    totals : (O, P) units on order, (accounts,) ticks accepted
    places : (O,) account, (O, N, P) ticks per case, (P,) units per case
    """
    outlet, option, pay_day, ordered = orders
    held, cut, extra = lines
    on_order, accepted = totals
    account, price, unit = places
    for row in range(len(outlet)):
        place, value = outlet[row], np.int64(0)
        for product in range(len(unit)):
            lost = cut[row, product] - extra[row, product]
            gone = lost + held[row, product]
            if refused[row]:
                gone = ordered[row, product] - extra[row, product]
            if lost != 0:  # seldom: price and order of the outlet are far away in memory
                value += lost * price[place, option[row], product]
            if gone != 0:
                on_order[place, product] -= gone * unit[product]
        if value != 0 and pay_day[row] == ON_TERMS:
            accepted[account[place]] -= value
