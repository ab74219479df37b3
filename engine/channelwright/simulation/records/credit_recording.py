"""KPI table and detail tables of credit: bills, receipts, orders released in part."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.bills import follows_bills
from channelwright.simulation.evening.allocation import Allocated
from channelwright.simulation.evening.credit import AT_DOOR, ON_TERMS
from channelwright.simulation.evening.work import HELD, NEW, REFUSED, ROW, Table
from channelwright.simulation.network import Network
from channelwright.simulation.orders.order_columns import OUTLET, PAY_DAY
from channelwright.simulation.records.cell_sums import NamedSums, cell_sums
from channelwright.simulation.records.outstanding import NOTHING_COMES, Coming, Outstanding
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State
from channelwright.tables.credit_outputs import CREDIT_CELLS
from channelwright.tables.sink import Chunk

_OPEN = ("outlet", "site", "due", "open")


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

    def columns(self, *names: str) -> tuple[IntArray, ...]:
        """Return some sums (O,), to be added to."""
        return self._cell.columns(*names)

    def coming(self) -> Coming:
        """Return what is open and what will change it, to be added to; empty with bills."""
        return NOTHING_COMES if self._plain is None else self._plain.coming

    def begin_day(self, day: int) -> None:
        """Take what is paid at 00:00 where there are no bills."""
        if self._plain is not None:
            self._plain.begin_day(day)

    def midnight(self, state: State) -> None:
        """Add what is open at the end of a day."""
        if self._plain is not None:
            self._plain.midnight()
            return
        bills = state.bills.columns(_OPEN)
        columns = self._cell.columns("owed_days", "overdue_days", "own_owed_days")
        _add_open(columns, bills, self._network.own, state.day)

    def close(self, period: int) -> Chunk:
        """Return the rows of the period and start the next one."""
        chunk = cell_sums(self._network, period, CREDIT_CELLS.names[3:], self._sums)
        if self._plain is not None:
            for name, column in self._plain.close().items():
                chunk[name] = chunk[name] + column
        return chunk


@kernel
def _add_open(
    columns: tuple[IntArray, ...], bills: tuple[IntArray, ...], own: BoolArray, day: int
) -> None:
    """Add bills (n,) to what outlets owe, owe late and owe to sites of the manufacturer."""
    owed, overdue, own_owed = columns
    outlet, site, due, left = bills
    for row in range(len(outlet)):
        place, value = outlet[row], left[row]
        owed[place] += value
        if due[row] <= day:
            overdue[place] += value
        if own[site[row]]:
            own_owed[place] += value


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
