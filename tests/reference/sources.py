"""From whom an outlet buys: a logit on haul and habit, or on the whole offer within rights."""

import math

from channelwright.foundation.random import Purpose
from tests.reference.laws import share
from tests.reference.records import Line
from tests.reference.state import State


def weighs_offers(state: State) -> bool:
    """Say whether outlets look at the whole offer."""
    return state.market.source_choice is not None or state.design.selling is not None


def sellable(state: State, outlet: int, column: int, lines: list[Line]) -> list[Line]:
    """Return the lines that an option may sell, none if they are fewer than its smallest order."""
    site = state.design.outlets.options[outlet][column]
    if site < 0:
        return []
    mode = state.sale_mode(outlet, column)
    kept = [line for line in lines if has_right(state, outlet, site, mode, line.product)]
    return kept if is_large_enough(state, site, mode, kept) else []


def is_large_enough(state: State, site: int, mode: int, lines: list[Line]) -> bool:
    """Say whether lines reach the smallest order of a mode in cases and in value."""
    cases = sum(line.ordered for line in lines)
    enough = cases >= max(1, state.design.service.minimum_cases[mode])
    if state.design.capture is None:
        return enough
    value = sum(line.ordered * state.asked_price(site, mode, line.product) for line in lines)
    return enough and value >= state.design.capture.minimum_value[mode]


def has_right(state: State, outlet: int, site: int, mode: int, product: int) -> bool:
    """Say whether a site may sell a product to an outlet in a mode."""
    if state.design.selling is None:
        return True
    rights, outlets = state.design.selling.rights, state.market.outlets
    exclusive_to = []
    for row in range(len(rights)):
        about = (
            rights.area[row] in (-1, outlets.area[outlet])
            and rights.segment[row] in (-1, outlets.segment[outlet])
            and rights.mode[row] in (-1, mode)
            and rights.product[row][product]
        )
        if not about:
            continue
        if rights.exclusive[row]:
            exclusive_to.append(rights.site[row])
        elif rights.site[row] in (-1, site):
            return False
    return not exclusive_to or site in exclusive_to


def finds_source(state: State, outlet: int, lines: list[Line]) -> bool:
    """Say whether somebody would take an order of these lines."""
    if weighs_offers(state):
        columns = range(len(state.design.outlets.options[outlet]))
        return any(sellable(state, outlet, column, lines) for column in columns)
    return is_large_enough(state, state.site_of(outlet), state.mode_of(outlet), lines)


def choose_source(state: State, outlet: int, day: int, lines: list[Line]) -> tuple[int, list[Line]]:
    """Return the column of the chosen option and what is ordered there."""
    if not weighs_offers(state):
        return choose_by_haul(state, outlet, day), lines
    offers = {}
    for column in range(len(state.design.outlets.options[outlet])):
        kept = sellable(state, outlet, column, lines)
        if kept:
            offers[column] = kept
    utilities = {column: utility(state, outlet, column, kept) for column, kept in offers.items()}
    column = draw(state, outlet, day, utilities)
    state.last_source[outlet] = column
    return column, offers[column]


def utility(state: State, outlet: int, column: int, lines: list[Line]) -> float:
    """Return how good an offer looks at 08:00."""
    site, mode = state.design.outlets.options[outlet][column], state.sale_mode(outlet, column)
    behaviour, weights = state.market.behaviour, state.market.source_choice
    terms, service = state.design.terms, state.design.service
    cases = sum(line.ordered for line in lines)
    value = sum(line.ordered * state.asked_price(site, mode, line.product) for line in lines)
    landed = (value - share(value, terms.outlet_rebate[mode])) / cases
    metres = state.map.metres(state.map.outlets[outlet], state.map.sites[site])
    landed += behaviour.haul_cost * metres / 1000
    result = -behaviour.price_weight * landed / 10_000
    if column == state.last_source[outlet]:
        result += behaviour.habit
    if weights is not None:
        on_hand = sum(
            min(line.ordered, state.stock[site][line.product] // state.units_per_case[line.product])
            for line in lines
        )
        result += weights.credit * terms.outlet_days[mode]
        result -= weights.minimum * service.minimum_cases[mode]
        result -= weights.wait * service.promise_days[mode]
        result += weights.stock * on_hand / cases
    return result


def choose_by_haul(state: State, outlet: int, day: int) -> int:
    """Return column 0, or a choice among several by the cost of fetching and habit."""
    behaviour = state.market.behaviour
    utilities = {}
    for column, site in enumerate(state.design.outlets.options[outlet]):
        if site >= 0:
            metres = state.map.metres(state.map.outlets[outlet], state.map.sites[site])
            haul = behaviour.haul_cost * metres / 1000 / 10_000
            utilities[column] = -behaviour.price_weight * haul
    if len(utilities) <= 1:
        return 0
    utilities[0] += behaviour.habit
    return draw(state, outlet, day, utilities)


def draw(state: State, outlet: int, day: int, utilities: dict[int, float]) -> int:
    """Return a column by the logit law."""
    best = max(utilities.values())
    weights = {column: math.exp(value - best) for column, value in utilities.items()}
    uniform = state.uniform(Purpose.SOURCE_CHOICE, day, outlet)
    below = 0.0
    for column, weight in weights.items():
        below += weight / sum(weights.values())
        if uniform < below:
            return column
    return max(utilities)
