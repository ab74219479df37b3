"""23:00: market wholesalers choose their source (docs/world/market-wholesalers.md)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import PPM, BoolArray, IntArray, share, share_of
from channelwright.model.stock import Suppliers
from channelwright.rules.suppliers import choosers
from channelwright.simulation.network import Network
from channelwright.simulation.stock.lanes import is_out

#: By site (S,): source, its lane days, what it asks (ppm of the ladder), whether the site chooses.
Sources: TypeAlias = tuple[IntArray, IntArray, IntArray, BoolArray]
#: First row of every site (S + 1,); source, index and lane days of offers (K,); their price
#: (K, P), rebate in ppm and lane cost in ticks per case (K,).
Offers: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray, IntArray, IntArray]


def given_sources(network: Network) -> Sources:
    """Return from whom every site buys before anybody has chosen."""
    parent = network.design.sites.parent.copy()
    index = np.full(len(parent), PPM, dtype=np.int64)
    return parent, network.lead.copy(), index, choosers(network.design)


def offers_of(network: Network) -> Offers:
    """Return what never changes of the offers among which sites choose."""
    stock, design = network.design.stock, network.design
    given = None if stock is None else stock.suppliers
    sites, none = np.arange(len(design.sites) + 1), np.zeros(0, dtype=np.int64)
    if given is None:
        return np.zeros_like(sites), none, none, none, none.reshape(0, 0), none, none
    mode, terms = design.sites.mode[given.site], design.terms
    own = network.own[given.source]
    lane = given.site, given.source
    return (
        np.searchsorted(given.site, sites),
        given.source.copy(),
        given.index.copy(),
        network.market.sites.lead_days[lane],
        _prices(network, given),
        np.where(own, terms.account_rebate[mode], 0),
        network.market.sites.lane_cost[lane],
    )


def _prices(network: Network, given: Suppliers) -> IntArray:
    terms, mode = network.design.terms, network.design.sites.mode[given.site]
    own = network.own[given.source][:, None]
    ladder = np.where(own, terms.price_account[mode], terms.price_tier2[mode])
    return np.ascontiguousarray(share(ladder, given.index[:, None]))


@kernel
def choose(
    day: int,
    tier: IntArray,
    ordered: IntArray,
    sources: Sources,
    offers: Offers,
    outages: IntArray,
    stock: tuple[IntArray, BoolArray, IntArray],
) -> None:
    """Let the sites of a tier choose their source for what they order.

    Parameters
    ----------
    ordered : (S, P) units
    sources : changed
    stock : (S, P) units on hand, (S,) plants, which always have all, (P,) units per case
    """
    parent, lead, index, chooses = sources
    for site in tier:
        some = False
        for product in range(ordered.shape[1]):
            some = some or ordered[site, product] > 0
        if chooses[site] and some:
            best = _best(day, site, ordered[site], offers, outages, stock)
            parent[site], index[site], lead[site] = (
                offers[1][best],
                offers[2][best],
                offers[3][best],
            )


@kernel
def _best(
    day: int,
    site: int,
    ordered: IntArray,
    offers: Offers,
    outages: IntArray,
    stock: tuple[IntArray, BoolArray, IntArray],
) -> int:
    """Return the row of the best offer for a site: most on hand, then cheapest, then first."""
    begin, source, _, _, price, rebate, lane_cost = offers
    units, plant, unit = stock
    best: int = begin[site]
    most, least = -1, 0
    for offer in range(begin[site], begin[site + 1]):
        held, worth, total, above = 0, 0, 0, source[offer]
        for product in range(len(unit)):
            cases = ordered[product] // unit[product]
            total += cases
            worth += cases * price[offer, product]
            if plant[above]:
                held += cases
            else:
                held += min(cases, units[above, product] // unit[product])
        if is_out(day, above, site, outages):
            held = 0
        cost = worth - share_of(worth, rebate[offer]) + total * lane_cost[offer]
        if held > most or (held == most and cost < least):
            most, least, best = held, cost, offer
    return best
