"""06:00, continued: goods reach the shelf, invoices are written, money is owed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.contracts import payment_days
from channelwright.simulation import laws
from channelwright.simulation.cash.bills import Bills
from channelwright.simulation.delivery.tours import Dropped
from channelwright.simulation.evening.credit import CONSIGNED, ON_TERMS
from channelwright.simulation.grouping import radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import State


@dataclass(frozen=True)
class Invoiced:
    """Invoices of one day (n rows, one per site and outlet) and what the drops did.

    Attributes
    ----------
    outlet, site, option, due, paid, amount : (n,) int64
    value : (drops,) int64, ticks at the price of the sale
    billed : (drops,) int64, ticks of it that were invoiced: none on consignment
    whole : (drops,) bool, the drop brings the whole order on time
    orders : (drops,) int64, row of the drop's order in the table of open orders
    """

    outlet: IntArray
    site: IntArray
    option: IntArray
    due: IntArray
    paid: IntArray
    amount: IntArray
    value: IntArray
    billed: IntArray
    whole: BoolArray
    orders: IntArray


def receive(
    network: Network, address: Address, state: State, drops: Dropped, bills: Bills | None = None
) -> Invoiced:
    """Put the drops on the shelf, write the invoices and book what is owed."""
    loads = drops.loads
    names = ("outlet", "option", "serial", "order_day", "mode", "pay_day", "cases")
    table = ("serial", "ordered", "delivered", "pending")
    terms = network.account, network.design.service.promise_days
    value, billed, whole, orders = _received(
        loads.columns(names),
        state.day,
        (state.shelf, state.on_order, state.last_purchase, state.accepted),
        state.orders.columns(table),
        network.price,
        (*terms, network.market.products.units_per_case),
    )
    invoices = _invoices(network, address, state, loads, value, bills)
    return Invoiced(*invoices, value, billed, whole, orders)


@kernel
def _received(
    loads: tuple[IntArray, ...],
    day: int,
    totals: tuple[IntArray, ...],
    table: tuple[IntArray, ...],
    price: IntArray,
    terms: tuple[IntArray, ...],
) -> tuple[IntArray, IntArray, BoolArray, IntArray]:
    """Put loads on the shelf and write them into the table of open orders.

    Parameters
    ----------
    loads : (n,) outlet, option, serial number, order day, mode and day of payment, (n, P) cases
    totals : shelf, on order, day of the last purchase by outlet, ticks accepted by account, changed
    table : serial numbers, cases ordered, delivered and pending of open orders, two changed
    price : (O, N, P) ticks per case
    terms : (O,) account, (M,) days of the promise, (P,) units per case

    Returns
    -------
    (n,) ticks, ticks billed now, whether the whole order came in time, row of the order
    """
    outlet, option, serial, order_day, mode, pay_day, cases = loads
    shelf, on_order, last_purchase, accepted = totals
    serials, ordered, delivered, pending = table
    account, promise, unit = terms
    value, billed = np.zeros(len(outlet), dtype=np.int64), np.zeros(len(outlet), dtype=np.int64)
    whole, orders = np.empty(len(outlet), dtype=np.bool_), np.empty_like(outlet)
    for row in range(len(outlet)):
        place, order, end = outlet[row], 0, len(serials)
        while order < end:  # serial numbers ascend
            middle = (order + end) // 2
            if serials[middle] < serial[row]:
                order = middle + 1
            else:
                end = middle
        complete = day - order_day[row] <= promise[mode[row]]
        for product in range(len(unit)):
            many = cases[row, product]
            shelf[place, product] += many * unit[product]
            on_order[place, product] -= many * unit[product]
            delivered[order, product] += many
            pending[order, product] -= many
            value[row] += many * price[place, option[row], product]
            complete = complete and ordered[order, product] == many
        last_purchase[place] = day
        if pay_day[row] == ON_TERMS:
            accepted[account[place]] -= value[row]
        billed[row] = 0 if pay_day[row] == CONSIGNED else value[row]
        whole[row], orders[row] = complete, order
    return value, billed, whole, orders


def _invoices(
    network: Network,
    address: Address,
    state: State,
    loads: Rows,
    value: IntArray,
    bills: Bills | None,
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Write one invoice per site, outlet and way of payment: on terms, or paid on one day."""
    sold = loads["pay_day"] != CONSIGNED
    if not sold.all():
        loads, value = loads.take(sold), value[sold]
    outlets, ways = len(network.market.outlets), state.day + 2
    way = np.minimum(loads["pay_day"], state.day) + 1
    key = (loads["site"] * outlets + loads["outlet"]) * ways + way
    key, amount, option = _together(key, value, loads["option"])
    place, fixed = key // ways, key % ways - 1
    outlet, site = place % outlets, place // outlets
    due, paid = invoice(network, address, state, outlet, site, option, fixed, amount, bills)
    return outlet, site, option, due, paid, amount


