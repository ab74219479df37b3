"""23:00: sites order from the site above them. 05:00: what was shipped arrives."""

import math
from collections.abc import Generator

import simpy

from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.codes import Account
from channelwright.tables.outputs import SHIPMENTS
from tests.reference.cash import order_within_limits
from tests.reference.deliveries import issue
from tests.reference.forecasts import forecast, opening_demand, opening_variance, smooth
from tests.reference.parcels import waiting_units
from tests.reference.perishing import receive
from tests.reference.records import Invoice
from tests.reference.state import State
from tests.reference.stock_policies import order_size, policy_numbers, review_days
from tests.reference.supplier_choice import choose_supplier, price_from
from tests.reference.supply import arrival_day, share_out
from tests.reference.world import MANUFACTURER, OUTSIDE

RECEIPT_SECOND = 18_000


def replenish(clock: simpy.Environment, state: State, day: int) -> None:
    """Let every site order and its parent ship, the lowest tier first."""
    with_parent = [site for site in state.open_sites if state.parent(site) >= 0]
    for steps in sorted({steps_to_plant(state, site) for site in with_parent}, reverse=True):
        tier = [site for site in with_parent if steps_to_plant(state, site) == steps]
        orders = {(site, product): 0 for site in tier for product in state.products}
        for site in tier:
            for product, cases in cases_to_order(state, site, day).items():
                orders[site, product] = cases * state.units_per_case[product]
        for (site, product), units in orders.items():
            state.demand[state.supplier(site)][product][day] += units
        shipped = share_out(state, tier, orders, day)
        for site in tier:
            send(clock, state, site, day, orders, shipped)


def steps_to_plant(state: State, site: int) -> int:
    """Return how many lanes the longest way from a plant has."""
    above = {state.parent(site), *(source for source, _ in state.sources(site))} - {-1}
    return max((1 + steps_to_plant(state, source) for source in above), default=0)


def cases_to_order(state: State, site: int, day: int) -> dict[int, int]:
    """Return cases by product: what the policies want, within the limits of the site."""
    for product in state.products:
        smooth(state, site, product, day)
    wanted = {
        product: order_of(state, site, product, day) // state.units_per_case[product]
        for product in state.products
        if day % review_days(state, site, product) == 0
    }
    choose_supplier(state, site, day, wanted)
    same_owner = state.owner(site) == state.owner(state.supplier(site))
    prices = {p: 0 if same_owner else buying_price(state, site, p) for p in wanted}
    return order_within_limits(state, site, day, wanted, prices)


def send(
    clock: simpy.Environment,
    state: State,
    site: int,
    day: int,
    orders: dict[tuple[int, int], int],
    shipped: dict[tuple[int, int], int],
) -> None:
    """Put goods on the lane, and write and invoice them."""
    touched = [p for p in state.products if orders[site, p] > 0 or shipped[site, p] > 0]
    if not touched:
        return
    arrives = arrival_day(state, site, day)
    for product in touched:
        state.in_transit[site][product] += shipped[site, product]
        clock.process(shipment(clock, state, site, product, shipped[site, product], arrives))
        state.books.write(
            SHIPMENTS,
            day=day,
            site=site,
            parent=state.supplier(site),
            product=product,
            ordered=orders[site, product],
            shipped=shipped[site, product],
            arrival_day=arrives,
        )
    cases = {p: shipped[site, p] // state.units_per_case[p] for p in touched}
    state.shipped_in[site, day] += sum(cases.values())
    post_shipment(state, site, day, cases)
    invoice_shipment(clock, state, site, day, cases)


def shipment(
    clock: simpy.Environment, state: State, site: int, product: int, units: int, arrival_day: int
) -> Generator[simpy.Event, None, None]:
    """Goods on the way between two sites."""
    yield clock.timeout(arrival_day * DAY_SECONDS + RECEIPT_SECOND - clock.now)
    state.in_transit[site][product] -= units
    receive(state, ("site", site, product), arrival_day, units)


# ---------------------------------------------------------------- the level
def order_of(state: State, site: int, product: int, day: int) -> int:
    """Return the units that a site orders at a review, in whole cases."""
    average, deviation = forecast(state, site, product, day)
    position = stock_position(state, site, product, day)
    numbers = policy_numbers(state, site, product, average, deviation)
    case = state.units_per_case[product]
    return math.ceil(order_size(numbers, position) / case) * case


def stock_position(state: State, site: int, product: int, day: int) -> int:
    """Return stock and goods in transit less what waits for stock."""
    waiting = sum(
        line.missing
        for order in state.waiting
        if order.site == site
        for line in order.lines
        if line.product == product
    )
    owed = waiting * state.units_per_case[product]
    owed += waiting_units(state, site, product, day)
    owed += sum(state.awaited[child][product] for child in state.children(site))
    coming = state.in_transit[site][product] + state.awaited[site][product]
    return state.stock[site][product] + coming - owed


def opening_stock(state: State, site: int, product: int) -> int:
    """Return the stock of a site on day 0: its level, in whole cases."""
    average = opening_demand(state, site, product)
    deviation = math.sqrt(opening_variance(state, site, product))
    level = policy_numbers(state, site, product, average, deviation).level
    case = state.units_per_case[product]
    return math.ceil(level / case) * case


# ---------------------------------------------------------------- money
def post_shipment(state: State, site: int, day: int, shipped_cases: dict[int, int]) -> None:
    """Book freight, production and loading of a shipment."""
    parent, sites = state.supplier(site), state.market.sites
    place = {"mode": state.site_mode(site), "site": site}
    cases = sum(shipped_cases.values())
    freight = sites.lane_cost[site][parent] * cases
    payer = state.owner(site) if state.sources(site) else MANUFACTURER
    state.books.post(day, Account.FREIGHT, payer, OUTSIDE, freight, **place)
    if state.is_plant(parent):
        cost = sum(
            state.market.products.production_cost[product] * shipped
            for product, shipped in shipped_cases.items()
        )
        state.books.post(day, Account.PRODUCTION, MANUFACTURER, OUTSIDE, cost, **place)
    else:
        handling = sites.handling_cost[parent] * cases
        place = {"mode": state.site_mode(site), "site": parent}
        state.books.post(day, Account.HANDLING, state.owner(parent), OUTSIDE, handling, **place)


def buying_price(state: State, site: int, product: int) -> int:
    """Return ticks per case that the owner of a site pays to the owner above."""
    return price_from(state, site, state.supplier(site), state.source_index[site], product)


def ladder_price(state: State, site: int, product: int) -> int:
    """Return the price from the parent, at which stock is valued."""
    return price_from(state, site, state.parent(site), 1_000_000, product)


def invoice_shipment(
    clock: simpy.Environment, state: State, site: int, day: int, shipped_cases: dict[int, int]
) -> None:
    """Invoice a shipment if goods change hands."""
    parent = state.supplier(site)
    buyer, seller = state.owner(site), state.owner(parent)
    value = sum(
        buying_price(state, site, product) * shipped for product, shipped in shipped_cases.items()
    )
    if buyer == seller or value == 0:
        return
    mode = state.site_mode(site)
    due_day = day + state.design.terms.account_days[mode]
    issue(clock, state, Invoice(day, due_day, due_day, buyer, seller, -1, site, parent, value))
    state.books.post(day, Account.GOODS, buyer, seller, value, mode=mode, site=site)
    if seller == MANUFACTURER:
        state.month_purchases[site] += value
