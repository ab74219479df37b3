"""23:00: sites review their stock and order from their parents, lowest tier first."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.forecasting import Forecasting
from channelwright.simulation.network import PLANT, Network
from channelwright.simulation.purchasing import Purchasing
from channelwright.simulation.state import State


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


def replenish(
    network: Network,
    state: State,
    forecasting: Forecasting,
    purchasing: Purchasing | None = None,
) -> Shipments:
    """Review every site that is due, tier by tier; updates stock, transit and what is owed."""
    shipments: list[Shipments] = []
    waiting = _waiting_units(network, state)
    forecasting.start_evening(state)
    for tier in network.tiers:
        ordered = _review(network, state, forecasting, tier, waiting)
        if purchasing is None:
            asking = np.flatnonzero(ordered.any(axis=1))
            shipments.append(_ship(network, state, tier[asking], ordered[asking]))
        else:
            shipments += _ship_within(network, state, purchasing, tier, ordered)
    nothing = np.zeros(0, dtype=np.int64)
    return _joined(shipments or [_ship(network, state, nothing, waiting[:0])])


def _joined(parts: list[Shipments]) -> Shipments:
    if len(parts) == 1:
        return parts[0]
    names = [column.name for column in fields(Shipments)]
    return Shipments(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _ship_within(
    network: Network, state: State, purchasing: Purchasing, tier: IntArray, ordered: IntArray
) -> list[Shipments]:
    """Cut the orders of a tier to what its sites can take in and pay, site by site, and ship."""
    shipments, unit = [], network.market.products.units_per_case
    parent = network.design.sites.parent[tier]
    sold = network.owner[tier] != network.owner[parent]
    prices = np.where(sold[:, None], _prices(network, tier, parent), 0)
    for row, site in enumerate(tier.tolist()):
        units = purchasing.cut(state, site, ordered[row], prices[row])
        if units.any():
            shipment = _ship(network, state, tier[row : row + 1], units[None, :])
            purchasing.shipped(state.day, site, int((shipment.shipped // unit).sum()))
            shipments.append(shipment)
    return shipments


def _waiting_units(network: Network, state: State) -> IntArray:
    """Return units of waiting lines (had an attempt, not allocated) per site: (S, P)."""
    orders = state.orders
    waiting = np.zeros_like(state.stock)
    tried = orders["attempt"] <= state.day
    units = orders["missing"][tried] * network.market.products.units_per_case
    np.add.at(waiting, orders["site"][tried], units)
    return waiting


def _review(
    network: Network, state: State, forecasting: Forecasting, sites: IntArray, waiting: IntArray
) -> IntArray:
    """Return what the sites of a tier order: demand -> levels -> orders, (n, P) units."""
    due = state.day % network.stock.need.review[sites] == 0
    if not due.any() and not forecasting.remembers:
        return np.zeros_like(waiting[sites])
    average, deviation = forecasting.forecast(state, sites)
    targets = network.stock.targets(sites, average, deviation)
    position = state.stock[sites] + state.transit[sites] - waiting[sites]
    return np.where(due, network.stock.orders(sites, position, targets), 0)


def _ship(network: Network, state: State, sites: IntArray, ordered: IntArray) -> Shipments:
    """Ship what some sites of one tier ordered, the first of them first."""
    unit = network.market.products.units_per_case
    parent = network.design.sites.parent[sites]
    endless = network.market.sites.kind[parent] == PLANT
    shipped = _share_out(state.stock, parent, endless, unit, np.ascontiguousarray(ordered))
    np.add.at(state.demand[state.day % len(state.demand)], parent, ordered)
    state.transit[sites] += shipped
    arrival = state.day + np.maximum(1, network.lead[sites])
    value, due = _bill(network, state, sites, parent, shipped // unit)
    return Shipments(sites, parent, ordered, shipped, arrival, value, due)


@kernel
def _share_out(
    stock: IntArray, parent: IntArray, endless: BoolArray, unit: IntArray, ordered: IntArray
) -> IntArray:
    """Take orders from the stock of the parents in turn, in whole cases: (n, P) units."""
    shipped = np.empty_like(ordered)
    for row in range(len(parent)):
        for product in range(len(unit)):
            units = ordered[row, product]
            if not endless[row]:
                held = stock[parent[row], product]
                units = min(units, held // unit[product] * unit[product])
                stock[parent[row], product] = held - units
            shipped[row, product] = units
    return shipped


def _bill(
    network: Network, state: State, sites: IntArray, parent: IntArray, cases: IntArray
) -> tuple[IntArray, IntArray]:
    """Invoice what changes hands; returns values and due days."""
    sold = network.owner[sites] != network.owner[parent]
    value = np.where(sold, (cases * _prices(network, sites, parent)).sum(axis=1), 0)
    days = network.design.terms.account_days[network.design.sites.mode[sites]]
    due = np.where(sold, state.day + days, state.day)
    state.month_purchases[sites] += np.where(network.own[parent], value, 0)
    later = (due > state.day) & (value != 0)
    np.add.at(state.site_receivable, parent[later], value[later])
    state.site_payable[sites[later]] += value[later]
    for day in np.unique(due[later]).tolist():
        rows = later & (due == day)
        bill = (parent[rows], sites[rows], value[rows])
        state.settle_sites.setdefault(day, []).append(bill)
    at_once = ~later
    np.add.at(state.cash, parent[at_once], value[at_once])
    state.cash[sites[at_once]] -= value[at_once]
    return value, due


def _prices(network: Network, sites: IntArray, parent: IntArray) -> IntArray:
    """Return ticks per case that owners pay; the manufacturer buying back pays the same."""
    mode, terms = network.design.sites.mode[sites], network.design.terms
    own = network.own[parent][:, None]
    return np.where(own, terms.price_account[mode], terms.price_tier2[mode])
