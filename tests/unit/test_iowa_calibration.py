"""The calibration of the Iowa pack: each step on a case with a known answer."""

import dataclasses
import importlib
import sys

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "scenarios" / "iowa_spirits"))
demand = importlib.import_module("iowa_build.demand")
dispersion = importlib.import_module("iowa_build.dispersion")
generator = importlib.import_module("iowa_build.generator")
history = importlib.import_module("iowa_build.history")
profile = importlib.import_module("iowa_build.profile")
scoring = importlib.import_module("iowa_build.score")

BRANDS = tuple(sorted(demand.FAMILIES))
WEEKS = pd.date_range("2012-01-01", periods=156, freq="7D")


def _orders(litres):
    cities = tuple(f"C{number}" for number in range(len(litres)))
    return history.Orders(cities, BRANDS, WEEKS[: litres.shape[2]], litres, litres * 10.0)


def _flat(cities=40, level=900.0):
    return np.full((cities, len(BRANDS), len(WEEKS)), level)


def test_constant_history_gives_constant_demand_and_no_growth():
    fitted = demand.fit_demand(_orders(_flat()), 42.0, {})
    assert fitted.growth == pytest.approx(0.0, abs=1e-9)
    assert fitted.target == pytest.approx(40 * 9 * 900.0, rel=1e-9)
    units = fitted.rates * fitted.factor(BRANDS).mean()
    assert units == pytest.approx(900.0 / 7.0 / demand.UNIT_LITRES, rel=1e-6)


def test_growth_of_a_growing_history_is_found_and_carried_on():
    years = np.arange(len(WEEKS)) * 7 / 364.0
    fitted = demand.fit_demand(_orders(_flat() * 1.1**years), 42.0, {})
    assert fitted.growth == pytest.approx(0.10, abs=1e-6)
    last = 40 * 9 * 900.0 * 1.1 ** ((len(WEEKS) + 51) / 52.0)
    assert fitted.target[-1] == pytest.approx(last, rel=1e-6)


def test_a_week_of_high_orders_needs_a_small_rise_of_demand():
    fitted = demand.fit_demand(_orders(_flat()), 42.0, {})
    target = fitted.target.copy()
    target[20] *= 1.6
    moved = demand.with_target(fitted, BRANDS, target, 42.0)
    rise = moved.event[20] / moved.event[19]
    # 0.6 of a week's orders over a level of six weeks and the days of the week to come.
    assert 1.05 < rise < 0.6 * 7 / 42 + 1.0
    generated = generator.weekly_litres(
        moved, BRANDS, dispersion.Shocks(0.0, 0.0, 0.0, np.full(9, 1e6)), 42.0, 1, 3
    )
    weeks = generated.sum(axis=(1, 2))[0]
    assert weeks[12] / weeks[11] == pytest.approx(1.6, rel=0.05)


def test_spread_of_independent_cells_is_left_to_the_cells():
    random = np.random.default_rng(5)
    litres = random.gamma(4.0, 900.0 / 4.0, size=(60, len(BRANDS), len(WEEKS)))
    spread = dispersion.measure(_orders(litres))
    assert abs(spread.market) < 0.004
    assert abs(spread.product) < 0.01
    assert abs(spread.outlet) < 0.01
    assert spread.cell == pytest.approx(0.25, rel=0.12)


def test_common_shocks_are_told_from_those_of_brands_and_cities():
    random = np.random.default_rng(6)
    shape = (60, len(BRANDS), len(WEEKS))
    common = random.lognormal(-0.02, 0.2, size=(1, 1, shape[2]))
    city = random.lognormal(-0.045, 0.3, size=(shape[0], 1, shape[2]))
    spread = dispersion.measure(_orders(np.full(shape, 900.0) * common * city))
    # The fit of the state takes a little of the common part up as season.
    assert spread.market == pytest.approx(np.expm1(0.04), rel=0.4)
    assert spread.product == pytest.approx(spread.market, rel=0.05)
    assert spread.outlet - spread.market == pytest.approx(np.expm1(0.09), rel=0.25)


def test_shock_of_demand_is_larger_than_that_of_orders_which_average_two_weeks():
    spread = dispersion.Spread(0.01, 0.03, 0.05, np.full(9, 0.5))
    whole = dispersion.shocks_of(spread, 0.0)
    mixed = dispersion.shocks_of(spread, 3.5)
    assert whole.market == pytest.approx(np.sqrt(np.log1p(0.01)))
    assert mixed.market == pytest.approx(np.sqrt(np.log1p(0.02)))
    assert whole.dispersion == pytest.approx(1.0 / (7.0 * (0.5 - 0.01 - 0.02 - 0.04)))


def test_scores_of_a_hand_made_year():
    actual = np.tile([1.0, 3.0], (1, 26))
    simulated = np.stack([actual + 1.0, actual - 1.0, actual])
    before = np.full((1, 52), 2.0)
    figures = scoring.score(simulated, actual, before)
    assert dataclasses.asdict(figures) == pytest.approx(
        {
            "state_week": 0.0,
            "naive_week": 0.5,
            "city_quarter": 0.0,
            # quarters of 13 weeks: 25, 27, 25, 27 against 26
            "naive_quarter": 4.0 / 104.0,
            "inside": 1.0,
            "variance_ratio": 1.0,
            "bias": 0.0,
            "width": 0.5 * (1.8 / 1.0 + 1.8 / 3.0),
        }
    )
