"""Small random district problems, and their best objective by plain enumeration."""

from __future__ import annotations

import itertools

import numpy as np

from channelwright.optimisation.districts import DistrictProblem, adjacency_of


def whole(members, edges):
    """Plain search through the edges, on purpose not the engine's walk."""
    members, reached = set(members), set()
    queue = [next(iter(members))]
    while queue:
        here = queue.pop()
        reached.add(here)
        for a, b in edges.tolist():
            for x, y in ((a, b), (b, a)):
                if x == here and y in members and y not in reached:
                    queue.append(y)
    return reached == members


def value_of(problem, label):
    """Objective of territories given by labels, each with its best centre; None if not allowed."""
    total = 0.0
    for t in range(problem.territories):
        members = np.flatnonzero(label == t)
        if not members.size:
            return None
        if problem.edges is not None and not whole(members.tolist(), problem.edges):
            return None
        load = problem.activity[members].sum(axis=0)
        mean = problem.activity.sum(axis=0) / problem.territories
        for k in range(problem.n_measures):
            tolerance = problem.tolerance[k]
            if np.isinf(tolerance):
                continue
            low = max(0.0, mean[k] * (1 - tolerance))
            beyond = max(0.0, load[k] - mean[k] * (1 + tolerance), low - load[k])
            if beyond > 1e-9 and np.isinf(problem.price[k]):
                return None
            total += beyond * problem.price[k] if beyond > 1e-9 else 0.0
        possible = [j for j in members.tolist() if problem.candidates[j]]
        given = [j for j in problem.centres.tolist() if j in members]
        locked = {int(j) for j in problem.locks[members] if j >= 0}
        if len(given) > 1 or (locked and locked != set(given)):
            return None
        possible = given or possible
        if not possible:
            return None
        total += min(problem.cost[members, j].sum() for j in possible)
    for a, b in problem.together.tolist():
        if label[a] != label[b]:
            return None
    for a, b in problem.apart.tolist():
        if label[a] == label[b]:
            return None
    return total


def enumerated(problem):
    n, p = problem.n_units, problem.territories
    best = None
    for rest in itertools.product(range(p), repeat=n - 1):
        # Territories have no names of their own: the first unit is in the first one.
        label = np.array((0, *rest))
        value = value_of(problem, label)
        if value is not None and (best is None or value < best):
            best = value
    return best


def random_problem(seed):
    """Every rule has a fair chance to be there, to bind and to be met."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 8))
    p = int(rng.integers(1, min(4, n) + 1)) if n < 7 else int(rng.integers(1, 4))
    points = rng.integers(0, 20, (n, 2)).astype(float)
    distance = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    measures = int(rng.integers(1, 3))
    activity = rng.integers(1, 9, (n, measures)).astype(float)
    edges = adjacency_of(points) if rng.random() < 0.7 else None
    if edges is not None and rng.random() < 0.3:
        edges = edges[rng.random(len(edges)) < 0.8]
    tolerance = rng.choice([0.1, 0.3, 0.6, 1.0, np.inf], measures)
    price = np.where(rng.random(measures) < 0.25, 2.0, np.inf)
    candidates = rng.random(n) < 0.9
    centres, locks = [], np.full(n, -1)
    if rng.random() < 0.3 and candidates.any():
        centres = [int(rng.choice(np.flatnonzero(candidates)))]
        if rng.random() < 0.5:
            locks[int(rng.integers(0, n))] = centres[0]
    pair = [int(i) for i in rng.choice(n, 2, replace=False)]
    return DistrictProblem(
        cost=distance ** rng.choice([1, 2]) * (activity[:, :1] if rng.random() < 0.5 else 1.0),
        activity=activity,
        territories=p,
        tolerance=tolerance,
        price=price,
        edges=edges,
        candidates=candidates,
        centres=centres,
        locks=locks,
        together=[pair] if rng.random() < 0.15 else None,
        apart=[pair] if rng.random() < 0.15 else None,
    )
