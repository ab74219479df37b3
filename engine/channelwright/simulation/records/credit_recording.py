"""KPI table and detail tables of credit: bills, receipts, orders released in part."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.cash.bills import Collected, has_bills
from channelwright.simulation.delivery.delivering import Invoiced
from channelwright.simulation.evening.allocation import Allocated
from channelwright.simulation.evening.credit import AT_DOOR, ON_TERMS
from channelwright.simulation.network import Network
from channelwright.simulation.records.cell_sums import cell_sums
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State
from channelwright.tables.codes import ReceiptKind
from channelwright.tables.credit_outputs import CREDIT_CELLS
from channelwright.tables.sink import Chunk


class CreditRecorder:
    """Adds up what happens to credit until the period ends; nothing where there are no bills."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._on = has_bills(network)
        names = CREDIT_CELLS.names[3:]
        self._sums = np.zeros((len(names), len(network.market.outlets)), dtype=np.int64)
        self._cell = {name: self._sums[row] for row, name in enumerate(names)}

    def evening(self, evening: Allocated) -> None:
        """Add the credit check of a day."""
        if not self._on:
            return
        cell, orders = self._cell, evening.orders
        names = ("orders_part", "cases_held", "orders_cash", "orders_prepaid")
        part, held, cash, prepaid = (cell[name] for name in names)
        accepted = evening.new & ~evening.refused
        columns = (orders["outlet"], orders["pay_day"])
        _add_checked(*columns, accepted, evening.held, (part, held, cash, prepaid))

    def invoices(self, invoiced: Invoiced, day: int) -> None:
        """Add the invoices that were paid by the end of their day."""
        if not self._on:
            return
        now = invoiced.paid <= day
        for column in ("due", "collected"):
            add_at(self._cell[column], invoiced.outlet[now], invoiced.amount[now])

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
        if not self._on:
            return
        cell, bills = self._cell, state.bills
        add_at(cell["owed_days"], bills["outlet"], bills["open"])
        late = bills["due"] <= state.day
        add_at(cell["overdue_days"], bills["outlet"], np.where(late, bills["open"], 0))

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        chunk = cell_sums(self._network, period, CREDIT_CELLS.names[3:], self._sums)
        self._sums[:] = 0
        return chunk


@kernel
def _add_checked(
    outlet: IntArray,
    pay_day: IntArray,
    accepted: BoolArray,
    held: IntArray,
    sums: tuple[IntArray, IntArray, IntArray, IntArray],
) -> None:
    """Add the check of an evening to the sums of outlets.

    Parameters
    ----------
    held : (n, P) cases; sums : orders in part, cases held, orders paid at the door, prepaid
    """
    part, cases, cash, prepaid = sums
    for row in range(len(outlet)):
        back = held[row].sum()
        part[outlet[row]] += back > 0
        cases[outlet[row]] += back
        if accepted[row] and pay_day[row] == AT_DOOR:
            cash[outlet[row]] += 1
        elif accepted[row] and pay_day[row] != ON_TERMS and pay_day[row] < AT_DOOR:
            prepaid[outlet[row]] += 1


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
