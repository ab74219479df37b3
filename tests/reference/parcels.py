"""Parcels to consumers, from docs/world/parcels.md: every order is a process."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import simpy

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.design import Design
from channelwright.model.market import LAW_FIXED, LAW_POISSON, Market
from channelwright.model.parcels import ParcelShop
from channelwright.tables.codes import Account, LineState, Party, party
from channelwright.tables.parcel_tables import PARCELS
from tests.reference.laws import count, share, shock

if TYPE_CHECKING:
    from tests.reference.state import State

MANUFACTURER, OUTSIDE = party(Party.MANUFACTURER), party(Party.OUTSIDE)
MORNING = 21_600


@dataclass(eq=False)
class ParcelOrder:
    """What a consumer ordered."""

    day: int
    second: int
    zone: int
    product: int
    number: int
    units: int
    attempt: int
    sent_day: int = -1
    delivered_day: int = -1
    returned: bool = False
    state: LineState = LineState.OPEN_AT_HORIZON


def shop_of(design: Design) -> ParcelShop | None:
    """Return how a design sells to consumers."""
    return None if design.goods is None else design.goods.parcels


def answer(market: Market, shop: ParcelShop, product: int) -> float:
    """Return what the price online makes of demand."""
    if market.elasticity is None:
        return 1.0
    return float((shop.price / 1_000_000) ** float(market.elasticity.own[product]))


def kept(market: Market, design: Design, outlet: int, product: int) -> float:
    """Return the share of its demand that an outlet keeps."""
    shop = shop_of(design)
    area = int(market.outlets.area[outlet])
    if shop is None or area not in shop.zones.area.tolist():
        return 1.0
    zone = shop.zones.area.tolist().index(area)
    asked = float(shop.zones.demand[zone]) * answer(market, shop, product)
    return 1.0 - min(1.0, asked * float(shop.zones.cannibalised[zone]))


def orders_a_day(market: Market, shop: ParcelShop, zone: int, product: int) -> float:
    """Return the mean number of orders at factor 1."""
    area = int(shop.zones.area[zone])
    of_area = 0.0
    for outlet in range(len(market.outlets)):
        if market.outlets.area[outlet] == area:
            of_area += float(market.outlets.rate[outlet, product])
    units = float(shop.zones.demand[zone]) * of_area * answer(market, shop, product)
    return units / (int(shop.pack_units[product]) * shop.packs)


def opening_of(state: State, site: int, product: int) -> tuple[float, float]:
    """Return mean and variance of a day's units that consumers ask of a site at the start."""
    shop, market = shop_of(state.design), state.market
    mean = variance = 0.0
    for zone in range(0 if shop is None else len(shop.zones)):
        if shop.zones.site[zone] != site:
            continue
        orders = orders_a_day(market, shop, zone, product) * float(
            market.calendar.factor[0, product]
        )
        pack = int(shop.pack_units[product])
        mean += orders * pack * shop.packs
        spread = shop.packs - 1.0
        if int(market.products.law[product]) != LAW_FIXED:
            spread += shop.packs**2
        variance += orders * pack**2 * spread
    return mean, variance


# ---------------------------------------------------------------- 18:00
def order_parcels(state: State, day: int) -> None:
    """Let the consumers of every zone order."""
    shop = shop_of(state.design)
    for zone in range(0 if shop is None else len(shop.zones)):
        for product in state.products:
            for number in range(orders_of(state, shop, zone, product, day)):
                state.parcel_orders.append(draw_order(state, shop, zone, product, day, number))


def orders_of(state: State, shop: ParcelShop, zone: int, product: int, day: int) -> int:
    """Draw the number of orders."""
    calendar = state.market.calendar
    period = day // calendar.shock_days
    mean = orders_a_day(state.market, shop, zone, product) * float(calendar.factor[day, product])
    mean *= shock(state.uniform(Purpose.MARKET_SHOCK, period, 0), calendar.market_shock) * shock(
        state.uniform(Purpose.PRODUCT_SHOCK, period, product), calendar.product_shock
    )
    fixed = int(state.market.products.law[product]) == LAW_FIXED
    uniform = state.uniform(Purpose.PARCEL_ORDERS, day, int(shop.zones.area[zone]), product)
    return count(uniform, mean, LAW_FIXED if fixed else LAW_POISSON, 1.0)


