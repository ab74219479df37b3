"""Published and closed-form contracts that the shipped incentive optimiser has to find."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright.optimisation.incentives.choose import plan_terms
from channelwright.optimisation.incentives.problem import (
    IncentiveProblem,
    ModeContract,
    Party,
    Term,
)
from tests.support.enumerated_incentives import enumerate_terms

GRID = tuple(k / 100 for k in range(101))


def linear_contract(value, cost, aversion, variance, outcomes):
    """One agent, output value * effort + noise, wage salary + commission * output.

    The outcomes are three points; their probabilities give exactly the mean and the variance of
    the noisy output at every effort, which is all that a certainty equivalent of a linear
    contract depends on. Effort levels are the best responses to the 101 commission rates.
    """
    points = np.array(outcomes, dtype=np.float64)
    efforts = value * np.array(GRID) / cost
    moments = np.stack([np.ones(101), value * efforts, (value * efforts) ** 2 + variance])
    law = np.linalg.solve(np.stack([np.ones(3), points, points**2]), moments).T
    assert law.min() >= 0
    agent = Party(
        "agent",
        tuple(f"{e:g}" for e in efforts),
        tuple((cost * efforts**2 / 2).tolist()),
        risk_aversion=aversion,
    )
    mode = ModeContract(
        name="linear",
        parties=(agent,),
        terms=(Term("salary", -10.0, 10.0), Term("commission", 0.0, 1.0, grid=GRID)),
        basis=np.stack([np.ones((1, 3)), points[None, :]]),
        own_income=np.zeros((1, 3)),
        value=points,
        probability=law[None],
    )
    return IncentiveProblem((mode,)), efforts


@pytest.mark.parametrize(
    ("value", "cost", "aversion", "variance", "outcomes", "commission", "effort", "surplus"),
    [
        (1.0, 2.0, 0.5, 4.0, (-3.0, 0.0, 3.0), 0.20, 0.1, 0.05),
        (1.0, 1.0, 1.0, 1.0, (-1.5, 0.0, 1.5), 0.50, 0.5, 0.25),
        (2.0, 1.0, 2.0, 2.0, (-0.6, 2.0, 4.6), 0.50, 1.0, 1.0),
    ],
)
def test_linear_contract_commission(
    value, cost, aversion, variance, outcomes, commission, effort, surplus
):
    """Commission v^2 / (v^2 + r c sigma^2), that is 1 / (1 + r c sigma^2) at v = 1.

    Holmstrom and Milgrom (1987); salary holds the agent at its outside income.
    """
    problem, efforts = linear_contract(value, cost, aversion, variance, outcomes)
    plan, certificate = plan_terms(problem)
    (found,) = plan.modes
    assert commission == pytest.approx(value**2 / (value**2 + aversion * cost * variance))
    assert found.terms[1] == pytest.approx(commission, abs=1e-9)
    assert efforts[found.profile[0]] == pytest.approx(effort, abs=1e-9)
    assert plan.profit == pytest.approx(surplus, abs=1e-6)
    assert found.rent[0] == pytest.approx(0.0, abs=1e-6)
    assert found.premium[0] == pytest.approx(aversion / 2 * commission**2 * variance)
    assert found.surplus == pytest.approx(value**2 / (2 * cost), abs=1e-9)
    assert certificate.proven


def two_efforts(outside=0.0, cap=1_000.0, implement_high=True):
    """Two efforts over three outcomes; pay is a figure per outcome, never negative."""
    agent = Party("agent", ("low", "high"), (0.0, 6.0), outside=outside, liability=0.0)
    mode = ModeContract(
        name="task",
        parties=(agent,),
        terms=tuple(Term(f"pay {name}", 0.0, cap) for name in ("bad", "fair", "good")),
        basis=np.eye(3)[:, None, :],
        own_income=np.zeros((1, 3)),
        value=np.array([0.0, 50.0, 100.0]),
        probability=np.array([[[0.3, 0.4, 0.3], [0.1, 0.3, 0.6]]]),
        allowed=np.array([[not implement_high, True]]),
    )
    return IncentiveProblem((mode,))


@pytest.mark.parametrize("solve", [plan_terms, enumerate_terms])
def test_limited_liability_pays_only_the_best_outcome(solve):
    """p(high) = (.1, .3, .6), p(low) = (.3, .4, .3), cost 6: pay (0, 0, 20), cost 12, rent 6."""
    plan, certificate = solve(two_efforts())
    (found,) = plan.modes
    assert found.terms == pytest.approx([0.0, 0.0, 20.0], abs=1e-6)
    assert found.pay[0] == pytest.approx(12.0)
    assert found.rent[0] == pytest.approx(6.0)
    assert found.incentive_slack[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert certificate.proven


@pytest.mark.parametrize("solve", [plan_terms, enumerate_terms])
def test_outside_income_raises_the_cost_to_sixteen(solve):
    """With 10 to be had elsewhere: expected pay 16, participation binds."""
    plan, _ = solve(two_efforts(outside=10.0))
    (found,) = plan.modes
    assert found.pay[0] == pytest.approx(16.0)
    assert found.rent[0] == pytest.approx(0.0, abs=1e-6)
    assert found.incentive_slack[0, 0] >= -1e-6


@pytest.mark.parametrize("solve", [plan_terms, enumerate_terms])
def test_a_wage_cap_of_15_makes_high_effort_impossible(solve):
    """Capped at 15 the terms reward high effort by at most 4.5, less than its cost of 6."""
    plan, certificate = solve(two_efforts(cap=15.0))
    assert plan is None
    assert certificate.status == "infeasible"
    assert "has 6 more effort cost at 'high' than at 'low'" in certificate.messages[0]
    assert "at most 4.5" in certificate.messages[0]


def test_pay_that_cannot_reach_the_outside_income_is_explained():
    """Cap 15 against 10 elsewhere plus effort 6: 15 < 16, the two numbers that clash."""
    plan, certificate = plan_terms(two_efforts(cap=15.0, outside=10.0))
    assert plan is None
    assert "needs 16" in certificate.messages[0]
    assert "at most 15" in certificate.messages[0]


PRICES = np.arange(20.0, 101.0)


def retailer(terms, basis, outside=0.0):
    """Demand 100 - price, unit cost 20 at the manufacturer; the retailer sets its price."""
    quantity = 100.0 - PRICES
    seller = Party(
        "retailer", tuple(f"{p:g}" for p in PRICES), (0.0,) * len(PRICES), outside=outside
    )
    mode = ModeContract(
        name="shelf",
        parties=(seller,),
        terms=terms,
        basis=np.array(basis)[:, None, :],
        own_income=(PRICES * quantity)[None, :],
        value=-20.0 * quantity,
        probability=np.eye(len(PRICES))[None],
    )
    return IncentiveProblem((mode,))


def test_double_marginalisation_keeps_three_quarters_of_the_profit():
    """P = 100 - q, cost 20, two tiers: wholesale 60, shelf 80, profits 800 and 400 of 1,600.

    Spengler (1950), "Vertical integration and antitrust policy". Wholesale prices are even, so
    that the retailer's best price lies on the grid of 1.
    """
    wholesale = Term("wholesale price", 20.0, 100.0, grid=tuple(np.arange(20.0, 101.0, 2.0)))
    plan, _ = plan_terms(retailer((wholesale,), [PRICES - 100.0]))
    (found,) = plan.modes
    assert found.terms[0] == 60.0
    assert PRICES[found.profile[0]] == 80.0
    assert plan.profit == pytest.approx(800.0)
    assert found.payoff[0] == pytest.approx(400.0)


def test_two_part_tariff_reaches_the_integrated_profit():
    """Wholesale at cost and a fee of 1,600: shelf price 60, nothing is lost between the tiers."""
    terms = (Term("wholesale price", 20.0, 100.0), Term("fee", 0.0, 5_000.0))
    plan, _ = plan_terms(retailer(terms, [PRICES - 100.0, -np.ones(len(PRICES))]))
    (found,) = plan.modes
    assert plan.profit == pytest.approx(1_600.0)
    assert PRICES[found.profile[0]] == 60.0
    assert found.rent[0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("kept", [0.3, 0.5])
def test_revenue_sharing_coordinates_the_channel(kept):
    """Retailer keeps a share f of revenue and pays f times the cost: q = 40, p = 60.

    Cachon and Lariviere (2005), "Supply chain coordination with revenue-sharing contracts".
    """
    revenue = PRICES * (100.0 - PRICES)
    terms = (
        Term("wholesale price", kept * 20.0, kept * 20.0),
        Term("revenue share", 1.0 - kept, 1.0 - kept),
    )
    plan, _ = plan_terms(retailer(terms, [PRICES - 100.0, -revenue]))
    (found,) = plan.modes
    assert PRICES[found.profile[0]] == 60.0
    assert found.payoff[0] == pytest.approx(1_600.0 * kept)
    assert plan.profit == pytest.approx(1_600.0 * (1 - kept))


def newsvendor(terms, basis_of, stocks):
    """Demand uniform on 100 points 0.5 .. 99.5, price 10, cost 4; the retailer chooses stock."""
    demand = np.arange(100) + 0.5
    sold = np.minimum(stocks[:, None], demand[None, :])
    ordered = np.broadcast_to(stocks[:, None], sold.shape)
    law = np.kron(np.eye(len(stocks)), np.full(100, 0.01))
    seller = Party("retailer", tuple(f"{q:g}" for q in stocks), (0.0,) * len(stocks))
    mode = ModeContract(
        name="season",
        parties=(seller,),
        terms=terms,
        basis=np.array([b.ravel() for b in basis_of(ordered, 10.0 * sold)])[:, None, :],
        own_income=10.0 * sold.reshape(1, -1),
        value=-4.0 * ordered.ravel(),
        probability=law[None],
    )
    return IncentiveProblem((mode,))


def test_wholesale_price_contract_of_the_newsvendor():
    """U(0, 100), p = 10, c = 4: wholesale 7, stock 30, manufacturer 90, retailer 45 of 180."""
    stocks = np.arange(0.0, 101.0)
    wholesale = Term("wholesale price", 4.0, 10.0, grid=tuple(np.arange(40, 101) / 10))
    plan, _ = plan_terms(newsvendor((wholesale,), lambda ordered, _: [-ordered], stocks))
    (found,) = plan.modes
    assert found.terms[0] == pytest.approx(7.0)
    assert stocks[found.profile[0]] == 30.0
    assert plan.profit == pytest.approx(90.0)
    assert found.payoff[0] == pytest.approx(45.0)


def test_revenue_sharing_of_the_newsvendor():
    """Keeping half of revenue at a wholesale price of 2: stock 60, 90 for each of the two."""
    stocks = np.arange(0.0, 101.0, 5.0)
    terms = (Term("wholesale price", 2.0, 2.0), Term("revenue share", 0.5, 0.5))
    problem = newsvendor(terms, lambda ordered, revenue: [-ordered, -revenue], stocks)
    plan, _ = plan_terms(problem)
    (found,) = plan.modes
    assert stocks[found.profile[0]] == 60.0
    assert plan.profit == pytest.approx(90.0)
    assert found.payoff[0] == pytest.approx(90.0)
