"""06:00: truck tours and tariff carriers bring what is ready; then the day's invoices."""

from collections.abc import Generator
from enum import Enum

import simpy

from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.codes import Account
from channelwright.tables.goods_outputs import SETTLEMENTS
from channelwright.tables.outputs import DELIVERIES, PAYMENTS
from tests.reference.approval import post_discount
from tests.reference.bills import delay_of, followed, part_of
from tests.reference.consignment import on_consignment
from tests.reference.contracts import drop_parts, payment_days, shelf_day
from tests.reference.failures import Outcome, try_stop
from tests.reference.hours import hours_of
from tests.reference.laws import share, split_evenly
from tests.reference.offers import post_outlet_cut
from tests.reference.perishing import receive
from tests.reference.records import Invoice, PickOrder
from tests.reference.routes import sequence
from tests.reference.state import State
from tests.reference.ways import (
    LEAVING,
    Tour,
    Truck,
    last_arrival,
    leg_seconds,
    legs,
    stop_seconds,
    tour_seconds,
)
from tests.reference.world import MANUFACTURER, OUTSIDE

TARIFF_TOUR = -1


# ---------------------------------------------------------------- trucks
def send_trucks(state: State, day: int) -> None:
    """Plan and drive every tour of a working day."""
    if not state.working(day):
        return
    deadline = day * DAY_SECONDS + LEAVING
    for site in state.open_sites:
        ready = [pick for pick in state.picked_for_trucks[site] if pick.ready <= deadline]
        ready.sort(key=lambda pick: _place_in_route(state, pick))
        tours, left = plan_tours(state, site, ready)
        for pick in left:
            pick.left_behind = True
        for number, tour in enumerate(tours):
            clock = simpy.Environment(initial_time=tour.leaving)
            clock.process(drive_tour(clock, state, site, tour, day, number))
            clock.run()


def _place_in_route(state: State, pick: PickOrder) -> tuple[bool, int, int, int, int]:
    order = pick.order
    rank = state.design.outlets.route_rank[order.outlet]
    return (not pick.left_behind, rank, order.day, order.outlet, pick.evening)


def plan_tours(
    state: State, site: int, picks: list[PickOrder]
) -> tuple[list[Tour], list[PickOrder]]:
    """Fill tours greedily; return them and what is left behind."""
    garage = [Truck() for _ in range(state.design.sites.vehicles[site])]
    tours: list[Tour] = []
    left: list[PickOrder] = []
    closed = False
    for position, pick in enumerate(picks):
        if tours and not closed and fits(state, site, tours[-1], pick):
            tours[-1].picks.append(pick)
            continue
        if tours and not closed:
            come_home(state, site, tours[-1])
        tour = open_tour(state, site, garage, pick)
        if tour is Outlook.NO_MORE:
            left += picks[position:]
            break
        if tour is Outlook.SKIPPED:
            left.append(pick)
            closed = True
            continue
        tours.append(tour)
        closed = False
    share_day_costs(state, site, tours)
    return tours, left


class Outlook(Enum):
    """Why no tour leaves with an order."""

    NO_MORE = 1
    SKIPPED = 2


def open_tour(state: State, site: int, garage: list[Truck], pick: PickOrder) -> Tour | Outlook:
    """Send the truck that is free first, if it may leave and is there and back in time."""
    rules = state.market.delivery
    vehicle = state.design.sites.vehicle[site]
    again = rules is not None and rules.load_seconds[vehicle] >= 0
    able = [truck for truck in garage if again or truck.tours == 0]
    if not able:
        return Outlook.NO_MORE
    truck = min(able, key=lambda truck: truck.free)
    there = leg_seconds(state, site, legs(state, site, [pick])[0])
    end = None
    if truck.tours > 0:
        assert rules is not None
        end = LEAVING + rules.day_seconds[vehicle]
        without_waiting = 2 * there + stop_seconds(state, site, pick)
        if truck.free + without_waiting > end:
            return Outlook.NO_MORE
    if truck.free + there > hours_of(state, pick.order.outlet)[1]:
        return Outlook.SKIPPED
    if end is not None and truck.free + tour_seconds(state, site, [pick], truck.free) > end:
        return Outlook.SKIPPED
    truck.tours += 1
    leaving = max(truck.free, hours_of(state, pick.order.outlet)[0] - there)
    return Tour(truck, leaving, [pick])


def come_home(state: State, site: int, tour: Tour) -> None:
    """A truck is back and loads for its next tour."""
    tour.truck.free = tour.leaving + tour_seconds(state, site, tour.picks, tour.leaving)
    if state.market.delivery is not None:
        vehicle = state.design.sites.vehicle[site]
        tour.truck.free += state.market.delivery.load_seconds[vehicle]


