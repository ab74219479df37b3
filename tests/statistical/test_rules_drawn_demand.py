"""Drawn demand is what the simulator's shocks make of demand, and its mean is 0."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address, Purpose
from channelwright.rules.drawn_demand import drawn_demand
from channelwright.simulation import laws
from tests.support.tiny_market import tiny_market


def stormy(**shocks):
    market, _ = tiny_market()
    sizes = {"market_shock": 0.2, "product_shock": 0.1, "outlet_shock": 0.3} | shocks
    return replace(market, calendar=replace(market.calendar, **sizes))


def test_it_is_the_mean_of_the_shocks_that_the_simulator_draws():
    market = stormy()
    calendar, rate = market.calendar, market.outlets.rate
    address = Address(5, 3)
    above = whole = 0.0
    for day in range(calendar.warmup_days, calendar.horizon_days):
        week = day // calendar.shock_days
        m = laws.shock(address.uniforms(Purpose.MARKET_SHOCK, week, 1), 0.2)
        s = laws.shock(address.uniforms(Purpose.PRODUCT_SHOCK, week, rate.shape[1]), 0.1)
        t = laws.shock(address.uniforms(Purpose.OUTLET_SHOCK, week, len(rate)), 0.3)
        plain = rate * calendar.factor[day]
        above += float((plain * m * s * t[:, None]).sum())
        whole += float(plain.sum())
    assert drawn_demand(market, 5, [3])[0] == pytest.approx(above / whole - 1.0, abs=1e-12)


def test_its_mean_is_zero_and_no_design_or_caller_moves_it():
    market = stormy()
    values = drawn_demand(market, 1, range(2_000))
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(len(values))
    lazy = replace(market, modes=replace(market.modes, strike=market.modes.strike * 0.5))
    assert np.array_equal(drawn_demand(lazy, 1, range(5)), values[:5])


def test_a_market_without_shocks_has_none():
    calm = stormy(market_shock=0.0, product_shock=0.0, outlet_shock=0.0)
    assert drawn_demand(calm, 1, range(3)).tolist() == [0.0, 0.0, 0.0]
