"""What follows from every invoice to an outlet, whether of a delivery or of a settlement."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray, share
from channelwright.simulation.cash.credit_side import CreditSide
from channelwright.simulation.cash.settling import MANUFACTURER, OUTSIDE
from channelwright.simulation.delivery.delivering import Invoiced
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.details import Details
from channelwright.simulation.stock.consigning import Consignments
from channelwright.tables.codes import Account


class Invoicing:
    """Books, fees and tables of invoices."""

    def __init__(self, parts: Parts, credit: CreditSide, details: Details | None) -> None:
        self._network, self._state, self._postings = parts.network, parts.state, parts.postings
        self._recorder, self._books = parts.recorder, parts.books
        self._credit, self._details = credit, details
        self._fees = bool(parts.network.design.terms.platform_fee.any())

    def note(self, invoiced: Invoiced) -> None:
        """Book the invoices of today and the fee of the platform."""
        day, network = self._state.day, self._network
        written, paid = _sums(invoiced.amount, invoiced.paid, day)
        self._books.invoiced += int(written)
        self._books.paid += int(paid)
        self._credit.recorder.invoices(invoiced, day)
        if not self._fees:
            return
        outlet, site = invoiced.outlet, invoiced.site
        mode = network.option_mode[outlet, invoiced.option]
        fee = share(invoiced.amount, network.design.terms.platform_fee[mode])
        if fee.any():
            places = (mode, site, outlet)
            self._postings.trade(Account.PLATFORM, MANUFACTURER, OUTSIDE, places, fee)

    def settle(self, consignments: Consignments) -> None:
        """Invoice what was sold from consignment, where today is a day for it."""
        done = consignments.settle(self._credit.bills)
        if done is None:
            return
        settled, value = done
        network, outlet, site = self._network, settled.outlet, settled.site
        owner, payer = network.owner[site], network.payer[outlet]
        mode = network.design.outlets.mode[outlet]
        self._postings.post(Account.GOODS, payer, owner, mode, site, outlet, settled.amount)
        self._books.goods += int(settled.amount.sum())
        self.note(settled)
        self._recorder.settled(settled, value)
        if self._details is not None:
            self._details.invoices(self._state.day, settled, self._credit.known(settled))


@kernel
def _sums(amount: IntArray, paid: IntArray, day: int) -> tuple[np.int64, np.int64]:
    """Return the sum of invoices (n,), and of those that are paid by a day."""
    total, at_once = np.int64(0), np.int64(0)
    for row in range(len(amount)):
        total += amount[row]
        if paid[row] <= day:
            at_once += amount[row]
    return total, at_once
