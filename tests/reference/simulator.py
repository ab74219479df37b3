"""The clock of the reference and its timetable."""

from collections.abc import Generator

import numpy as np
import simpy

from channelwright.foundation.random import Address
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.tables.outputs import ORDER_LINES
from tests.reference.approval import decide_requests
from tests.reference.bills import collect, followed, write_open_bills
from tests.reference.books import Rows
from tests.reference.cash import opening_cash
from tests.reference.catchment import rivals_sell
from tests.reference.consumers import consumers_of
from tests.reference.deliveries import send_trucks, write_invoices
from tests.reference.effort import start_month
from tests.reference.empties import settle_deposits
from tests.reference.evening import check_and_allocate, pick_and_send
from tests.reference.laws import round_half_up
from tests.reference.online import helps
from tests.reference.ordering import shelf_level, take_orders
from tests.reference.parcels import allocate_parcels, order_parcels, write_parcels
from tests.reference.perishing import receive, spoil
from tests.reference.records import Order
from tests.reference.replenishment import opening_stock, replenish
from tests.reference.returns import send_back
from tests.reference.settlement import SETTLEMENT_SECOND, settle
from tests.reference.state import State
from tests.reference.stockouts import go_on

HOUR = 3_600


def simulate(market: Market, design: Design, address: Address) -> dict[str, Rows]:
    """Simulate one replication.

    Returns
    -------
    dict
        Every table of `DETAIL_TABLES`, sorted by key and then by the other columns, and
        two more: `opening` and `closing`, units by place (``shelves``, ``sites``,
        ``transit``, ``picked``), each (P,) int64.
    """
    state = State(market, design, address)
    open_books(state)
    opening_cash(state)
    opening = units_by_place(state)
    clock = simpy.Environment()
    clock.process(days(clock, state))
    if market.stockout is not None or helps(state):
        state.evenings = {}
    for outlet in state.covered:
        for product in state.products:
            clock.process(consumers_of(clock, state, outlet, product))
    if state.evenings is not None:
        # Begun after those of consumers, this process goes on after them in every second.
        clock.process(go_on(clock, state))
    clock.run(until=state.horizon * DAY_SECONDS)
    for order in state.placed:
        write_order(state, order)
    write_open_bills(state)
    write_parcels(state)
    tables = state.books.tables()
    return {**tables, "opening": opening, "closing": units_by_place(state)}


def days(clock: simpy.Environment, state: State) -> Generator[simpy.Event, None, None]:
    """The timetable of every day; consumers, payments, shipments, carriers run beside it."""
    for day in range(state.horizon):
        yield until(clock, day, 0)
        start_month(state, day)
        if followed(state):
            collect(state, day)
        # Before 06:00, so that every truck and carrier of the day comes later.
        yield until(clock, day, 5 * HOUR + HOUR // 2)
        spoil(state, day)
        send_back(state, day)
        yield until(clock, day, 6 * HOUR)
        send_trucks(state, day)
        # Tariff carriers arrive at 06:00 as well; after them the day's invoices are known.
        yield until(clock, day, 7 * HOUR)
        write_invoices(clock, state, day)
        settle_deposits(state, day)
        yield until(clock, day, 8 * HOUR)
        take_orders(state, day)
        decide_requests(state, day)
        yield until(clock, day, 18 * HOUR)
        rivals_sell(state, day)
        order_parcels(state, day)
        yield until(clock, day, 19 * HOUR)
        allocate_parcels(clock, state, day, before_outlets=True)
        picks = check_and_allocate(state, day)
        allocate_parcels(clock, state, day, before_outlets=False)
        yield until(clock, day, 20 * HOUR)
        pick_and_send(clock, state, picks, day)
        yield until(clock, day, 23 * HOUR)
        replenish(clock, state, day)
        yield until(clock, day, SETTLEMENT_SECOND)
        settle(state, day)


def until(clock: simpy.Environment, day: int, second: int) -> simpy.Event:
    """Return the event of a second of a day."""
    return clock.timeout(day * DAY_SECONDS + second - clock.now)


def open_books(state: State) -> None:
    """Fill shelves and sites for day 0."""
    for outlet in state.covered:
        for product in state.products:
            level = shelf_level(state, outlet, product, 0)
            receive(state, ("outlet", outlet, product), 0, round_half_up(0.5 * level))
    for site in state.open_sites:
        if not state.is_plant(site):
            for product in state.products:
                receive(state, ("site", site, product), 0, opening_stock(state, site, product))


def write_order(state: State, order: Order) -> None:
    """Write the lines of an order."""
    for line in order.lines:
        state.books.write(
            ORDER_LINES,
            day=order.day,
            second=order.second,
            outlet=order.outlet,
            product=line.product,
            mode=order.mode,
            site=order.site,
            ordered=line.ordered,
            first=line.first,
            substitutes=line.extra,
            delivered=line.delivered,
            state=int(line.state),
            end_day=state.horizon if line.end_day is None else line.end_day,
        )


def units_by_place(state: State) -> Rows:
    """Return the units of each product on shelves, at sites, in transit and picked."""
    picked = [0] * len(state.products)
    for order in (order for outlet in state.covered for order in state.open_orders(outlet)):
        for line in order.lines:
            cases = line.allocated - line.delivered
            picked[line.product] += cases * state.units_per_case[line.product]
    for parcel in state.parcel_orders:
        if parcel.sent_day >= 0 and parcel.delivered_day < 0:
            for product, units in parcel.units.items():
                picked[product] += units
    return {
        "shelves": np.array(state.shelf, dtype=np.int64).sum(axis=0),
        "sites": np.array(state.stock, dtype=np.int64).sum(axis=0),
        "transit": np.array(state.in_transit, dtype=np.int64).sum(axis=0),
        "picked": np.array(picked, dtype=np.int64),
    }
