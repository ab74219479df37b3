"""One replication: the day's phases on a SimPy clock (docs/architecture.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import simpy

from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS, FloatArray
from channelwright.model.design import Design
from channelwright.model.market import SOLICITORS, Market
from channelwright.rules import behaviour
from channelwright.simulation.books import Books, units_held
from channelwright.simulation.cash.chains import Penalties
from channelwright.simulation.cash.credit_side import CreditSide
from channelwright.simulation.cash.invoicing import Invoicing, settle_payments
from channelwright.simulation.cash.postings import BUYER, OWNER, Postings
from channelwright.simulation.cash.settling import (
    MANUFACTURER,
    OUTSIDE,
    fixed_costs,
    month_ends,
    settle_month,
)
from channelwright.simulation.delivery.delivering import (
    BILLED,
    ORDER,
    VALUE,
    Receiving,
    last_drop,
)
from channelwright.simulation.delivery.failing import bring_back
from channelwright.simulation.delivery.load_columns import COST, LAST
from channelwright.simulation.delivery.tours import Delivering, Dropped
from channelwright.simulation.demand import promoting
from channelwright.simulation.demand.consumers import Consumers
from channelwright.simulation.demand.rivals import RivalSales
from channelwright.simulation.evening.allocation import Allocation
from channelwright.simulation.evening.picking import PickDesk
from channelwright.simulation.network import Network, network_of
from channelwright.simulation.orders.open_orders import drop_finished, open_orders
from channelwright.simulation.orders.ordering import Ordering, Placed
from channelwright.simulation.parts import Parts
from channelwright.simulation.records.details import Details
from channelwright.simulation.records.recording import PERIOD_DAYS, Recorder
from channelwright.simulation.state import end_day, opening_state
from channelwright.simulation.stock.goods_side import GoodsSide
from channelwright.simulation.stock.replenishing import Replenishing
from channelwright.simulation.stock.shipping import ShipmentMoney
from channelwright.tables.codes import Account
from channelwright.tables.sink import Sink

Process = Generator[simpy.Event, None, None]
RECEIPTS = 5 * 3600
SETTLEMENT = DAY_SECONDS - 1
_PLACES = ("mode", "site", "outlet")
_NO_SOLICITOR = SOLICITORS.index("none")


@dataclass(frozen=True)
class ReplicationSummary:
    """What a replication did.

    Attributes
    ----------
    days, calls, orders, lines, deliveries, shipments : int
    opening, made, sold : int, units
    invoiced, paid : int, ticks
    """

    days: int
    calls: int
    orders: int
    lines: int
    deliveries: int
    shipments: int
    opening: int
    made: int
    sold: int
    invoiced: int
    paid: int


def replicate(
    market: Market, design: Design, address: Address, sink: Sink, keep: str = "kpis"
) -> ReplicationSummary:
    """Simulate every order of one design in one random world.

    Parameters
    ----------
    market, design : the world and the decisions
    address : seed and replication
    sink : receives the tables of `channelwright.tables.outputs`
    keep : ``"kpis"`` (additive sums) or ``"orders"`` (detail tables as well)

    Raises
    ------
    ConservationError
        If the books do not balance.
    ChannelwrightError
        If the design needs a lane or a crossing that does not exist.
    """
    return _World(network_of(market, design), address, sink, keep == "orders").run()


class _World:
    """The processes of one replication and what they share."""

    def __init__(self, network: Network, address: Address, sink: Sink, detail: bool) -> None:
        self._network = network
        self._address = address
        self._sink = sink
        self._state = opening_state(network, address)
        self._postings = Postings(network)
        self._fixed = network.once(fixed_costs)
        self._recorder = Recorder(network)
        self._details = Details(network, sink) if detail else None
        self._rivals = RivalSales(network, address, sink, detail=detail)
        self._allocating = Allocation(network, address, self._state)
        self._desk = PickDesk(network, address, self._state)
        self._penalties = Penalties(network)
        self._books = Books(opening=units_held(network, self._state))
        self._count = dict.fromkeys(("calls", "orders", "lines", "deliveries", "shipments"), 0)
        self._factors = network.once(_month_factors)
        self._environment = simpy.Environment()
        rows, plan = network.covered, network.design.outlets
        self._at_outlets = (plan.mode[rows], plan.site[rows], rows)
        self._retail = self._postings.standing(Account.CONSUMER, OUTSIDE, BUYER, self._at_outlets)
        booked = (self._postings, self._recorder, self._books, sink)
        parts = Parts(network, address, self._state, *booked, detail)
        self._credit = CreditSide(parts)
        limits = self._credit.purchasing
        self._replenishing = Replenishing(network, address, self._state, limits)
        self._shipment_money = ShipmentMoney(network)
        self._ordering = Ordering(network, address, self._credit.collecting)
        self._goods = GoodsSide(parts)
        self._consumers = Consumers(network, address, self._goods.nearby, detail=detail)
        self._fees = None
        if self._consumers.online:
            fees = Account.PLATFORM, MANUFACTURER, OUTSIDE
            self._fees = self._postings.standing(*fees, self._at_outlets)
        self._invoicing = Invoicing(parts, self._credit, self._details)
        self._delivering = Delivering(network, address, self._state)
        self._receiving = Receiving(network, self._state)

    def run(self) -> ReplicationSummary:
        """Run all days and close the books."""
        days = self._network.market.calendar.horizon_days
        environment = self._environment
        for second, phase in (
            (0, self._midnight),
            (RECEIPTS, self._replenishing.arrive),
            (21_600, self._dawn),
            (28_800, self._selling),
            (64_800, self._evening_demand),
            (68_400, self._allocation),
            (82_800, self._replenishment),
            (SETTLEMENT, self._settlement),
        ):
            environment.process(self._daily(second, phase))
        environment.run()
        self._finish(days)
        books = self._books
        return ReplicationSummary(
            days=days,
            **self._count,
            opening=books.opening,
            made=books.made,
            sold=books.sold + books.parcels,
            invoiced=books.invoiced,
            paid=books.paid,
        )

    def _daily(self, second: int, phase: Callable[[], None]) -> Process:
        """Run a phase at its second of every day, and end, so that nothing outlives the run."""
        yield self._environment.timeout(second)
        phase()
        for _ in range(self._network.market.calendar.horizon_days - 1):
            yield self._environment.timeout(DAY_SECONDS)
            phase()

    def _midnight(self) -> None:
        state = self._state
        state.day = int(self._environment.now // DAY_SECONDS)
        state.demand[state.day % len(state.demand)] = 0
        month = self._network.market.calendar.month
        if state.day == 0 or month[state.day] != month[state.day - 1]:
            self._choose_effort(int(month[state.day]))
        self._books.paid += settle_payments(state)
        self._credit.midnight()

    def _choose_effort(self, month: int) -> None:
        market, design, state = self._network.market, self._network.design, self._state
        for mode in np.unique(design.reps.mode).tolist():
            factor = self._factors[month]
            sales = behaviour.seller_sales(market, design, mode, factor, self._network.rate)
            best = behaviour.best_response(
                behaviour.seller_payoffs(market, design.terms, mode, sales)
            )
            target = float(market.modes.effort[mode, best])
            if state.day == 0:
                state.effort[mode] = target
            else:
                speed = market.behaviour.effort_speed
                state.effort[mode] += speed * (target - state.effort[mode])
            self._sink.append("effort", _effort_row(month, mode, best, state.effort[mode]))

    def _dawn(self) -> None:
        self._goods.losses()
        self._morning()
        self._invoicing.settle(self._goods.consignments)

    def _morning(self) -> None:
        morning = self._delivering.deliver()
        if morning is None:
            return
        self._recorder.tours(morning.tours)
        if morning.missed is not None:
            self._fail(morning.missed)
        if len(morning.drops.loads):
            self._receive(morning.drops)
        self._drop_finished_orders()

    def _pay_delivery(self, visited: Dropped) -> None:
        places, cost = visited.loads.columns(_PLACES), visited.visits[COST]
        self._postings.trade(Account.DELIVERY, OWNER, OUTSIDE, places, cost)

    def _fail(self, missed: Dropped) -> None:
        network, state = self._network, self._state
        self._pay_delivery(missed)
        self._recorder.failures(missed)
        if self._details is not None:
            self._details.failures(state.day, missed)
        last = missed.visits[LAST] > 0
        if not last.any():
            return
        back = missed.loads.take(last)
        orders = bring_back(network, state, back)
        if self._details is not None:
            self._details.finished(
                state.day, state.orders.take(orders), last_drop(orders, back["cases"])
            )

    def _receive(self, drops: Dropped) -> None:
        state, loads = self._state, drops.loads
        received, invoices = self._receiving.receive(drops)
        self._count["deliveries"] += len(loads)
        self._pay_delivery(drops)
        places, billed, value = loads.columns(_PLACES), received[BILLED], received[VALUE]
        self._books.goods += self._postings.trade(Account.GOODS, BUYER, OWNER, places, billed)
        self._goods.delivered(loads, value)
        self._invoicing.write(invoices)
        self._credit.post_discounts(loads, value)
        promoting.post_outlet_cuts(self._network, self._postings, state.day, loads)
        self._recorder.deliveries(drops, received)
        self._penalties.delivered(loads)
        if self._details is not None:
            self._details.deliveries(state.day, drops)
            self._details.invoices(state.day, invoices, all_known=self._credit.bills is None)
            orders, last = received[ORDER], last_drop(received[ORDER], loads["cases"])
            self._details.finished(state.day, state.orders.take(orders), last)

    def _drop_finished_orders(self) -> None:
        drop_finished(self._state.orders)

    def _selling(self) -> None:
        state = self._state
        placed = self._ordering.place(state)
        self._credit.collect(placed)
        lines, calls = self._recorder.orders(placed)
        self._count["orders"] += len(placed.outlet)
        self._count["lines"] += lines
        self._count["calls"] += calls
        if self._details is not None:
            self._details.calls(state.day, placed)
        self._open_orders(placed)

    def _open_orders(self, placed: Placed) -> None:
        state, network = self._state, self._network
        attempt, discount = self._credit.approve(placed)
        self._penalties.placed(state.day, state.serial, placed)
        open_orders(network, state, placed, attempt, discount)

    def _evening_demand(self) -> None:
        network, state = self._network, self._state
        sales = self._consumers.buy(state)
        price = promoting.consumer_prices(network, state.day)
        moved = self._goods.nearby.moved(sales.fills)
        taken = self._recorder.sales(sales, price, moved)
        units = taken.units
        self._books.note_sales(taken)
        self._replenishing.note_sales(units)
        self._retail.post(taken.value)
        if self._fees is not None:
            self._fees.post(taken.online * network.design.terms.online_fee)
        promoting.post_refunds(network, self._postings, state.day, units)
        self._rivals.evening(state.day, units)
        self._goods.sold(sales, units, price)
        if self._details is not None:
            self._details.shelf(state.day, sales, state)

    def _allocation(self) -> None:
        state = self._state
        self._goods.allocate_parcels(before_outlets=True)
        evening = self._allocating.evening()
        self._goods.allocate_parcels(before_outlets=False)
        self._recorder.evening(evening)
        self._credit.recorder.evening(evening)
        if evening.refused:
            self._penalties.refused(evening.refused_serials())
        if self._details is not None:
            self._details.evening(state.day, state.orders.take(evening.rows()), evening)
        if evening.picked:
            self._desk.pick(evening, self._postings, self._recorder.of_picking())
        if evening.finished:
            self._drop_finished_orders()

    def _replenishment(self) -> None:
        day, moved = self._state.day, self._replenishing.review()
        shipments = moved[0].shape[1]
        self._count["shipments"] += shipments
        if shipments:
            self._shipment_money.post(self._postings, self._books, day, moved)
        self._recorder.shipments(moved)
        if self._details is not None:
            self._details.shipments(day, moved)

    def _settlement(self) -> None:
        network, state = self._network, self._state
        self._credit.draw()
        self._postings.again(self._fixed)
        self._penalties.charge(state.day, self._postings)
        if month_ends(network, state.day):
            self._recorder.pay(settle_month(network, state, self._postings))
        end_day(network, state)
        self._recorder.midnight(state)
        self._credit.recorder.midnight(state)
        self._goods.midnight()
        self._credit.pay()
        rows = self._postings.close_day(state.day, self._details is not None)
        if self._details is not None:
            self._sink.append("postings", rows)
        self._close_period()

    def _close_period(self) -> None:
        calendar, day = self._network.market.calendar, self._state.day
        passed = day + 1 - calendar.warmup_days
        last = day + 1 == calendar.horizon_days
        if passed % PERIOD_DAYS and not last:
            return
        period = (day - calendar.warmup_days) // PERIOD_DAYS
        counted = self._recorder.gather()
        if period >= 0:
            self._postings.outlets.count(counted)
        for name, chunk in self._recorder.close(self._state, period).items():
            self._sink.append(name, chunk)
        self._sink.append("ledger", self._postings.close_period(period))
        self._rivals.close(period)
        self._goods.close(period)
        self._credit.close(period)

    def _finish(self, days: int) -> None:
        if self._details is not None:
            self._details.horizon(days, self._state.orders)
            self._credit.horizon()
            self._goods.horizon()
        for name, chunk in self._postings.outlets.tables().items():
            self._sink.append(name, chunk)
        self._books.check(self._network, self._state)


def _month_factors(network: Network) -> FloatArray:
    return behaviour.month_factors(network.market)


def _effort_row(month: int, mode: int, best: int, actual: float) -> dict[str, np.ndarray]:
    whole = {"month": month, "mode": mode, "best": best}
    row = {name: np.array([value], dtype=np.int64) for name, value in whole.items()}
    return row | {"actual": np.array([actual], dtype=np.float64)}
