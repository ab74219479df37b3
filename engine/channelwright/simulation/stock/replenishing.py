"""23:00: sites review their stock and order from their parents, lowest tier first."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.rules.stock_kernels import CASE, POLICY, numbers_of, order_of
from channelwright.simulation.evening.credit import advanced, credit_rules
from channelwright.simulation.evening.work import Table
from channelwright.simulation.network import Network
from channelwright.simulation.orders import order_columns as columns
from channelwright.simulation.state import State
from channelwright.simulation.stock.forecasting import Forecast, Forecasting, expected, is_smooth
from channelwright.simulation.stock.lanes import Ladder, asked, ladder_of
from channelwright.simulation.stock.purchasing import WEEK, Limits, Purchasing, cut, no_limits
from channelwright.simulation.stock.shipment_columns import (
    ARRIVAL,
    DUE,
    ORDERED,
    PARENT,
    SHIPPED,
    SITE,
    VALUE,
    Moved,
)
from channelwright.simulation.stock.supplier_choice import (
    Offers,
    Sources,
    choose,
    given_sources,
    offers_of,
)
from channelwright.simulation.stock.supplying import (
    Shortage,
    Supplied,
    Supply,
    nothing_supplied,
    ship,
    shortage_of,
    supply_of,
    turns_of,
)
from channelwright.simulation.stock.travelling import Travel

#: Blocks of `Numbers` of all sites (6, S, P), (7, S, P), days between reviews (S, P).
Policies: TypeAlias = tuple[IntArray, FloatArray, IntArray]
#: What sites order, are sent, pay in ticks per case, and their outlets and consumers wait for:
#: (S, P), written.
Lines: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]
#: How sites get goods: sources, offers, prices, supply, shortages, what is awaited and owed.
Lanes: TypeAlias = tuple[Sources, Offers, Ladder, Supply, Shortage, Supplied]
#: Units in stock, on lanes and asked of sites by day; purchases of the month, what is owed to and
#: by sites, and cash (S,): changed.
Goods: TypeAlias = tuple[IntArray, IntArray, IntArray]
Money: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]
#: Owner (S,), days until accounts pay (M,), limits of sites, and what customers have paid before
#: the goods came (S,), written.
Terms: TypeAlias = tuple[IntArray, IntArray, Limits, IntArray]


class Replenishing:
    """The replenishment of a replication: demand -> levels -> orders -> supply -> shipments."""

    def __init__(
        self,
        network: Network,
        address: Address,
        state: State,
        purchasing: Purchasing | None = None,
    ) -> None:
        self._network, self._state = network, state
        self._forecasting = Forecasting(network, address, state)
        turns = turns_of(network)
        self._tiers = list(zip(network.tiers, turns, strict=True))
        numbers, review = network.stock.numbers, network.stock.need.review.astype(np.int64)
        self._policies = numbers.whole, numbers.real, review
        shape = state.stock.shape
        ordered, shipped, price, waiting = np.zeros((4, *shape), dtype=np.int64)
        self._lines = ordered, shipped, price, waiting
        sources = given_sources(network)
        ways = (offers_of(network), ladder_of(network), supply_of(network), shortage_of(network))
        self._lanes = (sources, *ways, nothing_supplied(network))
        limits = no_limits() if purchasing is None else purchasing.limits
        days, advances = (
            network.design.terms.account_days.copy(),
            np.zeros(shape[0], dtype=np.int64),
        )
        self._terms = network.owner, days, limits, advances
        self._limited = purchasing is not None
        self._chooses = bool(sources[3].any())
        nothing = np.zeros((2, 0, shape[1]), dtype=np.int64)
        self._nothing: Moved = np.zeros((5, 0), dtype=np.int64), nothing
        self._prepaid = purchasing is not None and credit_rules(network) is not None
        self._goods = state.stock, state.transit, state.demand
        debts = state.site_receivable, state.site_payable, state.cash
        self._money = (state.month_purchases, *debts)
        self._travel = Travel(network, address, state, sources[1])

    @property
    def awaited(self) -> IntArray:
        """What sites still wait for from their parents, as it stands: (S, P) units."""
        return self._lanes[5][0]

    def note_sales(self, units: IntArray) -> None:
        """Keep what covered outlets sold today: (C, P) units."""
        self._forecasting.note_sales(units)

    def arrive(self) -> None:
        """05:00: bring the shipments that arrive today."""
        self._travel.arrive(self._state.day)

    def review(self) -> Moved:
        """Review the sites that are due, tier by tier; updates stock, transit and debts."""
        state = self._state
        self._forecasting.start_evening()
        orders = state.orders.storage()
        waiting = self._lines[3]
        waiting[:] = 0 if state.parcels is None else state.parcels.waiting
        _wait(state.day, len(state.orders), orders, waiting, self._network.plain.unit)
        if self._prepaid:
            advanced(state.day, len(state.orders), orders, self._network.price, self._terms[3])
        moved = self._review_tiers(state.day)
        if moved[0].shape[1]:
            self._travel.leave(state.day, moved)
            self._owe(moved[0])
        return moved

    def _review_tiers(self, day: int) -> Moved:
        """Review every tier after those below it have ordered; return the shipments.

        What no design names is not called, so that it is not compiled either.
        """
        sources, offers, ladder, supply, _, supplied = self._lanes
        ordered, _, price, _ = self._lines
        parts = []
        for tier, turn in self._tiers:
            _order(
                day,
                tier,
                self._policies,
                self._forecasting.rules,
                self._lines,
                supplied,
                self._goods,
            )
            if self._chooses:
                stock = self._state.stock, supply[0], supply[5]
                choose(day, tier, ordered, sources, offers, supply[4], stock)
            _price(tier, sources, self._terms[0], ladder, price)
            if self._limited:
                money = self._money[3], self._money[2], self._terms[3]
                cut(tier, ordered, price, self._terms[2], money, supply[5])
            known = self._lines, self._lanes, self._terms, self._goods, self._money
            parts.append(_send(day, tier, turn, *known))
        if len(parts) == 1:
            return parts[0]
        numbers, grids = zip(*(parts or [self._nothing]), strict=True)
        return np.concatenate(numbers, axis=1), np.concatenate(grids, axis=1)

    def _owe(self, numbers: IntArray) -> None:
        """Note what sites pay to others on later days."""
        day, later = self._state.day, self._state.settle_sites
        for due in sorted(set(numbers[DUE].tolist())):
            if due > day:
                seller, buyer, value = _due_on(numbers, due)
                later.setdefault(due, []).append((seller, buyer, value))


@kernel
def _wait(day: int, count: int, orders: Table, waiting: IntArray, unit: IntArray) -> None:
    """Add the units that open orders miss at their sites after a first attempt: (S, P)."""
    numbers, grids = orders
    for row in range(count):
        if numbers[columns.ATTEMPT, row] > day:
            continue
        site = numbers[columns.SITE, row]
        for product in range(len(unit)):
            waiting[site, product] += grids[columns.MISSING, row, product] * unit[product]


@kernel
def _send(
    day: int,
    tier: IntArray,
    turn: IntArray,
    lines: Lines,
    lanes: Lanes,
    terms: Terms,
    goods: Goods,
    money: Money,
) -> Moved:
    """Send the sites of a tier what they ordered and bill it; return the shipments."""
    sources, _, ladder, supply, shortage, supplied = lanes
    stock, transit, ring = goods
    demand, unit, count = ring[day % len(ring)], supply[5], np.int64(0)
    moved = (
        np.empty((5, len(tier)), dtype=np.int64),
        np.empty((2, len(tier), len(unit)), dtype=np.int64),
    )
    both = lines[0], lines[1]
    ship(day, tier, turn, both, sources, supply, shortage, supplied, (stock, demand))
    for site in tier:
        if _write(day, site, sources, lines, moved, count):
            _bill(day, count, moved, lines, ladder, terms, (transit, unit), money)
            count += 1
    return moved[0][:, :count].copy(), moved[1][:, :count].copy()


@kernel
def _order(
    day: int,
    tier: IntArray,
    policies: Policies,
    forecast: Forecast,
    lines: Lines,
    supplied: Supplied,
    goods: Goods,
) -> None:
    """Write what the sites of a tier that are due order: demand -> levels -> orders."""
    whole, real, review = policies
    ordered, _, _, waiting = lines
    stock, transit, _ = goods
    awaited, owed = supplied[0], supplied[1]
    for site in tier:
        for product in range(ordered.shape[1]):
            ordered[site, product] = 0
            due = day % review[site, product] == 0
            if not (due or is_smooth(forecast, site)):
                continue
            mean, deviation = expected(day, site, product, forecast)
            if not due:
                continue
            found = numbers_of(whole, real, site, product, mean, deviation)
            position = stock[site, product] + transit[site, product] + awaited[site, product]
            position -= owed[site, product] + waiting[site, product]
            case = whole[CASE, site, product]
            policy = whole[POLICY, site, product]
            units = order_of(policy, position, found[0], found[1], found[2])
            ordered[site, product] = -(-units // case) * case


@kernel
def _price(
    tier: IntArray, sources: Sources, owner: IntArray, ladder: Ladder, price: IntArray
) -> None:
    """Write ticks per case (S, P) that sites pay their source of today, 0 to the same owner."""
    parent, _, index, _ = sources
    for site in tier:
        source = parent[site]
        for product in range(price.shape[1]):
            price[site, product] = 0
            if owner[site] != owner[source]:
                price[site, product] = asked(ladder, site, source, index[site], product)


@kernel
def _write(
    day: int, site: int, sources: Sources, lines: Lines, moved: Moved, row: int | np.int64
) -> bool:
    """Write what a site ordered and is sent as a shipment; return whether there is any."""
    (ordered, shipped, _, _), (numbers, grids), some = lines, moved, False
    for product in range(ordered.shape[1]):
        units, sent = ordered[site, product], shipped[site, product]
        grids[ORDERED, row, product], grids[SHIPPED, row, product] = units, sent
        some = some or units > 0 or sent > 0
    numbers[SITE, row], numbers[PARENT, row] = site, sources[0][site]
    numbers[ARRIVAL, row] = day + max(1, sources[1][site])
    return some


@kernel
def _bill(
    day: int,
    row: int | np.int64,
    moved: Moved,
    lines: Lines,
    ladder: Ladder,
    terms: Terms,
    goods: tuple[IntArray, IntArray],
    money: Money,
) -> None:
    """Invoice a shipment and book it.

    Parameters
    ----------
    goods : units in transit (S, P), changed, and of a case (P,)
    """
    (numbers, grids), (own, mode, _, _), (owner, days, limits, _) = moved, ladder, terms
    purchases, receivable, payable, cash = money
    transit, unit = goods
    buyer, seller = numbers[SITE, row], numbers[PARENT, row]
    value, total, due = np.int64(0), np.int64(0), np.int64(day)
    for product in range(len(unit)):
        transit[buyer, product] += grids[SHIPPED, row, product]
        cases = grids[SHIPPED, row, product] // unit[product]
        value += cases * lines[2][buyer, product]
        total += cases
    if owner[buyer] != owner[seller]:
        due += days[mode[buyer]]
    if own[seller]:
        purchases[buyer] += value
    if due > day:
        receivable[seller] += value
        payable[buyer] += value
    else:
        cash[seller] += value
        cash[buyer] -= value
    numbers[VALUE, row], numbers[DUE, row] = value, due
    if len(limits[0]):
        limits[4][day % WEEK, buyer] += total


@kernel
def _due_on(numbers: IntArray, day: int) -> IntArray:
    """Return seller, buyer and ticks of the shipments that are paid on a day: (3, m)."""
    result, count = np.empty((3, numbers.shape[1]), dtype=np.int64), 0
    for row in range(numbers.shape[1]):
        if numbers[DUE, row] == day and numbers[VALUE, row] != 0:
            result[0, count], result[1, count] = numbers[PARENT, row], numbers[SITE, row]
            result[2, count] = numbers[VALUE, row]
            count += 1
    return result[:, :count].copy()
