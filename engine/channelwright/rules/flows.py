"""Expected flows of a design: orders, cases and drops per week of every outlet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.calibration import Calibration
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import CAPTURES, CARRIERS, Market
from channelwright.rules import behaviour
from channelwright.rules.availability import availability
from channelwright.rules.contracts import carried_rate
from channelwright.rules.demand import law_means, recovered
from channelwright.rules.execution import long_run_multiplier
from channelwright.rules.expected_shelves import PolicyShelves, ShelfChances, policy_shelves, union
from channelwright.rules.promoted import promoted_means

WEEKS = CYCLE_DAYS / 7
_VISIT = CAPTURES.index("visit")
_TRUCK = CARRIERS.index("truck")
_ROUNDS = 6


@dataclass(frozen=True)
class Flows:
    """Expected flows per week (O rows; zero where the design does not cover).

    Attributes
    ----------
    visits : (O,) float64, planned calls or order days
    orders : (O,) float64, orders = drops
    cases : (O, P) float64
    online_units : (O,) float64, units sold online
    """

    visits: FloatArray
    orders: FloatArray
    cases: FloatArray
    online_units: FloatArray


def cover_days(design: Design) -> FloatArray:
    """Return the shelf level of every outlet in days of expected demand: (O,).

    cover_days + interval_cover x mean days between the outlet's order days.
    """
    plan, service = design.outlets, design.service
    mode = np.maximum(plan.mode, 0)
    days = bits_per_week(plan.order_days) * WEEKS
    interval = np.divide(CYCLE_DAYS, days, out=np.zeros(len(days)), where=days > 0)
    return np.asarray(service.cover_days[mode] + service.interval_cover[mode] * interval)


def mean_factor(market: Market) -> FloatArray:
    """Return the mean calendar factor of the measured days: (P,)."""
    calendar = market.calendar
    return np.asarray(calendar.factor[calendar.warmup_days :].mean(axis=0))


def efforts(market: Market, design: Design) -> FloatArray:
    """Return the best-response effort multiplier of each mode: (M,), 1 without people."""
    result = np.ones(len(market.modes))
    factor = mean_factor(market)
    for mode in np.unique(design.reps.mode).tolist():
        sales = behaviour.seller_sales(market, design, mode, factor)
        payoffs = behaviour.seller_payoffs(market, design.terms, mode, sales)
        result[mode] = market.modes.effort[mode, behaviour.best_response(payoffs)]
    return result


def bits_per_week(order_days: IntArray) -> FloatArray:
    """Return order days per week of 28-day bit patterns."""
    count = np.zeros(len(order_days))
    for day in range(CYCLE_DAYS):
        count += (order_days >> day) & 1
    return count / WEEKS


def full_cases(market: Market, design: Design | None = None) -> FloatArray:
    """Return cases per week of every outlet and product at multiplier 1: (O, P).

    With a design, under its consumer prices and promotions.
    """
    rate = market.outlets.rate if design is None else carried_rate(market, design)
    promoted = None if design is None else promoted_means(market, design)
    factor = mean_factor(market) if promoted is None else promoted.volume
    weekly = rate * (factor * law_means(market)) * 7
    return np.asarray(weekly / market.products.units_per_case)


def expected_flows(
    market: Market,
    design: Design,
    effort: FloatArray | None = None,
    made: FloatArray | None = None,
    calibration: Calibration | None = None,
) -> Flows:
    """Return the expected flows of a design.

    An outlet orders at the rate of productive calls (or order days), at most once per
    smallest order; execution, and with it demand, follows from that rate.

    Parameters
    ----------
    effort : (M,) effort multipliers; default: the best responses to the design's terms
    made : (O,) share of planned calls that are made; default: all
    calibration : Calibration, optional
        Multipliers on calls, orders and cases; default: none.
    """
    plan = design.outlets
    covered = plan.mode >= 0
    mode = np.maximum(plan.mode, 0)
    effort = efforts(market, design) if effort is None else effort
    visited = (market.modes.capture[mode] == _VISIT) & (plan.rep < 0)
    visits = np.where(covered & ~visited, bits_per_week(plan.order_days), 0.0)
    if made is not None:
        visits = visits * made
    if calibration is not None:
        called = market.modes.capture[mode] == _VISIT
        visits = visits * np.where(called, calibration.calls[mode], 1.0)
    chance = _order_chance(market, mode, effort)
    lift = behaviour.lift_share(market, mode, effort[mode])
    base = full_cases(market, design)
    chances = ShelfChances(visits, chance, lead_days(market, design, mode))
    policies = policy_shelves(market, design, cover_days(design))
    online = np.where(plan.o2o, 1 + market.behaviour.online_new, 1.0)
    orders = visits * chance
    cases = base
    for _ in range(_ROUNDS):
        level = long_run_multiplier(market, lift, orders, visits * chance)
        level = level * online * (orders > 0)
        wanted = base * level[:, None]
        served = _served(market, design, mode, wanted, visits, orders)
        if policies is not None:
            daily = wanted * market.products.units_per_case / 7
            served = np.where(policies.ruled, policies.served(daily, chances), served)
        cases = wanted * recovered(market, served)
        orders = _orders(market, design, mode, cases, chances, policies)
    if calibration is not None:
        # On the outcome: people who ordered less often would otherwise be held by another limit.
        orders = orders * calibration.orders[mode]
        cases = cases * calibration.volume[market.outlets.area, mode][:, None]
    units = (cases * market.products.units_per_case).sum(axis=1)
    share = market.behaviour.online_shift + market.behaviour.online_new
    online_units = np.where(plan.o2o, units * share / (1 + market.behaviour.online_new), 0.0)
    return Flows(visits, orders, cases, online_units)


def _orders(
    market: Market,
    design: Design,
    mode: IntArray,
    cases: FloatArray,
    chances: ShelfChances,
    policies: PolicyShelves | None,
) -> FloatArray:
    """Return orders a week: (O,)."""
    most = np.asarray(chances.visits * chances.chance)
    if policies is None:
        return np.minimum(most, _most_orders(market, design, mode, cases))
    plain = _most_orders(market, design, mode, np.where(policies.ruled, 0.0, cases))
    by_policy = policies.orders(cases * market.products.units_per_case / 7, chances)
    smallest = np.maximum(1, design.service.minimum_cases[mode])
    found = union(by_policy, np.minimum(most, plain), most)
    return np.asarray(np.minimum(found, cases.sum(axis=1) / smallest))


def lead_days(market: Market, design: Design, mode: IntArray) -> FloatArray:
    """Return the days from an order to the shelf: (O,)."""
    truck = market.modes.carrier[mode] == _TRUCK
    rest = 1 - float(market.calendar.working.mean())
    return np.asarray(np.where(truck, 1 + rest, design.service.tariff_days[mode]), dtype=float)


def _served(
    market: Market,
    design: Design,
    mode: IntArray,
    wanted: FloatArray,
    visits: FloatArray,
    orders: FloatArray,
) -> FloatArray:
    """Return the share of wanted cases that shelves serve: (O, P)."""
    service = design.service
    daily = wanted * market.products.units_per_case / 7
    cover, reorder = cover_days(design), service.reorder_days[mode]
    chances = np.maximum(visits, 1e-3)
    often = np.maximum(orders, 1e-3)
    pulls = reorder >= 0
    cycle = np.where(pulls, 7 / often, 7 / chances)
    # A pull orders at its reorder point: the cycle before it is covered by what lies above.
    stock = np.where(pulls, reorder + 7 / often - 7 / chances, cover)
    chance = np.where(pulls, 1.0, often / chances)
    return availability(market, daily, stock, cycle, chance, lead_days(market, design, mode))


def _order_chance(market: Market, mode: IntArray, effort: FloatArray) -> FloatArray:
    strike = behaviour.strike_probability(market, mode, effort[mode])
    return np.where(market.modes.capture[mode] == _VISIT, strike, 1.0)


def _most_orders(market: Market, design: Design, mode: IntArray, cases: FloatArray) -> FloatArray:
    """Return orders per week if every order had the smallest size."""
    service = design.service
    total = cases.sum(axis=1)
    smallest = np.maximum(1, service.minimum_cases[mode]).astype(np.float64)
    gap = np.maximum(cover_days(design) - service.reorder_days[mode], 0) * total / 7
    size = np.where(service.reorder_days[mode] >= 0, np.maximum(smallest, gap), smallest)
    return np.asarray(total / size)


def uses_trucks(market: Market, design: Design) -> np.ndarray:
    """Return which covered outlets are served by trucks: (O,) bool."""
    mode = np.maximum(design.outlets.mode, 0)
    return np.asarray((design.outlets.mode >= 0) & (market.modes.carrier[mode] == _TRUCK))
