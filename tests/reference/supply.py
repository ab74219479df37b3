"""What parents ship when they are short, and when it arrives (docs/world/supply.md)."""

import math

from scipy.special import gammaincinv

from channelwright.foundation.random import Purpose
from channelwright.model.stock import RATIONING
from channelwright.model.supply import ALL_CHILDREN
from tests.reference.state import State

DAYS_OF_WEEK = 7
Units = dict[tuple[int, int], int]  # by site and product


def share_out(state: State, tier: list[int], orders: Units, day: int) -> Units:
    """Ship to the sites of a tier what their parents can; return the units of each."""
    shipped = dict.fromkeys(orders, 0)
    for parent in sorted({state.supplier(site) for site in tier}):
        children = [site for site in tier if state.supplier(site) == parent]
        for product in state.products:
            share_out_product(state, parent, product, children, orders, shipped, day)
    return shipped


def share_out_product(
    state: State,
    parent: int,
    product: int,
    children: list[int],
    orders: Units,
    shipped: Units,
    day: int,
) -> None:
    """Share out one product of one parent; what is missing waits or is lost."""
    case = state.units_per_case[product]
    wanted = {s: (orders[s, product] + state.awaited[s][product]) // case for s in children}
    reached = {s: cases for s, cases in wanted.items() if not is_out(state, parent, s, day)}
    left = cases_left(state, parent, product, day)
    if sum(reached.values()) <= left:
        given = reached
    elif rule_of(state, parent) == "proportional":
        given = in_proportion(reached, left)
    else:
        given = in_turn(state, reached, left)
    for site in children:
        cases = given.get(site, 0)
        shipped[site, product] = cases * case
        take(state, parent, product, cases * case)
        rest = (wanted[site] - cases) * case
        waits = keeps_backorders(state, parent) and not state.sources(site)
        state.awaited[site][product] = rest if waits else 0


def cases_left(state: State, parent: int, product: int, day: int) -> float:
    """Return the whole cases that a parent can still ship today."""
    case = state.units_per_case[product]
    if not state.is_plant(parent):
        return state.stock[parent][product] // case
    supply = state.market.supply
    if supply is None or supply.capacity[parent][product] < 0:
        return math.inf
    period = day
    if supply.capacity_days[parent] == DAYS_OF_WEEK:
        period = (day + state.market.calendar.start.weekday()) // DAYS_OF_WEEK
    if state.period[parent, product] != period:
        state.period[parent, product] = period
        state.used[parent, product] = 0
    return (supply.capacity[parent][product] - state.used[parent, product]) // case


def take(state: State, parent: int, product: int, units: int) -> None:
    """Take units from the stock of a site, or from what a plant can make."""
    if state.is_plant(parent):
        state.used[parent, product] += units
    else:
        state.stock[parent][product] -= units


def in_turn(state: State, wanted: dict[int, int], left: float) -> dict[int, int]:
    """Serve children one after the other, by priority and number."""
    given = {}
    for site in sorted(wanted, key=lambda site: (priority(state, site), site)):
        given[site] = int(min(wanted[site], left))
        left -= given[site]
    return given


def in_proportion(wanted: dict[int, int], left: float) -> dict[int, int]:
    """Serve children in proportion, the remainder one by one to the largest fractions."""
    total = sum(wanted.values())
    given = {site: cases * int(left) // total for site, cases in wanted.items()}
    fractions = sorted(wanted, key=lambda site: (-(wanted[site] * int(left) % total), site))
    for site in fractions[: int(left) - sum(given.values())]:
        given[site] += 1
    return given


# ---------------------------------------------------------------- the rules
def rule_of(state: State, parent: int) -> str:
    """Return how a parent shares out what is short."""
    stock = state.design.stock
    if stock is None or stock.shortage is None:
        return "sequence"
    return RATIONING[stock.shortage.rationing[parent]]


def priority(state: State, site: int) -> int:
    """Return a child's place in the sequence of its parent."""
    stock = state.design.stock
    return stock.shortage.priority[site] if stock and stock.shortage else 0


def keeps_backorders(state: State, parent: int) -> bool:
    """Say whether what a parent cannot ship waits."""
    stock = state.design.stock
    return stock.shortage.backorder[parent] if stock and stock.shortage else False


def is_out(state: State, parent: int, child: int, day: int) -> bool:
    """Say whether a parent ships nothing to a child on a day."""
    if state.market.supply is None:
        return False
    outages = state.market.supply.outages
    return any(
        outages.site[row] == parent
        and outages.child[row] in (ALL_CHILDREN, child)
        and outages.first[row] <= day <= outages.last[row]
        for row in range(len(outages))
    )


# ---------------------------------------------------------------- the lane
def arrival_day(state: State, site: int, day: int) -> int:
    """Return the day on which a shipment to a site arrives."""
    parent = state.supplier(site)
    lead = state.market.sites.lead_days[site][parent]
    supply = state.market.supply
    if supply is None or not any(map(any, supply.lead_deviation)):
        return day + max(1, lead)
    spread = supply.lead_deviation[site][parent]
    if spread > 0 and lead > 0:
        uniform = state.uniform(Purpose.LANE_TIME, day, site)
        shape, scale = lead**2 / spread**2, spread**2 / lead
        lead = math.floor(float(gammaincinv(shape, uniform)) * scale + 0.5)
    arrives = day + max(1, lead)
    if not supply.overtaking[site][parent]:
        arrives = max(arrives, state.last_arrival[site])
    state.last_arrival[site] = arrives
    return arrives
