"""KPI table and detail tables of credit: bills, receipts, orders released in part."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.bills import follows_bills
from channelwright.simulation.cash.bills import Collected
from channelwright.simulation.delivery.delivering import Invoiced
from channelwright.simulation.evening.allocation import Allocated
from channelwright.simulation.evening.credit import AT_DOOR, ON_TERMS
from channelwright.simulation.evening.work import HELD, NEW, REFUSED, ROW, Table
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import OUTLET, PAY_DAY
from channelwright.simulation.records.cell_sums import NamedSums, cell_sums
from channelwright.simulation.records.outstanding import Outstanding
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State
from channelwright.tables.codes import ReceiptKind
from channelwright.tables.credit_outputs import CREDIT_CELLS
from channelwright.tables.sink import Chunk


class CreditRecorder:
    """Adds up what outlets and chains owe, pay and lose for their sellers until the period ends.

    Bills are looked at one by one where they may be paid in parts, late or never; where every
    invoice is paid on a day that is known, `Outstanding` keeps their sums by day.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._bills = follows_bills(network.market, network.design)
        self._plain = None if self._bills else Outstanding(network)
        names = CREDIT_CELLS.names[3:]
        self._sums = np.zeros((len(names), len(network.market.outlets)), dtype=np.int64)
        self._cell = NamedSums(names, self._sums)

    def evening(self, evening: Allocated) -> None:
        """Add the credit check of a day."""
        if not self._bills:
            return
        names = ("orders_part", "cases_held", "orders_cash", "orders_prepaid")
        _add_checked(evening.count, evening.orders[0], evening.work, self._cell.columns(*names))

    def invoices(self, invoiced: Invoiced, day: int) -> None:
        """Add the invoices of a day."""
        columns = self._cell.columns("due", "collected", "on_terms", "own_on_terms")
        money = invoiced.amount, invoiced.due, invoiced.paid
        _add_invoices(columns, invoiced.outlet, self._network.own[invoiced.site], *money[::2], day)
        if self._plain is not None:
            later = invoiced.paid > day
            places = invoiced.outlet[later], invoiced.site[later]
            self._plain.invoices(day, *places, tuple(column[later] for column in money))

    def begin_day(self, day: int) -> None:
        """Take what is paid at 00:00 where there are no bills."""
        if self._plain is not None:
            self._plain.begin_day(day)

    def collected(self, collected: Collected) -> None:
        """Add what happened to bills at 00:00."""
        cell, moved = self._cell, collected.moved
        fell, reminded = collected.fell_due, collected.reminded
        add_at(cell["due"], fell["outlet"], fell["amount"])
        lost = moved["kind"] == ReceiptKind.WRITTEN_OFF
        add_at(cell["collected"], moved["outlet"], np.where(lost, 0, moved["value"]))
        add_at(cell["written_off"], moved["outlet"], np.where(lost, moved["value"], 0))
        add_at(cell["reminders"], reminded["outlet"], 1)

    def midnight(self, state: State) -> None:
        """Add what is open at the end of a day."""
        if self._plain is not None:
            self._plain.midnight()
            return
        cell, bills = self._cell, state.bills
        outlet, left = bills["outlet"], bills["open"]
        add_at(cell["owed_days"], outlet, left)
        late = bills["due"] <= state.day
        add_at(cell["overdue_days"], outlet, np.where(late, left, 0))
        own = self._network.own[bills["site"]]
        add_at(cell["own_owed_days"], outlet, np.where(own, left, 0))

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        chunk = cell_sums(self._network, period, CREDIT_CELLS.names[3:], self._sums)
        if self._plain is not None:
            for name, column in self._plain.close().items():
                chunk[name] = chunk[name] + column
        self._sums[:] = 0
        return chunk


@kernel
def _add_invoices(
    columns: tuple[IntArray, ...],
    outlet: IntArray,
    own: BoolArray,
    amount: IntArray,
    paid: IntArray,
    day: int,
) -> None:
    """Add invoices (n,): those that are paid by the end of their day, and those on terms."""
    due, collected, on_terms, own_on_terms = columns
    for row in range(len(outlet)):
        place, value = outlet[row], amount[row]
        if paid[row] <= day:
            due[place] += value
            collected[place] += value
            continue
        on_terms[place] += value
        if own[row]:
            own_on_terms[place] += value


@kernel
def _add_checked(count: int, numbers: IntArray, work: Table, sums: tuple[IntArray, ...]) -> None:
    """Add the check of an evening to the sums of outlets.

    Parameters
    ----------
    numbers, work : columns of the open orders, and the ``count`` orders of the evening
    sums : orders in part, cases held, orders paid at the door, prepaid
    """
    part, cases, cash, prepaid = sums
    marks, lines = work
    for place in range(count):
        row, back = marks[ROW, place], np.int64(0)
        for product in range(lines.shape[2]):
            back += lines[HELD, place, product]
        outlet, pay_day = numbers[OUTLET, row], numbers[PAY_DAY, row]
        if back > 0:
            part[outlet] += 1
            cases[outlet] += back
        if marks[NEW, place] == 0 or marks[REFUSED, place] != 0:
            continue
        if pay_day == AT_DOOR:
            cash[outlet] += 1
        elif pay_day != ON_TERMS and pay_day < AT_DOOR:
            prepaid[outlet] += 1


def receipt_rows(network: Network, day: int, moved: Rows) -> Chunk:
    """Return rows of `receipts`."""
    return {
        "day": np.full(len(moved), day, dtype=np.int64),
        "invoice_day": moved["day"],
        "payer": network.payer[moved["outlet"]],
        "payee": network.owner[moved["site"]],
        "outlet": moved["outlet"],
        "site": moved["site"],
        "kind": moved["kind"],
        "amount": moved["value"],
    }


def payment_rows(network: Network, bills: Rows, paid_day: int) -> Chunk:
    """Return rows of `payments` of bills that ended on a day, -1 = open at the horizon."""
    paid: IntArray = np.full(len(bills), paid_day, dtype=np.int64)
    return {
        "invoice_day": bills["day"],
        "due_day": bills["due"],
        "paid_day": paid,
        "payer": network.payer[bills["outlet"]],
        "payee": network.owner[bills["site"]],
        "outlet": bills["outlet"],
        "site": bills["site"],
        "amount": bills["amount"],
    }
