"""Compiled walk between assignments that no chain betters: kicks, chains, prices of overload.

Penalties rise where sites stay overloaded and fall while everything fits, so that the walk keeps
crossing the border of what is allowed (Yagiura, Ibaraki & Glover 2006).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.chains import Choices, Labels, Service, descend, give, wake

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_RISE, _FALL, _LEAST = 1.05, 0.9, 1.05
_EPSILON = 1e-9
#: Of the linear congruential stream.
_MULTIPLIER, _INCREMENT = 6364136223846793005, 1442695040888963407


class Walk(NamedTuple):
    """Where a walk is, changed in place.

    Attributes
    ----------
    home : (n_customers,) int
        Choices of the assignment that the next kick starts from.
    best : (n_customers,) int
        Choices of the cheapest assignment that fits.
    cost : (2,)
        Costs of the home and of the best; the latter ``inf`` while none fits.
    seed : (1,) uint64
    """

    home: Indices
    best: Indices
    cost: Floats
    seed: NDArray[np.uint64]


@kernel
def uniform(seed: NDArray[np.uint64]) -> float:
    """Return the next number in [0, 1) of a linear congruential stream (Knuth 1997, 3.3.4).

    Parameters
    ----------
    seed : (1,) uint64, changed in place
    """
    seed[0] = seed[0] * np.uint64(_MULTIPLIER) + np.uint64(_INCREMENT)
    return float(seed[0] >> np.uint64(11)) / 9007199254740992.0


@kernel
def cost_of(choices: Choices, at: Indices) -> float:
    """Return what an assignment costs without overload.

    Parameters
    ----------
    choices
    at : (n_customers,) int
    """
    total = 0.0
    for i in range(at.size):
        total += choices.cost[i, at[i]]
    return total


@kernel
def burden(choices: Choices, service: Service, at: Indices) -> float:
    """Return the overload of an assignment at the penalties of today.

    Parameters
    ----------
    choices, service
    at : (n_customers,) int
    """
    load = np.zeros(choices.limit.size)
    for i in range(at.size):
        load[choices.site[i, at[i]]] += choices.need[i, at[i]]
    total = 0.0
    for j in range(load.size):
        if load[j] > choices.limit[j]:
            total += service.penalty[j] * (load[j] - choices.limit[j])
    return total


@kernel
def price_overload(choices: Choices, service: Service) -> bool:
    """Change the penalties by the loads; returns whether everything fits.

    Parameters
    ----------
    choices, service
    """
    fits = True
    for j in range(choices.limit.size):
        if service.load[j] > choices.limit[j]:
            service.penalty[j] *= _RISE
            fits = False
    if fits:
        for j in range(choices.limit.size):
            floor = _LEAST * choices.price[j] + 1e-6
            service.penalty[j] = max(_FALL * service.penalty[j], floor)
    return fits


@kernel
def kick(choices: Choices, service: Service, seed: NDArray[np.uint64]) -> None:
    """Give a random customer a random choice.

    Parameters
    ----------
    choices, service
    seed : (1,) uint64, changed in place
    """
    i = int(uniform(seed) * service.at.size)
    count = 0
    while count < choices.site.shape[1] and choices.site[i, count] >= 0:
        count += 1
    k = int(uniform(seed) * count)
    if k != service.at[i]:
        wake(service, choices.site[i, service.at[i]])
        give(choices, service, i, k)
        wake(service, choices.site[i, k])


@kernel
def return_to_best(choices: Choices, service: Service, way: Walk) -> None:
    """Make the cheapest assignment that fits the home, if there is one.

    Parameters
    ----------
    choices, service, way
    """
    if not np.isfinite(way.cost[1]):
        return
    way.home[:] = way.best
    way.cost[0] = way.cost[1]
    _go_home(choices, service, way)


@kernel
def _go_home(choices: Choices, service: Service, way: Walk) -> None:
    for i in range(service.at.size):
        if service.at[i] != way.home[i]:
            give(choices, service, i, way.home[i])


@kernel
def walk(
    choices: Choices,
    service: Service,
    labels: Labels,
    way: Walk,
    heat: float,
    kicks: int,
    rounds: int,
) -> int:
    """Kick and follow chains; keep what is better, and with odds exp(-loss / heat) what is worse.

    Parameters
    ----------
    choices, service, labels, way
        The service is that of ``way.home``.
    heat : float
    kicks : int
        Customers moved at random at the start of each round.
    rounds : int

    Returns
    -------
    int
        Chains followed.
    """
    followed = 0
    for _ in range(rounds):
        for _ in range(kicks):
            kick(choices, service, way.seed)
        followed += descend(choices, service, labels)
        cost = cost_of(choices, service.at)
        if price_overload(choices, service) and cost < way.cost[1] - _EPSILON * abs(cost):
            way.cost[1] = cost
            way.best[:] = service.at
        loss = cost + burden(choices, service, service.at)
        loss -= way.cost[0] + burden(choices, service, way.home)
        if loss <= 0.0 or uniform(way.seed) < np.exp(-loss / heat):
            way.home[:] = service.at
            way.cost[0] = cost
        else:
            _go_home(choices, service, way)
    return followed
