"""From expected orders to the consumer demand that the simulator needs.

A shop that keeps `cover` days of demand on the shelf orders what it sold plus the change
of its level: orders_w = cover (f_w - f_w-1) + demand between the two orders. Orders
therefore swing more than demand; here the equation is solved for the demand factor f.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from iowa_build.history import FloatArray, Orders
from iowa_build.holidays import expected_short_weeks, short_weeks
from iowa_build.profile import StateProfile, fit_state, middle_day, waves_of

UNIT_LITRES = 0.75
UNITS_PER_CASE = 12
WARMUP_WEEKS, TEST_WEEKS = 8, 52
#: Half-life of the weights of a city's past weeks, and ridge of the families' own seasons;
#: both chosen on the validation year.
HALF_LIFE_WEEKS, FAMILY_RIDGE = 26.0, 5.0
#: Cities above this many litres a week order every working day, the others once a week.
METRO_LITRES = 300.0
FAMILIES = {
    "Admiral Nelson": "rum",
    "Barton": "value",
    "Fireball": "cinnamon",
    "Five Star": "value",
    "Jack Daniels": "whiskey",
    "Jagermeister": "liqueur",
    "Jim Beam": "whiskey",
    "McCormick": "value",
    "Phillips": "value",
}
FAMILY_NAMES = tuple(sorted(set(FAMILIES.values())))


@dataclass(frozen=True)
class Demand:
    """Consumer demand that makes simulated orders follow history.

    Attributes
    ----------
    weeks : Sundays of the warm-up and the 52 weeks after it
    rates : (cities, brands) float64, units per day at factor 1
    season : (families, weeks) float64, demand over the yearly mean
    trend : (weeks,) float64, growth since the first day
    event : (weeks,) float64, what season and trend leave
    target : (weeks,) float64, expected litres ordered in the state
    growth : float, per year
    short : short weeks that are assumed in the horizon
    """

    weeks: pd.DatetimeIndex
    rates: FloatArray
    season: FloatArray
    trend: FloatArray
    event: FloatArray
    target: FloatArray
    growth: float
    short: dict[pd.Timestamp, str]

    def factor(self, brands: tuple[str, ...]) -> FloatArray:
        """Return the demand factor, (weeks, brands) float64."""
        rows = [FAMILY_NAMES.index(FAMILIES[brand]) for brand in brands]
        return (self.season[rows] * self.trend * self.event).T

    @property
    def metro(self) -> np.ndarray:
        """Return the cities that order every working day, (cities,) bool."""
        return np.asarray(self.rates.sum(axis=1) * 7.0 * UNIT_LITRES >= METRO_LITRES)


def fit_demand(orders: Orders, cover_days: float, short: dict[pd.Timestamp, str] | None) -> Demand:
    """Fit everything on `orders` for the 52 weeks that follow.

    Parameters
    ----------
    orders : weeks before the horizon only
    cover_days : shelf level of the shops in days of demand
    short : short weeks of the horizon; None = last year's, moved to this year's dates
    """
    state = fit_state(orders)
    end = orders.weeks[-1] + pd.Timedelta(weeks=1)
    weeks = pd.date_range(
        end - pd.Timedelta(weeks=WARMUP_WEEKS), periods=WARMUP_WEEKS + TEST_WEEKS, freq="7D"
    )
    past = short_weeks(orders)
    ahead = expected_short_weeks(orders) if short is None else short
    waves = family_seasons(orders)
    share = _shares(orders, state.mean(orders.weeks, past), waves)
    target = state.mean(weeks, past | ahead) * share.sum()
    season = demand_season(weeks, state, waves, cover_days)
    years = np.arange(len(weeks), dtype=np.float64) * 7.0 / 365.0
    trend = np.power(1.0 + state.growth, years)
    level = float(np.exp(state.coefficients[0] + state.residuals.var() / 2.0))
    level *= (1.0 + state.growth) ** (-WARMUP_WEEKS * 7.0 / 365.0)
    rates = share * level / 7.0 / UNIT_LITRES
    draft = Demand(weeks, rates, season, trend, np.ones(len(weeks)), target, state.growth, ahead)
    return with_target(draft, orders.brands, target, cover_days)


def family_seasons(orders: Orders) -> FloatArray:
    """Return the families' own waves over the state's, (families, waves) float64."""
    years = np.asarray((orders.weeks - orders.weeks[-1]).days, dtype=np.float64) / 364.0
    waves = waves_of(middle_day(orders.weeks))
    table = np.column_stack([np.ones(len(years)), years, waves])
    penalty = np.diag([0.0, 0.0] + [FAMILY_RIDGE] * waves.shape[1])
    state = orders.litres.sum(axis=(0, 1))
    found = []
    for family in FAMILY_NAMES:
        rows = [i for i, brand in enumerate(orders.brands) if FAMILIES[brand] == family]
        ratio = np.log(orders.litres[:, rows].sum(axis=(0, 1)) / state)
        solution = np.linalg.solve(table.T @ table + penalty, table.T @ ratio)
        found.append(solution[2:])
    return np.array(found)


def demand_season(
    weeks: pd.DatetimeIndex, state: StateProfile, waves: FloatArray, cover_days: float
) -> FloatArray:
    """Return the season of consumer demand that orders of the fitted season imply.

    Returns
    -------
    (families, weeks) float64, mean 1 over the year
    """
    year = pd.date_range(weeks[0], periods=52, freq="7D")
    orders = state.season(year) * np.exp(waves @ waves_of(middle_day(year)).T)
    ahead = 3.5  # days of the window in the week before, for an order in the middle of a week
    season = orders.copy()
    for _ in range(6):  # the recursion forgets its start at cover / (cover + 3.5) a week
        for week in range(52):
            before = season[:, week - 1]
            season[:, week] = (7.0 * orders[:, week] + (cover_days - ahead) * before) / (
                cover_days + 7.0 - ahead
            )
    season /= season.mean(axis=1, keepdims=True)
    return season[:, np.arange(len(weeks)) % 52]


def with_target(
    demand: Demand, brands: tuple[str, ...], target: FloatArray, cover_days: float
) -> Demand:
    """Return the demand whose weekly events make the state's expected orders meet `target`."""
    smooth = demand.season[[FAMILY_NAMES.index(FAMILIES[b]) for b in brands]] * demand.trend
    volume = demand.rates.sum(axis=0) @ smooth  # (weeks,) units per day at event 1
    metro = demand.rates[demand.metro].sum() / demand.rates.sum()
    # Daily orders end on Friday (2 days of last week), weekly ones on Monday to Friday (4).
    before = 2.0 * metro + 4.0 * (1.0 - metro)
    wanted = target / UNIT_LITRES
    event = np.empty(len(target))
    last, last_volume = wanted[0] / 7.0 / volume[0], volume[0]
    for week, units in enumerate(wanted):
        kept = (cover_days - before) * last * last_volume
        event[week] = (units + kept) / ((cover_days + 7.0 - before) * volume[week])
        last, last_volume = event[week], volume[week]
    values = {name: getattr(demand, name) for name in demand.__dataclass_fields__}
    return Demand(**(values | {"event": event}))


def _shares(orders: Orders, mean: FloatArray, waves: FloatArray) -> FloatArray:
    """Return each city's and brand's share of the state, recent weeks weighing more."""
    age = np.arange(len(orders.weeks))[::-1]
    weight = 0.5 ** (age / HALF_LIFE_WEEKS)
    own = np.exp(waves @ waves_of(middle_day(orders.weeks)).T)
    rows = [FAMILY_NAMES.index(FAMILIES[brand]) for brand in orders.brands]
    expected = (own[rows] * mean * weight).sum(axis=1)
    return np.asarray((orders.litres * weight).sum(axis=2) / expected)