def invoice(
    network: Network,
    address: Address,
    state: State,
    outlet: IntArray,
    site: IntArray,
    option: IntArray,
    fixed: IntArray,
    amount: IntArray,
    bills: Bills | None,
) -> tuple[IntArray, IntArray]:
    """Write invoices of today and book what is owed.

    Parameters
    ----------
    fixed : (n,) int64, the day on which it is paid, or ON_TERMS

    Returns
    -------
    due, paid : (n,) int64, days
    """
    mode = network.option_mode[outlet, option]
    terms = state.day + payment_days(network.market, network.design, outlet, mode)
    if bills is None:
        delay = _delay(network, address, state.day, outlet, mode)
    else:
        delay = bills.delays(state.day, outlet, mode)
    due, paid = _booked(
        (outlet, site, option, amount),
        (fixed, terms, delay),
        state.day,
        (state.cash, state.month_invoices, state.month_sales),
        network.design.outlets.rep,
    )
    if bills is None:
        _owe(network, state, outlet, site, due, paid, amount)
    else:
        bills.owe(state, outlet, site, mode, due, paid, amount)
    return due, paid


@kernel
def _booked(
    invoices: tuple[IntArray, ...],
    days: tuple[IntArray, IntArray, IntArray],
    day: int,
    totals: tuple[IntArray, IntArray, IntArray],
    rep: IntArray,
) -> tuple[IntArray, IntArray]:
    """Return due and paid days (n,) of invoices; adds them to what is counted of a month.

    Parameters
    ----------
    invoices : (n,) outlet, site, option, ticks
    days : (n,) fixed day of payment or ON_TERMS, due day by the terms, days of delay
    totals : cash by site, ticks of the month by outlet and option, and by person, changed
    rep : (O,) person of each outlet, -1 = none
    """
    outlet, site, option, amount = invoices
    fixed, terms, delay = days
    cash, by_option, by_person = totals
    due, paid = fixed.copy(), fixed.copy()
    for row in range(len(outlet)):
        if fixed[row] == ON_TERMS:
            due[row], paid[row] = terms[row], terms[row] + delay[row]
        if paid[row] <= day:
            cash[site[row]] += amount[row]
        by_option[outlet[row], option[row]] += amount[row]
        if rep[outlet[row]] >= 0:
            by_person[rep[outlet[row]]] += amount[row]
    return due, paid


@kernel
def _together(
    key: IntArray, value: IntArray, option: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return each key once, ascending, with its sum of values and its last option."""
    order = radix_order(key.reshape(1, len(key)), np.int64(1), len(key))
    keys, amounts, options = np.empty_like(key), np.empty_like(key), np.empty_like(key)
    used = 0
    for row in order:
        if used == 0 or keys[used - 1] != key[row]:
            keys[used] = key[row]
            amounts[used] = 0
            used += 1
        amounts[used - 1] += value[row]
        options[used - 1] = option[row]
    return keys[:used].copy(), amounts[:used].copy(), options[:used].copy()


def _delay(
    network: Network, address: Address, day: int, outlet: IntArray, mode: IntArray
) -> IntArray:
    mean = network.design.terms.payment_delay[mode]
    if outlet.size == 0 or not (mean > 0).any():
        return np.zeros(len(outlet), dtype=np.int64)
    uniform = address.at(Purpose.PAYMENT_DELAY, day, outlet)
    return np.where(mean > 0, laws.delay_days(uniform, mean), 0)


def _owe(
    network: Network,
    state: State,
    outlet: IntArray,
    site: IntArray,
    due: IntArray,
    paid: IntArray,
    amount: IntArray,
) -> None:
    later = paid > state.day
    account = network.account[outlet]
    owner, seller, value = account[later], site[later], amount[later]
    add_at(state.receivable, owner, value)
    add_at(state.site_receivable, seller, value)
    state.owed.append(account=owner, site=seller, amount=value, paid=paid[later])
    overdue = later & (paid > due)
    state.overdue.append(account=account[overdue], due=due[overdue], paid=paid[overdue])


def settle_payments(state: State) -> None:
    """00:00: invoices that are paid today leave receivables and payables."""
    today = state.owed["paid"] == state.day
    if today.any():
        paid = state.owed.take(today)
        subtract_at(state.receivable, paid["account"], paid["amount"])
        subtract_at(state.site_receivable, paid["site"], paid["amount"])
        add_at(state.cash, paid["site"], paid["amount"])
        state.owed.keep(~today)
    for seller, buyer, value in state.settle_sites.pop(state.day, []):
        subtract_at(state.site_receivable, seller, value)
        subtract_at(state.site_payable, buyer, value)
        add_at(state.cash, seller, value)
        subtract_at(state.cash, buyer, value)


@kernel
def last_drop(orders: IntArray, cases: IntArray) -> IntArray:
    """Return the cases of each drop, zero where a later drop of the day is the same order's.

    Two pick orders of one order may arrive together; the line ends once, with the more cases.
    """
    most = np.int64(-1)
    for order in orders:
        most = max(most, order)
    last = np.zeros(most + 1, dtype=np.int64)
    for drop in range(len(orders)):
        last[orders[drop]] = drop
    result = np.zeros_like(cases)
    for drop in range(len(orders)):
        row = last[orders[drop]]
        for product in range(cases.shape[1]):
            result[row, product] = max(result[row, product], cases[drop, product])
    return result
