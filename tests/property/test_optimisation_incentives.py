"""Properties of contracts on random small games."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channelwright.optimisation.incentives.choose import plan_terms
from channelwright.optimisation.incentives.problem import (
    IncentiveProblem,
    ModeContract,
    Party,
    Term,
)
from tests.support.enumerated_incentives import enumerate_terms


@st.composite
def games(draw):
    """One to three parties with one to three levels, three outcomes, boxed or gridded terms."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    averse = draw(st.booleans())
    parties = tuple(
        Party(
            f"party {k}",
            tuple(f"level {n}" for n in range(size)),
            tuple(np.sort(random.uniform(0, 4, size)).tolist()),
            outside=float(random.uniform(-1, 5)),
            risk_aversion=0.1 if averse else 0.0,
            liability=draw(st.sampled_from([0.0, 5.0, float("inf")])),
            count=float(random.integers(1, 4)),
        )
        for k, size in enumerate(sizes)
    )
    n_profiles, n_states = int(np.prod(sizes)), draw(st.integers(1, 2))
    grid = tuple(np.linspace(0, 1, draw(st.integers(2, 4))).tolist())
    terms, basis = [], []
    for k in range(len(sizes)):
        fixed, variable = np.zeros((2, len(sizes), 3))
        fixed[k], variable[k] = 1.0, [0.0, 6.0, 20.0]
        terms += [Term(f"salary {k}", 0.0, 6.0)]
        terms += [Term(f"commission {k}", 0.0, 1.0, grid=grid if averse or k == 0 else None)]
        basis += [fixed, variable]
    return ModeContract(
        name="game",
        parties=parties,
        terms=tuple(terms),
        basis=np.array(basis),
        own_income=random.uniform(-1, 1, (len(sizes), 3)),
        value=np.array([0.0, 40.0, 120.0]),
        probability=random.dirichlet(np.ones(3), size=(n_states, n_profiles)),
        state_share=np.full(n_states, 1 / n_states),
    )


@given(mode=games(), tie=st.sampled_from([0.0, 0.2]))
@settings(max_examples=20)
def test_one_model_agrees_with_enumeration_or_both_refuse(mode, tie):
    if len(mode.profiles) ** len(mode.state_share) * len(mode.menus) > 300:
        mode = mode.replace(
            probability=mode.probability[:1],
            belief=None,
            capital=None,
            allowed=None,
            state_share=np.ones(1),
        )
    problem = IncentiveProblem((mode,), tie=tie)
    plan, certificate = plan_terms(problem)
    if len(mode.menus) * len(mode.profiles) <= 300:
        reference, _ = enumerate_terms(problem)
        assert (plan is None) == (reference is None)
        if plan is not None:
            assert plan.profit == pytest.approx(reference.profit, rel=1e-5, abs=1e-4)
    if plan is None:
        assert certificate.status == "infeasible"
        assert certificate.messages
        return
    (found,) = plan.modes
    assert (found.rent >= -1e-5).all()
    assert (found.incentive_slack >= -1e-5).all()
    assert found.profit <= found.surplus + 1e-5
    for s, profile in enumerate(found.profile.tolist()):
        assert profile in found.equilibria[s]
