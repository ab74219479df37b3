"""Expected availability: the share of consumer demand that shelves can serve.

A shelf is filled up to c days of expected demand and refilled after an order cycle of X
days and a delivery lead l. What cannot be served per cycle is E[(D(X + l) - c)^+], the
loss function of the normal law (Zipkin 2000, appendix C) with the variance of demand, of
shocks and of rounding to cases; X is T / p on average, geometric for calls that end in an
order with probability p.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from channelwright.foundation.units import FloatArray
from channelwright.model.market import LAW_NEGATIVE_BINOMIAL, LAW_POISSON, Market
from channelwright.rules.demand import other_variances

CYCLES = 8
_SMALL = 1e-9


def availability(
    market: Market,
    daily: FloatArray,
    cover: FloatArray,
    interval: FloatArray,
    chance: FloatArray,
    lead: FloatArray,
) -> FloatArray:
    """Return the share of demand served: (n, P).

    Parameters
    ----------
    daily : (n, P) float64, expected demand in units a day
    cover : stock just after an order, in days of demand
    interval : days between chances to order
    chance : probability that a chance becomes an order
    lead : days from order to shelf; all (n,) or (n, P) float64
    """
    cover, interval, lead = (_by_product(value) for value in (cover, interval, lead))
    mean = np.maximum(daily, _SMALL)
    spread = _daily_variance(market, mean)
    rounding = (market.products.units_per_case / mean) ** 2 / 12
    p = np.clip(_by_product(chance), 0.05, 1.0)
    lost = np.zeros(mean.shape)
    weight_left = np.ones(p.shape)
    for number in range(1, CYCLES + 1):
        weight = p * weight_left if number < CYCLES else weight_left
        weight_left = weight_left - weight
        window = interval * number + lead
        variance = spread * window + _shock_variance(market, window) + rounding
        lost += weight * normal_loss(cover - window, np.sqrt(variance))
    cycle = interval / p
    return np.asarray(1.0 - np.minimum(1.0, lost / np.maximum(cycle, _SMALL)))


def _by_product(value: FloatArray) -> FloatArray:
    """Return a column for values of rows, values by product as they are."""
    return value if value.ndim == 2 else value[:, None]


def normal_loss(slack: FloatArray, deviation: FloatArray) -> FloatArray:
    """Return E[(Z - slack)^+] of a normal Z with mean 0 and a standard deviation."""
    deviation = np.maximum(deviation, _SMALL)
    z = slack / deviation
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.maximum(deviation * (density - z * (1 - ndtr(z))), 0.0))


def _daily_variance(market: Market, mean: FloatArray) -> FloatArray:
    """Return the variance of a day's demand in units of its squared mean: (n, P)."""
    law, size = market.products.law, market.products.dispersion
    counted = (law == LAW_POISSON) | (law == LAW_NEGATIVE_BINOMIAL)
    poisson = np.where(counted, 1.0, 0.0) / mean
    mixed = np.where(law == LAW_NEGATIVE_BINOMIAL, 1.0 / size, 0.0)
    return np.asarray(poisson + mixed + other_variances(market))


def _shock_variance(market: Market, window: FloatArray) -> FloatArray:
    """Return the variance that lasting shocks add over a window, in squared days."""
    calendar = market.calendar
    sigmas = (calendar.market_shock, calendar.product_shock, calendar.outlet_shock)
    square = sum(float(np.expm1(sigma * sigma)) for sigma in sigmas)
    return np.asarray(square * window * np.minimum(window, calendar.shock_days))
