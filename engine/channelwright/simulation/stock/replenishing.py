"""23:00: sites review their stock and order from their parents, lowest tier first."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.rules.stock_kernels import CASE, POLICY, order_of, targets_of
from channelwright.rules.stock_levels import StockRules
from channelwright.simulation.network import Network
from channelwright.simulation.state import State
from channelwright.simulation.stock.forecasting import Forecasting
from channelwright.simulation.stock.purchasing import Purchasing
from channelwright.simulation.stock.supplying import Supplying


@dataclass(frozen=True)
class Shipments:
    """Replenishments of one day (n rows): what sites ordered and their parents shipped.

    Attributes
    ----------
    site, parent : (n,) int64
    ordered, shipped : (n, P) int64, units
    arrival : (n,) int64, day of receipt
    value : (n,) int64, ticks of the invoice, 0 where the owner is the same
    due : (n,) int64, day on which it is paid
    """

    site: IntArray
    parent: IntArray
    ordered: IntArray
    shipped: IntArray
    arrival: IntArray
    value: IntArray
    due: IntArray

    def __len__(self) -> int:
        """Return the number of shipments."""
        return len(self.site)


@dataclass(frozen=True)
class _Reviews:
    """Policies of a tier's n sites: the blocks of `Numbers`, their rows, review days (n, P)."""

    whole: IntArray
    real: FloatArray
    rows: IntArray
    days: IntArray
    lengths: tuple[int, ...]

    @staticmethod
    def of(rules: StockRules) -> _Reviews:
        days = rules.need.review.astype(np.int64)
        lengths = tuple(np.unique(days).tolist())
        numbers, rows = rules.numbers, np.arange(len(days))
        return _Reviews(numbers.whole, numbers.real, rows, days, lengths)


class Replenishing:
    """The replenishment of a replication: demand -> levels -> orders -> supply -> shipments."""

    def __init__(self, network: Network, address: Address) -> None:
        self._network = network
        self._forecasting = Forecasting(network, address)
        self._supplying = Supplying(network, address)
        self._rules = [_Reviews.of(network.stock.of(tier)) for tier in network.tiers]

    def note_sales(self, units: IntArray) -> None:
        """Keep what covered outlets sold today: (C, P) units."""
        self._forecasting.note_sales(units)

    def review(self, state: State, purchasing: Purchasing | None = None) -> Shipments:
        """Review the sites that are due, tier by tier; updates stock, transit and debts."""
        network, supplying = self._network, self._supplying
        shipments: list[Shipments] = []
        waiting = _waiting_units(network, state)
        self._forecasting.start_evening(state)
        for tier, rules in zip(network.tiers, self._rules, strict=True):
            ordered = self._review(rules, state, tier, waiting)
            supplying.choose(state, tier, ordered)
            if purchasing is not None:
                ordered = _within_limits(network, state, purchasing, supplying, tier, ordered)
            sent = _send(network, state, supplying, tier, ordered)
            if purchasing is not None:
                _note_received(network, state.day, purchasing, sent)
            shipments.append(sent)
        nothing = np.zeros(0, dtype=np.int64)
        return _joined(shipments or [_send(network, state, supplying, nothing, waiting[:0])])

    def _review(
        self, rules: _Reviews, state: State, sites: IntArray, waiting: IntArray
    ) -> IntArray:
        """Return what the sites of a tier order: demand -> levels -> orders, (n, P) units.

        Parameters
        ----------
        rules : policies of the sites
        waiting : (S, P) int64, units of waiting lines of outlets
        """
        forecasting, supplying = self._forecasting, self._supplying
        today = any(state.day % days == 0 for days in rules.lengths)
        if not (forecasting.remembers or today):
            return np.zeros((len(sites), waiting.shape[1]), dtype=np.int64)
        average, deviation = forecasting.forecast(state, sites)
        targets = targets_of(rules.whole, rules.real, rules.rows, average, deviation)
        return _to_order(
            rules.whole,
            rules.days,
            state.day,
            targets,
            sites,
            (state.stock, state.transit, supplying.awaited, supplying.owed, waiting),
        )


