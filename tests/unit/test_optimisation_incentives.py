"""The incentive optimiser: exactness, behaviour of the chosen terms, messages, malformed input."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import UsageError
from channelwright.model.columns import ModelError
from channelwright.optimisation.incentives.choose import ZERO_SUM, plan_terms
from channelwright.optimisation.incentives.model import build
from channelwright.optimisation.incentives.problem import (
    IncentiveProblem,
    LadderRow,
    ModeContract,
    Party,
    Term,
)
from channelwright.optimisation.incentives.rows import deviations, gains, rows_of
from channelwright.optimisation.incentives.solution import evaluate
from tests.support.enumerated_incentives import enumerate_terms


def normal_law(mean, sd, points):
    weights = np.exp(-0.5 * ((points - mean) / sd) ** 2)
    return weights / weights.sum()


def channel(
    levels=3, n_outcomes=25, sizes=None, seed=0, grid=None, states=1, count=(1.0, 1.0), reserve=40.0
):
    """Two parties whose efforts add to demand; margin per case, commission, bonus, salary."""
    random = np.random.default_rng(seed)
    sizes = sizes or (levels, levels)
    parties = tuple(
        Party(
            name,
            tuple(f"level {k}" for k in range(size)),
            tuple((random.uniform(5, 12) * np.arange(size) ** 1.5).tolist()),
            outside=reserve,
            liability=0.0,
            count=share,
        )
        for name, size, share in zip(("seller", "distributor"), sizes, count, strict=True)
    )
    cases = np.linspace(60.0, 180.0, n_outcomes)
    lift = random.uniform(8, 16, 2)
    profiles = np.stack(np.meshgrid(*[np.arange(n) for n in sizes], indexing="ij"), -1)
    mean = 95.0 + profiles.reshape(-1, 2) @ lift
    law = np.stack(
        [
            np.stack([normal_law(m * (1 + 0.2 * s), 15.0, cases) for m in mean])
            for s in range(states)
        ]
    )
    none = np.zeros(n_outcomes)
    basis = np.stack(
        [
            np.stack([np.ones(n_outcomes), none]),
            np.stack([cases, none]),
            np.stack([(cases >= 125.0).astype(float), none]),
            np.stack([none, cases]),
        ]
    )
    terms = (
        Term("salary", 0.0, 60.0),
        Term("commission", 0.0, 1.5, grid=grid),
        Term("bonus", 0.0, 80.0),
        Term("margin", 0.2, 2.0),
    )
    return ModeContract(
        name=f"mode {seed}",
        parties=parties,
        terms=terms,
        basis=basis,
        own_income=np.zeros((2, n_outcomes)),
        value=5.0 * cases,
        probability=law,
        state_share=np.full(states, 1 / states),
    )


@pytest.mark.parametrize("seed", range(6))
def test_one_model_and_enumeration_agree(seed):
    problem = IncentiveProblem((channel(seed=seed),), tie=0.01)
    plan, certificate = plan_terms(problem)
    reference, _ = enumerate_terms(problem)
    assert plan.profit == pytest.approx(reference.profit, rel=1e-6)
    assert certificate.proven
    assert certificate.upper_bound == pytest.approx(reference.profit, rel=2e-6)


@pytest.mark.parametrize("seed", range(3))
def test_one_model_and_enumeration_agree_with_grids_states_and_members(seed):
    mode = channel(
        seed=seed, sizes=(3, 2), grid=(0.0, 0.5, 1.0), states=2, n_outcomes=9, count=(4.0, 1.0)
    )
    ladder = (LadderRow("pay per case", ((0, 1, 1.0), (0, 3, 1.0)), high=1.6),)
    problem = IncentiveProblem((mode,), ladder, tie=0.01)
    plan, certificate = plan_terms(problem)
    reference, _ = enumerate_terms(problem)
    assert plan.profit == pytest.approx(reference.profit, rel=1e-6)
    assert certificate.proven
    assert plan.modes[0].terms[1] in (0.0, 0.5, 1.0)
    assert plan.modes[0].terms[1] + plan.modes[0].terms[3] <= 1.6 + 1e-7


def test_two_modes_joined_by_a_ladder_rule_cost_what_the_rule_costs():
    free = IncentiveProblem((channel(seed=1), channel(seed=2)), tie=0.01)
    separate, _ = plan_terms(free)
    margins = [mode.terms[3] for mode in separate.modes]
    gap = abs(margins[0] - margins[1])
    assert gap > 0.01
    level = LadderRow("equal margins", ((0, 3, 1.0), (1, 3, -1.0)), 0.0, 0.0)
    joined, certificate = plan_terms(free.replace(ladder=(level,)))
    assert certificate.proven
    assert joined.modes[0].terms[3] == pytest.approx(joined.modes[1].terms[3], abs=1e-6)
    assert joined.profit < separate.profit - 1e-3


def test_chosen_terms_make_every_party_agree_and_act():
    problem = IncentiveProblem((channel(seed=3),), tie=0.5)
    plan, _ = plan_terms(problem)
    (found,) = plan.modes
    mode = problem.modes[0]
    assert (found.rent >= -1e-6).all()
    assert (found.incentive_slack >= -1e-6).all()
    payoff = rows_of(mode).payoff.at(found.terms)[0].reshape(3, 3, 2)
    seller, owner = found.levels[0]
    stay = payoff[seller, owner]
    for other in range(3):
        need = 0.5 if other < seller else 0.0
        assert other == seller or stay[0] - payoff[other, owner, 0] >= need - 1e-6
        need = 0.5 if other < owner else 0.0
        assert other == owner or stay[1] - payoff[seller, other, 1] >= need - 1e-6
    assert int(found.profile[0]) in found.equilibria[0]


def test_money_is_counted_once():
    """Profit plus all pay is the expected value of the outcome."""
    mode = channel(seed=4, count=(3.0, 2.0))
    plan, _ = plan_terms(IncentiveProblem((mode,), tie=0.01))
    (found,) = plan.modes
    value = mode.probability[0, found.profile[0]] @ mode.value
    assert plan.profit + found.pay @ np.array([3.0, 2.0]) == pytest.approx(value)


def test_incentives_pay_for_themselves_against_no_effort():
    mode = channel(seed=0)
    idle = mode.replace(allowed=np.arange(9)[None, :] == 0)
    best, _ = plan_terms(IncentiveProblem((mode,), tie=0.01))
    none, _ = plan_terms(IncentiveProblem((idle,), tie=0.01))
    assert best.modes[0].levels.sum() > 0
    assert best.profit > none.profit + 1.0


def test_a_better_outside_income_costs_the_manufacturer_what_it_gives():
    profits = [
        plan_terms(IncentiveProblem((channel(seed=5, reserve=reserve),), tie=0.01))[0].profit
        for reserve in (40.0, 60.0, 120.0)
    ]
    # At the last level participation binds for sure, so the whole difference is paid.
    assert profits[0] >= profits[1] > profits[2] + 40.0


def test_required_return_on_capital_is_part_of_the_claim():
    mode = channel(seed=0, sizes=(1, 1), reserve=0.0)
    owner = Party("distributor", ("as is",), (0.0,), required_return=0.1)
    mode = mode.replace(parties=(mode.parties[0], owner), capital=np.full((1, 1, 2), 1_000.0))
    plan, certificate = plan_terms(IncentiveProblem((mode,)))
    (found,) = plan.modes
    assert found.pay[1] == pytest.approx(100.0)
    assert ZERO_SUM in certificate.messages


def test_no_choice_of_effort_is_called_a_zero_sum_split():
    problem = IncentiveProblem((channel(sizes=(1, 1)),))
    _, certificate = plan_terms(problem)
    assert ZERO_SUM in certificate.messages
    _, certificate = plan_terms(IncentiveProblem((channel(),), tie=0.01))
    assert ZERO_SUM not in certificate.messages


def test_beliefs_rule_effort_and_facts_rule_pay():
    """A seller who does not believe that effort sells cannot be moved, whatever is true."""
    mode = channel(seed=0, sizes=(3, 1))
    sceptic = np.broadcast_to(mode.probability[:, :1], mode.probability.shape)
    believed, _ = plan_terms(IncentiveProblem((mode,), tie=0.01))
    doubted, _ = plan_terms(IncentiveProblem((mode.replace(belief=sceptic),), tie=0.01))
    assert believed.modes[0].levels[0, 0] > 0
    assert doubted.modes[0].levels[0, 0] == 0
    assert doubted.profit < believed.profit - 1.0


def coordination():
    """Two parties who sell only together: both working and both idle are equilibria."""
    parties = tuple(Party(name, ("idle", "work"), (0.0, 4.0)) for name in ("seller", "owner"))
    return ModeContract(
        name="together",
        parties=parties,
        terms=(Term("share", 0.0, 10.0),),
        basis=np.array([[[0.0, 1.0], [0.0, 1.0]]]),
        own_income=np.zeros((2, 2)),
        value=np.array([0.0, 50.0]),
        probability=np.array([[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]]),
    )


def test_other_equilibria_are_reported():
    plan, certificate = plan_terms(IncentiveProblem((coordination(),)))
    (found,) = plan.modes
    assert found.profile.tolist() == [3]
    assert found.terms[0] == pytest.approx(4.0)
    assert plan.profit == pytest.approx(42.0)
    assert found.other_equilibria == ((0,),)
    assert any("1 other effort profiles are equilibria" in text for text in certificate.messages)


@pytest.mark.parametrize("seed", range(4))
def test_big_m_never_cuts_off_terms_of_another_profile(seed):
    """With a profile not chosen its rows must hold for every corner and grid point of the terms."""
    mode = channel(seed=seed, grid=(0.0, 0.4, 1.5), states=2, n_outcomes=7)
    problem = IncentiveProblem((mode,), tie=0.3)
    _, constants = build(problem)
    random = np.random.default_rng(seed)
    rows, moves = rows_of(mode), deviations(mode)
    gain = gains(mode, rows, moves)
    tightness = np.inf
    family = next(c for c in constants if c.family.endswith("incentive"))
    lookup = {tuple(move[:3]): d for d, move in enumerate(moves.tolist())}
    for _ in range(200):
        theta = np.array(
            [
                random.choice(t.values) if t.grid else random.choice([t.low, t.high])
                for t in mode.terms
            ]
        )
        values = gain.at(theta)
        for (s, *move), big_m in zip(family.index, family.big_m, strict=True):
            d = lookup[tuple(move)]
            need = 0.3 if moves[d, 2] < mode.profiles[moves[d, 0], moves[d, 1]] else 0.0
            slack = values[s, d] - (need - big_m)
            assert slack >= -1e-9
            tightness = min(tightness, slack)
    # Derived from the boxes row by row, the constants are not only valid but smallest.
    assert tightness == pytest.approx(0.0, abs=1e-9)
    assert all(c.derivation and math.isfinite(c.largest) for c in constants)


def test_evaluation_of_given_terms_reports_who_would_leave():
    mode = channel(seed=0)
    problem = IncentiveProblem((mode,), tie=0.01)
    lazy = evaluate(problem, [np.array([0.0, 0.0, 0.0, 0.2])], [np.array([8])])
    (found,) = lazy.modes
    assert found.rent[0] < 0
    assert found.incentive_slack[0, 0] < 0
    assert 8 not in found.equilibria[0]


def test_joint_rule_that_cannot_be_met_is_explained_with_both_numbers():
    mode = channel(sizes=(1, 1), reserve=50.0)
    ladder = (LadderRow("salary and margin together", ((0, 0, 1.0), (0, 3, 100.0)), high=60.0),)
    terms = (Term("salary", 0.0, 60.0), Term("commission", 0.0, 0.0), Term("bonus", 0.0, 0.0))
    mode = mode.replace(terms=(*terms, mode.terms[3]))
    plan, certificate = plan_terms(IncentiveProblem((mode,), ladder))
    assert plan is None
    assert "Rule 'salary and margin together'" in certificate.messages[0]
    cases = float(mode.probability[0, 0] @ mode.basis[3, 1])
    need = 50.0 + 100.0 * 50.0 / cases
    assert f"at least {need:,.6g}, the rule allows 60." in certificate.messages[0]


def test_two_parties_that_share_one_term_and_clash_are_explained():
    """One figure pays the seller and charges the owner: both claims cannot be met."""
    parties = (
        Party("seller", ("as is",), (0.0,), outside=5.0),
        Party("owner", ("as is",), (0.0,), outside=-3.0),
    )
    mode = ModeContract(
        name="fee",
        parties=parties,
        terms=(Term("fee", 0.0, 10.0),),
        basis=np.array([[[1.0], [-1.0]]]),
        own_income=np.zeros((2, 1)),
        value=np.ones(1),
        probability=np.ones((1, 1, 1)),
    )
    plan, certificate = plan_terms(IncentiveProblem((mode,)))
    assert plan is None
    assert "must earn what it can have elsewhere" in certificate.messages[0]


def test_incentives_of_two_parties_that_clash_are_explained():
    """The same reward per case moves one party only if the other is moved too far."""
    parties = (
        Party("seller", ("idle", "work"), (0.0, 4.0)),
        Party("owner", ("calm", "push"), (0.0, 2.0)),
    )
    law = np.zeros((1, 4, 3))
    law[0, [0, 1, 2, 3], [0, 1, 1, 2]] = 1.0
    mode = ModeContract(
        name="both",
        parties=parties,
        terms=(Term("per case", 0.0, 10.0),),
        basis=np.array([[[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]]),
        own_income=np.zeros((2, 3)),
        value=np.array([0.0, 9.0, 18.0]),
        probability=law,
        allowed=np.array([[False, False, True, False]]),
    )
    plan, certificate = plan_terms(IncentiveProblem((mode,)))
    assert plan is None
    assert "must prefer the wanted effort" in certificate.messages[0]


def test_enumeration_refuses_what_is_too_large_or_joined():
    problem = IncentiveProblem((channel(),))
    with pytest.raises(UsageError, match="9 linear models to enumerate, at most 5; use plan_terms"):
        enumerate_terms(problem, most_models=5)
    joined = LadderRow("equal", ((0, 3, 1.0), (1, 3, -1.0)), 0.0, 0.0)
    with pytest.raises(UsageError, match="joins several modes; use plan_terms"):
        enumerate_terms(IncentiveProblem((channel(), channel()), (joined,)))


def test_risk_on_a_term_without_a_grid_is_refused():
    mode = channel()
    averse = Party("seller", ("a", "b", "c"), (0.0, 1.0, 2.0), risk_aversion=0.1)
    with pytest.raises(ModelError, match=r"'commission' puts risk .* give the term a grid"):
        rows_of(mode.replace(parties=(averse, mode.parties[1])))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Party("x", ("a",), (1.0, 2.0)), "one cost per level"),
        (lambda: Party("x", (), ()), "at least one"),
        (lambda: Party("x", ("a",), (1.0,), count=0.0), "count 0.0 above 0"),
        (lambda: channel().replace(parties=()), "no party takes part"),
        (lambda: Term("x", 1.0, 0.0), "must be finite and not empty"),
        (lambda: Term("x", 0.0, math.inf), "must be finite and not empty"),
        (lambda: Term("x", 0.0, 1.0, grid=(2.0,)), "no value of its grid"),
        (
            lambda: channel().replace(value=np.ones(3)),
            r"basis is \(4, 2, 25\), must be \(4, 2, 3\)",
        ),
        (lambda: channel().replace(probability=np.ones((1, 9, 25))), "add up to 1, found sums 25"),
        (lambda: channel().replace(allowed=np.zeros((1, 9), dtype=np.bool_)), "allow at least one"),
        (
            lambda: channel(grid=tuple(np.linspace(0, 1, 30_000))),
            "make 30000 combinations, more than 20000; coarsen",
        ),
        (
            lambda: IncentiveProblem((channel(),), (LadderRow("r", ((0, 9, 1.0),)),)),
            "no term 9 of mode 0",
        ),
    ],
)
def test_malformed_problems_are_refused(make, message):
    with pytest.raises(ModelError, match=message):
        make()


def test_rows_equal_a_direct_sum_over_outcomes():
    """Certainty equivalents, outcome by outcome, without the rows' algebra."""
    random = np.random.default_rng(11)
    parties = (
        Party("seller", ("low", "high"), (1.0, 4.0), outside=2.0, risk_aversion=0.3),
        Party("owner", ("calm", "push"), (0.5, 0.7), required_return=0.2, count=3.0),
    )
    mode = ModeContract(
        name="check",
        parties=parties,
        terms=(Term("a", 0.0, 2.0, grid=(0.5, 1.5)), Term("b", -1.0, 1.0, grid=(-0.5, 1.0))),
        basis=random.normal(size=(2, 2, 5)),
        own_income=random.normal(size=(2, 5)),
        value=random.normal(size=5),
        probability=random.dirichlet(np.ones(5), size=(3, 4)),
        belief=random.dirichlet(np.ones(5), size=(3, 4)),
        capital=random.uniform(size=(3, 4, 2)),
        state_share=np.array([0.2, 0.3, 0.5]),
    )
    theta = np.array([1.5, -0.5])
    rows = rows_of(mode)
    for s in range(3):
        for e, levels in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
            for k, party in enumerate(parties):
                income = mode.own_income[k] + theta @ mode.basis[:, k]
                floor = party.outside + party.required_return * mode.capital[s, e, k]
                for law, found, less in (
                    (mode.probability, rows.rent, floor),
                    (mode.belief, rows.payoff, 0.0),
                ):
                    mean = law[s, e] @ income
                    risk = law[s, e] @ (income - mean) ** 2
                    value = mean - party.risk_aversion / 2 * risk - party.effort_cost[levels[k]]
                    assert found.at(theta)[s, e, k] == pytest.approx(value - less)
            paid = mode.probability[s, e] @ (
                theta @ mode.basis[:, 0] + 3 * theta @ mode.basis[:, 1]
            )
            worth = mode.probability[s, e] @ mode.value
            assert rows.profit.at(theta)[s, e] == pytest.approx(worth - paid)


