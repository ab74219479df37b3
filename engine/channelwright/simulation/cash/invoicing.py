"""What follows from every invoice to an outlet, whether of a delivery or of a settlement."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import IntArray
from channelwright.simulation import laws
from channelwright.simulation.cash.bill_columns import BILL_COLUMNS
from channelwright.simulation.cash.bills import Bills
from channelwright.simulation.cash.credit_side import CreditSide
from channelwright.simulation.cash.invoice_kernels import (
    AMOUNT,
    FEE,
    MODE,
    OUTLET,
    SITE,
    Delays,
    Rules,
    Terms,
    book,
    date,
)
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.network import Network
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.details import Details
from channelwright.simulation.scatter import add_at, subtract_at
from channelwright.simulation.state import State
from channelwright.simulation.stock.consigning import Consignments
from channelwright.tables.codes import Account

_NONE = np.zeros(0, dtype=np.int64)
_NO_CHANCE = np.zeros(0)


class Invoicing:
    """Writes invoices: what is owed, books, fees and tables."""

    def __init__(self, parts: Parts, credit: CreditSide, details: Details | None) -> None:
        network, state = parts.network, parts.state
        self._network, self._state, self._postings = network, state, parts.postings
        self._recorder, self._books, self._address = parts.recorder, parts.books, parts.address
        self._credit, self._details, self._bills = credit, details, credit.bills
        terms = network.plain.pay_days, network.option_mode, network.account
        self._terms: Terms = (*terms, parts.address.key)
        self._delays = _delays(network, credit.bills)
        self._rules = _rules(network, credit.bills)
        totals = state.month_invoices, state.month_sales, state.receivable, state.site_receivable
        self._money = (state.cash, *totals)
        names = ("due", "collected", "on_terms", "own_on_terms")
        self._sums = (parts.recorder.outlet_value, *credit.recorder.columns(*names))
        self._coming = credit.recorder.coming()

    def write(self, invoices: IntArray) -> None:
        """Write the invoices of today, rows as in `invoice_kernels`: days, books, fees."""
        day, bills, state = self._state.day, self._bills, self._state
        count = invoices.shape[1]
        if not date(invoices, day, self._terms, self._delays, _NONE):
            date(invoices, day, self._terms, self._delays, self._drawn(invoices))
        if bills is None:
            first = len(state.owed)
            later = state.owed.room(count)
        else:
            first, later = 0, np.empty((len(BILL_COLUMNS), count), dtype=np.int64)
        known = self._terms, self._rules, self._money, self._sums, self._coming
        written, at_once, now_used, fees = book(invoices, day, *known, later, first)
        used = int(now_used)
        self._books.invoiced += int(written)
        self._books.paid += int(at_once)
        if bills is None:
            state.owed.grow(used)
            if self._network.plain.delays and used > first:
                overdue = state.owed.overdue(first)
                state.overdue.extend(overdue.shape[1])[0][:] = overdue
        elif used:
            state.bills.extend(used)[0][:] = later[:, :used]
        if fees:
            places = (invoices[MODE], invoices[SITE], invoices[OUTLET])
            fee = invoices[FEE]
            self._postings.trade(Account.PLATFORM, MANUFACTURER, OUTSIDE, places, fee)

    def _drawn(self, invoices: IntArray) -> IntArray:
        """Return the days after the due date (n,), as NumPy rounds them."""
        outlet, (delay, by_outlet, by_account) = invoices[OUTLET], self._delays
        mean = delay[invoices[MODE]]
        if by_outlet.size:
            mean = mean * by_outlet[outlet] * by_account[self._network.account[outlet]]
        uniform = self._address.at(Purpose.PAYMENT_DELAY, self._state.day, outlet)
        return np.where(mean > 0, laws.delay_days(uniform, mean), 0)

    def settle(self, consignments: Consignments) -> None:
        """Invoice what was sold from consignment, where today is a day for it."""
        done = consignments.settle()
        if done is None:
            return
        settled, value = done
        network, outlet, site = self._network, settled[OUTLET], settled[SITE]
        owner, payer = network.owner[site], network.payer[outlet]
        mode, amount = network.design.outlets.mode[outlet], settled[AMOUNT]
        self._postings.post(Account.GOODS, payer, owner, mode, site, outlet, amount)
        self._books.goods += int(amount.sum())
        self.write(settled)
        self._recorder.settled(outlet, value)
        if self._details is not None:
            self._details.invoices(self._state.day, settled, all_known=self._bills is None)


def settle_payments(state: State) -> int:
    """00:00: invoices paid today leave receivables and payables; returns their sum in ticks."""
    money = state.receivable, state.site_receivable, state.cash
    total = state.owed.settle(state.day, money)
    for seller, buyer, value in state.settle_sites.pop(state.day, []):
        subtract_at(state.site_receivable, seller, value)
        subtract_at(state.site_payable, buyer, value)
        add_at(state.cash, seller, value)
        subtract_at(state.cash, buyer, value)
        total += int(value.sum())
    return total


def _delays(network: Network, bills: Bills | None) -> Delays:
    mean = network.design.terms.payment_delay.astype(np.float64)
    if bills is None:
        return mean, _NO_CHANCE, _NO_CHANCE
    return mean, bills.delay_factor, bills.character


def _rules(network: Network, bills: Bills | None) -> Rules:
    fee = network.design.terms.platform_fee
    fee = fee.copy() if fee.any() else _NONE
    chance, part = (_NO_CHANCE, _NONE) if bills is None else bills.parts
    return fee, network.plain.rep, network.own, chance, part
