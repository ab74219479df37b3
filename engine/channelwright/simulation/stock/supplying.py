"""23:00, second half: parents share out what they have among the sites that they supply."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.stock import PROPORTIONAL
from channelwright.model.supply import UNLIMITED
from channelwright.rules.sharing import in_proportion, in_turn
from channelwright.simulation.network import Network
from channelwright.simulation.stock.lanes import is_out, outages_of
from channelwright.simulation.stock.supplier_choice import Sources

_WEEK = 7
_ENDLESS = np.iinfo(np.int64).max // 4

#: Plants (S,), units that they can ship in a period (S, P) and its days (S,), (0, P) and (0,)
#: where nothing is limited; weekday of day 0; outages (4, n); units per case (P,).
Supply: TypeAlias = tuple[BoolArray, IntArray, IntArray, int, IntArray, IntArray]
#: Sites that keep what they cannot ship waiting, and that ration in proportion (S,).
Shortage: TypeAlias = tuple[BoolArray, BoolArray]
#: Units awaited from the parent, owed to others, shipped in the period of a plant, asked for and
#: left today (S, P); period of a plant (S,), parents seen today (S,): changed.
Supplied: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray, IntArray, BoolArray]


def supply_of(network: Network) -> Supply:
    """Return what limits the supply of sites."""
    supply, unit = network.market.supply, network.plain.unit
    weekday, outages = network.market.calendar.start.weekday(), outages_of(network)
    capacity, days = np.zeros((0, len(unit)), dtype=np.int64), np.zeros(0, dtype=np.int64)
    if supply is not None and (supply.capacity != UNLIMITED).any():
        capacity, days = supply.capacity.copy(), supply.capacity_days.copy()
    return network.plain.plant, capacity, days, weekday, outages, unit


def shortage_of(network: Network) -> Shortage:
    """Return what happens where more is asked for than there is."""
    stock = network.design.stock
    rules = None if stock is None else stock.shortage
    if rules is None:
        none = np.zeros(len(network.owner), dtype=np.bool_)
        return none, none
    return rules.backorder.copy(), rules.rationing == PROPORTIONAL


def turns_of(network: Network) -> list[IntArray]:
    """Return the sites of every tier, those served first before others."""
    stock = network.design.stock
    rules = None if stock is None else stock.shortage
    if rules is None:
        return list(network.tiers)
    return [tier[np.lexsort((tier, rules.priority[tier]))] for tier in network.tiers]


def nothing_supplied(network: Network) -> Supplied:
    """Return what is awaited, owed and used before the first day."""
    sites, products = network.opening_demand.shape
    grids = np.zeros((5, sites, products), dtype=np.int64)
    period = np.full(sites, -1, dtype=np.int64)
    return (*grids, period, np.zeros(sites, dtype=np.bool_))


@kernel
def ship(
    day: int,
    tier: IntArray,
    turn: IntArray,
    lines: tuple[IntArray, IntArray],
    sources: Sources,
    supply: Supply,
    shortage: Shortage,
    supplied: Supplied,
    goods: tuple[IntArray, IntArray],
) -> None:
    """Send what the sites of a tier order and wait for, as far as their parents have it.

    Parameters
    ----------
    tier, turn : the sites of the tier, as they come and those served first before others
    lines : (S, P) units ordered and shipped, the latter written
    goods : (S, P) units in stock and asked of sites today, changed
    """
    parent, chooses = sources[0], sources[3]
    ordered, shipped = lines
    stock, demand = goods
    awaited, owed, _, asked, _, _, seen = supplied
    outages, unit = supply[4], supply[5]
    for site in turn:
        seen[parent[site]] = False
    for site in turn:
        above = parent[site]
        if not seen[above]:
            seen[above] = True
            _open(day, above, supply, supplied, stock)
        closed = is_out(day, above, site, outages)
        for product in range(len(unit)):
            units = ordered[site, product]
            demand[above, product] += units
            shipped[site, product] = 0 if closed else units + awaited[site, product]
            asked[above, product] += shipped[site, product]
    for site in turn:
        above = parent[site]
        if seen[above]:
            seen[above] = False
            shares = shortage[1][above]
            served = tier if shares else turn
            _ration(above, served, parent, shipped, shares, supplied, unit)
        waits = shortage[0][above] and not chooses[site]
        for product in range(len(unit)):
            rest = np.int64(0)
            if waits:
                rest = ordered[site, product] + awaited[site, product] - shipped[site, product]
            owed[above, product] += rest - awaited[site, product]
            awaited[site, product] = rest
            _take(above, product, shipped[site, product], supply, supplied, stock)


@kernel
def _open(day: int, site: int, supply: Supply, supplied: Supplied, stock: IntArray) -> None:
    """Find the units, in whole cases, that a parent can still ship; forget what was asked of it."""
    plant, capacity, days, weekday, _, unit = supply
    _, _, used, asked, left, period, _ = supplied
    limited = plant[site] and len(days) > 0
    if limited:
        now = (day + weekday) // _WEEK if days[site] == _WEEK else day
        if now != period[site]:
            period[site] = now
            used[site] = 0
    for product in range(len(unit)):
        case, asked[site, product] = unit[product], 0
        if not plant[site]:
            left[site, product] = stock[site, product] // case * case
        elif limited and capacity[site, product] >= 0:
            rest = capacity[site, product] - used[site, product]
            left[site, product] = rest // case * case
        else:
            left[site, product] = _ENDLESS


@kernel
def _take(
    site: int, product: int, units: int, supply: Supply, supplied: Supplied, stock: IntArray
) -> None:
    """Book units out of a parent."""
    if supply[0][site]:
        supplied[2][site, product] += units
    else:
        stock[site, product] -= units


@kernel
def _ration(
    above: int,
    served: IntArray,
    parent: IntArray,
    shipped: IntArray,
    proportional: bool,
    supplied: Supplied,
    unit: IntArray,
) -> None:
    """Cut what is asked of a parent to what it has, in whole cases.

    Parameters
    ----------
    served : sites of the tier, in turn, or as they come where shares are ``proportional``
    """
    asked, left = supplied[3], supplied[4]
    for product in range(len(unit)):
        if asked[above, product] <= left[above, product]:
            continue
        case, cases, count = unit[product], np.empty(len(served), dtype=np.int64), 0
        for site in served:
            if parent[site] == above:
                cases[count] = shipped[site, product] // case
                count += 1
        if proportional:
            in_proportion(cases[:count], left[above, product] // case)
        else:
            in_turn(cases[:count], left[above, product] // case)
        count = 0
        for site in served:
            if parent[site] == above:
                shipped[site, product] = cases[count] * case
                count += 1
