"""Parcels to consumers, from docs/world/parcels.md: every order is a process."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import simpy

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.design import Design
from channelwright.model.market import LAW_FIXED, LAW_POISSON, Market
from channelwright.model.parcels import ParcelShop
from channelwright.tables.codes import Account, LineState, Party, party
from channelwright.tables.parcel_tables import PARCEL_LINES, PARCELS
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
    attempt: int
    units: dict[int, int] = field(default_factory=dict)
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
    return (shop.price / 1_000_000) ** market.elasticity.own[product]


def kept(market: Market, design: Design, outlet: int, product: int) -> float:
    """Return the share of its demand that an outlet keeps."""
    shop = shop_of(design)
    area = market.outlets.area[outlet]
    if shop is None or area not in shop.zones.area:
        return 1.0
    zone = shop.zones.area.index(area)
    asked = shop.zones.demand[zone] * answer(market, shop, product)
    return 1.0 - min(1.0, asked * shop.zones.cannibalised[zone])


def orders_a_day(market: Market, design: Design, zone: int, product: int) -> float:
    """Return the mean number of orders at factor 1."""
    shop = shop_of(design)
    assert shop is not None
    area = shop.zones.area[zone]
    of_area = 0.0
    for outlet in range(len(market.outlets)):
        if market.outlets.area[outlet] == area:
            of_area += market.outlets.rate[outlet][product]
    units = shop.zones.demand[zone] * of_area * answer(market, shop, product)
    return units / (shop.pack_units[product] * shop.packs) / shop.basket


def further(state: State, shop: ParcelShop, means: list[float], product: int) -> float:
    """Return the mean number of further picks of a product in an order."""
    every = sum(means)
    return (shop.basket - 1.0) * means[product] / every if every > 0 else 0.0


def opening_of(state: State, site: int, product: int) -> tuple[float, float]:
    """Return mean and variance of a day's units that consumers ask of a site at the start."""
    shop, market = shop_of(state.design), state.market
    mean = variance = 0.0
    for zone in range(0 if shop is None else len(shop.zones)):
        if shop.zones.site[zone] != site:
            continue
        means = [
            state.parcel_orders_a_day(zone, other) * market.calendar.factor[0][other]
            for other in state.products
        ]
        orders, more = means[product], further(state, shop, means, product)
        pack, square = shop.pack_units[product], shop.packs**2
        mean += orders * pack * shop.packs * shop.basket
        drawn = sum(means[other] for other in state.products if not is_fixed(state, other))
        spread = shop.basket * orders * (shop.packs - 1.0 + square)
        if is_fixed(state, product):
            spread += square * (more**2 * drawn - orders)
        else:
            spread += square * (more**2 * drawn + 2 * more * orders)
        variance += pack**2 * spread
    return mean, variance


def is_fixed(state: State, product: int) -> bool:
    """Return whether demand for a product does not vary."""
    return state.market.products.law[product] == LAW_FIXED


# ---------------------------------------------------------------- 18:00
def order_parcels(state: State, day: int) -> None:
    """Let the consumers of every zone order."""
    shop = shop_of(state.design)
    for zone in range(0 if shop is None else len(shop.zones)):
        means = [orders_on(state, shop, zone, product, day) for product in state.products]
        for product in state.products:
            law = LAW_FIXED if is_fixed(state, product) else LAW_POISSON
            area = shop.zones.area[zone]
            uniform = state.uniform(Purpose.PARCEL_ORDERS, day, area, product)
            for number in range(count(uniform, means[product], law, 1.0)):
                order = draw_order(state, shop, zone, product, day, number)
                for other in state.products:
                    mean = further(state, shop, means, other)
                    packs = draw_further(state, shop, order, other, mean)
                    put_in(shop, order, other, packs)
                state.parcel_orders.append(order)


def orders_on(state: State, shop: ParcelShop, zone: int, product: int, day: int) -> float:
    """Return the mean number of orders of a day."""
    calendar = state.market.calendar
    period = day // calendar.shock_days
    mean = state.parcel_orders_a_day(zone, product) * calendar.factor[day][product]
    mean *= shock(state.uniform(Purpose.MARKET_SHOCK, period, 0), calendar.market_shock) * shock(
        state.uniform(Purpose.PRODUCT_SHOCK, period, product), calendar.product_shock
    )
    return mean


def word(state: State, shop: ParcelShop, purpose: Purpose, order: ParcelOrder) -> float:
    """Return a uniform of one order."""
    entity = shop.zones.area[order.zone] * 2**32 + order.number
    return state.address.uniform(purpose, order.day, entity, order.product)


def draw_order(
    state: State, shop: ParcelShop, zone: int, product: int, day: int, number: int
) -> ParcelOrder:
    """Draw size and time of an order."""
    order = ParcelOrder(day, 0, zone, product, number, day)
    order.second = math.floor(word(state, shop, Purpose.PARCEL_TIME, order) * DAY_SECONDS)
    size = word(state, shop, Purpose.PARCEL_SIZE, order)
    packs = 1 + count(size, shop.packs - 1.0, LAW_POISSON, 1.0)
    put_in(shop, order, product, packs)
    if order.second > shop.cutoff:
        order.attempt = day + 1
    return order


def put_in(shop: ParcelShop, order: ParcelOrder, product: int, packs: int) -> None:
    """Put packs of a product into the basket."""
    if packs > 0:
        units = packs * shop.pack_units[product]
        order.units[product] = order.units.get(product, 0) + units


