"""18:00: consumers buy from the shelf, at the door and online."""

from collections.abc import Generator

import simpy

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import DAY_SECONDS
from channelwright.tables.codes import Account
from tests.reference.empties import left_by_consumers
from tests.reference.offers import post_refund, price_today
from tests.reference.perishing import sell_off
from tests.reference.records import Evening
from tests.reference.state import State
from tests.reference.world import MANUFACTURER, OUTSIDE

OPENING_SECOND = 64_800
# Every evening of every shelf asks for these: a member of an enumeration is slow to find.
CONSUMER_DEMAND, ONLINE_DEMAND = Purpose.CONSUMER_DEMAND, Purpose.ONLINE_DEMAND
CONSUMER = Account.CONSUMER


def consumers_of(
    clock: simpy.Environment, state: State, outlet: int, product: int
) -> Generator[simpy.Event, None, None]:
    """Those who want a product at an outlet: they come every evening."""
    shock_days, shocks = state.market.calendar.shock_days, 1.0
    yield clock.timeout(OPENING_SECOND)
    for day in range(state.horizon):
        if day % shock_days == 0:
            shocks = shocks_of_period(state, outlet, product, day // shock_days)
        evening = serve(state, outlet, product, day, shocks)
        if state.evenings is None:
            close(state, evening)
        else:
            state.evenings[outlet, product] = evening
        yield clock.timeout(DAY_SECONDS)


def serve(state: State, outlet: int, product: int, day: int, shocks: float) -> Evening:
    """Serve walk-in consumers, those who waited among them, then those who order online."""
    shelf = state.shelf[outlet]
    stock = shelf[product]
    mean = 0.0
    if stock > 0 or state.lists(outlet, product):
        mean = state.expected(outlet, product, day) * shocks
    online_demanded = 0
    if state.online(outlet):
        behaviour = state.market.behaviour
        online_mean = mean * (behaviour.online_shift + behaviour.online_new)
        online_demanded = draw(state, ONLINE_DEMAND, outlet, product, day, online_mean)
        mean = mean * (1.0 - behaviour.online_shift)
    demanded = draw(state, CONSUMER_DEMAND, outlet, product, day, mean)
    wanted = demanded
    if state.coming:
        wanted += state.coming.get((outlet, product), 0)
    sold = wanted if wanted < stock else stock
    left = stock - sold
    online_sold = online_demanded if online_demanded < left else left
    shelf[product] = left - online_sold
    return Evening(
        day, outlet, product, demanded, sold, online_demanded, online_sold, wanted - sold
    )


def close(state: State, seen: Evening) -> None:
    """Write down and book an evening."""
    outlet, product, day = seen.outlet, seen.product, seen.day
    units = seen.sold + seen.online_sold
    seen.closing = state.shelf[outlet][product]
    if units:
        price = state.regular_price[outlet][product]
        if state.promotions[outlet][product]:
            price = price_today(state, outlet, product, day)
        if state.market.perishing is not None:
            sell_off(state, outlet, product, day, units, price)
        post_sales(state, seen, units * price)
    state.sold[outlet][product].append(units)
    if state.settle_days[outlet]:
        state.unsettled[outlet, product] += units
    if state.market.empties is not None:
        left_by_consumers(state, outlet, product, day)
    state.books.keep(seen)


def shocks_of_period(state: State, outlet: int, product: int, period: int) -> float:
    """Return the factor by which all shocks together move demand."""
    calendar, shock = state.market.calendar, state.shock
    return (
        shock(Purpose.MARKET_SHOCK, period, 0, calendar.market_shock)
        * shock(Purpose.PRODUCT_SHOCK, period, product, calendar.product_shock)
        * shock(Purpose.OUTLET_SHOCK, period, outlet, calendar.outlet_shock)
    )


def draw(state: State, purpose: Purpose, outlet: int, product: int, day: int, mean: float) -> int:
    """Return the units demanded."""
    if mean <= 0:
        return 0
    return state.demand_law[product](state.uniforms(purpose, day, product)[outlet], mean)


def post_sales(state: State, seen: Evening, value: int) -> None:
    """Book consumer sales and online fees."""
    outlet, day = seen.outlet, seen.day
    mode, site, payer = state.mode_of(outlet), state.site_of(outlet), state.payer(outlet)
    post = state.books.post
    post(day, CONSUMER, OUTSIDE, payer, value, mode=mode, site=site, outlet=outlet)
    if state.promotions[outlet][seen.product]:
        post_refund(state, outlet, seen.product, day, seen.sold + seen.online_sold)
    if seen.online_sold:
        fee = seen.online_sold * state.design.terms.online_fee
        post(day, Account.PLATFORM, MANUFACTURER, OUTSIDE, fee, mode=mode, site=site, outlet=outlet)
