"""What a site expects of a day: from its orders or from shared sales (docs/world/stock.md)."""

import math

from channelwright.foundation.random import Purpose
from channelwright.model.market import (
    LAW_EMPIRICAL,
    LAW_NEGATIVE_BINOMIAL,
    LAW_NORMAL,
    LAW_POISSON,
)
from channelwright.model.stock import FORECASTS, SIGNALS, StockForecast
from tests.reference.laws import round_half_up, shock
from tests.reference.parcels import opening_of
from tests.reference.state import State

USUAL_WINDOW = 28
OUTLETS, SITES = 0, 1


def forecast(state: State, site: int, product: int, day: int) -> tuple[float, float]:
    """Return mean and standard deviation of a day's demand."""
    plan = plan_of(state)
    if plan is not None and FORECASTS[plan.method[site]] == "exponential":
        mean, variance = state.smoothed[site, product]
    else:
        mean, variance = moving_average(state, site, product, day)
    return mean, math.sqrt(max(0.0, variance))


def plan_of(state: State) -> StockForecast | None:
    """Return how sites forecast, None for the usual way."""
    return None if state.design.stock is None else state.design.stock.forecast


def moving_average(state: State, site: int, product: int, day: int) -> tuple[float, float]:
    """Return mean and variance of the last days that are known, opening values before day 0."""
    plan = plan_of(state)
    window = USUAL_WINDOW if plan is None else plan.window[site]
    last = day - delay(state, site, product)
    days = range(max(0, last - window + 1), last + 1)
    known = [known_units(state, site, product, d) for d in days]
    missing = window - len(known)
    opening = opening_demand(state, site, product)
    young = missing * (opening**2 + opening_variance(state, site, product))
    mean = (sum(known) + missing * opening) / window
    return mean, (sum(units**2 for units in known) + young) / window - mean**2


def smooth(state: State, site: int, product: int, day: int) -> None:
    """Take the newest known day into an exponential forecast."""
    plan = plan_of(state)
    if plan is None or FORECASTS[plan.method[site]] != "exponential":
        return
    if (site, product) not in state.smoothed:
        opening = opening_demand(state, site, product)
        state.smoothed[site, product] = (opening, opening_variance(state, site, product))
    newest = day - delay(state, site, product)
    if newest < 0:
        return
    alpha = plan.alpha[site]
    mean, variance = state.smoothed[site, product]
    units = known_units(state, site, product, newest)
    state.smoothed[site, product] = (
        alpha * units + (1 - alpha) * mean,
        alpha * (units - mean) ** 2 + (1 - alpha) * variance,
    )


# ---------------------------------------------------------------- orders or reports
def is_shared(state: State, site: int, product: int) -> bool:
    """Say whether a site forecasts a product from reports."""
    plan = plan_of(state)
    if plan is None or SIGNALS[plan.signal[site]] == "orders":
        return False
    return expected_of_reporters(state, site, product) > 0


def delay(state: State, site: int, product: int) -> int:
    """Return the days after which a site knows a day's units."""
    plan = plan_of(state)
    return plan.delay[site] if plan is not None and is_shared(state, site, product) else 0


def known_units(state: State, site: int, product: int, day: int) -> int:
    """Return the units of a day as the site sees them."""
    if not is_shared(state, site, product):
        return state.demand[site][product][day]
    if (site, product, day) not in state.reports:
        state.reports[site, product, day] = reported_units(state, site, product, day)
    return state.reports[site, product, day]


def reported_units(state: State, site: int, product: int, day: int) -> int:
    """Return what was reported for a day, blown up to all reporters, with its error."""
    plan = plan_of(state)
    if SIGNALS[plan.signal[site]] == "sell_out":
        units = sum(state.sold[outlet][product][day] for outlet in reporters(state, site))
    else:
        units = sum(
            state.outlet_orders[other][product][day]
            for other in state.open_sites
            if tells(state, other, site)
        )
    everything = opening_demand(state, site, product)
    factor = everything / expected_of_reporters(state, site, product)
    sigma = plan.error[site]
    error = shock(state.uniform(Purpose.REPORT_ERROR, day, site, product), sigma)
    return round_half_up(units * (factor * error))