def word(state: State, shop: ParcelShop, purpose: Purpose, order: ParcelOrder) -> float:
    """Return a uniform of one order."""
    entity = int(shop.zones.area[order.zone]) * 2**32 + order.number
    return state.address.uniform(purpose, order.day, entity, order.product)


def draw_order(
    state: State, shop: ParcelShop, zone: int, product: int, day: int, number: int
) -> ParcelOrder:
    """Draw size and time of an order."""
    order = ParcelOrder(day, 0, zone, product, number, 0, day)
    order.second = math.floor(word(state, shop, Purpose.PARCEL_TIME, order) * DAY_SECONDS)
    size = word(state, shop, Purpose.PARCEL_SIZE, order)
    packs = 1 + count(size, shop.packs - 1.0, LAW_POISSON, 1.0)
    order.units = packs * int(shop.pack_units[product])
    if order.second > shop.cutoff:
        order.attempt = day + 1
    return order


# ---------------------------------------------------------------- 19:00
def allocate_parcels(
    clock: simpy.Environment, state: State, day: int, *, before_outlets: bool
) -> None:
    """Serve the orders whose turn has come, whole or not at all."""
    shop = shop_of(state.design)
    if shop is None or shop.before_outlets != before_outlets:
        return
    for order in sorted(due_orders(state, day), key=lambda one: place_in_line(shop, one)):
        site, product = int(shop.zones.site[order.zone]), order.product
        if order.attempt == day:
            state.demand[site][product][day] += order.units
            state.outlet_orders[site][product][day] += order.units
        if state.stock[site][product] >= order.units:
            state.stock[site][product] -= order.units
            order.sent_day = day
            clock.process(parcel(clock, state, shop, order))
        elif day - order.attempt >= shop.wait_days:
            order.state = LineState.CUT


def due_orders(state: State, day: int) -> list[ParcelOrder]:
    """Return the orders that wait for stock on an evening."""
    return [
        order
        for order in state.parcel_orders
        if order.sent_day < 0 and order.state is not LineState.CUT and order.attempt <= day
    ]


def place_in_line(shop: ParcelShop, order: ParcelOrder) -> tuple[int, ...]:
    """Return what orders are sorted by."""
    area = int(shop.zones.area[order.zone])
    return order.day, order.second, area, order.product, order.number


def waiting_units(state: State, site: int, product: int, day: int) -> int:
    """Return the units that consumers wait for at a site."""
    shop = shop_of(state.design)
    if shop is None:
        return 0
    return sum(
        order.units
        for order in due_orders(state, day)
        if order.product == product and shop.zones.site[order.zone] == site
    )


def parcel(
    clock: simpy.Environment, state: State, shop: ParcelShop, order: ParcelOrder
) -> Generator[simpy.Event, None, None]:
    """A parcel from the stock to the consumer, and back if it is not wanted."""
    site = int(shop.zones.site[order.zone])
    boxes = boxes_of(shop, order)
    post_packing(state, shop, order, site)
    if site not in state.benches:
        packers = shop.packers if shop.packers > 0 else math.inf
        state.benches[site] = simpy.Resource(clock, capacity=packers)
    with state.benches[site].request() as turn:
        yield turn
        yield clock.timeout(opening(state, site, int(clock.now)) - clock.now)
        yield clock.timeout(boxes * shop.pack_seconds)
    day = int(clock.now) // DAY_SECONDS + int(shop.zones.days[order.zone])
    yield clock.timeout(day * DAY_SECONDS + MORNING - clock.now)
    hand_over(state, shop, order, site, day)
    draw = word(state, shop, Purpose.PARCEL_RETURN, order)
    order.returned = draw < shop.returns / 1_000_000
    if order.returned:
        yield clock.timeout(shop.return_days * DAY_SECONDS)
        send_parcel_back(state, shop, order, site, day + shop.return_days)


