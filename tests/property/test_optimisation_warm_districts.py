"""Districts cut again after a change: bound and answer against plain enumeration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.optimisation.certify import CARRIED, carried_kind
from channelwright.optimisation.districts import DistrictOptions, solve_districts
from channelwright.optimisation.districts.tighter import claim_of
from tests.support.random_districts import enumerated, random_problem, value_of

QUICK = DistrictOptions(restarts=2, epochs=12, moves=12, dual_iterations=120)
#: Whether a change of this kind only takes divisions away or makes them dearer.
CHANGES = {
    "together": True,
    "apart": True,
    "tolerance": True,
    "hard": True,
    "price": True,
    "edges": True,
    "connected": True,
    "candidate": True,
    "lock": True,
    "wider": False,
    "cheaper": False,
    "cost": False,
    "loads": False,
    "people": False,
}


def changed(problem, kind, rng):
    """A planner's change of one kind; None where there is nothing of the kind to change."""
    n, edges = problem.n_units, problem.edges
    pair = rng.choice(n, (1, 2), replace=False)
    if kind in ("together", "apart"):
        return replace(problem, **{kind: np.concatenate([getattr(problem, kind), pair])})
    if kind in ("tolerance", "wider"):
        part = 0.8 if kind == "tolerance" else 1.3
        finite = np.isfinite(problem.tolerance).any()
        return replace(problem, tolerance=part * problem.tolerance) if finite else None
    if kind == "hard":
        return replace(problem, price=np.full(problem.n_measures, np.inf))
    if kind == "price":
        return replace(problem, price=2 * problem.price)
    if kind == "cheaper":
        finite = np.isfinite(problem.tolerance).any()
        return replace(problem, price=np.minimum(problem.price, 0.1)) if finite else None
    if kind == "edges":
        if edges is None or not len(edges):
            return None
        return replace(problem, edges=np.delete(edges, int(rng.integers(len(edges))), 0))
    if kind == "candidate":
        flags = np.array(problem.candidates)
        flags[rng.choice(np.setdiff1d(np.arange(n), problem.centres))] = False
        return replace(problem, candidates=flags)
    if kind == "lock":
        if not problem.centres.size:
            return None
        locks = np.array(problem.locks)
        locks[pair[0, 0]] = problem.centres[0]
        return replace(problem, locks=locks)
    if kind == "cost":
        return replace(problem, cost=problem.cost * 1.01)
    if kind == "loads":
        return replace(problem, activity=problem.activity + 1)
    more = problem.territories + 1
    return replace(problem, territories=more) if more <= min(4, n) else None


def checked(seed, kind):
    """Change a random problem, cut again, compare; returns whether a bound was carried over."""
    rng = np.random.default_rng([seed, list(CHANGES).index(kind)])
    new = random_problem(seed)
    old = replace(new, edges=None) if kind == "connected" else new
    before = solve_districts(old, QUICK)
    new = new if kind == "connected" else changed(old, kind, rng)
    if before.found is None or new is None:
        return None
    claim = claim_of(old, before.certificate)
    bound, best = claim.bound_of(new), enumerated(new)
    options = replace(QUICK, start=before.found.label)
    if np.isfinite(bound):
        options = replace(options, floor=bound, floor_kind=carried_kind(claim.kind))
    again = solve_districts(new, options)
    if best is None:
        assert again.found is None, (seed, kind)
        return None
    slack = 1e-6 * max(1.0, best)
    assert bound <= best + slack, (seed, kind)
    assert again.certificate.lower_bound <= best + slack, (seed, kind)
    assert value_of(new, again.found.label) == pytest.approx(again.found.objective), (seed, kind)
    assert again.found.objective == pytest.approx(best, rel=2e-6, abs=1e-6), (seed, kind)
    return bool(np.isfinite(bound))


@pytest.mark.parametrize("kind", CHANGES)
def test_the_answer_is_the_best_and_the_bound_carried_over_is_no_higher(kind):
    carried = [one for one in (checked(seed, kind) for seed in range(12)) if one is not None]
    assert carried
    assert all(carried) if CHANGES[kind] else not any(carried)


@pytest.mark.slow
def test_the_answer_is_the_best_and_the_bound_is_no_higher_on_many():
    carried = [checked(seed, kind) for kind in CHANGES for seed in range(100, 250)]
    assert sum(one is True for one in carried) > 400


@pytest.mark.parametrize("seed", range(4))
def test_the_same_again_needs_no_bound_of_its_own(seed):
    problem = random_problem(seed)
    before = solve_districts(problem, QUICK)
    if before.found is None:
        return
    claim = claim_of(problem, before.certificate)
    again = solve_districts(
        problem,
        replace(
            QUICK,
            start=before.found.label,
            floor=claim.bound_of(problem),
            floor_kind=carried_kind(claim.kind),
        ),
    )
    assert again.certificate.proven
    assert again.certificate.bound_kind.endswith(CARRIED)
    assert set(again.certificate.work) == {"given"}
    assert again.found.objective == pytest.approx(before.found.objective)
