"""Reorder policies of the shipped simulation cost what theory says they cost."""

import math

import numpy as np
import pytest
from scipy.stats import poisson

from channelwright.model.market import LAW_FIXED
from channelwright.rules.stock_forecast import expected_stock
from tests.support.stock_worlds import Days, play, with_policy
from tests.support.worlds import desk_world

WARMUP, MONTHS = 28, 50


def reorder_cost(
    mean: float, lead: int, low: int, high: int, fixed: float, holding: float, penalty: float
) -> float:
    """Mean cost of a day of (s, S), from the stationary chain of the position after ordering.

    A day's demand is Poisson. The net stock of a day is the position `lead` days before less
    the demand of the days since (Zipkin 2000, chapter 9).
    """
    states = np.arange(low + 1, high + 1)
    chain = np.zeros((len(states), len(states)))
    orders = np.zeros(len(states))
    for row, start in enumerate(states):
        demand = np.arange(start - low)
        chain[row, start - demand - low - 1] = poisson.pmf(demand, mean)
        orders[row] = 1 - poisson.cdf(start - low - 1, mean)
        chain[row, -1] += orders[row]
    still = np.linalg.lstsq(
        np.vstack([chain.T - np.eye(len(states)), np.ones(len(states))]),
        np.append(np.zeros(len(states)), 1.0),
        rcond=None,
    )[0]
    units = np.arange(int(mean * lead + 40 * math.sqrt(mean * lead)) + 1)
    weight = poisson.pmf(units, mean * lead)
    net = states[:, None] - units[None, :]
    stock = (holding * np.maximum(net, 0) + penalty * np.maximum(-net, 0)) @ weight
    return float(still @ (fixed * orders + stock))


def weekly_costs(days: Days, fixed: float, holding: float, penalty: float) -> np.ndarray:
    each = fixed * (days.ordered > 0) + holding * days.on_hand + penalty * days.backlog
    weeks = len(each) // 28
    return each[: 28 * weeks].reshape(weeks, 28).mean(axis=1)


@pytest.mark.parametrize(
    ("mean", "lead", "low", "high", "fixed", "penalty", "published"),
    [
        (6, 1, 4, 10, 5.0, 4.0, 8.034),  # Snyder and Shen (2019), example 4.7
        (10, 1, 6, 40, 64.0, 9.0, 35.022),  # Zheng and Federgruen (1991), table I
        pytest.param(6, 3, 20, 33, 20.0, 4.0, None, marks=pytest.mark.slow),
    ],
)
def test_reorder_policy_costs_what_the_chain_says(
    mean: int,
    lead: int,
    low: int,
    high: int,
    fixed: float,
    penalty: float,
    published: float | None,
) -> None:
    theory = reorder_cost(mean, lead, low, high, fixed, 1.0, penalty)
    if published is not None:
        assert theory == pytest.approx(published, abs=6e-4)
    market, design = desk_world(outlets=1, daily=mean, days=WARMUP + 28 * MONTHS, lead=lead)
    design = with_policy(design, "reorder_up_to", reorder=low, level=high)
    costs = weekly_costs(play(market, design, seed=17), fixed, 1.0, penalty)
    error = costs.std(ddof=1) / math.sqrt(len(costs))
    assert abs(costs.mean() - theory) < 4 * error
    assert error < 0.05 * theory


@pytest.mark.parametrize("lead", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_position_is_uniform_under_a_fixed_quantity(lead: int) -> None:
    """(s, Q): the position after ordering is uniform on s + 1 .. s + Q (Zipkin 2000, 6.2.3)."""
    low, lot, mean = 5 * lead, 24, 6
    market, design = desk_world(outlets=1, daily=mean, days=WARMUP + 28 * MONTHS, lead=lead)
    design = with_policy(design, "reorder_quantity", reorder=low, quantity=lot)
    days = play(market, design, seed=23)
    units = np.arange(mean * lead + 200)
    weight = poisson.pmf(units, mean * lead)
    on_hand = np.mean(
        [(np.maximum(low + 1 + extra - units, 0) * weight).sum() for extra in range(lot)]
    )
    found = days.on_hand[: 28 * (len(days.on_hand) // 28)].reshape(-1, 28).mean(axis=1)
    error = found.std(ddof=1) / math.sqrt(len(found))
    assert abs(found.mean() - on_hand) < 4 * error
    assert set(np.unique(days.ordered % lot)) == {0}


K, H, D = 8.0, 0.225, 1300.0


def yearly_cost(design_of: str, **numbers: int) -> float:
    """Cost of a year of D days with one unit a day; whole cycles after the warm-up."""
    cycle = numbers["quantity"] if design_of == "reorder_quantity" else numbers["review"]
    market, design = desk_world(outlets=1, daily=1, days=WARMUP + cycle, law=LAW_FIXED)
    days = play(market, with_policy(design, design_of, **numbers), seed=1)
    return float((K * (days.ordered > 0).sum() + H / D * days.on_hand.sum()) / cycle * D)


def test_economic_order_quantity_is_cheapest_and_costs_what_is_published() -> None:
    """EOQ: Q* = 304.05, cost 68.411 (Snyder and Shen 2019, example 3.1), stock being counted
    once a day: (Q - 1) / 2 on average instead of Q / 2."""
    best = round(math.sqrt(2 * K * D / H))
    assert best == 304
    lots = (152, best, 608)
    cost = {lot: yearly_cost("reorder_quantity", reorder=0, quantity=lot) for lot in lots}
    assert cost[best] == pytest.approx(K * D / best + H * (best - 1) / 2, rel=1e-12)
    assert cost[best] + H / 2 == pytest.approx(68.41053, abs=1e-3)
    for lot in (152, 608):  # half or twice the quantity: a quarter dearer
        assert (cost[lot] + H / 2) / (cost[best] + H / 2) == pytest.approx(1.25, abs=1e-3)


@pytest.mark.parametrize("fixed", [3.0, pytest.param(6.5, marks=pytest.mark.slow)])
def test_power_of_two_intervals_cost_at_most_six_percent_more(fixed: float) -> None:
    """Roundy (1985): the nearest power-of-two interval costs at most 1.0607 times the EOQ."""
    review = 2 ** round(math.log2(math.sqrt(2 * fixed * D / H)))
    market, design = desk_world(outlets=1, daily=1, days=WARMUP + 512, law=LAW_FIXED)
    design = with_policy(design, "order_up_to", level=review, review=review)
    days = play(market, design, seed=1)
    ordering = fixed * (days.ordered > 0).sum() / 512
    cost = (ordering + H / D * (days.on_hand.mean() + 0.5)) * D
    assert cost == pytest.approx(fixed * D / review + H * review / 2, rel=1e-12)
    assert 1.0 <= cost / math.sqrt(2 * fixed * D * H) < 1.0607


@pytest.mark.parametrize(
    ("policy", "cover", "review"),
    [("reorder_quantity", 4.0, 1), ("reorder_up_to", 6.0, 2), ("order_up_to", 0.0, 4)],
)
def test_forecast_stock_is_the_simulated_stock(policy: str, cover: float, review: int) -> None:
    """What interest is expected on is what the policy keeps, to within six per cent."""
    market, design = desk_world(outlets=1, daily=9, days=WARMUP + 28 * 40, lead=2)
    design = with_policy(
        design, policy, cover_days=cover, service="cycle", target=0.99, review=review
    )
    forecast = expected_stock(market, design, np.array([[9.0], [9.0]]))[1, 0]
    found = play(market, design, seed=3).on_hand.mean()
    assert found == pytest.approx(forecast, rel=0.06)
