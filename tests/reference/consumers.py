"""18:00: consumers buy from the shelf, at the door and online."""

from channelwright.foundation.random import Purpose
from channelwright.model.market import LAW_EMPIRICAL, LAW_NORMAL
from channelwright.tables.codes import Account
from channelwright.tables.outputs import SHELF
from tests.reference.laws import count, empirical_count, normal_count, shock
from tests.reference.state import MANUFACTURER, OUTSIDE, State


def serve_consumers(state: State, day: int) -> None:
    """Serve the demand of a day, outlet by outlet and product by product."""
    for outlet in state.covered:
        for product in state.products:
            serve(state, outlet, product, day)


def serve(state: State, outlet: int, product: int, day: int) -> None:
    """Serve walk-in consumers first, then those who order online."""
    behaviour = state.market.behaviour
    mean = mean_demand(state, outlet, product, day)
    online_demanded = 0
    if state.design.outlets.o2o[outlet]:
        online_mean = mean * (behaviour.online_shift + behaviour.online_new)
        online_demanded = draw(state, Purpose.ONLINE_DEMAND, outlet, product, day, online_mean)
        mean = mean * (1.0 - behaviour.online_shift)
    demanded = draw(state, Purpose.CONSUMER_DEMAND, outlet, product, day, mean)
    sold = min(state.shelf[outlet][product], demanded)
    state.shelf[outlet][product] -= sold
    online_sold = min(state.shelf[outlet][product], online_demanded)
    state.shelf[outlet][product] -= online_sold
    post_sales(state, outlet, product, day, sold, online_sold)
    state.books.write(
        SHELF,
        day=day,
        outlet=outlet,
        product=product,
        demanded=demanded,
        sold=sold,
        online_demanded=online_demanded,
        online_sold=online_sold,
        closing=state.shelf[outlet][product],
    )


def mean_demand(state: State, outlet: int, product: int, day: int) -> float:
    """Return expected demand times the shocks of its period."""
    calendar = state.market.calendar
    period = day // calendar.shock_days
    market = shock(state.uniform(Purpose.MARKET_SHOCK, period, 0), calendar.market_shock)
    of_product = state.uniform(Purpose.PRODUCT_SHOCK, period, product)
    of_outlet = state.uniform(Purpose.OUTLET_SHOCK, period, outlet)
    return (
        state.expected(outlet, product, day)
        * market
        * shock(of_product, calendar.product_shock)
        * shock(of_outlet, calendar.outlet_shock)
    )


def draw(state: State, purpose: Purpose, outlet: int, product: int, day: int, mean: float) -> int:
    """Return the units demanded."""
    products = state.market.products
    uniform = state.uniform(purpose, day, outlet, product)
    law, dispersion = int(products.law[product]), float(products.dispersion[product])
    if law == LAW_NORMAL:
        return normal_count(uniform, mean, dispersion)
    if law == LAW_EMPIRICAL:
        return empirical_count(uniform, mean, observed_values(state, product))
    return count(uniform, mean, law, dispersion)


def observed_values(state: State, product: int) -> list[tuple[float, float]]:
    """Return (value over mean, probability up to it) of an empirical product."""
    table = state.market.empirical
    return [
        (float(table.ratio[row]), float(table.cumulative[row]))
        for row in range(len(table))
        if table.product[row] == product
    ]


def post_sales(state: State, outlet: int, product: int, day: int, sold: int, online: int) -> None:
    """Book consumer sales and online fees."""
    price = int(state.market.products.consumer_price[product])
    place = {"mode": state.mode_of(outlet), "site": state.site_of(outlet), "outlet": outlet}
    value = (sold + online) * price
    state.books.post(day, Account.CONSUMER, OUTSIDE, state.payer(outlet), value, **place)
    fee = online * int(state.design.terms.online_fee)
    state.books.post(day, Account.PLATFORM, MANUFACTURER, OUTSIDE, fee, **place)
