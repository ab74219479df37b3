"""Compiled prices of capacity by Newton steps on a smoothed dual of split service.

Split service from given sites is a transport problem with few sites and many customers. Its dual
in the prices of capacity is concave but has edges. Where every customer spreads over sites by
exp(-cost / temperature) instead of taking the cheapest, it is smooth, and its curvature says which
sites exchange customers, so that a handful of Newton steps balance all sites at once. The
temperature then falls (semi-dual of regularised transport; Cuturi & Peyre 2018; Kitagawa, Merigot &
Thibert 2019). The smoothed dual never exceeds the cost of split service.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from channelwright.foundation.compiled import kernel
from channelwright.optimisation.location.deadline import out_of_time
from channelwright.optimisation.location.flows import OpenArcs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

#: Temperatures in units of what the third site costs more than the first: without prices, with
#: some, and the last; and how they fall.
_COLD_START, _WARM_START, _LAST, _COOLING = 0.5, 1 / 32, 1e-3, 0.25
#: Shares of demand at the wrong site: the last temperature and any other are done, and prices are
#: so good that only the last temperature is needed.
_BALANCED, _NEARLY, _GOOD = 1e-3, 5e-3, 1e-2
#: Steps at each temperature, and times that a step is damped more before it is given up.
_STEPS, _DAMPINGS = 15, 12
#: First damping as a share of the mean curvature, its least, and how it rises and falls.
_DAMPED, _LEAST_DAMPED, _MORE, _LESS = 1e-2, 1e-9, 8.0, 0.1
#: Shares of the gain that the slope promises: to keep a step, and to damp the next one less.
_KEPT, _WELL = 1e-3, 0.4
#: Temperatures above the cheapest site beyond which a site gets nothing.
_FAR = 20.0


class SmoothPrices(NamedTuple):
    """Where the steps ended.

    Attributes
    ----------
    price : (n_sites,)
        Prices of capacity, not negative.
    value : float
        Cost of split service at least, fixed cost left aside.
    """

    price: Floats
    value: float


class _Dual(NamedTuple):
    """The smoothed dual at some prices.

    Attributes
    ----------
    value : float
    load : (n_sites,)
        What each site would serve.
    bend : (n_sites, n_sites)
        Curvature between sites: what moves from one to the other when its price rises.
    """

    value: float
    load: Floats
    bend: Floats


@kernel
def _dual_at(arcs: OpenArcs, price: Floats, temperature: float) -> _Dual:
    """Spread every customer over its sites at a temperature; arcs stand in rising order of cost."""
    sites = arcs.limit.size
    load, bend = np.zeros(sites), np.zeros((sites, sites))
    place, part = np.empty(sites, dtype=np.int64), np.empty(sites)
    total, lowest = 0.0, price.min()
    for j in range(sites):
        if price[j] > 0.0:
            total -= price[j] * arcs.limit[j]
    for i in range(arcs.weight.size):
        weight = arcs.weight[i]
        if weight <= 0.0:
            total += arcs.cost[arcs.start[i]]
            continue
        best, count, heat = np.inf, 0, temperature * weight
        for arc in range(arcs.start[i], arcs.start[i + 1]):
            if arcs.cost[arc] + lowest * weight > best + _FAR * heat:
                break
            value = arcs.cost[arc] + price[arcs.site[arc]] * weight
            best = min(best, value)
            if value <= best + _FAR * heat:
                place[count], part[count] = arcs.site[arc], value
                count += 1
        sum_of_parts = 0.0
        for k in range(count):
            part[k] = np.exp((best - part[k]) / heat)
            sum_of_parts += part[k]
        total += best - heat * np.log(sum_of_parts)
        for k in range(count):
            part[k] /= sum_of_parts
            load[place[k]] += weight * part[k]
            for other in range(k):
                moved = weight / temperature * part[k] * part[other]
                bend[place[k], place[other]] += moved
                bend[place[other], place[k]] += moved
    return _Dual(total, load, bend)


@kernel
def _step(dual: _Dual, gap: Floats, free: Indices, damping: float) -> Floats:
    """Return the damped Newton step of the free prices, (n_sites,), by Cholesky factors."""
    n = free.size
    factor, right = np.empty((n, n)), np.empty(n)
    trace = 0.0
    for a in range(n):
        factor[a, a] = dual.bend[free[a]].sum()
        trace += factor[a, a]
        right[a] = gap[free[a]]
        for b in range(a):
            factor[a, b] = -dual.bend[free[a], free[b]]
    extra = damping * max(trace / max(n, 1), 1e-300)
    for a in range(n):
        factor[a, a] += extra
        for b in range(a + 1):
            for c in range(b):
                factor[a, b] -= factor[a, c] * factor[b, c]
            if b < a:
                factor[a, b] /= factor[b, b]
        factor[a, a] = np.sqrt(max(factor[a, a], 1e-12 * extra))
    for a in range(n):
        for c in range(a):
            right[a] -= factor[a, c] * right[c]
        right[a] /= factor[a, a]
    step = np.zeros(gap.size)
    for back in range(n):
        a = n - 1 - back
        for c in range(a + 1, n):
            right[a] -= factor[c, a] * right[c]
        right[a] /= factor[a, a]
        step[free[a]] = right[a]
    return step


@kernel
def _unbalanced(arcs: OpenArcs, price: Floats, load: Floats) -> tuple[Floats, Indices]:
    """Return what each site serves too much, and the sites whose price may move."""
    gap = np.zeros(price.size)
    free = np.empty(price.size, dtype=np.int64)
    count = 0
    for j in range(price.size):
        if arcs.limit[j] < np.inf and (price[j] > 0.0 or load[j] > arcs.limit[j]):
            gap[j] = load[j] - arcs.limit[j]
            free[count] = j
            count += 1
    return gap, free[:count]


@kernel
def _better(
    arcs: OpenArcs, price: Floats, dual: _Dual, temperature: float, damping: float
) -> tuple[bool, Floats, _Dual, float]:
    """Take one step; returns whether it was worth it, where it leads, and the next damping."""
    gap, free = _unbalanced(arcs, price, dual.load)
    for _ in range(_DAMPINGS):
        step = _step(dual, gap, free, damping)
        there, promised = np.zeros(price.size), 0.0
        for j in range(price.size):
            there[j] = max(price[j] + step[j], 0.0)
            promised += gap[j] * (there[j] - price[j])
        other = _dual_at(arcs, there, temperature)
        if other.value > dual.value and other.value >= dual.value + _KEPT * promised:
            if other.value >= dual.value + _WELL * promised:
                damping = max(damping * _LESS, _LEAST_DAMPED)
            return True, there, other, damping
        damping *= _MORE
    return False, price, dual, damping


@kernel
def _scale(arcs: OpenArcs) -> float:
    """Return what a unit costs more at the third site in reach than at the first, on average."""
    more, weight = 0.0, 0.0
    for i in range(arcs.weight.size):
        first, last = arcs.start[i], arcs.start[i + 1] - 1
        more += arcs.cost[min(first + 2, last)] - arcs.cost[first]
        weight += arcs.weight[i]
    return more / max(weight, 1e-300)


def smooth_prices(
    arcs: OpenArcs, price: Floats | None = None, beyond: float = np.inf
) -> SmoothPrices:
    """Return prices of capacity at which loads come very near the capacities.

    Parameters
    ----------
    arcs : OpenArcs
        Arcs of a customer in rising order of cost.
    price : (n_sites,), optional
        Prices that may be near, such as those of a neighbouring set of sites; not negative.
    beyond : float
        Stop as soon as split service is known to cost at least that much.
    """
    scale = _scale(arcs)
    here = np.zeros(arcs.limit.size) if price is None else np.where(arcs.limit < np.inf, price, 0.0)
    last = _LAST * scale
    dual = _dual_at(arcs, here, last) if scale > 0.0 else _Dual(-np.inf, here, np.empty((0, 0)))
    value = dual.value
    if scale <= 0.0:
        return SmoothPrices(here, value)
    if price is None:
        starts = [_COLD_START * scale]
    elif _share(arcs, here, dual) < _GOOD:
        starts = [last, _WARM_START * scale]
    else:
        starts = [_WARM_START * scale, _COLD_START * scale]
    for temperature in starts:
        here, dual, reached = _cool_down(arcs, here, temperature, last, beyond)
        value = max(value, reached)
        # Prices that moved far want more heat.
        if value >= beyond or out_of_time() or _share(arcs, here, dual) < _NEARLY:
            break
    return SmoothPrices(here, value)


def _cool_down(
    arcs: OpenArcs, price: Floats, temperature: float, last: float, beyond: float
) -> tuple[Floats, _Dual, float]:
    """Take steps at falling temperatures; returns prices, dual and the best value on the way."""
    damping, value = _DAMPED, -np.inf
    while True:
        dual = _dual_at(arcs, price, temperature)
        goal = _BALANCED if temperature <= last else _NEARLY
        for _ in range(_STEPS):
            value = max(value, dual.value)
            if value >= beyond or _share(arcs, price, dual) < goal or out_of_time():
                break
            went, price, dual, damping = _better(arcs, price, dual, temperature, damping)
            if not went:
                break
        value = max(value, dual.value)
        if temperature <= last or value >= beyond or out_of_time():
            return price, dual, value
        temperature = max(_COOLING * temperature, last)


def _share(arcs: OpenArcs, price: Floats, dual: _Dual) -> float:
    """Return the share of demand that is served at the wrong site."""
    gap, _ = _unbalanced(arcs, price, dual.load)
    return float(np.abs(gap).sum() / max(float(arcs.weight.sum()), 1e-300))
