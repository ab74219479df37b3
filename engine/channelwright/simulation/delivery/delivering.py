"""06:00, continued: goods reach the shelf, invoices are written, money is owed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation import laws
from channelwright.simulation.cash.bills import Bills
from channelwright.simulation.delivery.tours import Dropped
from channelwright.simulation.evening.credit import CONSIGNED, ON_TERMS
from channelwright.simulation.grouping import radix_order
from channelwright.simulation.network import Network
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import State

_NO_DELAY = np.zeros(0, dtype=np.int64)
_OWED = ("account", "site", "amount", "paid")


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
    terms = network.account, network.plain.promise_days
    (value, billed, orders), whole = _received(
        loads.columns(names),
        state.day,
        (state.shelf, state.on_order, state.last_purchase, state.accepted),
        state.orders.columns(table),
        network.price,
        (*terms, network.plain.unit),
    )
    invoices = _together(
        loads.columns(("outlet", "site", "option", "pay_day")),
        value,
        state.day,
        np.int64(len(network.account)),
    )
    due, paid = invoice(network, address, state, invoices, bills)
    outlet, site, option, _, amount = invoices
    return Invoiced(outlet, site, option, due, paid, amount, value, billed, whole, orders)


@kernel
def _received(
    loads: tuple[IntArray, ...],
    day: int,
    totals: tuple[IntArray, ...],
    table: tuple[IntArray, ...],
    price: IntArray,
    terms: tuple[IntArray, ...],
) -> tuple[IntArray, BoolArray]:
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
    (3, n) ticks, ticks billed now, row of the order; (n,) whether the whole order came in time
    """
    outlet, option, serial, order_day, mode, pay_day, cases = loads
    shelf, on_order, last_purchase, accepted = totals
    serials, ordered, delivered, pending = table
    account, promise, unit = terms
    result = np.zeros((3, len(outlet)), dtype=np.int64)
    whole = np.empty(len(outlet), dtype=np.bool_)
    value, billed, orders = result
    for row in range(len(outlet)):
        place, order, end = outlet[row], 0, len(serials)
        guess = serial[row] - serials[0]  # serial numbers ascend, mostly without a gap
        if guess < end and serials[guess] == serial[row]:
            order = end = guess
        while order < end:
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
    return result, whole


@kernel
def _together(
    loads: tuple[IntArray, ...], value: IntArray, day: int, outlets: np.int64
) -> IntArray:
    """Return one invoice per site, outlet and way of payment: on terms, or paid on one day.

    Parameters
    ----------
    loads : (n,) outlet, site, option and day of payment; value : (n,) ticks

    Returns
    -------
    (5, m) int64, outlet, site, option of the last load, fixed day of payment or ON_TERMS, ticks
    """
    outlet, site, option, pay_day = loads
    keys, rows = np.empty((1, len(outlet)), dtype=np.int64), np.empty_like(outlet)
    count, ways = np.int64(0), day + 2
    for row in range(len(outlet)):
        if pay_day[row] != CONSIGNED:
            way = min(pay_day[row], day) + 1
            keys[0, count] = (site[row] * outlets + outlet[row]) * ways + way
            rows[count] = row
            count += 1
    result, used, last = np.empty((5, count), dtype=np.int64), 0, np.int64(-1)
    for place in radix_order(keys, keys.shape[0], count):
        row, key = rows[place], keys[0, place]
        if key != last:
            result[0, used], result[1, used] = outlet[row], site[row]
            result[3, used], result[4, used] = min(pay_day[row], day), 0
            last, used = key, used + 1
        result[2, used - 1] = option[row]
        result[4, used - 1] += value[row]
    return result[:, :used].copy()


def invoice(
    network: Network, address: Address, state: State, invoices: IntArray, bills: Bills | None
) -> IntArray:
    """Write invoices of today and book what is owed.

    Parameters
    ----------
    invoices : (5, n) int64, outlet, site, option, the day on which it is paid or ON_TERMS, ticks

    Returns
    -------
    (2, n) int64, due and paid days
    """
    outlet, site, option, _, amount = invoices
    delay, mode = _NO_DELAY, _NO_DELAY
    if bills is not None:
        mode = network.option_mode[outlet, option]
        delay = bills.delays(state.day, outlet, mode)
    elif network.plain.delays:
        delay = _delay(network, address, state.day, outlet, network.option_mode[outlet, option])
    days = _booked(
        invoices,
        delay,
        state.day,
        network.plain.pay_days,
        (state.cash, state.month_invoices, state.month_sales),
        network.plain.rep,
    )
    if bills is None:
        _owe(network, state, invoices, days)
    else:
        bills.owe(state, outlet, site, mode, days[0], days[1], amount)
    return days


