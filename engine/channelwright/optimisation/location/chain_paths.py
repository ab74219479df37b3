"""Compiled paths between good assignments, followed by chains: a pool that keeps the best.

A path changes the service of one assignment into that of another, customer by customer, cheapest
first. From somewhere on it chains lead to an assignment that none betters, which takes the place of
the worst of the pool (path relinking with ejection chains: Yagiura, Ibaraki & Glover 2006).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.chain_walk import (
    Walk,
    burden,
    cost_of,
    kick,
    price_overload,
    uniform,
)
from channelwright.optimisation.location.chains import (
    Choices,
    Labels,
    Service,
    descend,
    give,
    misfit,
    wake,
)

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_EPSILON = 1e-9
#: Assignments that differ by so few customers have no path worth its name; kicks instead.
_ALIKE, _KICKS = 4, 3
#: Choices that a new member draws from, the best ones most often.
_DRAWN = 3


class Pool(NamedTuple):
    """Assignments that no chain betters, changed in place.

    Attributes
    ----------
    member : (n_members, n_customers) int
        Choices.
    cost : (n_members,)
        Without overload.
    filled : (1,) int
        Members so far.
    """

    member: Indices
    cost: Floats
    filled: Indices


def empty_pool(members: int, customers: int) -> Pool:
    """Return room for members.

    Parameters
    ----------
    members, customers : int
    """
    table = np.zeros((members, customers), dtype=np.int64)
    return Pool(table, np.zeros(members), np.zeros(1, dtype=np.int64))


@kernel
def _change(choices: Choices, service: Service, i: int, k: int) -> float:
    """Return what giving a customer a choice changes, overload at its penalty."""
    o, j = choices.site[i, service.at[i]], choices.site[i, k]
    limit, price, penalty, load = choices.limit, choices.price, service.penalty, service.load
    value = choices.merit[i, k] - service.merit[i]
    value += misfit(load[o] - service.need[i], limit[o], price[o], penalty[o])
    value -= misfit(load[o], limit[o], price[o], penalty[o])
    value += misfit(load[j] + choices.need[i, k], limit[j], price[j], penalty[j])
    value -= misfit(load[j], limit[j], price[j], penalty[j])
    return float(value)


@kernel
def _take_over(choices: Choices, service: Service, at: Indices) -> None:
    for i in range(at.size):
        if service.at[i] != at[i]:
            give(choices, service, i, at[i])


@kernel
def _go_towards(
    choices: Choices, service: Service, target: Indices, seed: NDArray[np.uint64]
) -> None:
    """Go a random part of the way to an assignment, at each step what costs least."""
    apart, count = np.empty(target.size, dtype=np.int64), 0
    for i in range(target.size):
        if service.at[i] != target[i]:
            apart[count] = i
            count += 1
    if count <= _ALIKE:
        for _ in range(_KICKS):
            kick(choices, service, seed)
        return
    steps = 1 + int(uniform(seed) * (count - 1))
    for left in range(count, count - steps, -1):
        least, place = np.inf, 0
        for k in range(left):
            value = _change(choices, service, apart[k], target[apart[k]])
            if value < least:
                least, place = value, k
        i = apart[place]
        wake(service, choices.site[i, service.at[i]])
        give(choices, service, i, target[i])
        wake(service, choices.site[i, target[i]])
        apart[place] = apart[left - 1]


@kernel
def _enrol(choices: Choices, service: Service, pool: Pool, cost: float) -> None:
    """Put an assignment into the pool if it is new and better than the worst."""
    worst, place, count = -np.inf, 0, pool.filled[0]
    for q in range(count):
        if (pool.member[q] == service.at).all():
            return
        value = pool.cost[q] + burden(choices, service, pool.member[q])
        if value > worst:
            worst, place = value, q
    if count < pool.cost.size:
        place = count
        pool.filled[0] += 1
    elif cost + burden(choices, service, service.at) >= worst:
        return
    pool.member[place] = service.at
    pool.cost[place] = cost


@kernel
def _settle_down(choices: Choices, service: Service, labels: Labels, way: Walk, pool: Pool) -> None:
    """Follow chains to their end and enrol what they lead to."""
    descend(choices, service, labels)
    cost = cost_of(choices, service.at)
    if price_overload(choices, service) and cost < way.cost[1] - _EPSILON * abs(cost):
        way.cost[1] = cost
        way.best[:] = service.at
    _enrol(choices, service, pool, cost)


@kernel
def fill_pool(
    choices: Choices, service: Service, labels: Labels, way: Walk, pool: Pool, until: int
) -> None:
    """Add members that start from random good choices.

    Parameters
    ----------
    choices, service, labels, way, pool
    until : int
        Members wanted; fewer where the same come up again and again.
    """
    for _ in range(2 * pool.cost.size):
        if pool.filled[0] >= until:
            return
        for i in range(service.at.size):
            count = 0
            while count < min(_DRAWN, choices.site.shape[1]) and choices.site[i, count] >= 0:
                count += 1
            give(choices, service, i, int(uniform(way.seed) ** 2 * count))
            service.awake[i] = True
        _settle_down(choices, service, labels, way, pool)


@kernel
def relink(
    choices: Choices, service: Service, labels: Labels, way: Walk, pool: Pool, rounds: int
) -> None:
    """Follow paths between members of the pool.

    Parameters
    ----------
    choices, service, labels
    way : Walk
        Keeps the cheapest assignment that fits.
    pool : Pool
        With two members at least.
    rounds : int
    """
    for _ in range(rounds):
        a = int(uniform(way.seed) * pool.filled[0])
        b = int(uniform(way.seed) * (pool.filled[0] - 1))
        b += 1 if b >= a else 0
        _take_over(choices, service, pool.member[a])
        _go_towards(choices, service, pool.member[b], way.seed)
        _settle_down(choices, service, labels, way, pool)