def expected_of_reporters(state: State, site: int, product: int) -> float:
    """Return the part of e0 that reports."""
    known = state.reporting_demand
    if (site, product) not in known:
        known[site, product] = sum_of_reporters(state, site, product)
    return known[site, product]


def sum_of_reporters(state: State, site: int, product: int) -> float:
    """Add up the part of e0 that reports."""
    plan = plan_of(state)
    if SIGNALS[plan.signal[site]] == "sell_out":
        return sum(opening_units(state, outlet, product) for outlet in reporters(state, site))
    return sum(
        own_opening_demand(state, other, product)
        for other in state.open_sites
        if tells(state, other, site)
    )


def reporters(state: State, site: int) -> list[int]:
    """Return the outlets that report their sales, of those that a site supplies in any way."""
    if site not in state.reporters:
        state.reporters[site] = [
            outlet
            for outlet in state.covered
            if reports(state, outlet) and is_below(state, state.site_of(outlet), site)
        ]
    return state.reporters[site]


def reports(state: State, outlet: int) -> bool:
    """Say whether an outlet reports its sales."""
    share = plan_of(state).reporting[state.site_of(outlet)]
    return state.uniform(Purpose.REPORTING, 0, outlet, OUTLETS) < share


def tells(state: State, other: int, site: int) -> bool:
    """Say whether a site knows what outlets order at another: its own, or reported from below."""
    if other == site:
        return True
    share = plan_of(state).reporting[other]
    told = state.uniform(Purpose.REPORTING, 0, other, SITES) < share
    return told and is_below(state, other, site)


def is_below(state: State, low: int, high: int) -> bool:
    """Say whether a site is another or supplied by it, directly or not."""
    while low >= 0:
        if low == high:
            return True
        low = state.parent(low)
    return False


# ---------------------------------------------------------------- before day 0
def opening_units(state: State, outlet: int, product: int) -> float:
    """Return the expected units a day of an outlet at the start."""
    factor = state.market.calendar.factor[0][product]
    return state.base_rate(outlet, product) * factor * state.opening_multiplier


def own_opening_demand(state: State, site: int, product: int) -> float:
    """Return the expected units a day of the outlets of a site, and of its parcels."""
    outlets = sum(opening_units(state, outlet, product) for outlet in state.served_by(site))
    return outlets + opening_of(state, site, product)[0]


def opening_demand(state: State, site: int, product: int) -> float:
    """Return e0: units a day of the outlets of a site and of the sites below it."""
    if (site, product) not in state.opening_demand:
        below = sum(opening_demand(state, child, product) for child in state.children(site))
        state.opening_demand[site, product] = own_opening_demand(state, site, product) + below
    return state.opening_demand[site, product]


def opening_variance(state: State, site: int, product: int) -> float:
    """Return the variance of a day's demand behind e0, by the product's law."""
    if (site, product) not in state.opening_variance:
        own = sum(
            daily_variance(state, product, opening_units(state, outlet, product))
            for outlet in state.served_by(site)
        )
        below = sum(opening_variance(state, child, product) for child in state.children(site))
        own += opening_of(state, site, product)[1]
        state.opening_variance[site, product] = own + below
    return state.opening_variance[site, product]


def daily_variance(state: State, product: int, mean: float) -> float:
    """Return the variance of a day's units with a mean, by the law of the product."""
    law = state.market.products.law[product]
    dispersion = state.market.products.dispersion[product]
    if law == LAW_POISSON:
        return mean
    if law == LAW_NEGATIVE_BINOMIAL:
        return mean + mean * mean / dispersion
    if law == LAW_NORMAL:
        return (dispersion * mean) ** 2
    if law == LAW_EMPIRICAL:
        table = state.market.empirical
        rows = [row for row in range(len(table.product)) if table.product[row] == product]
        below, second = 0.0, 0.0
        for row in rows:
            second += (table.cumulative[row] - below) * table.ratio[row] ** 2
            below = table.cumulative[row]
        return (second - 1.0) * mean * mean
    return 0.0