def share_day_costs(state: State, site: int, tours: list[Tour]) -> None:
    """Split the day of each truck evenly over its tours."""
    vehicle = state.design.sites.vehicle[site]
    cost = state.market.vehicles.day_cost[vehicle]
    for truck in {id(tour.truck): tour.truck for tour in tours}.values():
        mine = [tour for tour in tours if tour.truck is truck]
        for tour, part in zip(mine, split_evenly(cost, len(mine)), strict=True):
            tour.day_cost = part


def fits(state: State, site: int, tour: Tour, pick: PickOrder) -> bool:
    """Say whether cases, drops, shift and day of the vehicle hold with one more pick order."""
    vehicles, vehicle = state.market.vehicles, state.design.sites.vehicle[site]
    picks = [*tour.picks, pick]
    length = tour_seconds(state, site, picks, tour.leaving)
    rules = state.market.delivery
    in_day = True
    if rules is not None and rules.load_seconds[vehicle] >= 0:
        in_day = tour.leaving + length <= LEAVING + rules.day_seconds[vehicle]
    return (
        sum(one.total for one in picks) <= vehicles.cases[vehicle]
        and len(picks) <= vehicles.drops[vehicle]
        and length <= vehicles.shift_seconds[vehicle]
        and in_day
        and last_arrival(state, site, picks, tour.leaving) <= hours_of(state, pick.order.outlet)[1]
    )


def drive_tour(
    clock: simpy.Environment, state: State, site: int, tour: Tour, day: int, number: int
) -> Generator[simpy.Event, None, None]:
    """One truck, from stop to stop and home."""
    picks = sequence(state, site, tour)
    metres = legs(state, site, picks)
    for leg, pick in zip(metres, picks, strict=False):
        yield clock.timeout(leg_seconds(state, site, leg))
        yield clock.timeout(max(0, hours_of(state, pick.order.outlet)[0] - clock.now))
        if hand_over(state, pick, day, clock.now, number) is not Outcome.AGAIN:
            state.picked_for_trucks[site].remove(pick)
        yield clock.timeout(stop_seconds(state, site, pick))
    vehicles, vehicle = state.market.vehicles, state.design.sites.vehicle[site]
    driving = (sum(metres) * vehicles.km_cost[vehicle] + 500) // 1000
    cost = tour.day_cost + driving
    for pick, part in zip(picks, split_evenly(cost, len(picks)), strict=True):
        post_delivery_cost(state, pick, day, part)


# ---------------------------------------------------------------- tariff carriers
def send_by_tariff(
    clock: simpy.Environment, state: State, pick: PickOrder
) -> Generator[simpy.Event, None, None]:
    """One shipment by a carrier who charges per drop and case."""
    service, mode = state.design.service, pick.order.mode
    day = pick.ready // DAY_SECONDS + max(1, service.tariff_days[mode])
    day = shelf_day(state, pick.order.outlet, day)
    outcome = Outcome.AGAIN
    while outcome is Outcome.AGAIN:
        yield clock.timeout(day * DAY_SECONDS + LEAVING - clock.now)
        second = max(LEAVING, hours_of(state, pick.order.outlet)[0])
        outcome = hand_over(state, pick, day, second, TARIFF_TOUR)
        state.by_tariff_today.append(pick)
        day += 1


def pay_carriers(state: State, day: int) -> None:
    """Book what the day's deliveries by tariff cost; loads for one DC share a drop."""
    picks = state.by_tariff_today
    for pick, drop in zip(picks, drop_parts(state, picks), strict=True):
        by_case = state.design.service.tariff_case[pick.order.mode]
        post_delivery_cost(state, pick, day, drop + by_case * pick.total)
    picks.clear()


# ---------------------------------------------------------------- at the outlet
def hand_over(state: State, pick: PickOrder, day: int, second: int, tour: int) -> Outcome:
    """Deliver if somebody takes the goods."""
    outcome = try_stop(state, pick, day, second, tour)
    if outcome is Outcome.TAKEN:
        deliver(state, pick, day, second, tour)
    return outcome