def opening(state: State, site: int, moment: int) -> int:
    """Return the first moment at which the bench is open."""
    day, second = divmod(moment, DAY_SECONDS)
    opens, closes = (int(hours[site]) for hours in hours_of(state))
    if opens <= second < closes:
        return moment
    return (day + (second >= closes)) * DAY_SECONDS + opens


def hours_of(state: State) -> tuple[list[int], list[int]]:
    """Return when desks open and close."""
    sites = state.market.sites
    return sites.pick_open.tolist(), sites.pick_close.tolist()


def boxes_of(shop: ParcelShop, order: ParcelOrder) -> int:
    """Return the number of parcels of an order."""
    return math.ceil(order.units / int(shop.parcel_units[order.product]))


# ---------------------------------------------------------------- money
def value_of(state: State, shop: ParcelShop, order: ParcelOrder) -> int:
    """Return what the goods of an order cost."""
    listed = int(state.market.products.consumer_price[order.product])
    return order.units * share(listed, shop.price)


def fee_of(shop: ParcelShop, value: int) -> int:
    """Return what the delivery costs the consumer."""
    return 0 if 0 <= shop.free_from <= value else shop.fee


def per_case(state: State, order: ParcelOrder, cost: int) -> int:
    """Return the cost of an order at a cost per case."""
    case = state.units_per_case[order.product]
    return (order.units * cost + case // 2) // case


def post_packing(state: State, shop: ParcelShop, order: ParcelOrder, site: int) -> None:
    """Book what leaving the stock costs."""
    cost = boxes_of(shop, order) * shop.packing
    cost += per_case(state, order, int(state.market.sites.handling_cost[site]))
    place = {"mode": shop.mode, "site": site}
    state.books.post(order.sent_day, Account.HANDLING, MANUFACTURER, OUTSIDE, cost, **place)


def hand_over(state: State, shop: ParcelShop, order: ParcelOrder, site: int, day: int) -> None:
    """Book a delivery."""
    order.delivered_day, order.state = day, LineState.DELIVERED
    value = value_of(state, shop, order)
    paid = value + fee_of(shop, value)
    post, place = state.books.post, {"mode": shop.mode, "site": site}
    post(day, Account.GOODS, OUTSIDE, MANUFACTURER, paid, **place)
    post(day, Account.PLATFORM, MANUFACTURER, OUTSIDE, share(paid, shop.payment_fee), **place)
    tariff = boxes_of(shop, order) * int(shop.zones.tariff_parcel[order.zone])
    tariff += per_case(state, order, int(shop.zones.tariff_case[order.zone]))
    post(day, Account.DELIVERY, MANUFACTURER, OUTSIDE, tariff, **place)


def send_parcel_back(
    state: State, shop: ParcelShop, order: ParcelOrder, site: int, day: int
) -> None:
    """Put an order back into the stock and pay for it."""
    # Here, because lots of goods know the state, which knows this module.
    from tests.reference.perishing import receive

    receive(state, ("site", site, order.product), day, order.units)
    value, place = value_of(state, shop, order), {"mode": shop.mode, "site": site}
    state.books.post(day, Account.RETURN_GOOD, MANUFACTURER, OUTSIDE, value, **place)
    cost = boxes_of(shop, order) * shop.return_cost
    state.books.post(day, Account.DELIVERY, MANUFACTURER, OUTSIDE, cost, **place)


def write_parcels(state: State) -> None:
    """Write every order."""
    shop = shop_of(state.design)
    for order in state.parcel_orders:
        value = value_of(state, shop, order)
        state.books.write(
            PARCELS,
            day=order.day,
            area=int(shop.zones.area[order.zone]),
            product=order.product,
            number=order.number,
            second=order.second,
            site=int(shop.zones.site[order.zone]),
            units=order.units,
            parcels=boxes_of(shop, order),
            value=value,
            fee=fee_of(shop, value),
            sent_day=order.sent_day,
            delivered_day=order.delivered_day,
            returned=int(order.returned),
            state=int(order.state),
        )
