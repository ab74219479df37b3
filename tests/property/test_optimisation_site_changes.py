"""What a change of sites saves at most: never less than another transport problem finds."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.location import LocationProblem
from channelwright.optimisation.location.site_changes import changes_near
from channelwright.optimisation.location.transport import transport

SITES, CUSTOMERS = 6, 60


def problem_of(rng: np.random.Generator) -> LocationProblem:
    """Return a random problem in which some sites fill up and a few pairs are out of reach."""
    customers, sites = rng.random((CUSTOMERS, 2)), rng.random((SITES, 2))
    demand = rng.integers(1, 9, CUSTOMERS).astype(np.float64)
    share = rng.uniform(0.25, 0.9, SITES)
    cost = 10.0 * np.linalg.norm(customers[:, None] - sites, axis=2) * demand[:, None]
    return LocationProblem(
        cost=np.where(rng.random(cost.shape) < 0.95, cost, np.inf),
        demand=demand[:, None],
        capacity=(share * demand.sum())[:, None],
        fixed_cost=rng.uniform(5.0, 60.0, SITES),
        single_source=False,
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_set_near_is_cheaper_than_its_limit_from_below(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = problem_of(rng)
    opened = rng.permutation(SITES) < 4
    moved = transport(problem, opened)
    assert moved is not None
    changes = changes_near(problem, moved)
    assert changes.base == pytest.approx(moved.found.objective, rel=1e-7)
    inside, outside = np.flatnonzero(opened), np.flatnonzero(~opened)
    likely = set(changes.worthwhile(inside, outside))
    single = [(int(j),) for j in range(SITES)]
    pairs = [(int(j), int(k)) for j in inside for k in outside]
    for sites in single + pairs:
        other = opened.copy()
        other[list(sites)] = ~other[list(sites)]
        there = transport(problem, other)
        real = np.inf if there is None else there.found.objective
        closed = [j for j in sites if opened[j]]
        fresh = [k for k in sites if not opened[k]]
        least = changes.closing[closed].sum() + changes.opening[fresh].sum()
        if closed and fresh:
            least += changes.swapping[closed[0], fresh[0]]
        assert changes.base + least <= real + 1e-6
        assert real >= moved.found.objective * (1 - 1e-9) or sites in likely
