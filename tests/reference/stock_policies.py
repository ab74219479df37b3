"""The stock policies of docs/world/stock.md: numbers of a policy and the order they make."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from channelwright.model.stock import POLICIES, SERVICES
from tests.reference.laws import round_half_up
from tests.reference.state import State

NORMAL = NormalDist()
WIDEST = 8.0


@dataclass(frozen=True)
class Numbers:
    """What a policy orders by; all in units."""

    policy: str
    reorder: int
    level: int
    quantity: int


def policy_of(state: State, site: int, product: int) -> str:
    """Return the name of the policy of a site and product."""
    stock = state.design.stock
    if stock is None or stock.sites is None:
        return "order_up_to"
    return POLICIES[stock.sites.policy[site][product]]


def review_days(state: State, site: int, product: int) -> int:
    """Return the days between reviews."""
    if policy_of(state, site, product) == "base_stock":
        return 1
    return state.design.sites.review_days[site]


def given(state: State, name: str, site: int, product: int) -> int:
    """Return a number that the design states, -1 if it does not."""
    stock = state.design.stock
    number = -1
    if stock is not None and stock.sites is not None:
        number = getattr(stock.sites, name)[site][product]
    if number < 0 and name == "level":
        number = state.design.sites.level[site][product]
    return number


def policy_numbers(
    state: State, site: int, product: int, average: float, deviation: float
) -> Numbers:
    """Return what a site orders by, for a forecast of its demand."""
    policy = policy_of(state, site, product)
    reorder, level, quantity = (
        given(state, name, site, product) for name in ("reorder", "level", "quantity")
    )
    point = covering_point(state, site, product, average, deviation)
    if policy in ("order_up_to", "base_stock"):
        level = point if level < 0 else level
        return Numbers(policy, level, level, 0)
    reorder = point if reorder < 0 else reorder
    batch = max(1, round_half_up(cover_days(state, site, product) * average))
    if policy == "reorder_up_to":
        return Numbers(policy, reorder, reorder + batch if level < 0 else level, 0)
    case = state.units_per_case[product]
    quantity = batch if quantity < 0 else quantity
    quantity = max(1, math.ceil(quantity / case)) * case
    return Numbers(policy, reorder, reorder + quantity, quantity)


def order_size(numbers: Numbers, position: int) -> int:
    """Return the units to order at a review, not yet in whole cases."""
    if numbers.policy in ("order_up_to", "base_stock"):
        return max(0, numbers.level - position)
    if position > numbers.reorder:
        return 0
    if numbers.policy == "reorder_up_to":
        return max(0, numbers.level - position)
    ordered = 0
    while position + ordered <= numbers.reorder:
        ordered += numbers.quantity
    return ordered


def cover_days(state: State, site: int, product: int) -> float:
    """Return the days of demand in one order of a reorder policy."""
    stock = state.design.stock
    return stock.sites.cover_days[site][product] if stock and stock.sites else 0.0


def covering_point(state: State, site: int, product: int, average: float, deviation: float) -> int:
    """Return the units that cover demand until what the next review orders arrives."""
    lead = state.market.sites.lead_days[site][state.parent(site)]
    review = review_days(state, site, product)
    stock = state.design.stock
    service = "none"
    if stock is not None and stock.sites is not None:
        service = SERVICES[stock.sites.service[site][product]]
    if service == "none":
        days = lead + review + state.design.sites.safety_days[site]
        return max(0, round_half_up(days * average))
    target = stock.sites.target[site][product]
    supply = state.market.supply
    lane = 0.0 if supply is None else supply.lead_deviation[site][state.parent(site)]
    days = max(1, lead) + review - 1
    spread = math.sqrt(days * deviation**2 + (average * lane) ** 2)
    if service == "cycle":
        factor = min(max(NORMAL.inv_cdf(target), -WIDEST), WIDEST)
    else:
        cycle = review * average
        if policy_of(state, site, product) == "reorder_up_to":
            cycle = cover_days(state, site, product) * average
        if policy_of(state, site, product) == "reorder_quantity":
            quantity = given(state, "quantity", site, product)
            cycle = quantity if quantity >= 0 else cover_days(state, site, product) * average
        factor = factor_of_loss((1.0 - target) * cycle / spread) if spread > 0 else 0.0
    return max(0, round_half_up(days * average + factor * spread))


def factor_of_loss(loss: float) -> float:
    """Return z with E[(Z - z)^+] = loss, Z standard normal, between -8 and 8."""
    low, high = -WIDEST, WIDEST
    for _ in range(60):
        z = (low + high) / 2
        beyond = math.erfc(z / math.sqrt(2)) / 2
        if math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * beyond > loss:
            low = z
        else:
            high = z
    return (low + high) / 2
