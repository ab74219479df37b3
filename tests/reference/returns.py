"""06:00: slow stock goes back to the site that sold it (docs/world/returns.md)."""

from channelwright.tables.codes import Account
from channelwright.tables.goods_outputs import RETURNS
from tests.reference.consignment import on_consignment
from tests.reference.laws import round_half_up, share
from tests.reference.ordering import stocked_demand
from tests.reference.perishing import receive
from tests.reference.rights import FULL, right_of
from tests.reference.state import State
from tests.reference.world import OUTSIDE


def send_back(state: State, day: int) -> None:
    """Let every outlet whose review is today send back what is slow."""
    rights = None if state.design.goods is None else state.design.goods.returns
    if rights is None or day == 0:
        return
    for outlet in state.covered:
        right = right_of(state, outlet)
        if rights.policy[right] != FULL or day % rights.review_days[right]:
            continue
        first = day - rights.review_days[right]
        bought = sum(
            value for when, value in state.bought_from_server[outlet] if first <= when < day
        )
        free = share(bought, rights.limit[right])
        cases = slow_cases(state, outlet, day, rights.above_days[right], free)
        if cases:
            take(state, outlet, day, right, cases)


def slow_cases(state: State, outlet: int, day: int, above_days: float, free: int) -> dict[int, int]:
    """Return cases by product that an outlet sends back."""
    result = {}
    for product in state.products:
        keep = round_half_up(above_days * stocked_demand(state, outlet, product, day))
        shelf = state.shelf[outlet][product]
        cases = max(0, shelf - keep) // state.units_per_case[product]
        price = price_of(state, outlet, product)
        if price > 0:
            cases = min(cases, free // price)
        free -= cases * price
        if cases > 0:
            result[product] = cases
    return result


def price_of(state: State, outlet: int, product: int) -> int:
    """Return what the assigned site asks for a case."""
    return state.asked_price(state.site_of(outlet), state.mode_of(outlet), product)


def take(state: State, outlet: int, day: int, right: int, sent: dict[int, int]) -> None:
    """Move goods and money."""
    rights = state.design.goods.returns
    site, mode = state.site_of(outlet), state.mode_of(outlet)
    owner, payer = state.owner(site), state.payer(outlet)
    place = {"mode": mode, "site": site, "outlet": outlet}
    value = 0
    for product, cases in sent.items():
        units = cases * state.units_per_case[product]
        state.shelf[outlet][product] -= units
        receive(state, ("site", site, product), day, units)
        price = price_of(state, outlet, product)
        value += cases * price
        state.books.write(
            RETURNS,
            day=day,
            outlet=outlet,
            product=product,
            site=site,
            cases=cases,
            value=cases * price,
        )
        if state.market.empties is not None:
            deposit = cases * state.market.empties.deposit[product]
            state.books.post(day, Account.DEPOSIT, owner, payer, deposit, **place)
    credit = share(value, rights.credit[right])
    if on_consignment(state, outlet):
        credit = 0
    state.books.post(day, Account.RETURN_GOOD, owner, payer, credit, **place)
    cost = rights.collect_case[right] * sum(sent.values())
    state.books.post(day, Account.DELIVERY, owner, OUTSIDE, cost, **place)
    state.month_invoices[site, outlet] -= credit
    state.month_sales[state.design.outlets.rep[outlet]] -= credit
