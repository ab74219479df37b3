"""KPI tables: additive sums per period, collected per outlet, site and person."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
from channelwright.rules.kpi_stock import THOUSANDTHS
from channelwright.simulation.cash.settling import owned_value
from channelwright.simulation.delivery.tours import Dropped
from channelwright.simulation.demand.selling import Sales
from channelwright.simulation.evening.allocation import Allocated
from channelwright.simulation.network import Network
from channelwright.simulation.orders.ordering import Placed
from channelwright.simulation.orders.promises import Promises
from channelwright.simulation.records.cell_sums import NamedSums, cell_sums, filled_rows
from channelwright.simulation.records.drop_sums import tally_drops, tally_missed
from channelwright.simulation.records.evening_sums import tally_evening
from channelwright.simulation.records.family_recording import FamilyRecorder
from channelwright.simulation.records.flow_recording import FlowRecorder
from channelwright.simulation.records.outstanding import HouseDebts
from channelwright.simulation.records.shelf_sums import NAMES as SHELVES
from channelwright.simulation.records.shelf_sums import ShelfSums, Taken
from channelwright.simulation.records.shipment_sums import Debts, Supply, tally_shipments
from channelwright.simulation.records.site_nights import SiteNights
from channelwright.simulation.records.stock_recording import StockRecorder
from channelwright.simulation.records.supply_recording import SupplyRecorder
from channelwright.simulation.records.tallies import (
    Columns,
    tally_calls,
    tally_orders,
    tally_parcels,
    tally_tours,
)
from channelwright.simulation.state import State
from channelwright.simulation.stock.shipment_columns import Moved
from channelwright.tables.codes import LossCause
from channelwright.tables.outputs import CELLS, REP_CELLS, SITE_CELLS
from channelwright.tables.sink import Chunk

PERIOD_DAYS = 7
ACTIVE_DAYS = 30
_EXECUTION_UNIT = 1_000_000.0
_WEIGHT_UNIT = 1_000
_SNAPSHOT = (
    "products_stocked",
    "outlets_stocked",
    "weight_stocked",
    "outlets_active",
    "outlets_covered",
)
_OF_SHELVES = ("units_demanded", *SHELVES[1:])


class Recorder:
    """Adds up what happens until the period ends."""

    def __init__(self, network: Network) -> None:
        self._network = network
        market = network.market
        self._outlets = np.zeros((len(CELLS.names) - 3, len(market.outlets)), dtype=np.int64)
        self._cell = NamedSums(CELLS.names[3:], self._outlets)
        self._sites = np.zeros((len(SITE_CELLS.names) - 2, len(market.sites)), dtype=np.int64)
        self._site = NamedSums(SITE_CELLS.names[2:], self._sites)
        people = len(network.design.reps)
        self._people = np.zeros((len(REP_CELLS.names) - 2, people), dtype=np.int64)
        self._person = NamedSums(REP_CELLS.names[2:], self._people)
        self._promises = Promises(network)
        self._stock = StockRecorder(network)
        self._families = FamilyRecorder(network)
        self._supply = SupplyRecorder(network)
        self._debts = HouseDebts(network)
        self._flows = FlowRecorder(network)
        names = ("cases_first", "cases_substituted", "cases_attempted")
        ended = ("orders_refused", "cases_refused", "cases_cut")
        sites = self._site.columns("cases_out", "cases_demanded")
        columns = self._cell.columns(*names, *ended)
        self._evening = (*columns, *sites), self._families.of_evening()
        self._shelves = ShelfSums(network, self._flows)
        sites = self._site.columns("cases_demanded", "cases_out")
        self._parcels = sites, self._families.of_parcels()
        self._shipping = self._of_shipments()
        parts = self._stock, self._families, self._debts
        self._nights = SiteNights(network, self._site, *parts)
        self._orders = (
            (*self._cell.columns("orders", "lines", "cases_ordered"), self._flows.ordered_squared),
            self._families.of_orders(),
            (self._promises.given, self._promises.days, self._promises.horizon),
        )
        self._calls = (
            self._cell.columns("calls_planned", "calls_made", "calls_productive", "call_lines"),
            self._person.columns("planned", "made", "productive", "field_seconds", "working_days"),
        )
        self._day = 0
        weight = market.outlets.category_cases * _WEIGHT_UNIT
        self._weight = np.floor(weight + 0.5).astype(np.int64)
        self._drops = (
            self._cell.columns("drops", "cases_delivered", "cases_direct", "case_days", "metres"),
            self._stock.direct(),
            self._person["sales"],
            self._promises.kept,
            self._families.delivered(),
        )
        plain, cost = network.plain, market.products.production_cost.copy()
        promise, family = plain.promise_days, self._families.family
        self._plan = plain.rep, promise, family, cost, network.price, network.own

    def _of_shipments(self) -> tuple[Columns, Columns, Supply, Debts, Columns]:
        """Return the sums that the replenishments of a day are added to (`tally_shipments`)."""
        names = ("cases_in", "value_in", "cases_out", "cases_demanded")
        columns = (*self._site.columns(*names), *self._stock.of_shipments())
        debts = self._debts.of_shipments(self._site["bought_on_terms"])
        unit, plant = self._network.plain.unit, self._network.plain.plant.astype(np.int64)
        families, family = self._families.of_shipments()
        return columns, families, self._supply.of_shipments(), debts, (unit, family, plant)

    @property
    def outlet_value(self) -> IntArray:
        """Ticks invoiced to outlets in the period, to be added to: (O,)."""
        return self._cell["outlet_value"]

    def deliveries(self, drops: Dropped, received: IntArray) -> None:
        """Add the deliveries of a day; ``received`` : (4, n), rows as in `delivering`."""
        day = self._day
        today = day, self._promises.horizon, self._stock.late(day)
        loads = drops.loads.storage()
        tally_drops(loads, drops.visits, received, today, self._plan, *self._drops)

    def settled(self, outlet: IntArray, value: IntArray) -> None:
        """Add what was invoiced of goods sold from consignment: (n,) outlets, (n, P) ticks."""
        self._families.settled(outlet, value)

    def tours(self, tours: IntArray) -> None:
        """Add the tours of a day: (8, t), rows as in `filling`."""
        names = ("tours", "tour_seconds", "tour_metres", "tour_cases", "tour_waiting")
        tally_tours(self._site.columns(*names), tours)

    def failures(self, missed: Dropped) -> None:
        """Add the stops of a day where nobody took the goods, and the way to them."""
        columns = self._cell.columns("metres", "drops_failed", "cases_cancelled")
        tally_missed(columns, missed.loads["outlet"], missed.loads["cases"], missed.visits)

    def orders(self, placed: Placed) -> tuple[int, int]:
        """Add the orders and calls of a day; return the lines and the calls that were made."""
        orders = (placed.outlet, placed.mode, placed.cases)
        lines = tally_orders(self._day, orders, *self._orders)
        beat = placed.beat
        if beat is None:
            return lines, 0
        made = tally_calls(
            *self._calls,
            (beat.outlet, beat.rep, beat.taken, placed.call_lines),
            (beat.planned, beat.made, placed.productive),
        )
        return lines, made

    def sales(self, sales: Sales, price: IntArray, moved: IntArray | None = None) -> Taken:
        """Add the consumer sales of a day at their ``price``, (C, P) ticks per unit.

        ``moved`` : (O,) units demanded elsewhere and sold here, less the other way round.
        """
        demanded = self._cell["units_demanded"]
        if moved is not None:
            demanded += moved
        return self._shelves.sales(sales, price, demanded)

    def evening(self, evening: Allocated) -> None:
        """Add the credit check and the allocation of a day."""
        tally_evening(evening.count, evening.orders, evening.work, *self._evening)

    def of_picking(self) -> tuple[IntArray, IntArray]:
        """Return sums of sites that `PickDesk.pick` adds to: orders picked, seconds waited."""
        return self._site["orders_picked"], self._site["pick_wait"]

    def parcels(self, sites: IntArray, units: IntArray) -> None:
        """Add what consumers asked sites for, got at once and got, as far as it is whole cases.

        ``units`` : (3, S, P), the cases are taken off
        """
        asked = tally_parcels(sites, units, self._network.plain.unit, *self._parcels)
        self._flows.consumers(THOUSANDTHS * int(asked))

    def losses(self, cause: LossCause, sites: IntArray, shelves: IntArray) -> None:
        """Add units that sites (S, P) and shelves (O, P) lost."""
        name = "units_expired" if cause is LossCause.EXPIRED else "units_shrunk"
        self._site[name] += sites.sum(axis=1)
        self._cell[name] += shelves.sum(axis=1)

    def ages(self, stock: IntArray, unit_days: IntArray) -> None:
        """Add the age of the stock of sites at the end of a period: (S, P) units, unit-days."""
        unit = self._network.market.products.units_per_case
        self._site["age_case_days"] += (unit_days // unit).sum(axis=1)
        self._site["age_cases"] += (stock // unit).sum(axis=1)

    def shipments(self, moved: Moved) -> None:
        """Add the replenishments of a day."""
        late = self._stock.late(self._day)
        self._flows.ordered(tally_shipments(self._day, late, moved, *self._shipping))

    def pay(self, pay: IntArray) -> None:
        """Add the monthly pay of every person."""
        self._person["pay"] += pay

    def midnight(self, state: State) -> None:
        """Add the stocks and debts at the end of a day."""
        cell = self._cell
        self._shelves.midnight(state, cell["execution"], _EXECUTION_UNIT)
        self._promises.judge(state.day, cell["orders_promised"], cell["orders_on_time_full"])
        self._flows.midnight(state)
        self._nights.add(state)
        self._day = state.day + 1

    def gather(self) -> dict[str, IntArray]:
        """Group what lies in sums of shelves; return all counted in the period: name -> (O,)."""
        self._shelves.take(self._cell.columns(*_OF_SHELVES), *self._families.of_shelves(SHELVES))
        return self._cell | self._flows.by_outlet

    def close(self, state: State, period: int) -> dict[str, Chunk]:
        """Return the KPI tables of the period, which is gathered, and start the next one."""
        self._snapshot(state)
        tables = {
            "cells": cell_sums(self._network, period, CELLS.names[3:], self._outlets),
            "site_cells": filled_rows(SITE_CELLS.names, period, self._sites),
            "stock_cells": self._stock.close(period),
            "rep_cells": filled_rows(REP_CELLS.names, period, self._people),
            "flow_cells": self._flows.close(period),
            **self._families.close(period),
        }
        if self._supply.on:
            tables["supply_cells"] = self._supply.close(period)
        return tables

    def _snapshot(self, state: State) -> None:
        _count_outlets(
            self._cell.columns(*_SNAPSHOT),
            self._network.covered,
            state.shelf,
            (state.last_purchase, self._weight),
            state.day - ACTIVE_DAYS,
        )
        unit = self._network.market.products.units_per_case
        self._site["closing_cases"][:] = (state.stock // unit).sum(axis=1)
        self._site["closing_value"][:] = owned_value(self._network, state)


@kernel
def _count_outlets(
    columns: tuple[IntArray, ...],
    rows: IntArray,
    shelf: IntArray,
    outlets: tuple[IntArray, IntArray],
    since: int,
) -> None:
    """Write what covered outlets (C,) are on the last day of a period.

    Parameters
    ----------
    columns : (O,) products in stock, whether any is, the weight of outlets with some, whether
        they bought after a day, 1
    shelf : (O, P) units
    outlets : (O,) day of the last purchase, weight
    """
    products, stocked, weighed, active, covered = columns
    purchase, weight = outlets
    for row in rows:
        count = np.int64(0)
        for product in range(shelf.shape[1]):
            count += shelf[row, product] > 0
        products[row] = count
        stocked[row] = count > 0
        weighed[row] = weight[row] if count > 0 else 0
        active[row] = purchase[row] > since
        covered[row] = 1
