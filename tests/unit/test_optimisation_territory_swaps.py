"""Swaps of sites in large medians end where no swap pays, and leave fixed sites alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.optimisation.location import (
    LocationOptions,
    LocationProblem,
    deadline,
    solve_location,
)
from channelwright.optimisation.location.swapping import swap_sites


def _median(seed, points=60, number=8):
    place = np.random.default_rng(seed).uniform(0, 100, (points, 2))
    return LocationProblem(
        cost=np.hypot(*(place[:, None] - place[None]).T).T,
        demand=np.ones((points, 1)),
        capacity=np.full((points, 1), np.inf),
        fixed_cost=np.random.default_rng(seed + 1).uniform(0, 30, points),
        minimum_open=number,
        maximum_open=number,
    )


def _cost(problem, opened):
    return problem.cost[:, opened].min(axis=1).sum() + problem.fixed_cost[opened].sum()


@pytest.mark.parametrize("seed", range(12))
def test_no_swap_pays_in_the_end(seed):
    problem = _median(seed)
    start = np.arange(60) < 8
    fixed = np.isin(np.arange(60), (0, 59))
    problem = replace(problem, forced_open=fixed & start, forced_closed=fixed & ~start)
    ended = swap_sites(problem.lists, problem.yard, start)
    assert ended.sum() == 8
    assert ended[0]
    assert not ended[59]
    least = _cost(problem, ended)
    assert least < _cost(problem, start)
    for j in np.flatnonzero(ended & ~fixed):
        for k in np.flatnonzero(~ended & ~fixed):
            other = ended.copy()
            other[j], other[k] = False, True
            assert _cost(problem, other) >= least - 1e-6


def test_no_swap_when_time_is_over():
    problem, start = _median(3), np.arange(60) < 8
    with deadline.time_limit(-1.0):
        assert swap_sites(problem.lists, problem.yard, start).tolist() == start.tolist()


def test_large_medians_are_answered_by_swaps_and_certified(monkeypatch):
    """The lists are cut here as in large problems; bound and answer stay on their sides."""
    problem = _median(5)
    best = solve_location(problem, LocationOptions()).certificate
    assert best.status == "proven"
    monkeypatch.setattr("channelwright.optimisation.location.primal._DENSE", 0)
    monkeypatch.setattr("channelwright.optimisation.location.climbing._LARGE", 0)
    monkeypatch.setattr("channelwright.optimisation.location.lists._ALL_ARCS", 0)
    monkeypatch.setattr("channelwright.optimisation.location.lists._SHORTEST_LIST", 12)
    monkeypatch.setattr("channelwright.optimisation.location.lists._NEAREST_OPEN", 1)
    large = solve_location(replace(problem), LocationOptions(gap=0.02)).certificate
    assert large.gap <= 0.02
    assert large.lower_bound <= best.upper_bound + 1e-6
    assert large.upper_bound >= best.upper_bound - 1e-6
