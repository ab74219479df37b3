"""The stock policies of shelves (docs/world/shelves.md)."""

import math
from typing import NamedTuple

from channelwright.model.stock import POLICIES, SERVICES, ShelfStock
from tests.reference.forecasts import daily_variance
from tests.reference.laws import round_half_up
from tests.reference.state import State
from tests.reference.stock_policies import NORMAL, WIDEST, Numbers, factor_of_loss, order_size

CYCLE = 28


class Rule(NamedTuple):
    """What a design says about a shelf and product; numbers below 0 are not given."""

    policy: str  # empty without one
    reorder: int = -1
    level: int = -1
    quantity: int = -1
    cover_days: float = 0.0
    service: str = "none"
    target: float = 0.0


NO_RULE = Rule("")


def rule_of(state: State, outlet: int, product: int) -> Rule:
    """Return what the design says about a shelf and product, by segment and grade."""
    rule = state.shelf_rules.get((outlet, product))
    if rule is None:
        stock, outlets = state.design.stock, state.market.outlets
        rule = NO_RULE
        if stock is not None and stock.shelves is not None:
            segment, grade = outlets.segment[outlet], outlets.grade[outlet]
            rule = read_rule(stock.shelves, segment, grade, product)
        state.shelf_rules[outlet, product] = rule
    return rule


def read_rule(given: ShelfStock, segment: int, grade: int, product: int) -> Rule:
    """Read the numbers of a segment, grade and product."""
    policy, reorder, level, quantity, cover, service, target = (
        column[segment][grade][product]
        for column in (
            given.policy,
            given.reorder,
            given.level,
            given.quantity,
            given.cover_days,
            given.service,
            given.target,
        )
    )
    if policy < 0:
        return NO_RULE
    return Rule(POLICIES[policy], reorder, level, quantity, cover, SERVICES[service], target)


def interval(state: State, outlet: int, product: int) -> float:
    """Return the days between two order chances."""
    if rule_of(state, outlet, product).policy == "base_stock":
        return 1.0
    days = state.design.outlets.order_days[outlet].bit_count()
    return CYCLE / days if days else float(CYCLE)


def shelf_numbers(state: State, outlet: int, product: int, mean: float, cover: float) -> Numbers:
    """Return what an outlet orders by, for an expected demand of the day."""
    policy, reorder, level, quantity, cover_days, *_ = rule_of(state, outlet, product)
    point = covering(state, outlet, product, mean, cover)
    if policy in ("order_up_to", "base_stock"):
        level = point if level < 0 else level
        return Numbers(policy, level, level, 0)
    reorder = point if reorder < 0 else reorder
    batch = max(1, round_half_up(cover_days * mean))
    if policy == "reorder_up_to":
        return Numbers(policy, reorder, reorder + batch if level < 0 else level, 0)
    case = state.units_per_case[product]
    quantity = batch if quantity < 0 else quantity
    quantity = max(1, math.ceil(quantity / case)) * case
    return Numbers(policy, reorder, reorder + quantity, quantity)


def covering(state: State, outlet: int, product: int, mean: float, cover: float) -> int:
    """Return the units that last until what the next order brings is there."""
    rule = rule_of(state, outlet, product)
    if rule.service == "none":
        return max(0, round_half_up(cover * mean))
    chance = interval(state, outlet, product)
    days = state.design.service.promise_days[state.mode_of(outlet)] + chance
    spread = math.sqrt(days * math.sqrt(daily_variance(state, product, mean)) ** 2)
    if rule.service == "cycle":
        factor = min(max(NORMAL.inv_cdf(rule.target), -WIDEST), WIDEST)
    else:
        asked = chance * mean
        if rule.policy.startswith("reorder"):
            asked = rule.cover_days * mean
        if rule.policy == "reorder_quantity" and rule.quantity >= 0:
            asked = rule.quantity
        factor = factor_of_loss((1.0 - rule.target) * asked / spread) if spread > 0 else 0.0
    return max(0, round_half_up(days * mean + factor * spread))


def policy_cases(
    state: State, outlet: int, product: int, on_hand: int, mean: float, cover: float
) -> int:
    """Return the whole cases that a shelf orders of a product."""
    if mean <= 0:
        return 0
    position = on_hand - state.coming.get((outlet, product), 0)
    units = order_size(shelf_numbers(state, outlet, product, mean, cover), position)
    return math.ceil(units / state.units_per_case[product])


def opening_level(state: State, outlet: int, product: int, mean: float, cover: float) -> int:
    """Return the level that the opening shelf is half of."""
    return shelf_numbers(state, outlet, product, mean, cover).level if mean > 0 else 0
