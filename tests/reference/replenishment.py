"""23:00: sites order from the site above them. 05:00: what was shipped arrives."""

import math
from collections.abc import Generator

import simpy

from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.codes import Account
from channelwright.tables.outputs import SHIPMENTS
from tests.reference.deliveries import issue
from tests.reference.laws import round_half_up
from tests.reference.records import Invoice
from tests.reference.state import MANUFACTURER, OUTSIDE, State

WINDOW = 28
RECEIPT_SECOND = 18_000


def replenish(clock: simpy.Environment, state: State, day: int) -> None:
    """Let every site that is due order, the lowest tier first."""
    with_parent = [site for site in state.open_sites if state.parent(site) >= 0]
    for site in sorted(with_parent, key=lambda site: (-steps_to_plant(state, site), site)):
        if day % int(state.design.sites.review_days[site]) == 0:
            order_from_parent(clock, state, site, day)


def steps_to_plant(state: State, site: int) -> int:
    """Return how many parents stand above a site."""
    parent = state.parent(site)
    return 0 if parent < 0 else 1 + steps_to_plant(state, parent)


def order_from_parent(clock: simpy.Environment, state: State, site: int, day: int) -> None:
    """Order, ship and invoice all products of a site."""
    parent = state.parent(site)
    lead = int(state.market.sites.lead_days[site, parent])
    arrival_day = day + max(1, lead)
    shipped_cases: dict[int, int] = {}
    for product in state.products:
        case = state.units_per_case[product]
        level = target_level(state, site, product, average_demand(state, site, product, day))
        gap = max(0, level - stock_position(state, site, product))
        ordered = math.ceil(gap / case) * case
        if ordered == 0:
            continue
        state.demand[parent][product][day] += ordered
        shipped = ship(state, parent, product, ordered)
        state.in_transit[site][product] += shipped
        clock.process(shipment(clock, state, site, product, shipped, arrival_day))
        shipped_cases[product] = shipped // case
        state.books.write(
            SHIPMENTS,
            day=day,
            site=site,
            parent=parent,
            product=product,
            ordered=ordered,
            shipped=shipped,
            arrival_day=arrival_day,
        )
    post_shipment(state, site, day, shipped_cases)
    invoice_shipment(clock, state, site, day, shipped_cases)


def ship(state: State, parent: int, product: int, ordered: int) -> int:
    """Take units from the parent: all from a plant, else whole cases of what it has."""
    if state.is_plant(parent):
        return ordered
    case = state.units_per_case[product]
    shipped = min(ordered, state.stock[parent][product] // case * case)
    state.stock[parent][product] -= shipped
    return shipped


def shipment(
    clock: simpy.Environment, state: State, site: int, product: int, units: int, arrival_day: int
) -> Generator[simpy.Event, None, None]:
    """Goods on the way between two sites."""
    yield clock.timeout(arrival_day * DAY_SECONDS + RECEIPT_SECOND - clock.now)
    state.in_transit[site][product] -= units
    state.stock[site][product] += units


# ---------------------------------------------------------------- the level
def opening_demand(state: State, site: int, product: int) -> float:
    """Return e0: units a day of the outlets of a site and of the sites below it."""
    known = state.opening_demand
    if (site, product) not in known:
        known[site, product] = sum_opening_demand(state, site, product)
    return known[site, product]


def sum_opening_demand(state: State, site: int, product: int) -> float:
    """Add up e0."""
    multiplier = state.multiplier(state.market.behaviour.opening_execution)
    factor = float(state.market.calendar.factor[0, product])
    own = sum(
        float(state.market.outlets.rate[outlet, product]) * factor * multiplier
        for outlet in state.covered
        if state.site_of(outlet) == site
    )
    return own + sum(opening_demand(state, child, product) for child in state.children(site))


def average_demand(state: State, site: int, product: int, day: int) -> float:
    """Return the moving average, filled up with e0 while it is young."""
    history = state.demand[site][product]
    units = sum(history[d] for d in range(max(0, day - WINDOW + 1), day + 1))
    missing_days = max(0, WINDOW - 1 - day)
    return (units + missing_days * opening_demand(state, site, product)) / WINDOW


def target_level(state: State, site: int, product: int, average: float) -> int:
    """Return the order-up-to level in units."""
    plan = state.design.sites
    if plan.level[site, product] >= 0:
        return int(plan.level[site, product])
    lead = int(state.market.sites.lead_days[site, state.parent(site)])
    days = lead + int(plan.review_days[site]) + float(plan.safety_days[site])
    return round_half_up(days * average)


def stock_position(state: State, site: int, product: int) -> int:
    """Return stock and goods in transit less what waits for stock."""
    waiting = sum(
        line.missing
        for order in state.waiting
        if order.site == site
        for line in order.lines
        if line.product == product
    )
    owed = waiting * state.units_per_case[product]
    return state.stock[site][product] + state.in_transit[site][product] - owed


def opening_stock(state: State, site: int, product: int) -> int:
    """Return the stock of a site on day 0: its level, in whole cases."""
    level = target_level(state, site, product, opening_demand(state, site, product))
    case = state.units_per_case[product]
    return math.ceil(level / case) * case


# ---------------------------------------------------------------- money
def post_shipment(state: State, site: int, day: int, shipped_cases: dict[int, int]) -> None:
    """Book freight, production and loading of a shipment."""
    parent, sites = state.parent(site), state.market.sites
    place = {"mode": state.site_mode(site), "site": site}
    cases = sum(shipped_cases.values())
    freight = int(sites.lane_cost[site, parent]) * cases
    state.books.post(day, Account.FREIGHT, MANUFACTURER, OUTSIDE, freight, **place)
    if state.is_plant(parent):
        cost = sum(
            int(state.market.products.production_cost[product]) * shipped
            for product, shipped in shipped_cases.items()
        )
        state.books.post(day, Account.PRODUCTION, MANUFACTURER, OUTSIDE, cost, **place)
    else:
        handling = int(sites.handling_cost[parent]) * cases
        place = {"mode": state.site_mode(site), "site": parent}
        state.books.post(day, Account.HANDLING, state.owner(parent), OUTSIDE, handling, **place)


def buying_price(state: State, site: int, product: int) -> int:
    """Return ticks per case that the owner of a site pays to the owner above."""
    terms, mode = state.design.terms, state.site_mode(site)
    if state.market.sites.independent[state.parent(site)]:
        return int(terms.price_tier2[mode, product])
    return int(terms.price_account[mode, product])


def invoice_shipment(
    clock: simpy.Environment, state: State, site: int, day: int, shipped_cases: dict[int, int]
) -> None:
    """Invoice a shipment if goods change hands."""
    parent = state.parent(site)
    buyer, seller = state.owner(site), state.owner(parent)
    value = sum(
        buying_price(state, site, product) * shipped for product, shipped in shipped_cases.items()
    )
    if buyer == seller or value == 0:
        return
    mode = state.site_mode(site)
    due_day = day + int(state.design.terms.account_days[mode])
    issue(clock, state, Invoice(day, due_day, due_day, buyer, seller, -1, site, parent, value))
    state.books.post(day, Account.GOODS, buyer, seller, value, mode=mode, site=site)
    if seller == MANUFACTURER:
        state.month_purchases[site] += value
