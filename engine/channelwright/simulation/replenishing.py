"""23:00: sites review their stock and order from their parents, lowest tier first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import IntArray
from channelwright.simulation.network import PLANT, Network
from channelwright.simulation.state import State

WINDOW = 28


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


def replenish(network: Network, state: State) -> list[Shipment]:
    """Review every site that is due; updates stock, transit and what is owed."""
    shipments = []
    waiting = _waiting_units(network, state)
    review = network.design.sites.review_days
    for site in network.children:
        if state.day % int(review[site]) == 0:
            ordered = _order(network, state, site, waiting[site])
            if ordered.any():
                shipments.append(_ship(network, state, site, ordered))
    return shipments


def _waiting_units(network: Network, state: State) -> IntArray:
    """Return units of waiting lines (had an attempt, not allocated) per site: (S, P)."""
    orders = state.orders
    waiting = np.zeros_like(state.stock)
    tried = orders["attempt"] <= state.day
    units = orders["missing"][tried] * network.market.products.units_per_case
    np.add.at(waiting, orders["site"][tried], units)
    return waiting


def _order(network: Network, state: State, site: int, waiting: IntArray) -> IntArray:
    plan = network.design.sites
    early = max(0, WINDOW - 1 - state.day)
    seen = state.demand[:, site].sum(axis=0)
    average = (seen + early * network.opening_demand[site]) / WINDOW
    cover = int(network.lead[site]) + int(plan.review_days[site]) + float(plan.safety_days[site])
    level = np.floor(cover * average + 0.5).astype(np.int64)
    level = np.where(plan.level[site] >= 0, plan.level[site], level)
    position = state.stock[site] + state.transit[site] - waiting
    unit = network.market.products.units_per_case
    return np.asarray(-(-np.maximum(0, level - position) // unit) * unit)


def _ship(network: Network, state: State, site: int, ordered: IntArray) -> Shipment:
    parent = int(network.design.sites.parent[site])
    unit = network.market.products.units_per_case
    if network.market.sites.kind[parent] == PLANT:
        shipped = ordered
    else:
        shipped = np.minimum(ordered, state.stock[parent] // unit * unit)
        state.stock[parent] -= shipped
    state.demand[state.day % WINDOW, parent] += ordered
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
    return value, due


def _price(network: Network, site: int) -> IntArray:
    """Return the price a site's owner pays; the manufacturer buying back pays the same."""
    mode = network.design.sites.mode[site]
    terms = network.design.terms
    parent = network.design.sites.parent[site]
    return np.asarray(terms.price_account[mode] if network.own[parent] else terms.price_tier2[mode])