def test_a_claim_that_nobody_can_undercut_changes_nothing():
    """A constant of a thousand million must not drown the differences that decide."""
    for seed in range(4):
        mode = channel(seed=seed, grid=(0.0, 0.4, 0.9, 1.5), states=2, n_outcomes=9, sizes=(3, 2))
        profits = [
            plan_terms(
                IncentiveProblem(
                    (mode.replace(parties=(mode.parties[0], replace(mode.parties[1], outside=o))),),
                    tie=0.01,
                )
            )[0].profit
            for o in (-1e3, -1e9)
        ]
        assert profits[1] == pytest.approx(profits[0], rel=1e-7)


def test_chosen_terms_hold_without_the_slack_of_binaries():
    """The last solve has whole profiles, so incentives hold far within the switches' slack."""
    mode = channel(seed=3)
    scaled = mode.replace(
        basis=mode.basis * 1e3,
        value=mode.value * 1e3,
        parties=tuple(
            replace(p, effort_cost=tuple(1e3 * c for c in p.effort_cost), outside=1e3 * p.outside)
            for p in mode.parties
        ),
    )
    plan, _ = plan_terms(IncentiveProblem((scaled,), tie=1.0))
    assert (plan.modes[0].incentive_slack > -1e-4).all()
    assert (plan.modes[0].rent > -1e-4).all()
    small, _ = plan_terms(IncentiveProblem((mode,), tie=1e-3))
    assert plan.profit == pytest.approx(1e3 * small.profit, rel=1e-6)