def draw_further(
    state: State, shop: ParcelShop, order: ParcelOrder, product: int, mean: float
) -> int:
    """Draw the packs that further picks of a product bring."""
    if shop.basket == 1:
        return 0
    place = order.product * 2**20 + shop.zones.area[order.zone]
    entity = place * 2**32 + order.number
    uniform = state.address.uniform(Purpose.PARCEL_MORE, order.day, entity, product)
    picks = count(uniform, mean, LAW_POISSON, 1.0)
    size = state.address.uniform(Purpose.PARCEL_MORE_SIZE, order.day, entity, product)
    return picks + count(size, picks * (shop.packs - 1.0), LAW_POISSON, 1.0)


# ---------------------------------------------------------------- 19:00
def allocate_parcels(
    clock: simpy.Environment, state: State, day: int, *, before_outlets: bool
) -> None:
    """Serve the orders whose turn has come, whole or not at all."""
    shop = shop_of(state.design)
    if shop is None or shop.before_outlets != before_outlets:
        return
    for order in sorted(due_orders(state, day), key=lambda one: place_in_line(shop, one)):
        site = shop.zones.site[order.zone]
        for product, units in order.units.items():
            if order.attempt == day:
                state.demand[site][product][day] += units
                state.outlet_orders[site][product][day] += units
        if all(state.stock[site][product] >= units for product, units in order.units.items()):
            for product, units in order.units.items():
                state.stock[site][product] -= units
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
    area = shop.zones.area[order.zone]
    return order.day, order.second, area, order.product, order.number


def waiting_units(state: State, site: int, product: int, day: int) -> int:
    """Return the units that consumers wait for at a site."""
    shop = shop_of(state.design)
    if shop is None:
        return 0
    return sum(
        order.units.get(product, 0)
        for order in due_orders(state, day)
        if shop.zones.site[order.zone] == site
    )


def parcel(
    clock: simpy.Environment, state: State, shop: ParcelShop, order: ParcelOrder
) -> Generator[simpy.Event, None, None]:
    """A parcel from the stock to the consumer, and back if it is not wanted."""
    site = shop.zones.site[order.zone]
    boxes = boxes_of(shop, order)
    post_packing(state, shop, order, site)
    if site not in state.benches:
        packers = shop.packers if shop.packers > 0 else math.inf
        state.benches[site] = simpy.Resource(clock, capacity=packers)
    with state.benches[site].request() as turn:
        yield turn
        yield clock.timeout(opening(state, site, clock.now) - clock.now)
        yield clock.timeout(boxes * shop.pack_seconds)
    day = clock.now // DAY_SECONDS + shop.zones.days[order.zone]
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
    opens, closes = (hours[site] for hours in hours_of(state))
    if opens <= second < closes:
        return moment
    return (day + (second >= closes)) * DAY_SECONDS + opens


def hours_of(state: State) -> tuple[list[int], list[int]]:
    """Return when desks open and close."""
    sites = state.market.sites
    return sites.pick_open, sites.pick_close


def boxes_of(shop: ParcelShop, order: ParcelOrder) -> int:
    """Return the number of parcels of an order."""
    filled = 0
    for product, units in order.units.items():
        filled += units * (10**9 // shop.parcel_units[product])
    return -(-filled // 10**9)


# ---------------------------------------------------------------- money
def value_of(state: State, shop: ParcelShop, order: ParcelOrder) -> int:
    """Return what the goods of an order cost."""
    return sum(worth(state, shop, product, units) for product, units in order.units.items())


def worth(state: State, shop: ParcelShop, product: int, units: int) -> int:
    """Return what some units cost."""
    return units * share(state.market.products.consumer_price[product], shop.price)


def fee_of(shop: ParcelShop, value: int) -> int:
    """Return what the delivery costs the consumer."""
    return 0 if 0 <= shop.free_from <= value else shop.fee


def per_case(state: State, order: ParcelOrder, cost: int) -> int:
    """Return the cost of an order at a cost per case."""
    total = 0
    for product, units in order.units.items():
        case = state.units_per_case[product]
        total += (units * cost + case // 2) // case
    return total


def post_packing(state: State, shop: ParcelShop, order: ParcelOrder, site: int) -> None:
    """Book what leaving the stock costs."""
    cost = boxes_of(shop, order) * shop.packing
    cost += per_case(state, order, state.market.sites.handling_cost[site])
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
    tariff = boxes_of(shop, order) * shop.zones.tariff_parcel[order.zone]
    tariff += per_case(state, order, shop.zones.tariff_case[order.zone])
    post(day, Account.DELIVERY, MANUFACTURER, OUTSIDE, tariff, **place)


def send_parcel_back(
    state: State, shop: ParcelShop, order: ParcelOrder, site: int, day: int
) -> None:
    """Put an order back into the stock and pay for it."""
    # Here, because lots of goods know the state, which knows this module.
    from tests.reference.perishing import receive

    for product, units in order.units.items():
        receive(state, ("site", site, product), day, units)
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
            area=shop.zones.area[order.zone],
            product=order.product,
            number=order.number,
            second=order.second,
            site=shop.zones.site[order.zone],
            lines=len(order.units),
            units=sum(order.units.values()),
            parcels=boxes_of(shop, order),
            value=value,
            fee=fee_of(shop, value),
            sent_day=order.sent_day,
            delivered_day=order.delivered_day,
            returned=int(order.returned),
            state=int(order.state),
        )
        for product, units in order.units.items():
            state.books.write(
                PARCEL_LINES,
                day=order.day,
                area=shop.zones.area[order.zone],
                first=order.product,
                number=order.number,
                product=product,
                units=units,
                value=worth(state, shop, product, units),
            )
