"""How people respond: best response to terms, execution, source choice.

The optimiser and the simulator call these same functions.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import PPM, FloatArray, IntArray
from channelwright.model.design import Design, Terms
from channelwright.model.market import Market
from channelwright.rules.offers import base_rate

MAX_STRIKE = 0.98
TIE_TICKS = 0.5
MONTH_DAYS = 30


def best_response(payoffs: FloatArray) -> int:
    """Return the first level whose payoff is within half a tick of the best.

    Parameters
    ----------
    payoffs : (L,) float64, ticks per month
    """
    return int(np.argmax(payoffs >= payoffs.max() - TIE_TICKS))


def seller_payoffs(market: Market, terms: Terms, mode: int, sales: float) -> FloatArray:
    """Return what each effort level earns a seller, less the private cost.

    payoff_l = (commission + margin_share) S R_l + [S R_l >= quota > 0] bonus - cost_l,
    R_l = 1 + response (e_l - 1).

    Parameters
    ----------
    sales : ticks of outlet sales per person and month at effort 1

    Returns
    -------
    (L,) float64, ticks per month
    """
    reached = sales * (1 + market.behaviour.response * (market.modes.effort[mode] - 1))
    rate = (int(terms.commission[mode]) + int(terms.margin_share[mode])) / PPM
    quota = int(terms.quota[mode])
    bonus = int(terms.bonus[mode]) if quota > 0 else 0
    pay = rate * reached + np.where(reached >= quota, bonus, 0)
    return np.asarray(pay - market.modes.effort_cost[mode], dtype=np.float64)


def multiplier(market: Market, execution: FloatArray | float) -> FloatArray:
    """Return the demand multiplier of an execution in [0, 1]."""
    behaviour = market.behaviour
    return np.asarray(behaviour.floor + (behaviour.ceiling - behaviour.floor) * execution)


def opening_multiplier(market: Market) -> float:
    """Return expected demand on day 0 over that at multiplier 1 and full range."""
    execution = market.execution
    if execution is None:
        return float(multiplier(market, market.behaviour.opening_execution))
    level = 1.0
    parts = execution.parts
    for row in range(len(parts)):
        level *= parts.low[row] + (parts.high[row] - parts.low[row]) * parts.opening[row]
    return float(level if execution.range is None else level * execution.range.opening)


def decay(market: Market) -> float:
    """Return the share of execution that is left after one day."""
    return float(2.0 ** (-1.0 / market.behaviour.half_life))


def strike_probability(
    market: Market, mode: IntArray | int, effort: FloatArray | float
) -> FloatArray:
    """Return the probability that a call ends in an order."""
    return np.minimum(MAX_STRIKE, market.modes.strike[mode] * effort)


def lift_share(market: Market, mode: IntArray | int, effort: FloatArray | float) -> FloatArray:
    """Return the share of the missing execution that an order restores."""
    return np.minimum(1.0, market.modes.lift[mode] * effort)


def long_run_execution(
    market: Market,
    lift: FloatArray | float,
    orders_per_week: FloatArray | float,
    half_life: float | None = None,
) -> FloatArray:
    """Return mean execution when orders come at a steady rate.

    Between two orders T days apart execution decays by D = 2^(-T / half-life); an order
    restores ``lift`` of what is missing: fixed point x = lift / (1 - D (1 - lift)) just
    after an order, mean over the gap x (1 - D) / (T ln 2 / half-life).
    """
    rate = np.asarray(orders_per_week, dtype=np.float64)
    gap = 7.0 / np.maximum(rate, 1e-9)
    exponent = gap * np.log(2) / (half_life or market.behaviour.half_life)
    left = np.exp(-exponent)
    after = lift / (1 - left * (1 - lift))
    mean = after * (1 - left) / exponent
    return np.asarray(np.where(rate > 1e-9, mean, 0.0))


def source_probabilities(market: Market, distance: IntArray) -> FloatArray:
    """Return the probability of each option of an outlet (logit on hauling cost and habit).

    Parameters
    ----------
    distance : (n, N) int64, metres to each option, -1 = no option; column 0 is assigned

    Returns
    -------
    (n, N) float64, rows sum to 1
    """
    behaviour = market.behaviour
    landed = behaviour.haul_cost * distance / 1000 / 10_000
    utility = -behaviour.price_weight * landed
    utility[:, 0] += behaviour.habit
    missing = distance < 0
    missing[:, 0] = False
    utility = np.where(missing, -np.inf, utility)
    weight = np.exp(utility - utility.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def month_factors(market: Market) -> FloatArray:
    """Return the mean calendar factor of each month: (months, P)."""
    calendar = market.calendar
    months = int(calendar.month[-1]) + 1
    return np.stack([calendar.factor[calendar.month == m].mean(axis=0) for m in range(months)])


def seller_sales(
    market: Market,
    design: Design,
    mode: int,
    factor: FloatArray,
    rate: FloatArray | None = None,
) -> float:
    """Return sales per person and month of a mode at effort 1, in ticks.

    Parameters
    ----------
    factor : (P,) float64, mean calendar factor of the month
    rate : (O, P) float64, `offers.base_rate` of the design, where it is known
    """
    count = int((design.reps.mode == mode).sum())
    if count == 0:
        return 0.0
    served = (design.outlets.mode == mode) & (design.outlets.rep >= 0)
    rate = base_rate(market, design) if rate is None else rate
    units = rate[served].sum(axis=0) * factor
    units = units * opening_multiplier(market)
    value = units / market.products.units_per_case * design.terms.price_outlet[mode]
    return float(value.sum() * MONTH_DAYS / count)