@kernel
def _booked(
    invoices: IntArray,
    delay: IntArray,
    day: int,
    terms: IntArray,
    totals: tuple[IntArray, IntArray, IntArray],
    rep: IntArray,
) -> IntArray:
    """Return due and paid days (2, n) of invoices; adds them to what is counted of a month.

    Parameters
    ----------
    invoices : as of `invoice`; delay : (n,) days after the due date, (0,) = none
    terms : (O, N) days until invoices are due
    totals : cash by site, ticks of the month by outlet and option, and by person, changed
    rep : (O,) person of each outlet, -1 = none
    """
    cash, by_option, by_person = totals
    days = np.empty((2, invoices.shape[1]), dtype=np.int64)
    for row in range(invoices.shape[1]):
        outlet, option, amount = invoices[0, row], invoices[2, row], invoices[4, row]
        due = paid = invoices[3, row]
        if due == ON_TERMS:
            due = paid = day + terms[outlet, option]
            if len(delay):
                paid += delay[row]
        if paid <= day:
            cash[invoices[1, row]] += amount
        by_option[outlet, option] += amount
        if rep[outlet] >= 0:
            by_person[rep[outlet]] += amount
        days[0, row], days[1, row] = due, paid
    return days


def _delay(
    network: Network, address: Address, day: int, outlet: IntArray, mode: IntArray
) -> IntArray:
    mean = network.design.terms.payment_delay[mode]
    uniform = address.at(Purpose.PAYMENT_DELAY, day, outlet)
    return np.where(mean > 0, laws.delay_days(uniform, mean), 0)


def _owe(network: Network, state: State, invoices: IntArray, days: IntArray) -> None:
    totals = state.receivable, state.site_receivable
    owed = _owed(invoices, days, state.day, network.account, totals)
    if owed.shape[1]:
        state.owed.extend(owed.shape[1])[0][:] = owed[:4]
    overdue = owed[3] > owed[4]
    if network.plain.delays and overdue.any():
        late = owed[:, overdue]
        state.overdue.append(account=late[0], due=late[4], paid=late[3])


@kernel
def _owed(
    invoices: IntArray,
    days: IntArray,
    day: int,
    account: IntArray,
    totals: tuple[IntArray, IntArray],
) -> IntArray:
    """Return account, site, ticks, paid and due day of invoices that are paid later: (5, m).

    Parameters
    ----------
    invoices, days : as of `invoice`; account : (O,)
    totals : ticks owed by accounts and to sites, changed
    """
    receivable, site_receivable = totals
    result, used = np.empty((5, days.shape[1]), dtype=np.int64), 0
    for row in range(days.shape[1]):
        if days[1, row] <= day:
            continue
        owner, site, amount = account[invoices[0, row]], invoices[1, row], invoices[4, row]
        receivable[owner] += amount
        site_receivable[site] += amount
        result[0, used], result[1, used], result[2, used] = owner, site, amount
        result[3, used], result[4, used] = days[1, row], days[0, row]
        used += 1
    return result[:, :used].copy()


def settle_payments(state: State) -> int:
    """00:00: invoices paid today leave receivables and payables; returns their sum in ticks."""
    owed, total = state.owed, 0
    if len(owed):
        totals = state.receivable, state.site_receivable, state.cash
        later, count, paid = _settled(owed.columns(_OWED), state.day, totals)
        if count < len(later):
            owed.keep(later)
        total += int(paid)
    for seller, buyer, value in state.settle_sites.pop(state.day, []):
        subtract_at(state.site_receivable, seller, value)
        subtract_at(state.site_payable, buyer, value)
        add_at(state.cash, seller, value)
        subtract_at(state.cash, buyer, value)
        total += int(value.sum())
    return total


@kernel
def _settled(
    owed: tuple[IntArray, ...], day: int, totals: tuple[IntArray, ...]
) -> tuple[BoolArray, int, np.int64]:
    """Let the invoices (n) be paid whose day has come; return which stay, their number, ticks paid.

    Parameters
    ----------
    owed : account, site, ticks and day of payment
    totals : ticks owed by accounts and to sites, cash of sites, changed
    """
    account, site, amount, paid = owed
    receivable, site_receivable, cash = totals
    later, count, total = np.empty(len(paid), dtype=np.bool_), 0, np.int64(0)
    for row in range(len(paid)):
        later[row] = paid[row] != day
        count += later[row]
        if paid[row] == day:
            receivable[account[row]] -= amount[row]
            site_receivable[site[row]] -= amount[row]
            cash[site[row]] += amount[row]
            total += amount[row]
    return later, count, total


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
