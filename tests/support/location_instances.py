"""Made problems of location that several tests solve."""

import numpy as np

from channelwright.optimisation.location import LocationProblem


def small_medians(seed, points, number, fill=0.85, *, plain=True, barred=False):
    """Return a capacitated p-median problem; not plain: sites differ, and some are closed.

    barred : whether some service is forbidden, never that of a site to its own customer
    """
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 100, (points, 2))
    demand = rng.integers(1, 30, points).astype(float)
    limit = np.full(points, np.ceil(max(demand.sum() / (number * fill), demand.max())))
    own = np.arange(points) if plain else rng.permutation(points)
    cost = np.hypot(*(place[:, None] - place[own][None]).T).T
    fixed, closed = np.zeros(points), np.zeros(points, dtype=bool)
    if not plain:
        limit += rng.integers(0, 8, points)
        fixed = rng.uniform(0, 20, points)
        closed = np.arange(points) < 2
    if barred:
        cost[(rng.random(cost.shape) < 0.1) & (own[None, :] != np.arange(points)[:, None])] = np.inf
    return LocationProblem(
        cost=cost,
        demand=demand,
        capacity=limit[:, None],
        fixed_cost=fixed,
        forced_closed=closed,
        minimum_open=number,
        maximum_open=number,
        own_customer=own,
    )


def type_d(seed, agents, jobs):
    """Return an instance of type d (Chu & Beasley 1997)."""
    rng = np.random.default_rng(seed)
    usage = rng.integers(1, 101, (jobs, agents))
    cost = 111 - usage + rng.integers(-10, 11, (jobs, agents))
    return LocationProblem(
        cost=cost,
        demand=np.ones(jobs),
        usage=usage[None],
        capacity=np.floor(0.8 * usage.sum(axis=0) / agents),
        fixed_cost=np.zeros(agents),
        forced_open=np.ones(agents, dtype=bool),
    )
