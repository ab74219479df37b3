"""23:00: sites review their stock and order from their parents, lowest tier first."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from channelwright.foundation.random import Address
from channelwright.foundation.units import IntArray
from channelwright.rules.stock_levels import StockRules
from channelwright.simulation.forecasting import Forecasting
from channelwright.simulation.network import Network
from channelwright.simulation.purchasing import Purchasing
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State
from channelwright.simulation.supplying import Supplying


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


class Replenishing:
    """The replenishment of a replication: demand -> levels -> orders -> supply -> shipments."""

    def __init__(self, network: Network, address: Address) -> None:
        self._network = network
        self._forecasting = Forecasting(network, address)
        self._supplying = Supplying(network, address)
        self._rules = [network.stock.of(tier) for tier in network.tiers]

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
            known = supplying.awaited[tier] - supplying.owed[tier] - waiting[tier]
            ordered = _review(rules, state, self._forecasting, tier, known)
            supplying.choose(state, tier, ordered)
            if purchasing is not None:
                ordered = _within_limits(network, state, purchasing, supplying, tier, ordered)
            sent = _send(network, state, supplying, tier, ordered)
            if purchasing is not None:
                _note_received(network, state.day, purchasing, sent)
            shipments.append(sent)
        nothing = np.zeros(0, dtype=np.int64)
        return _joined(shipments or [_send(network, state, supplying, nothing, waiting[:0])])


def _joined(parts: list[Shipments]) -> Shipments:
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
    waiting = np.zeros_like(state.stock)
    tried = orders["attempt"] <= state.day
    units = orders["missing"][tried] * network.market.products.units_per_case
    add_at(waiting, orders["site"][tried], units)
    return waiting


def _review(
    rules: StockRules, state: State, forecasting: Forecasting, sites: IntArray, known: IntArray
) -> IntArray:
    """Return what the sites of a tier order: demand -> levels -> orders, (n, P) units.

    Parameters
    ----------
    rules : policies of the sites
    known : (n, P) int64, units awaited from the parent less those owed and waited for
    """
    due = state.day % rules.need.review == 0
    if not due.any() and not forecasting.remembers:
        return np.zeros_like(known)
    average, deviation = forecasting.forecast(state, sites)
    targets = rules.all_targets(average, deviation)
    position = state.stock[sites] + state.transit[sites] + known
    return np.where(due, rules.all_orders(position, targets), 0)


def _send(
    network: Network, state: State, supplying: Supplying, tier: IntArray, ordered: IntArray
) -> Shipments:
    """Ship to the sites of a tier what their parents can, and bill it."""
    shipped = supplying.ship(state, tier, ordered)
    moved = np.flatnonzero(((ordered > 0) | (shipped > 0)).any(axis=1))
    sites, ordered, shipped = tier[moved], ordered[moved], shipped[moved]
    parent = supplying.choice.parent[sites]
    state.transit[sites] += shipped
    arrival = supplying.arrivals(state.day, sites)
    cases = shipped // network.market.products.units_per_case
    price = supplying.choice.prices(sites)
    value, due = _bill(network, state, sites, parent, (cases * price).sum(axis=1))
    return Shipments(sites, parent, ordered, shipped, arrival, value, due)


def _bill(
    network: Network, state: State, sites: IntArray, parent: IntArray, worth: IntArray
) -> tuple[IntArray, IntArray]:
    """Invoice what changes hands; returns values and due days."""
    sold = network.owner[sites] != network.owner[parent]
    value = np.where(sold, worth, 0)
    days = network.design.terms.account_days[network.design.sites.mode[sites]]
    due = np.where(sold, state.day + days, state.day)
    state.month_purchases[sites] += np.where(network.own[parent], value, 0)
    later = (due > state.day) & (value != 0)
    add_at(state.site_receivable, parent[later], value[later])
    state.site_payable[sites[later]] += value[later]
    for day in np.unique(due[later]).tolist():
        rows = later & (due == day)
        bill = (parent[rows], sites[rows], value[rows])
        state.settle_sites.setdefault(day, []).append(bill)
    at_once = ~later
    add_at(state.cash, parent[at_once], value[at_once])
    state.cash[sites[at_once]] -= value[at_once]
    return value, due
