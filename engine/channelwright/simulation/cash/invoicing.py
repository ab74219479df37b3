"""What follows from every invoice to an outlet, whether of a delivery or of a settlement."""

from __future__ import annotations

from channelwright.foundation.units import share
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

    def note(self, invoiced: Invoiced) -> None:
        """Book the invoices of today and the fee of the platform."""
        day, network = self._state.day, self._network
        self._books.invoiced += int(invoiced.amount.sum())
        self._books.paid += int(invoiced.amount[invoiced.paid <= day].sum())
        self._credit.recorder.invoices(invoiced, day)
        outlet, site = invoiced.outlet, invoiced.site
        mode = network.option_mode[outlet, invoiced.option]
        fee = share(invoiced.amount, network.design.terms.platform_fee[mode])
        if fee.any():
            self._postings.post(Account.PLATFORM, MANUFACTURER, OUTSIDE, mode, site, outlet, fee)

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
