"""Consumer prices and promotions, from docs/world/prices_promotions.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.offers import ANY, FUNDERS, Promotions
from channelwright.tables.codes import Account, Party, party
from tests.reference.laws import share

if TYPE_CHECKING:
    from tests.reference.records import Order
    from tests.reference.state import State


def fits(wanted: int, value: int) -> bool:
    """Say whether a selector takes a value."""
    return wanted in (ANY, value)


def regular_price(market: Market, design: Design, outlet: int, product: int) -> int:
    """Return the price of a unit outside promotions: the most special row, the later of equals."""
    best, price = -1, market.products.consumer_price[product]
    table = design.offers.prices if design.offers else None
    if table is None:
        return price
    for row in range(len(table)):
        if (
            table.product[row] == product
            and fits(table.mode[row], design.outlets.mode[outlet])
            and fits(table.area[row], market.outlets.area[outlet])
            and fits(table.outlet[row], outlet)
        ):
            special = 3 if table.outlet[row] != ANY else 0
            special += int(table.mode[row] != ANY) + int(table.area[row] != ANY)
            if special >= best:
                best, price = special, table.price[row]
    return price


def elasticity(market: Market, product: int) -> float:
    """Return the own-price elasticity of a product."""
    return 0.0 if market.elasticity is None else market.elasticity.own[product]


def answer_to_price(market: Market, design: Design, outlet: int, product: int) -> float:
    """Return what the regular price makes of demand."""
    reference = market.products.consumer_price[product]
    if reference == 0:
        return 1.0
    relative = regular_price(market, design, outlet, product) / reference
    return relative ** elasticity(market, product)


# ---------------------------------------------------------------- promotions
def promotions_of(
    market: Market, design: Design, outlet: int, product: int
) -> list[tuple[Promotions, int]]:
    """Return the promotions of an outlet and product."""
    table = design.offers.promotions if design.offers else None
    if table is None:
        return []
    return [
        (table, k)
        for k in range(len(table))
        if table.products[k][product]
        and fits(table.mode[k], design.outlets.mode[outlet])
        and fits(table.area[k], market.outlets.area[outlet])
        and fits(table.segment[k], market.outlets.segment[outlet])
    ]


def runs(table: Promotions, k: int, day: int) -> bool:
    """Say whether a promotion runs on a day."""
    return table.first[k] <= day <= table.last[k]


def uplift(market: Market, table: Promotions, k: int, product: int) -> float:
    """Return the multiplier of a promotion's days."""
    if table.uplift[k] > 0:
        return table.uplift[k]
    return (1 - table.price_cut[k] / 1e6) ** elasticity(market, product)


def dip(market: Market, table: Promotions, k: int, product: int) -> float:
    """Return the multiplier of the days after a promotion."""
    factor, horizon = market.calendar.factor, market.calendar.horizon_days
    first, last, length = table.first[k], table.last[k], table.dip_days[k]
    during = [factor[day][product] for day in range(first, last + 1) if day < horizon]
    if not during:
        return 1.0
    after = [factor[d][product] for d in range(last + 1, last + 1 + length) if d < horizon]
    held = sum(after) + (length - len(after)) * sum(during) / len(during)
    if held == 0:
        return 1.0
    extra = table.borrowed[k] * (uplift(market, table, k, product) - 1) * sum(during)
    return max(0.0, 1 - extra / held)


def promoted(state: State, outlet: int, product: int, day: int) -> float:
    """Return what promotions and their dips make of a day's demand."""
    result = 1.0
    for table, k in state.promotions[outlet][product]:
        if runs(table, k, day):
            result *= uplift(state.market, table, k, product)
        elif table.last[k] < day <= table.last[k] + table.dip_days[k]:
            result *= dip(state.market, table, k, product)
    return result


def price_today(state: State, outlet: int, product: int, day: int) -> int:
    """Return what a consumer pays for a unit."""
    price = state.regular_price[outlet][product]
    for table, k in state.promotions[outlet][product]:
        if runs(table, k, day):
            return price - share(price, table.price_cut[k])
    return price


def post_refund(state: State, outlet: int, product: int, day: int, units: int) -> None:
    """Book what the funder of a price cut pays back."""
    price = state.regular_price[outlet][product]
    for table, k in state.promotions[outlet][product]:
        if runs(table, k, day):
            each = share(share(price, table.price_cut[k]), table.funded[k])
            place = {"mode": state.mode_of(outlet), "site": state.site_of(outlet)}
            post(state, table, k, outlet, day, units * each, **place)


def post_outlet_cut(state: State, order: Order, product: int, day: int, cases: int) -> None:
    """Book what the funder of a promotion pays an outlet for goods that arrive."""
    for table, k in state.promotions[order.outlet][product]:
        if runs(table, k, day):
            price = state.asked_price(order.site, order.mode, product)
            each = share(price, table.outlet_cut[k])
            place = {"mode": order.mode, "site": order.site}
            post(state, table, k, order.outlet, day, cases * each, **place)


def post(
    state: State,
    table: Promotions,
    k: int,
    outlet: int,
    day: int,
    amount: int,
    *,
    mode: int,
    site: int,
) -> None:
    """Book a payment of a promotion's funder to the payer of an outlet."""
    seller = FUNDERS[table.funder[k]] == "seller"
    funder = state.owner(site) if seller else party(Party.MANUFACTURER)
    payer = state.payer(outlet)
    post = state.books.post
    post(day, Account.PROMOTION, funder, payer, amount, mode=mode, site=site, outlet=outlet)