def deliver(state: State, pick: PickOrder, day: int, second: int, tour: int) -> None:
    """Fill the shelf and write what was delivered."""
    order = pick.order
    way = None if order.pay_day is None else min(order.pay_day, day)
    delivered = 0
    for product, cases in pick.cases.items():
        value = cases * state.asked_price(order.site, order.mode, product)
        units = cases * state.units_per_case[product]
        receive(state, ("outlet", order.outlet, product), day, units)
        state.crates_today[order.outlet, order.site][product] += cases
        delivered += value
        if order.site == state.site_of(order.outlet):
            state.bought_from_server[order.outlet].append((day, value))
        post_outlet_cut(state, order, product, day, cases)
        state.books.write(
            DELIVERIES,
            day=day,
            second=second,
            outlet=order.outlet,
            product=product,
            site=order.site,
            order_day=order.day,
            cases=cases,
            ready_second=pick.ready_second,
            tour=tour,
            value=value,
        )
        line = next(line for line in order.lines if line.product == product)
        line.delivered += cases
        if line.outstanding == 0:
            line.end_day = day
    if not on_consignment(state, order.outlet):
        state.delivered_today[order.site, order.outlet, way] += delivered
    post_discount(state, order, delivered, day)


def post_delivery_cost(state: State, pick: PickOrder, day: int, amount: int) -> None:
    """Book the cost of a drop to the owner of the site."""
    order = pick.order
    state.books.post(
        day,
        Account.DELIVERY,
        state.owner(order.site),
        OUTSIDE,
        amount,
        mode=order.mode,
        site=order.site,
        outlet=order.outlet,
    )


def write_invoices(clock: simpy.Environment, state: State, day: int) -> None:
    """One invoice per site, outlet and way of payment for what arrived today."""
    pay_carriers(state, day)
    for outlet in state.covered:
        if state.settle_days[outlet]:
            settle_consignment(state, outlet, day)
    terms = state.design.terms
    for (site, outlet, way), value in state.delivered_today.items():
        mode = state.sale_mode(outlet, state.column_of(outlet, site))
        due_day = day + payment_days(state, outlet, mode) if way is None else way
        paid_day = due_day + delay_of(state, outlet, mode, day) if way is None else way
        payer, seller = state.payer(outlet), state.owner(site)
        part = part_of(state, outlet, day, value)
        issue(
            clock,
            state,
            Invoice(day, due_day, paid_day, payer, seller, outlet, site, site, value, part),
        )
        place = {"mode": mode, "site": site, "outlet": outlet}
        state.books.post(day, Account.GOODS, payer, seller, value, **place)
        fee = share(value, terms.platform_fee[mode])
        state.books.post(day, Account.PLATFORM, MANUFACTURER, OUTSIDE, fee, **place)
        state.month_invoices[site, outlet] += value
        state.month_sales[state.design.outlets.rep[outlet]] += value
    state.delivered_today.clear()


def settle_consignment(state: State, outlet: int, day: int) -> None:
    """Let what was sold from consignment be invoiced today, if today is the day."""
    days = state.settle_days[outlet]
    if day == 0 or day % days:
        return
    site, mode = state.site_of(outlet), state.mode_of(outlet)
    for product in state.products:
        units = state.unsettled.pop((outlet, product), 0)
        price = state.asked_price(site, mode, product)
        value = units * price // state.units_per_case[product]
        if units > 0:
            state.books.write(
                SETTLEMENTS, day=day, outlet=outlet, product=product, units=units, value=value
            )
        if value > 0:
            state.delivered_today[site, outlet, None] += value


def issue(clock: simpy.Environment, state: State, invoice: Invoice) -> None:
    """Write an invoice and let somebody wait for its payment, or follow it as a bill."""
    if invoice.outlet >= 0 and invoice.paid_day > invoice.day and followed(state):
        state.unpaid[invoice.payer].append(invoice)
        return
    state.books.write(
        PAYMENTS,
        invoice_day=invoice.day,
        due_day=invoice.due_day,
        paid_day=invoice.paid_day if invoice.paid_day < state.horizon else -1,
        payer=invoice.payer,
        payee=invoice.payee,
        outlet=invoice.outlet,
        site=invoice.site,
        amount=invoice.amount,
    )
    if invoice.paid_day > invoice.day:
        state.unpaid[invoice.payer].append(invoice)
        clock.process(await_payment(clock, state, invoice))
    else:
        move_cash(state, invoice)


def await_payment(
    clock: simpy.Environment, state: State, invoice: Invoice
) -> Generator[simpy.Event, None, None]:
    """One invoice until 00:00 of the day on which it is paid."""
    yield clock.timeout(invoice.paid_day * DAY_SECONDS - clock.now)
    state.unpaid[invoice.payer].remove(invoice)
    move_cash(state, invoice)


def move_cash(state: State, invoice: Invoice) -> None:
    """Let the money of an invoice change hands between sites, or from an outlet to a site."""
    state.cash[invoice.seller_site] += invoice.amount
    if invoice.outlet < 0:
        state.cash[invoice.site] -= invoice.amount
