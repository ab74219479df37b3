"""The stock policies of shelves (docs/world/shelves.md)."""

import math

from channelwright.model.stock import POLICIES, SERVICES, ShelfStock
from tests.reference.forecasts import daily_variance
from tests.reference.laws import round_half_up
from tests.reference.state import State
from tests.reference.stock_policies import NORMAL, WIDEST, Numbers, factor_of_loss, order_size

CYCLE = 28


def policies(state: State) -> ShelfStock | None:
    """Return the policies of shelves."""
    return None if state.design.stock is None else state.design.stock.shelves


def place_of(state: State, outlet: int, product: int) -> tuple[int, int, int]:
    """Return where the numbers of a shelf and product stand."""
    outlets = state.market.outlets
    return int(outlets.segment[outlet]), int(outlets.grade[outlet]), product


def policy_of_shelf(state: State, outlet: int, product: int) -> str:
    """Return the name of the policy of a shelf and product, empty without one."""
    given = policies(state)
    number = -1 if given is None else int(given.policy[place_of(state, outlet, product)])
    return "" if number < 0 else POLICIES[number]


def interval(state: State, outlet: int, product: int) -> float:
    """Return the days between two order chances."""
    if policy_of_shelf(state, outlet, product) == "base_stock":
        return 1.0
    days = int(state.design.outlets.order_days[outlet]).bit_count()
    return CYCLE / days if days else float(CYCLE)


def shelf_numbers(state: State, outlet: int, product: int, mean: float, cover: float) -> Numbers:
    """Return what an outlet orders by, for an expected demand of the day."""
    given, place = policies(state), place_of(state, outlet, product)
    policy = policy_of_shelf(state, outlet, product)
    reorder, level, quantity = (
        int(getattr(given, name)[place]) for name in ("reorder", "level", "quantity")
    )
    point = covering(state, outlet, product, mean, cover)
    if policy in ("order_up_to", "base_stock"):
        level = point if level < 0 else level
        return Numbers(policy, level, level, 0)
    reorder = point if reorder < 0 else reorder
    batch = max(1, round_half_up(float(given.cover_days[place]) * mean))
    if policy == "reorder_up_to":
        return Numbers(policy, reorder, reorder + batch if level < 0 else level, 0)
    case = state.units_per_case[product]
    quantity = batch if quantity < 0 else quantity
    quantity = max(1, math.ceil(quantity / case)) * case
    return Numbers(policy, reorder, reorder + quantity, quantity)


def covering(state: State, outlet: int, product: int, mean: float, cover: float) -> int:
    """Return the units that last until what the next order brings is there."""
    given, place = policies(state), place_of(state, outlet, product)
    service, target = SERVICES[given.service[place]], float(given.target[place])
    if service == "none":
        return max(0, round_half_up(cover * mean))
    chance = interval(state, outlet, product)
    days = int(state.design.service.promise_days[state.mode_of(outlet)]) + chance
    spread = math.sqrt(days * math.sqrt(daily_variance(state, product, mean)) ** 2)
    if service == "cycle":
        factor = min(max(NORMAL.inv_cdf(target), -WIDEST), WIDEST)
    else:
        asked = chance * mean
        if policy_of_shelf(state, outlet, product).startswith("reorder"):
            asked = float(given.cover_days[place]) * mean
        if policy_of_shelf(state, outlet, product) == "reorder_quantity":
            lot = int(given.quantity[place])
            asked = lot if lot >= 0 else asked
        factor = factor_of_loss((1.0 - target) * asked / spread) if spread > 0 else 0.0
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
