"""Detail tables: one row per thing that happened (``keep="orders"``)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import DAY_SECONDS, IntArray
from channelwright.rules.beats import carries
from channelwright.simulation.cash import invoice_kernels
from channelwright.simulation.delivery.load_columns import LAST, SECOND, TOUR
from channelwright.simulation.delivery.tours import Dropped
from channelwright.simulation.demand.selling import (
    DEMANDED,
    ONLINE_DEMANDED,
    ONLINE_SOLD,
    SOLD,
    Sales,
)
from channelwright.simulation.evening.allocation import Allocated
from channelwright.simulation.evening.work import ENDED, HELD, REFUSED
from channelwright.simulation.network import Network
from channelwright.simulation.orders.ordering import Placed
from channelwright.simulation.records.line_states import (
    DELIVERY_COLUMNS,
    GOES_ON,
    LINE_COLUMNS,
    delivery_rows,
    ended_at_the_door,
    ended_in_the_evening,
    line_rows,
)
from channelwright.simulation.rows import Rows
from channelwright.simulation.state import State
from channelwright.simulation.stock.shipment_columns import Moved
from channelwright.tables.codes import CallState, LineState
from channelwright.tables.sink import Sink

_ENDING = ("ordered", "delivered", "cut", "extra")


class Details:
    """Writes detail tables to a sink as lines end and things happen."""

    def __init__(self, network: Network, sink: Sink) -> None:
        self._network = network
        self._sink = sink
        rows, products = network.covered, len(network.market.products)
        self._places = np.repeat(rows, products), np.tile(np.arange(products), len(rows))

    def calls(self, day: int, placed: Placed) -> None:
        """Write the planned calls of a day."""
        beat = placed.beat
        if beat is None or not len(beat.outlet):
            return
        made = np.where(placed.productive, CallState.PRODUCTIVE, CallState.NO_ORDER)
        self._sink.append(
            "calls",
            {
                "day": np.full(len(beat.outlet), day, dtype=np.int64),
                "rep": beat.rep,
                "outlet": beat.outlet,
                "second": np.where(beat.made, beat.end, -1),
                "state": np.where(beat.made, made, self._not_made(beat.outlet)).astype(np.int64),
                "lines": placed.call_lines,
            },
        )

    def _not_made(self, outlet: IntArray) -> IntArray:
        carried = carries(self._network.design, outlet)
        return np.where(carried, CallState.CARRIED, CallState.MISSED)

    def deliveries(self, day: int, drops: Dropped) -> None:
        """Write deliveries line by line."""
        loads = drops.loads
        names = ("outlet", "option", "site", "order_day", "ready")
        columns = loads.columns(names)
        stops = (drops.visits[SECOND], drops.visits[TOUR])
        table = delivery_rows(columns, loads["cases"], stops, self._network.price)
        table[0] = day
        self._sink.append("deliveries", dict(zip(DELIVERY_COLUMNS, table, strict=True)))

    def invoices(self, day: int, invoices: IntArray, *, all_known: bool) -> None:
        """Write the invoices of a day of which the end is known: (9, n), rows of their kernels."""
        network, paid = self._network, invoices[invoice_kernels.PAID]
        known = invoices if all_known else invoices[:, paid <= day]
        outlet, site = known[invoice_kernels.OUTLET], known[invoice_kernels.SITE]
        self._payments(
            np.full(len(outlet), day, dtype=np.int64),
            known[invoice_kernels.DUE],
            known[invoice_kernels.PAID],
            network.payer[outlet],
            network.owner[site],
            outlet,
            site,
            known[invoice_kernels.AMOUNT],
        )

    def _payments(
        self,
        day: IntArray,
        due: IntArray,
        paid: IntArray,
        payer: IntArray,
        payee: IntArray,
        outlet: IntArray,
        site: IntArray,
        amount: IntArray,
    ) -> None:
        horizon = len(self._network.market.calendar.month)
        self._sink.append(
            "payments",
            {
                "invoice_day": day,
                "due_day": due,
                "paid_day": np.where(paid < horizon, paid, -1),
                "payer": payer,
                "payee": payee,
                "outlet": outlet,
                "site": site,
                "amount": amount,
            },
        )

    def shelf(self, day: int, sales: Sales, state: State) -> None:
        """Write demand, sales and closing stock of every covered outlet and product."""
        outlet, product = self._places
        units = sales.units.reshape(len(sales.units), -1).copy()
        self._sink.append(
            "shelf",
            {
                "day": np.full(len(outlet), day, dtype=np.int64),
                "outlet": outlet,
                "product": product,
                "demanded": units[DEMANDED],
                "sold": units[SOLD],
                "online_demanded": units[ONLINE_DEMANDED],
                "online_sold": units[ONLINE_SOLD],
                "closing": state.shelf[self._network.covered].ravel(),
            },
        )
        settled = sales.settled
        if settled is not None and settled.rows is not None and len(settled.rows["day"]):
            self._sink.append("stockouts", settled.rows)

    def shipments(self, day: int, moved: Moved) -> None:
        """Write the replenishments of a day and their invoices."""
        (site, parent, value, due, arrival), (ordered, shipped) = moved
        if not len(site):
            return
        row, product = np.nonzero((ordered > 0) | (shipped > 0))
        self._sink.append(
            "shipments",
            {
                "day": np.full(len(row), day, dtype=np.int64),
                "site": site[row],
                "parent": parent[row],
                "product": product,
                "ordered": ordered[row, product],
                "shipped": shipped[row, product],
                "arrival_day": arrival[row],
            },
        )
        billed = np.flatnonzero(value)
        if billed.size:
            self._site_invoices(day, site[billed], parent[billed], due[billed], value[billed])

    def _site_invoices(
        self, day: int, site: IntArray, parent: IntArray, due: IntArray, value: IntArray
    ) -> None:
        days, outlet = np.full_like(site, day), np.full_like(site, -1)
        owner = self._network.owner
        self._payments(days, due, due, owner[site], owner[parent], outlet, site, value)

    def evening(self, day: int, orders: Rows, evening: Allocated) -> None:
        """Write the lines that the credit check or the allocation ended.

        ``orders`` : those of the evening, in sequence
        """
        (marks, lines), count = evening.work, evening.count
        refused = marks[REFUSED, :count] != 0
        columns = orders.columns(_ENDING)
        states = ended_in_the_evening(columns, lines[ENDED, :count], lines[HELD, :count], refused)
        self._lines(orders, states, day)

    def failures(self, day: int, missed: Dropped) -> None:
        """Write the stops of a day where nobody took the goods."""
        loads = missed.loads
        names = ("outlet", "site", "order_day", "ready")
        chunk = {name: loads[name] for name in names}
        chunk["ready_second"] = chunk.pop("ready") - loads["order_day"] * DAY_SECONDS
        self._sink.append(
            "failed_deliveries",
            chunk
            | {
                "day": np.full(len(loads), day, dtype=np.int64),
                "second": missed.visits[SECOND],
                "tour": missed.visits[TOUR],
                "cases": loads["cases"].sum(axis=1),
                "attempt": loads["fails"],
                "cancelled": missed.visits[LAST],
            },
        )

    def finished(self, day: int, orders: Rows, drops_cases: IntArray) -> None:
        """Write the lines that a delivery or a last failed attempt ended."""
        columns = orders.columns(_ENDING)
        self._lines(orders, ended_at_the_door(columns, drops_cases), day)

    def horizon(self, day: int, orders: Rows) -> None:
        """Write the lines that are open at the horizon."""
        ended = (orders["missing"] > 0) | (orders["pending"] > 0)
        self._lines(orders, np.where(ended, int(LineState.OPEN_AT_HORIZON), GOES_ON), day)

    def _lines(self, orders: Rows, states: IntArray, day: int) -> None:
        columns = orders.columns(LINE_COLUMNS[:5])
        cases = orders.columns(("ordered", "first", "delivered", "extra"))
        table = line_rows(columns, cases, states, day)
        if table.size:
            self._sink.append("order_lines", dict(zip(LINE_COLUMNS, table, strict=True)))
