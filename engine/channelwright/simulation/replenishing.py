"""23:00: sites review their stock and order from their parents, lowest tier first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.simulation.forecasting import Forecasting
from channelwright.simulation.network import PLANT, Network
from channelwright.simulation.purchasing import Purchasing
from channelwright.simulation.state import State


@dataclass(frozen=True)
class Shipment:
    """One replenishment: a child's order and what its parent shipped.

    Attributes
    ----------
    site, parent : int
    ordered, shipped : (P,) int64, units
    arrival : int, day of receipt
    value : int, ticks of the invoice, 0 where the owner is the same
    due : int, day on which it is paid
    """

    site: int
    parent: int
    ordered: IntArray
    shipped: IntArray
    arrival: int
    value: int
    due: int


def replenish(
    network: Network,
    state: State,
    forecasting: Forecasting,
    purchasing: Purchasing | None = None,
) -> list[Shipment]:
    """Review every site that is due, tier by tier; updates stock, transit and what is owed."""
    shipments: list[Shipment] = []
    waiting = _waiting_units(network, state)
    forecasting.start_evening(state)
    for tier in network.tiers:
        ordered = _review(network, state, forecasting, tier, waiting)
        if purchasing is None:
            asking = np.flatnonzero(ordered.any(axis=1))
            shipments += [_ship(network, state, int(tier[row]), ordered[row]) for row in asking]
        else:
            shipments += _ship_within(network, state, purchasing, tier, ordered)
    return shipments


def _ship_within(
    network: Network, state: State, purchasing: Purchasing, tier: IntArray, ordered: IntArray
) -> list[Shipment]:
    """Cut the orders of a tier to what its sites can take in and pay, site by site, and ship."""
    shipments, unit = [], network.market.products.units_per_case
    for site, wanted in zip(tier.tolist(), ordered, strict=True):
        parent = int(network.design.sites.parent[site])
        same = network.owner[site] == network.owner[parent]
        price = np.zeros_like(wanted) if same else _price(network, site)
        units = purchasing.cut(state, site, wanted, price)
        if units.any():
            shipment = _ship(network, state, site, units)
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


def _ship(network: Network, state: State, site: int, ordered: IntArray) -> Shipment:
    parent = int(network.design.sites.parent[site])
    unit = network.market.products.units_per_case
    if network.market.sites.kind[parent] == PLANT:
        shipped = ordered
    else:
        shipped = np.minimum(ordered, state.stock[parent] // unit * unit)
        state.stock[parent] -= shipped
    state.demand[state.day % len(state.demand), parent] += ordered
    state.transit[site] += shipped
    arrival = state.day + max(1, int(network.lead[site]))
    value, due = _bill(network, state, site, parent, shipped // unit)
    return Shipment(site, parent, ordered, shipped, arrival, value, due)


def _bill(
    network: Network, state: State, site: int, parent: int, cases: IntArray
) -> tuple[int, int]:
    if network.owner[site] == network.owner[parent]:
        return 0, state.day
    value = int((cases * _price(network, site)).sum())
    due = state.day + int(network.design.terms.account_days[network.design.sites.mode[site]])
    if network.own[parent]:
        state.month_purchases[site] += value
    if due > state.day and value:
        state.site_receivable[parent] += value
        state.site_payable[site] += value
        state.settle_sites.setdefault(due, []).append((parent, site, value))
    else:
        state.cash[parent] += value
        state.cash[site] -= value
    return value, due


def _price(network: Network, site: int) -> IntArray:
    """Return the price a site's owner pays; the manufacturer buying back pays the same."""
    mode = network.design.sites.mode[site]
    terms = network.design.terms
    parent = network.design.sites.parent[site]
    return np.asarray(terms.price_account[mode] if network.own[parent] else terms.price_tier2[mode])
