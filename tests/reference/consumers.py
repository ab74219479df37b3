"""18:00: consumers buy from the shelf, at the door and online."""

from collections.abc import Generator

import simpy

from channelwright.foundation.random import Purpose
from channelwright.foundation.units import DAY_SECONDS
from channelwright.model.market import LAW_EMPIRICAL, LAW_NORMAL
from channelwright.tables.codes import Account
from channelwright.tables.outputs import SHELF
from tests.reference.consignment import on_consignment
from tests.reference.empties import left_by_consumers
from tests.reference.laws import count, empirical_count, normal_count, shock
from tests.reference.offers import post_refund, price_today
from tests.reference.perishing import sell_off
from tests.reference.records import Evening
from tests.reference.state import MANUFACTURER, OUTSIDE, State

OPENING_SECOND = 64_800


def consumers_of(
    clock: simpy.Environment, state: State, outlet: int, product: int
) -> Generator[simpy.Event, None, None]:
    """Those who want a product at an outlet: they come every evening."""
    place = (outlet, product)
    yield clock.timeout(OPENING_SECOND)
    for day in range(state.horizon):
        evening = serve(state, outlet, product, day, state.coming.get(place, 0))
        if state.evenings is None:
            close(state, evening)
        else:
            state.evenings[place] = evening
        yield clock.timeout(DAY_SECONDS)


def serve(state: State, outlet: int, product: int, day: int, waited: int = 0) -> Evening:
    """Serve walk-in consumers first, then those who order online."""
    behaviour = state.market.behaviour
    mean = mean_demand(state, outlet, product, day)
    online_demanded = 0
    if state.online(outlet):
        online_mean = mean * (behaviour.online_shift + behaviour.online_new)
        online_demanded = draw(state, Purpose.ONLINE_DEMAND, outlet, product, day, online_mean)
        mean = mean * (1.0 - behaviour.online_shift)
    demanded = draw(state, Purpose.CONSUMER_DEMAND, outlet, product, day, mean)
    shelf = state.shelf[outlet]
    sold = min(shelf[product], demanded + waited)
    online_sold = min(shelf[product] - sold, online_demanded)
    shelf[product] -= sold + online_sold
    unmet = demanded + waited - sold
    return Evening(day, outlet, product, demanded, sold, online_demanded, online_sold, unmet)


def close(state: State, seen: Evening) -> None:
    """Write down and book an evening."""
    outlet, product, day = seen.outlet, seen.product, seen.day
    units = seen.sold + seen.online_sold
    shelf = state.shelf[outlet]
    if units:
        price = price_today(state, outlet, product, day)
        # How old goods are is asked of the shelf as it was before anybody came.
        shelf[product] += units
        sell_off(state, outlet, product, day, units, price)
        shelf[product] -= units
        post_sales(state, seen, units * price)
    state.sold[outlet][product][day] = units
    if on_consignment(state, outlet):
        state.unsettled[outlet, product] += units
    left_by_consumers(state, outlet, product, day)
    state.books.write(
        SHELF,
        day=day,
        outlet=outlet,
        product=product,
        demanded=seen.demanded,
        sold=seen.sold,
        online_demanded=seen.online_demanded,
        online_sold=seen.online_sold,
        closing=shelf[product],
    )


def mean_demand(state: State, outlet: int, product: int, day: int) -> float:
    """Return expected demand times the shocks of its period."""
    period = day // state.market.calendar.shock_days
    known = state.shocks[period]
    shocks = known.get((outlet, product))
    if shocks is None:
        shocks = known[outlet, product] = shocks_of_period(state, outlet, product, period)
    if not state.lists(outlet, product) and state.shelf[outlet][product] == 0:
        return 0.0
    return state.expected(outlet, product, day) * shocks


def shocks_of_period(state: State, outlet: int, product: int, period: int) -> float:
    """Return the factor by which all shocks together move demand."""
    calendar = state.market.calendar
    of_market = state.uniform(Purpose.MARKET_SHOCK, period, 0)
    of_product = state.uniform(Purpose.PRODUCT_SHOCK, period, product)
    of_outlet = state.uniform(Purpose.OUTLET_SHOCK, period, outlet)
    return (
        shock(of_market, calendar.market_shock)
        * shock(of_product, calendar.product_shock)
        * shock(of_outlet, calendar.outlet_shock)
    )


def draw(state: State, purpose: Purpose, outlet: int, product: int, day: int, mean: float) -> int:
    """Return the units demanded."""
    uniform = state.uniform(purpose, day, outlet, product)
    law, dispersion = state.law[product]
    if law == LAW_NORMAL:
        return normal_count(uniform, mean, dispersion)
    if law == LAW_EMPIRICAL:
        return empirical_count(uniform, mean, observed_values(state, product))
    return count(uniform, mean, law, dispersion)


def observed_values(state: State, product: int) -> list[tuple[float, float]]:
    """Return (value over mean, probability up to it) of an empirical product."""
    table = state.market.empirical
    return [
        (table.ratio[row], table.cumulative[row])
        for row in range(len(table))
        if table.product[row] == product
    ]


def post_sales(state: State, seen: Evening, value: int) -> None:
    """Book consumer sales and online fees."""
    outlet, day = seen.outlet, seen.day
    mode, site, payer = state.mode_of(outlet), state.site_of(outlet), state.payer(outlet)
    post = state.books.post
    post(day, Account.CONSUMER, OUTSIDE, payer, value, mode=mode, site=site, outlet=outlet)
    post_refund(state, outlet, seen.product, day, seen.sold + seen.online_sold)
    if seen.online_sold:
        fee = seen.online_sold * state.design.terms.online_fee
        post(day, Account.PLATFORM, MANUFACTURER, OUTSIDE, fee, mode=mode, site=site, outlet=outlet)
