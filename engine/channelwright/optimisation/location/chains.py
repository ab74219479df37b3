"""Compiled chains of exchanges between fixed sites, with overload at a price.

A chain gives one customer a new site, whose place there another leaves for a third site, and so
on; it ends at a site that gives nobody away, or where it began. Every site is touched once, so
that the changes add up exactly (Thompson & Psaraftis 1993; Yagiura, Ibaraki & Glover 2004).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_EPSILON = 1e-7


class Choices(NamedTuple):
    """The sites that each customer may have, best merit first.

    Attributes
    ----------
    site : (n_customers, n_choices) int
        -1 after the last one. A customer with one choice never moves.
    cost : (n_customers, n_choices)
        What serving costs.
    merit : (n_customers, n_choices)
        Cost with capacity at its price, above that of the best choice.
    need : (n_customers, n_choices)
    limit : (n_sites,)
    price : (n_sites,)
        What one unit of capacity is worth.
    """

    site: Indices
    cost: Floats
    merit: Floats
    need: Floats
    limit: Floats
    price: Floats


class Service(NamedTuple):
    """Who has which choice, changed in place.

    Attributes
    ----------
    at : (n_customers,) int
        Place of the choice of each customer.
    load : (n_sites,)
    head : (n_sites,) int
        First customer of each site, -1 if it has none.
    after, before : (n_customers,) int
        Neighbours in the list of customers of the same site.
    merit, need : (n_customers,)
        Of the choice at hand.
    penalty : (n_sites,)
        Price of a unit of overload.
    awake : (n_customers,) bool
        Customers from whom chains are to be looked for.
    """

    at: Indices
    load: Floats
    head: Indices
    after: Indices
    before: Indices
    merit: Floats
    need: Floats
    penalty: Floats
    awake: Flags


class Labels(NamedTuple):
    """Best beginnings of chains that put out a customer, per length.

    Attributes
    ----------
    value : (length, n_customers)
        What the chain changes so far.
    by, over : (length, n_customers) int
        Who takes the place of the customer, and the choice that does it.
    front : (length, n_customers) int
        Customers that were put out.
    stamp : (n_customers,) int
    touched : (n_sites,) int
    tick : (2,) int
        Which entries of `stamp` and of `touched` count.
    mover, choice : (length,) int
        The chain that was found: who takes which choice.
    """

    value: Floats
    by: Indices
    over: Indices
    front: Indices
    stamp: Indices
    touched: Indices
    tick: Indices
    mover: Indices
    choice: Indices


def new_service(choices: Choices, at: Indices, penalty: Floats) -> Service:
    """Return the service in which every customer has a given choice.

    Parameters
    ----------
    choices : Choices
    at : (n_customers,) int
    penalty : (n_sites,)
    """
    n, m = at.size, choices.limit.size
    nobody, outside = np.full(n, -1, dtype=np.int64), np.full(m, -1, dtype=np.int64)
    service = Service(
        np.array(at, dtype=np.int64),
        np.zeros(m),
        outside,
        nobody,
        nobody.copy(),
        np.zeros(n),
        np.zeros(n),
        np.array(penalty, dtype=np.float64),
        np.ones(n, dtype=np.bool_),
    )
    _enter_all(choices, service)
    return service


def new_labels(customers: int, sites: int, length: int) -> Labels:
    """Return room for chains.

    Parameters
    ----------
    customers, sites : int
    length : int
        Customers of a chain at most.
    """
    shape = (length, customers)
    return Labels(
        np.zeros(shape),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.int64),
        np.zeros(customers, dtype=np.int64),
        np.zeros(sites, dtype=np.int64),
        np.zeros(2, dtype=np.int64),
        np.zeros(length, dtype=np.int64),
        np.zeros(length, dtype=np.int64),
    )


@kernel
def _enter_all(choices: Choices, service: Service) -> None:
    for i in range(service.at.size):
        _enter(choices, service, i, service.at[i])


@kernel
def _enter(choices: Choices, service: Service, i: int, k: int) -> None:
    j = choices.site[i, k]
    service.at[i] = k
    service.merit[i], service.need[i] = choices.merit[i, k], choices.need[i, k]
    service.load[j] += choices.need[i, k]
    service.before[i], service.after[i] = -1, service.head[j]
    if service.head[j] >= 0:
        service.before[service.head[j]] = i
    service.head[j] = i


@kernel
def give(choices: Choices, service: Service, i: int, k: int) -> None:
    """Give a customer another choice.

    Parameters
    ----------
    choices, service
    i, k : int
        Customer and place of the choice.
    """
    j = choices.site[i, service.at[i]]
    service.load[j] -= choices.need[i, service.at[i]]
    if service.before[i] >= 0:
        service.after[service.before[i]] = service.after[i]
    else:
        service.head[j] = service.after[i]
    if service.after[i] >= 0:
        service.before[service.after[i]] = service.before[i]
    _enter(choices, service, i, k)


@kernel
def wake(service: Service, j: int) -> None:
    """Have chains looked for from all customers of a site.

    Parameters
    ----------
    service
    j : int
        Site.
    """
    i = service.head[j]
    while i >= 0:
        service.awake[i] = True
        i = service.after[i]


@kernel
def misfit(load: float, limit: float, price: float, penalty: float) -> float:
    """Return what the load of a site costs: overload at its penalty, less what it is worth.

    Parameters
    ----------
    load, limit : float
    price, penalty : float
        Of a unit of capacity, and of a unit of overload.
    """
    value = -price * load
    if load > limit:
        value += penalty * (load - limit)
    return value


@kernel
def _mark_touched(choices: Choices, service: Service, labels: Labels, i: int, step: int) -> None:
    """Mark the sites that a beginning of a chain has been at, but for its own."""
    labels.tick[1] += 1
    labels.touched[choices.site[i, service.at[i]]] = labels.tick[1]
    while step > 1:
        i = labels.by[step, i]
        step -= 1
        labels.touched[choices.site[i, service.at[i]]] = labels.tick[1]


@kernel
def _put_out(
    choices: Choices,
    service: Service,
    labels: Labels,
    arc: tuple[int, int, int],
    allowed: float,
    count: int,
) -> int:
    """Let a customer take a place from each customer of a site; returns the beginnings now.

    `arc` is the customer, its choice and the length so far; beginnings that lose more than is
    allowed are no use.
    """
    i, k, step = arc
    j, tick = choices.site[i, k], labels.tick[0]
    limit, price, penalty = choices.limit[j], choices.price[j], service.penalty[j]
    load, values = service.load[j], labels.value[step + 1]
    base = labels.value[step, i] + choices.merit[i, k] - misfit(load, limit, price, penalty)
    load += choices.need[i, k]
    h = service.head[j]
    while h >= 0:
        value = base - service.merit[h]
        value += misfit(load - service.need[h], limit, price, penalty)
        if value < allowed:
            seen = labels.stamp[h] == tick
            if not seen:
                labels.stamp[h] = tick
                labels.front[step + 1, count] = h
                count += 1
            if not seen or value < values[h]:
                values[h] = value
                labels.by[step + 1, h], labels.over[step + 1, h] = i, k
        h = service.after[h]
    return count


@kernel
def find_chain(choices: Choices, service: Service, labels: Labels, first: int) -> int:
    """Look for the chain from a customer that gains most; for each length and end, one is kept.

    Parameters
    ----------
    choices, service, labels
        The chain found is in ``labels.mover`` and ``labels.choice``, last move first.
    first : int
        Customer.

    Returns
    -------
    int
        Customers in it, 0 if none gains.
    """
    site, merit, need = choices.site, choices.merit, choices.need
    limit, price, penalty, load = choices.limit, choices.price, service.penalty, service.load
    o = site[first, service.at[first]]
    freed = load[o] - service.need[first]
    before = misfit(load[o], limit[o], price[o], penalty[o])
    left = misfit(freed, limit[o], price[o], penalty[o]) - before
    # A chain that gains can be entered where every beginning of it gains, but for its own site.
    allowed = max(-left, 0.0) + 1e-9
    best, end, last, over = -_EPSILON, -1, -1, -1
    labels.front[0, 0], labels.value[0, first] = first, -service.merit[first]
    count, length = 1, labels.mover.size
    for step in range(length):
        labels.tick[0] += 1
        further = 0
        for place in range(count):
            i = labels.front[step, place]
            value = labels.value[step, i]
            now = site[i, service.at[i]]
            _mark_touched(choices, service, labels, i, step)
            for k in range(site.shape[1]):
                j = site[i, k]
                if j < 0:
                    break
                if j == o and step > 0:
                    total = misfit(freed + need[i, k], limit[j], price[j], penalty[j]) - before
                elif j == now or labels.touched[j] == labels.tick[1]:
                    continue
                else:
                    total = left - misfit(load[j], limit[j], price[j], penalty[j])
                    total += misfit(load[j] + need[i, k], limit[j], price[j], penalty[j])
                    if step + 1 < length:
                        further = _put_out(choices, service, labels, (i, k, step), allowed, further)
                total += value + merit[i, k]
                if total < best:
                    best, end, last, over = total, step, i, k
        count = further
    return _trace(labels, end, last, over)


@kernel
def _trace(labels: Labels, end: int, last: int, over: int) -> int:
    """Write down the chain that ends with a customer and a choice; returns its length."""
    count = 0
    for step in range(end, -1, -1):
        labels.mover[count], labels.choice[count] = last, over
        last, over = labels.by[step, last], labels.over[step, last]
        count += 1
    return count


@kernel
def descend(choices: Choices, service: Service, labels: Labels) -> int:
    """Follow chains that gain, from customers that are awake, until there is none.

    Parameters
    ----------
    choices, service, labels

    Returns
    -------
    int
        Chains followed.
    """
    n, followed, idle, i = service.at.size, 0, 0, 0
    while idle < n:
        idle += 1
        if service.awake[i]:
            service.awake[i] = False
            count = 0
            if choices.site[i, 1] >= 0:
                count = find_chain(choices, service, labels, i)
            for place in range(count):
                mover = labels.mover[place]
                left = choices.site[mover, service.at[mover]]
                give(choices, service, mover, labels.choice[place])
                wake(service, left)
                wake(service, choices.site[mover, service.at[mover]])
            if count:
                followed, idle = followed + 1, 0
                continue
        i = i + 1 if i + 1 < n else 0
    return followed
