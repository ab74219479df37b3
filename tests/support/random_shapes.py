"""Small random location problems with a shape, and their best objective by plain enumeration."""

from __future__ import annotations

import itertools

import numpy as np

from channelwright.optimisation.location import LocationProblem
from channelwright.optimisation.location.shape import Shape


def random_problem(seed):
    """Customers on a thin random graph: every rule has a chance to bind and to be met."""
    rng = np.random.default_rng(seed)
    n, m, k = int(rng.integers(2, 7)), int(rng.integers(1, 4)), int(rng.integers(1, 3))
    cost = rng.integers(0, 21, (n, m)) + rng.choice([0.0, 0.25])
    cost[rng.random((n, m)) < 0.07] = np.inf
    demand = rng.integers(1, 10, (n, k)).astype(float)
    capacity = np.ceil(demand.sum(axis=0) / m * rng.uniform(1.0, 3.0, (m, k)))
    capacity[rng.random((m, k)) < 0.3] = np.inf
    tree = np.array([(int(rng.integers(0, i)), i) for i in range(1, n)])
    more = rng.integers(0, n, (int(rng.integers(0, 3)), 2))
    edges = np.concatenate([tree, more[more[:, 0] != more[:, 1]]]).astype(np.int64)
    if rng.random() < 0.2:
        edges = edges[:-1]
    anchor = rng.random((n, m)) < 0.35
    anchor[rng.integers(0, n, m), np.arange(m)] = True
    p = int(rng.integers(1, m + 1))
    mean = demand.sum(axis=0) / p
    tolerance = rng.choice([0.3, 0.6, np.inf], k)
    price = np.where(rng.random(k) < 0.5, rng.integers(1, 5, k).astype(float), np.inf)
    bounded = np.isfinite(tolerance)
    shape = Shape(
        edges=edges if rng.random() < 0.85 else None,
        anchor=anchor,
        low=np.where(bounded, np.maximum((1 - np.where(bounded, tolerance, 0)) * mean, 0), 0.0),
        high=np.where(bounded, (1 + np.where(bounded, tolerance, 0)) * mean, np.inf),
        price=np.where(bounded, price, np.inf),
        apart=rng.integers(0, n, (1, 2)) if rng.random() < 0.2 else np.zeros((0, 2), dtype=int),
    )
    return LocationProblem(
        cost=cost,
        demand=demand,
        capacity=capacity,
        fixed_cost=rng.integers(0, 20, m).astype(float),
        minimum_open=p if bounded.any() else 0,
        maximum_open=p if bounded.any() else m,
        locks=np.where(rng.random(n) < 0.05, rng.integers(0, m, n), -1),
        shape=shape,
    )


def enumerated(problem):
    """Best objective over all open sets and all assignments, None if there is none."""
    best = None
    for flags in itertools.product((False, True), repeat=problem.n_sites):
        opened = np.array(flags)
        if not problem.minimum_open <= opened.sum() <= problem.maximum_open:
            continue
        if (problem.forced_open & ~opened).any() or (problem.forced_closed & opened).any():
            continue
        sites = np.flatnonzero(opened).tolist()
        for chosen in itertools.product(sites, repeat=problem.n_customers):
            value = value_of(problem, problem.shape, opened, np.array(chosen))
            if value is not None and (best is None or value < best):
                best = value
    return best


def connected(shape, chosen, site):
    """Whether a walk from the anchors of a site over its own customers meets all of them."""
    mine = set(np.flatnonzero(chosen == site).tolist())
    met = {i for i in mine if shape.anchor[i, site]}
    waiting = list(met)
    while waiting:
        i = waiting.pop()
        for a, b in shape.edges.tolist():
            for here, there in ((a, b), (b, a)):
                if here == i and there in mine and there not in met:
                    met.add(there)
                    waiting.append(there)
    return met == mine


def value_of(problem, shape, opened, chosen):
    customers = np.arange(problem.n_customers)
    cost = problem.cost[customers, chosen]
    locked = problem.locks >= 0
    if not np.isfinite(cost).all() or (problem.locks[locked] != chosen[locked]).any():
        return None
    value = float(cost.sum() + problem.fixed_cost[opened].sum())
    for j in np.flatnonzero(opened).tolist():
        load = problem.demand[chosen == j].sum(axis=0)
        if (load > problem.capacity[j] + 1e-9).any():
            return None
        off = np.maximum(load - shape.high, 0.0) + np.maximum(shape.low - load, 0.0)
        for k in range(problem.n_measures):
            if np.isfinite(shape.price[k]):
                value += float(shape.price[k] * off[k])
            elif off[k] > 1e-9:
                return None
        if shape.edges is not None and not connected(shape, chosen, j):
            return None
    for i, other in shape.apart.tolist():
        if chosen[i] == chosen[other]:
            return None
    return value
