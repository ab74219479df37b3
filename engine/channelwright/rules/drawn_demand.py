"""How much demand a random world holds, before any design or mechanism has touched it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.market import Market

_HALF_STEP = 2.0**-54
_MARKET = np.zeros(1, dtype=np.int64)


def drawn_demand(market: Market, seed: int, replications: Sequence[int]) -> FloatArray:
    """Return by how much the shocks of each world raise demand over what is expected.

    With the shocks m of the market, s of products and t of outlets (architecture, section 3), each
    of mean 1, and the plain volume v = rate x factor of the measured days:
    sum(v (m s t - 1)) / sum(v). Its expectation is 0 whatever the market says, and nothing that a
    design, a price or a caller does can move it: it is made of addressed uniforms alone. That is
    what a control variate has to be.

    Parameters
    ----------
    market : Market
    seed : int
    replications : sequence of int, n

    Returns
    -------
    (n,) share of plain volume; all 0 where the market has no shocks
    """
    calendar = market.calendar
    if not (calendar.market_shock or calendar.product_shock or calendar.outlet_shock):
        return np.zeros(len(replications))
    return np.array([_level(market, Address(seed, number)) for number in replications])


def _level(market: Market, address: Address) -> float:
    calendar = market.calendar
    rate = market.outlets.rate
    rows = np.arange(len(rate))
    products = np.arange(rate.shape[1])
    above, whole = 0.0, 0.0
    for week, weight in _weeks(market):
        common = _shocks(address, Purpose.MARKET_SHOCK, week, _MARKET, calendar.market_shock)[0]
        product = _shocks(address, Purpose.PRODUCT_SHOCK, week, products, calendar.product_shock)
        outlet = _shocks(address, Purpose.OUTLET_SHOCK, week, rows, calendar.outlet_shock)
        above += float(common * (outlet @ rate) @ (product * weight))
        whole += float(rate.sum(axis=0) @ weight)
    return above / whole - 1.0 if whole > 0.0 else 0.0


def _weeks(market: Market) -> list[tuple[int, FloatArray]]:
    """Return shock periods of the measured days and the sum of demand factors in each: (P,)."""
    calendar = market.calendar
    days = np.arange(calendar.warmup_days, calendar.horizon_days)
    week = days // calendar.shock_days
    return [
        (int(one), np.asarray(calendar.factor[days[week == one]].sum(axis=0)))
        for one in np.unique(week)
    ]


def _shocks(
    address: Address, purpose: Purpose, week: int, entities: IntArray, sigma: float
) -> FloatArray:
    if sigma == 0:
        return np.ones(len(entities))
    normal = ndtri(address.at(purpose, week, entities) + _HALF_STEP)
    return np.asarray(np.exp(sigma * normal - sigma * sigma / 2))
