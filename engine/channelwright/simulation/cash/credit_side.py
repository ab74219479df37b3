"""What a replication does about bills beside the phases: posting, counting, writing rows."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray, share_of
from channelwright.rules.bills import follows_bills
from channelwright.simulation.cash.bills import Bills, Collected, close, moved
from channelwright.simulation.cash.postings import BUYER, OWNER
from channelwright.simulation.cash.settling import OUTSIDE
from channelwright.simulation.orders.approving import Approvals
from channelwright.simulation.orders.collecting import Collecting, collection_rows
from channelwright.simulation.orders.ordering import Placed
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.credit_recording import (
    CreditRecorder,
    payment_rows,
    receipt_rows,
)
from channelwright.simulation.rows import Rows
from channelwright.simulation.stock.purchasing import Purchasing
from channelwright.tables.codes import Account


class CreditSide:
    """Credit of one replication: bills where invoices are followed, what is owed in any case."""

    def __init__(self, parts: Parts) -> None:
        network, address, state = parts.network, parts.address, parts.state
        self._network, self._state, self._books = network, state, parts.books
        self._postings, self._sink, self._detail = parts.postings, parts.sink, parts.detail
        bills = follows_bills(network.market, network.design)
        self.recorder = CreditRecorder(network)
        sums = self.recorder.columns("due", "collected", "written_off", "reminders")
        self.bills = Bills(network, address, state, sums) if bills else None
        limits = network.market.limits
        policy = network.design.credit
        desk = None if policy is None else policy.approval
        self._approvals = None if desk is None else Approvals(network, address, desk)
        self.collecting = None
        if policy is not None and policy.collecting is not None and self.bills is not None:
            self.collecting = Collecting(network, address, self.bills, policy.collecting)
        self.purchasing = None if limits is None else Purchasing(network, limits)

    def midnight(self) -> None:
        """Let accounts pay, and book what they paid and what is given up."""
        if self.purchasing is not None:
            self.purchasing.begin_day(self._state.day)
        if self.bills is None:
            self.recorder.begin_day(self._state.day)
            return
        self._book(self.bills.midnight(self._state))

    def collect(self, placed: Placed) -> None:
        """Book what was given at the calls of today."""
        found = placed.collected
        if found is None or self.collecting is None or self.bills is None:
            return
        self.collecting.count(found)
        if self._detail:
            self._sink.append("collections", collection_rows(self._state.day, found))
        if not found.value.any():
            return
        self._book(self.bills.collect(self._state, found.bills, found.value))

    def _book(self, collected: Collected) -> None:
        bills, moves, detail = self._state.bills, collected.moves, self._detail
        lost = moves[:, collected.lost :]
        for account, (rows, _, amount) in (
            (Account.WRITE_OFF, lost),
            (Account.DUNNING, collected.reminded),
        ):
            if len(rows):
                self._post(account, bills.take(rows), amount)
        self._books.written_off += collected.written_off
        self._books.paid += collected.paid
        if detail:
            chunk = receipt_rows(self._network, self._state.day, moved(bills, moves))
            self._sink.append("receipts", chunk)
        ended = close(bills, wanted=detail)
        if ended is not None:
            chunk = payment_rows(self._network, ended, self._state.day)
            self._sink.append("payments", chunk)

    def _post(self, account: Account, bills: Rows, amount: IntArray) -> None:
        network, outlet, site = self._network, bills["outlet"], bills["site"]
        payee = network.payer[outlet] if account is Account.WRITE_OFF else OUTSIDE
        owner, mode = network.owner[site], bills["mode"]
        self._postings.post(account, owner, payee, mode, site, outlet, amount)

    def approve(self, placed: Placed) -> tuple[IntArray, IntArray]:
        """Return first attempt and discount (ppm) of today's orders after the desk."""
        mode, attempt = placed.mode, placed.attempt
        if self._approvals is None:
            return attempt, np.zeros(len(attempt), dtype=np.int64)
        day = self._state.day
        result = self._approvals.decide(day, placed.outlet, mode, placed.second, attempt)
        if self._detail:
            self._sink.append("approvals", self._approvals.rows)
        return result

    def post_discounts(self, loads: Rows, value: IntArray) -> None:
        """Post the discounts on what was delivered."""
        if self._approvals is None:
            return
        amount, some = _discounts(value, loads["discount"])
        if some:
            places = loads.columns(("mode", "site", "outlet"))
            self._postings.trade(Account.DISCOUNT, OWNER, BUYER, places, amount)

    def draw(self) -> None:
        """Note what owners have drawn at the start of 24:00."""
        if self.purchasing is not None:
            self.purchasing.draw(self._state)

    def pay(self) -> None:
        """Move the cash of owners by the postings of today."""
        if self.purchasing is not None:
            self.purchasing.pay(self._state, self._postings.today())

    def close(self, period: int) -> None:
        """Write the period's rows of the tables of credit."""
        if self._approvals is not None:
            self._sink.append("approval_cells", self._approvals.close(period))
        if self.purchasing is not None:
            self._sink.append("limit_cells", self.purchasing.close(period))
        self._sink.append("credit_cells", self.recorder.close(period))
        if self.collecting is not None:
            self._sink.append("collecting_cells", self.collecting.close(period))

    def horizon(self) -> None:
        """Write the bills that are open at the end."""
        self._sink.append("payments", payment_rows(self._network, self._state.bills, -1))


@kernel
def _discounts(value: IntArray, ppm: IntArray) -> tuple[IntArray, bool]:
    """Return the discounts on loads (n,) of some value, and whether there are any."""
    result, some = np.zeros(len(value), dtype=np.int64), False
    for row in range(len(value)):
        if ppm[row] > 0:
            result[row], some = share_of(value[row], ppm[row]), True
    return result, some
