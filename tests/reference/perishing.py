"""06:00: what lay too long is dumped or returned, some is missing. Lots: first in first out."""

import calendar
import datetime
import math
from collections import defaultdict

from channelwright.foundation.random import Purpose
from channelwright.tables.codes import Account, LossCause
from channelwright.tables.outputs import LOSSES
from tests.reference.consignment import on_consignment
from tests.reference.laws import share
from tests.reference.rights import may_return_old
from tests.reference.state import State
from tests.reference.world import OUTSIDE

Place = tuple[str, int, int]  # "site" or "outlet", its row, product


def stock_of(state: State, place: Place) -> int:
    """Return the units at a place."""
    kind, row, product = place
    return (state.stock if kind == "site" else state.shelf)[row][product]


def receive(state: State, place: Place, day: int, units: int) -> None:
    """Add a lot and its units."""
    kind, row, product = place
    use_oldest(state, place)
    if units > 0:
        state.lots[place].append([day, units])
    (state.stock if kind == "site" else state.shelf)[row][product] += units


def use_oldest(state: State, place: Place) -> None:
    """Take what has left a place since the last look from its oldest lots."""
    lots = state.lots[place]
    gone = sum(units for _, units in lots) - stock_of(state, place)
    while gone > 0:
        part = min(gone, lots[0][1])
        lots[0][1] -= part
        gone -= part
        if lots[0][1] == 0:
            lots.pop(0)


def older(state: State, place: Place, last_day: int) -> int:
    """Return the units of lots that were received on a day or before."""
    lots = state.lots[place]
    if not lots or lots[0][0] > last_day:
        return 0
    use_oldest(state, place)
    return sum(units for day, units in lots if day <= last_day)


def spoil(state: State, day: int) -> None:
    """Throw away old lots, credit them to outlets, and at the end of a month miss some."""
    rules = state.market.perishing
    if rules is None:
        return
    returned: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place in places(state):
        kind, row, product = place
        limit = (rules.site_days if kind == "site" else rules.shelf_days)[product]
        old = older(state, place, day - limit) if limit > 0 else 0
        if old > 0:
            lose(state, place, day, LossCause.EXPIRED, old)
            if kind == "outlet":
                returned[row].append((product, old))
    for outlet, goods in returned.items():
        take_back(state, outlet, day, goods)
    month = state.market.calendar.month
    if day == state.horizon - 1 or month[day + 1] != month[day]:
        for place in places(state):
            shrink(state, place, day)


def places(state: State) -> list[Place]:
    """Return every place of stock but plants, which hold none."""
    sites = [("site", site, p) for site in state.open_sites for p in state.products]
    outlets = [("outlet", outlet, p) for outlet in state.covered for p in state.products]
    return sites + outlets


def lose(state: State, place: Place, day: int, cause: LossCause, units: int) -> None:
    """Take units away and write them down."""
    kind, row, product = place
    (state.stock if kind == "site" else state.shelf)[row][product] -= units
    site, outlet = (row, -1) if kind == "site" else (-1, row)
    state.books.write(
        LOSSES,
        day=day,
        cause=int(cause),
        site=site,
        outlet=outlet,
        product=product,
        units=units,
    )


def take_back(state: State, outlet: int, day: int, goods: list[tuple[int, int]]) -> None:
    """Credit what got old to an outlet and collect it, where its mode does so."""
    service, mode = state.design.service, state.mode_of(outlet)
    if service.return_credit is None or service.collect_case is None:
        return
    site = state.site_of(outlet)
    value = sum(
        units * state.asked_price(site, mode, product) // state.units_per_case[product]
        for product, units in goods
    )
    ppm = service.return_credit[mode] if may_return_old(state, outlet) else 0
    credit = 0 if on_consignment(state, outlet) else share(value, ppm)
    owner, place = state.owner(site), {"mode": mode, "site": site, "outlet": outlet}
    state.books.post(day, Account.RETURN, owner, state.payer(outlet), credit, **place)
    if ppm > 0:
        cases = sum(math.ceil(units / state.units_per_case[p]) for p, units in goods)
        cost = cases * service.collect_case[mode]
        state.books.post(day, Account.DELIVERY, owner, OUTSIDE, cost, **place)


def shrink(state: State, place: Place, day: int) -> None:
    """Miss the month's share of a stock, rounded by a draw."""
    rules, market = state.market.perishing, state.market
    assert rules is not None
    kind, row, product = place
    if kind == "site":
        ppm, purpose = rules.site_shrinkage[row], Purpose.SITE_SHRINKAGE
    else:
        segment = market.outlets.segment[row]
        ppm, purpose = rules.shelf_shrinkage[segment], Purpose.SHELF_SHRINKAGE
    date = market.calendar.start + datetime.timedelta(days=day)
    length = calendar.monthrange(date.year, date.month)[1]
    days = sum(1 for d in range(day + 1) if market.calendar.month[d] == market.calendar.month[day])
    stock = stock_of(state, place)
    mean = stock * ppm * days / (1_000_000 * length)
    missing = min(stock, math.floor(mean + state.uniform(purpose, day, row, product)))
    if missing > 0 and ppm > 0:
        lose(state, place, day, LossCause.SHRINKAGE, missing)


def sell_off(state: State, outlet: int, product: int, day: int, sold: int, price: int) -> None:
    """Cut the price of units sold today that were to get old soon."""
    rules = state.market.perishing
    if rules is None or rules.sell_off_days[product] <= 0:
        return
    limit, last_days = rules.shelf_days[product], rules.sell_off_days[product]
    # How old goods are is asked of the shelf as it was before anybody came.
    shelf = state.shelf[outlet]
    shelf[product] += sold
    near = older(state, ("outlet", outlet, product), day + last_days - limit)
    shelf[product] -= sold
    cut = share(min(sold, near) * price, rules.sell_off_cut[product])
    place = {"mode": state.mode_of(outlet), "site": state.site_of(outlet), "outlet": outlet}
    state.books.post(day, Account.SELL_OFF, state.payer(outlet), OUTSIDE, cut, **place)
