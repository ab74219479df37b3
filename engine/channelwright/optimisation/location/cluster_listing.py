"""Compiled walk over all clusters of a site that cost little after prices, each visited once.

Customers join in rising order of what they cost after prices. A table of the best that later ones
can add to each room cuts the walk short (as in the listing of routes of Baldacci, Christofides &
Mingozzi 2008), so that its length is that of what it finds. Prices of cuts only ever add to a
cluster on the way, so that they cut it shorter still.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.compiled_climb import SiteArcs
from channelwright.optimisation.location.deadline import must_go_on, piece_of

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: Share of a cost after prices by which another must be lower to be looked for.
_ROUNDING = 1e-10
#: Steps of a walk after one that did not come to its end.
_SHORT = 1_000
#: Sites between two looks at the clock.
_PIECE = 32


class Tariff(NamedTuple):
    """Prices of a master problem over clusters.

    Attributes
    ----------
    price : (n_customers,)
        What serving each customer earns.
    penalty : (n_cuts,)
        What a cluster pays that holds two or three of the customers of a cut; not negative.
    start : (n_customers + 1,) int
        Cuts of customer i are ``cut[start[i]:start[i + 1]]``.
    cut : (n_places,) int
    """

    price: Floats
    penalty: Floats
    start: Indices
    cut: Indices


class Listing(NamedTuple):
    """Clusters that a walk found, in place.

    Attributes
    ----------
    member : (n_places,) int
        Customers, cluster after cluster, the one at the site first.
    end : (n_clusters,) int
        Where each cluster ends among the members.
    site : (n_clusters,) int
    value : (n_clusters,)
        Cost after prices.
    """

    member: Indices
    end: Indices
    site: Indices
    value: Floats


class Items(NamedTuple):
    """Customers that may join a site, cheapest after prices first.

    Attributes
    ----------
    who, need : (n_items,) int
    value : (n_items,)
        Cost after prices.
    ahead : (n_paying + 1, room + 1)
        Least that items from each on add within each room; those that do not pay add nothing.
    base : float
        Cost after prices of the open site and the customer at it.
    own : int
        The customer at it; -1 where the site cannot open.
    room : int
        Capacity that is left to the others.
    """

    who: Indices
    need: Indices
    value: Floats
    ahead: Floats
    base: float
    own: int
    room: int


def empty_listing(clusters: int, places: int) -> Listing:
    """Return room for clusters and their members.

    Parameters
    ----------
    clusters, places : int
    """
    return Listing(
        np.zeros(places, dtype=np.int64),
        np.zeros(clusters, dtype=np.int64),
        np.zeros(clusters, dtype=np.int64),
        np.zeros(clusters),
    )


@kernel
def _table(value: Floats, need: Indices, room: int) -> Floats:
    """Return the least that items from each on add within each room, up to the last that pays."""
    paying = np.searchsorted(value, 0.0)
    ahead = np.zeros((paying + 1, room + 1))
    for t in range(paying - 1, -1, -1):
        for r in range(room + 1):
            ahead[t, r] = ahead[t + 1, r]
            if need[t] <= r:
                ahead[t, r] = min(ahead[t, r], value[t] + ahead[t + 1, r - need[t]])
    return ahead


@kernel
def _items(arcs: SiteArcs, price: Floats, j: int, limit: float, dear: bool) -> Items:
    """Return who may join a site, with those who cost more than they earn if asked for."""
    begin, end = arcs.start[j], arcs.start[j + 1]
    base, room, own = arcs.fixed_cost[j], arcs.capacity[j], -1
    who, need = np.empty(end - begin, dtype=np.int64), np.empty(end - begin, dtype=np.int64)
    value = np.empty(end - begin)
    for a in range(begin, end):
        if arcs.must[a]:
            own = arcs.customer[a]
            base += arcs.cost[a] - price[own]
            room -= arcs.need[a]
    count, least = 0, 0.0
    for a in range(begin, end):
        after = arcs.cost[a] - price[arcs.customer[a]]
        if arcs.must[a] or arcs.need[a] > room or (after >= 0.0 and not dear):
            continue
        who[count], need[count], value[count] = arcs.customer[a], int(arcs.need[a]), after
        least += min(after, 0.0)
        count += 1
    if own < 0 or room < 0 or base + least > limit:
        none = np.empty(0, dtype=np.int64)
        return Items(none, none, np.empty(0), np.zeros((1, 1)), base + least, -1, 0)
    order = np.argsort(value[:count])
    who, need, value = who[order], need[order], value[order]
    ahead = _table(value, need, int(room))
    # Whoever costs more than is left beside the cheapest cluster is in none.
    few = np.searchsorted(value, max(limit - base - ahead[0, int(room)], 0.0), side="right")
    return Items(who[:few], need[:few], value[:few], ahead, base, int(own), int(room))


@kernel
def _join(tariff: Tariff, hits: Indices, i: int, step: int) -> float:
    """Count a customer in (1) or out (-1) of the cuts it is in; what the cluster pays for that."""
    paid = 0.0
    for a in range(tariff.start[i], tariff.start[i + 1]):
        k = tariff.cut[a]
        before = hits[k] >= 2
        hits[k] += step
        if before != (hits[k] >= 2):
            paid += step * tariff.penalty[k]
    return paid


@kernel
def _note(found: Listing, count: int, j: int, items: Items, stack: Indices, value: float) -> None:
    """Write a cluster down behind the others."""
    place = found.end[count - 1] if count > 0 else 0
    found.member[place] = items.own
    for k in range(stack.size):
        found.member[place + 1 + k] = items.who[stack[k]]
    found.end[count] = place + 1 + stack.size
    found.site[count], found.value[count] = j, value


@kernel
def _below(value: float) -> float:
    return value - _ROUNDING * (1.0 + abs(value))


@kernel
def _next(items: Items, t: int, now: float, room: int, within: float) -> tuple[int, bool]:
    """Return the first item from t on that can join a cluster within a limit, and if there is one.

    Parameters
    ----------
    items : Items
    t : int
    now : float
        Cost after prices so far.
    room : int
        Capacity that is left.
    within : float
    """
    ahead, paying = items.ahead, items.ahead.shape[0] - 1
    while t < items.who.size and now + ahead[min(t, paying), room] <= within:
        after, rest = now + items.value[t], room - items.need[t]
        if rest >= 0 and after + ahead[min(t + 1, paying), rest] <= within:
            return t, True
        if after > within and t >= paying:
            break
        t += 1
    return t, False


@kernel
def list_site(
    arcs: SiteArcs, tariff: Tariff, j: int, limit: float, best: bool, found: Listing, steps: int
) -> tuple[int, float]:
    """List the clusters of a site that cost at most a limit after prices.

    Parameters
    ----------
    arcs : SiteArcs
        Whole needs and capacities.
    tariff : Tariff
    j : int
        Site.
    limit : float
    best : bool
        Only the cheapest, and only if it costs less than the limit.
    found : Listing
        Filled in place from its beginning.
    steps : int
        Of the walk at most.

    Returns
    -------
    tuple of int and float
        Number of clusters, -1 if there is no room for them or too many steps were needed, and
        what every cluster of the site costs at least (the limit where all cost more).
    """
    items = _items(arcs, tariff.price, j, limit, not best)
    if items.own < 0:
        return 0, limit
    size, sure = items.who.size, min(items.base + items.ahead[0, items.room], limit)
    hits = np.zeros(tariff.penalty.size, dtype=np.int64)
    stack, left = np.empty(size + 1, dtype=np.int64), np.full(size + 1, items.room)
    value = np.full(size + 1, items.base)
    _join(tariff, hits, items.own, 1)
    depth, t, count, fresh = 0, 0, 0, True
    # What is not cheaper by more than rounding is not looked for.
    within = _below(limit) if best else limit
    while steps >= 0:
        now, room = value[depth], left[depth]
        if fresh and now <= within:
            if best:
                within, count = _below(now), 0
            places = found.end[count - 1] if count > 0 else 0
            if count >= found.end.size or places + depth + 1 > found.member.size:
                return -1, sure
            _note(found, count, j, items, stack[:depth], now)
            count += 1
        t, fresh = _next(items, t, now, room, within)
        if fresh:
            steps -= 1
            stack[depth], depth = t, depth + 1
            value[depth] = now + items.value[t] + _join(tariff, hits, items.who[t], 1)
            left[depth] = room - items.need[t]
        elif depth == 0:
            return count, within
        else:
            depth -= 1
            t = stack[depth]
            _join(tariff, hits, items.who[t], -1)
        t += 1
    return -1, sure


@kernel
def _cheapest_of(
    arcs: SiteArcs,
    tariff: Tariff,
    limit: float,
    found: Listing,
    steps: int,
    least: Floats,
    begin: int,
    end: int,
    count: int,
) -> tuple[int, int, bool]:
    """Find the cheapest clusters of the sites from one place up to another, behind those found."""
    complete, place = True, found.end[count - 1] if count > 0 else 0
    for j in range(begin, end):
        if arcs.closed[j]:
            continue
        rest = Listing(
            found.member[place:], found.end[count:], found.site[count:], found.value[count:]
        )
        number, least[j] = list_site(arcs, tariff, j, limit, True, rest, steps)
        if number < 0:
            # Cuts have become so many that walks grow long: the others are kept short.
            complete, steps = False, min(steps, _SHORT)
        elif number > 0:
            place += rest.end[0]
            found.end[count] = place
            count += 1
    return count, steps, complete


def cheapest_clusters(
    arcs: SiteArcs, tariff: Tariff, limit: float, found: Listing, steps: int
) -> tuple[int, Floats, bool]:
    """Find the cheapest cluster of every site that costs less than a limit after prices.

    Parameters
    ----------
    arcs, tariff
    limit : float
    found : Listing
        With room for a cluster a site; filled in place.
    steps : int
        Of the walk of each site at most.

    Returns
    -------
    tuple of int, (n_sites,) and bool
        Number of clusters found; what clusters of each site cost at least, the limit at most;
        whether every walk came to its end.

    Raises
    ------
    OutOfTime
        Time is over: a bound needs every site.
    """
    sites = arcs.capacity.size
    least, complete, count = np.full(sites, limit), True, 0
    piece = piece_of(sites, _PIECE)
    for begin in range(0, sites, piece):
        must_go_on()
        end = min(begin + piece, sites)
        count, steps, ended = _cheapest_of(
            arcs, tariff, limit, found, steps, least, begin, end, count
        )
        complete &= ended
    return count, least, complete


@kernel
def _list_of(
    arcs: SiteArcs,
    tariff: Tariff,
    limit: float,
    found: Listing,
    steps: int,
    begin: int,
    end: int,
    count: int,
) -> int:
    """List the clusters of the sites from one place up to another, behind those found."""
    place = found.end[count - 1] if count > 0 else 0
    for j in range(begin, end):
        if arcs.closed[j]:
            continue
        rest = Listing(
            found.member[place:], found.end[count:], found.site[count:], found.value[count:]
        )
        number, _ = list_site(arcs, tariff, j, limit, False, rest, steps)
        if number < 0:
            return -1
        for k in range(number):
            rest.end[k] += place
        if number > 0:
            place = rest.end[number - 1]
        count += number
    return count


def list_clusters(arcs: SiteArcs, tariff: Tariff, limit: float, found: Listing, steps: int) -> int:
    """List every cluster that costs at most a limit after prices; -1 if they are too many.

    Parameters
    ----------
    arcs, tariff
    limit : float
    found : Listing
        Filled in place.
    steps : int
        Of the walk of each site at most.

    Raises
    ------
    OutOfTime
        Time is over: a list is of use only as a whole.
    """
    sites, count = arcs.capacity.size, 0
    piece = piece_of(sites, _PIECE)
    for begin in range(0, sites, piece):
        must_go_on()
        end = min(begin + piece, sites)
        count = _list_of(arcs, tariff, limit, found, steps, begin, end, count)
        if count < 0:
            break
    return count