@kernel
def _to_order(
    whole: IntArray,
    review: IntArray,
    day: int,
    targets: tuple[IntArray, IntArray, IntArray],
    sites: IntArray,
    units: tuple[IntArray, ...],
) -> IntArray:
    """Return what sites that are due order, in whole cases: (n, P) units.

    Parameters
    ----------
    whole, review : whole numbers of the policies and days between reviews, of the n sites
    targets : (n, P) reorder points, levels and quantities
    units : (S, P) stock, in transit, awaited from the parent, owed to others, waited for
    """
    reorder, level, quantity = targets
    stock, transit, awaited, owed, waiting = units
    ordered = np.zeros(level.shape, dtype=np.int64)
    for row in range(len(sites)):
        site = sites[row]
        for product in range(level.shape[1]):
            if day % review[row, product] != 0:
                continue
            position = stock[site, product] + transit[site, product] + awaited[site, product]
            position -= owed[site, product] + waiting[site, product]
            policy, case = whole[POLICY, row, product], whole[CASE, row, product]
            wanted = order_of(
                policy,
                position,
                reorder[row, product],
                level[row, product],
                quantity[row, product],
            )
            ordered[row, product] = -(-wanted // case) * case
    return ordered


def _joined(parts: list[Shipments]) -> Shipments:
    parts = [part for part in parts if len(part)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    names = [column.name for column in fields(Shipments)]
    return Shipments(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _within_limits(
    network: Network,
    state: State,
    purchasing: Purchasing,
    supplying: Supplying,
    tier: IntArray,
    ordered: IntArray,
) -> IntArray:
    """Cut the orders of a tier to what its sites can take in and pay: (n, P)."""
    parent = supplying.choice.parent[tier]
    sold = network.owner[tier] != network.owner[parent]
    prices = np.where(sold[:, None], supplying.choice.prices(tier), 0)
    return purchasing.cut(state, tier, ordered, prices)


def _note_received(network: Network, day: int, purchasing: Purchasing, sent: Shipments) -> None:
    cases = (sent.shipped // network.market.products.units_per_case).sum(axis=1)
    purchasing.shipped(day, sent.site, cases)


def _waiting_units(network: Network, state: State) -> IntArray:
    """Return units of waiting lines (had an attempt, not allocated) per site: (S, P)."""
    orders = state.orders
    columns = orders.columns(("attempt", "site", "missing"))
    unit = network.market.products.units_per_case
    waiting = _waited_for(columns, state.day, unit, len(state.stock))
    return waiting if state.parcels is None else waiting + state.parcels.waiting


@kernel
def _waited_for(orders: tuple[IntArray, ...], day: int, unit: IntArray, sites: int) -> IntArray:
    """Return the units that orders (n) miss at their sites after a first attempt: (S, P)."""
    attempt, site, missing = orders
    waiting = np.zeros((sites, len(unit)), dtype=np.int64)
    for row in range(len(site)):
        if attempt[row] > day:
            continue
        for product in range(len(unit)):
            waiting[site[row], product] += missing[row, product] * unit[product]
    return waiting


def _send(
    network: Network, state: State, supplying: Supplying, tier: IntArray, ordered: IntArray
) -> Shipments:
    """Ship to the sites of a tier what their parents can, and bill it."""
    shipped = supplying.ship(state, tier, ordered)
    moved, sites = _moving(ordered, shipped), tier
    if len(moved) < len(tier):
        sites, ordered, shipped = tier[moved], ordered[moved], shipped[moved]
    parent = supplying.choice.parent[sites]
    arrival = supplying.arrivals(state.day, sites)
    bills = _bill(
        (sites, parent, shipped, supplying.choice.prices(sites)),
        (network.owner, network.design.sites.mode, network.design.terms.account_days),
        network.own,
        network.plain.unit,
        state.day,
        (
            state.transit,
            state.month_purchases,
            state.site_receivable,
            state.site_payable,
            state.cash,
        ),
    )
    value, due = bills
    for day in sorted(set(due.tolist())):
        if day > state.day:
            rows = np.flatnonzero((due == day) & (value != 0))
            bill = (parent[rows], sites[rows], value[rows])
            state.settle_sites.setdefault(day, []).append(bill)
    return Shipments(sites, parent, ordered, shipped, arrival, value, due)


@kernel
def _moving(ordered: IntArray, shipped: IntArray) -> IntArray:
    """Return the rows of (n, P) units where something is ordered or shipped."""
    rows, used = np.empty(len(ordered), dtype=np.int64), 0
    for row in range(len(ordered)):
        some = False
        for product in range(ordered.shape[1]):
            some = some or ordered[row, product] > 0 or shipped[row, product] > 0
        if some:
            rows[used] = row
            used += 1
    return rows[:used].copy()


@kernel
def _bill(
    shipments: tuple[IntArray, ...],
    sites: tuple[IntArray, IntArray, IntArray],
    own: BoolArray,
    unit: IntArray,
    day: int,
    totals: tuple[IntArray, ...],
) -> IntArray:
    """Invoice what changes hands and book it; returns values and due days: (2, n).

    Parameters
    ----------
    shipments : (n,) site and parent, (n, P) units shipped and ticks per case
    sites : (S,) owner and mode, (M,) days until accounts pay
    own : (S,) sites of the manufacturer
    totals : (S, P) units in transit, (S,) purchases of the month, receivables, payables and cash,
        changed
    """
    site, parent, shipped, price = shipments
    owner, mode, days = sites
    transit, purchases, receivable, payable, cash = totals
    bills = np.zeros((2, len(site)), dtype=np.int64)
    for row in range(len(site)):
        buyer, seller, value, due = site[row], parent[row], np.int64(0), day
        for product in range(len(unit)):
            transit[buyer, product] += shipped[row, product]
            value += shipped[row, product] // unit[product] * price[row, product]
        if owner[buyer] == owner[seller]:
            value = np.int64(0)
        else:
            due = day + days[mode[buyer]]
        if own[seller]:
            purchases[buyer] += value
        if due > day:
            receivable[seller] += value
            payable[buyer] += value
        else:
            cash[seller] += value
            cash[buyer] -= value
        bills[0, row], bills[1, row] = value, due
    return bills
