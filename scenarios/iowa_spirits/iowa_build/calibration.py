"""The calibration in one place: what is fitted, in which order, with which constants."""

from __future__ import annotations

from iowa_build.demand import WARMUP_WEEKS, Demand, fit_demand
from iowa_build.dispersion import Shocks, measure, shocks_of
from iowa_build.generator import calibrated
from iowa_build.history import TEST_WEEKS, Orders
from iowa_build.holidays import public_holidays

#: Days of demand on the shelves of the shops: assumed, about eight turns a year.
COVER_DAYS = 42.0
SEED = 7


def calibrate(orders: Orders) -> tuple[Demand, Shocks]:
    """Fit demand and shocks on `orders` for the 52 weeks after them.

    Parameters
    ----------
    orders : weeks up to the horizon; nothing later is known
    """
    demand = fit_demand(orders, COVER_DAYS, None)
    shocks = shocks_of(measure(orders), days_before(demand))
    return calibrated(demand, orders.brands, shocks, COVER_DAYS, SEED), shocks


def days_before(demand: Demand) -> float:
    """Return how many days of an order's window lie in the week before, by volume."""
    metro = float(demand.rates[demand.metro].sum() / demand.rates.sum())
    return 2.0 * metro + 4.0 * (1.0 - metro)


def calibrated_yaml(demand: Demand, shocks: Shocks) -> str:
    """Return the fitted part of the calendar; `scenario.yaml` extends it."""
    start = demand.weeks[0].date()
    days = (WARMUP_WEEKS + TEST_WEEKS) * 7
    last = demand.weeks[-1].date()
    closed = sorted(
        day
        for year in range(start.year, last.year + 1)
        for day in public_holidays(year).values()
        if start <= day <= last and day.weekday() < 5
    )
    lines = [
        "# Written by build.py from the weeks before the test period; do not edit.",
        "market:",
        "  calendar:",
        f"    start: {start}",
        f"    horizon_days: {days}",
        f"    warmup_days: {WARMUP_WEEKS * 7}",
        "    working_days: [mon, tue, wed, thu, fri]",
        f"    holidays: [{', '.join(str(day) for day in closed)}]",
        f"    trend_per_year: {demand.growth:.5f}",
        (
            f"    shocks: {{days: 7, market: {shocks.market:.5f}, product: {shocks.product:.5f}, "
            f"outlet: {shocks.outlet:.5f}}}"
        ),
    ]
    return "\n".join(lines) + "\n"
