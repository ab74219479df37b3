"""Every stock policy keeps the same promises; levels come from service targets as stated."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from channelwright.model.stock import (
    BASE_STOCK,
    CYCLE_SERVICE,
    FILL_RATE,
    NO_TARGET,
    ORDER_UP_TO,
    POLICIES,
    REORDER_QUANTITY,
    REORDER_UP_TO,
    SERVICES,
)
from channelwright.rules.stock_policies import MEMBERS, Need, StockPolicy
from channelwright.rules.stock_service import (
    WIDEST,
    cycle_factors,
    loss_factor,
    safety_stock,
    unit_loss,
)

ROWS = 400


@pytest.fixture
def need() -> Need:
    rng = np.random.default_rng(4)

    def sometimes(high: int) -> np.ndarray:
        return np.where(rng.random(ROWS) < 0.5, -1, rng.integers(0, high, ROWS))

    return Need(
        average=rng.uniform(0, 50, ROWS),
        deviation=rng.uniform(0, 30, ROWS),
        lead=rng.integers(0, 9, ROWS),
        review=rng.integers(1, 8, ROWS),
        lead_deviation=rng.uniform(0, 2, ROWS),
        cover=rng.uniform(0, 20, ROWS),
        horizon=rng.uniform(1, 15, ROWS),
        cover_days=rng.uniform(0, 10, ROWS),
        service=rng.integers(0, len(SERVICES), ROWS),
        target=rng.uniform(0.5, 0.999, ROWS),
        reorder=sometimes(300),
        level=sometimes(900),
        quantity=sometimes(200),
        case=rng.integers(1, 25, ROWS),
    )


@pytest.mark.parametrize("policy", MEMBERS, ids=lambda policy: POLICIES[policy.number])
class TestConformance:
    """What the simulator and the forecast rely on."""

    def test_its_number_is_its_place(self, policy: StockPolicy, need: Need) -> None:
        assert MEMBERS.index(policy) == policy.number
        assert len(policy.mean_position(need, policy.targets(need))) == ROWS

    def test_given_numbers_stand(self, policy: StockPolicy, need: Need) -> None:
        found = policy.targets(need)
        if policy.number in (ORDER_UP_TO, BASE_STOCK, REORDER_UP_TO):
            given = need.level >= 0
            assert np.array_equal(found.level[given], need.level[given])
        if policy.number in (REORDER_UP_TO, REORDER_QUANTITY):
            given = need.reorder >= 0
            assert np.array_equal(found.reorder[given], need.reorder[given])
        for part in (found.reorder, found.level, found.quantity):
            assert part.dtype == np.int64
            assert (part >= 0).all()

    def test_orders_lift_a_low_position_and_leave_a_high_one(
        self, policy: StockPolicy, need: Need
    ) -> None:
        found = policy.targets(need)
        for shift in (-700, -1, 0, 1, 40):
            position = found.reorder + shift
            order = policy.order(position, need, found)
            assert order.dtype == np.int64
            assert (order >= 0).all()
            assert (order[position > found.reorder] == 0).all()
            low = (position < found.reorder) & (found.level > found.reorder)
            assert (position + order > found.reorder)[low].all()
            bought = order > 0
            if policy.number == REORDER_QUANTITY:
                assert (order[bought] % found.quantity[bought] == 0).all()
                reached = position + order - found.reorder
                assert (reached <= found.quantity)[bought].all()
            else:
                over = position + order - found.level
                assert (over >= 0)[bought].all()
                assert (over < need.case)[bought].all()
            assert (order % need.case == 0).all()

    def test_a_lower_position_never_ends_lower_by_more_than_it_started(
        self, policy: StockPolicy, need: Need
    ) -> None:
        found = policy.targets(need)
        orders = [policy.order(found.reorder + shift, need, found) for shift in range(-60, 60)]
        for lower, higher in itertools.pairwise(orders):
            assert (lower >= higher).all()

    @pytest.mark.parametrize("service", [CYCLE_SERVICE, FILL_RATE])
    def test_a_higher_target_never_lowers_a_computed_level(
        self, policy: StockPolicy, need: Need, service: int
    ) -> None:
        free = np.full(ROWS, -1, dtype=np.int64)
        aims = np.full(ROWS, service, dtype=np.int64)
        open_need = replace(need, reorder=free, level=free, service=aims)
        less = policy.targets(replace(open_need, target=np.full(ROWS, 0.8)))
        more = policy.targets(replace(open_need, target=np.full(ROWS, 0.98)))
        assert (more.reorder >= less.reorder).all()
        assert (more.level > less.level).any()


def test_loss_factor_inverts_the_unit_loss() -> None:
    assert unit_loss(0.0) == pytest.approx(1 / math.sqrt(2 * math.pi))
    for z in np.linspace(-WIDEST, WIDEST, 161).tolist():
        assert loss_factor(unit_loss(z)) == pytest.approx(z, abs=1e-11)
    assert loss_factor(0.0) == loss_factor(1e-30) == WIDEST
    assert loss_factor(9.0) == -WIDEST


def test_loss_factor_is_where_halving_ends() -> None:
    for loss in np.exp(np.linspace(math.log(1e-17), math.log(7.9), 200)).tolist():
        low, high = -WIDEST, WIDEST
        for _ in range(60):
            middle = (low + high) / 2
            above = norm.pdf(middle) - middle * norm.sf(middle) > loss
            low, high = (middle, high) if above else (low, middle)
        assert loss_factor(loss) == pytest.approx(low, abs=1e-11)


def test_safety_stock_reaches_its_target_under_normal_demand() -> None:
    """Cycle: P(D <= mean + k) = target. Fill: E[(D - mean - k)^+] = (1 - target) cycle."""
    service = np.array([NO_TARGET, CYCLE_SERVICE, FILL_RATE])
    target = np.full(3, 0.97)
    rows = zip(service.tolist(), target.tolist(), cycle_factors(service, target), strict=True)
    none, cycle_stock, fill_stock = (safety_stock(*row, 7.0, 60.0) for row in rows)
    assert none == 0.0
    assert norm.cdf(cycle_stock / 7.0) == pytest.approx(0.97)
    short = norm.expect(lambda d: max(0.0, d - fill_stock), scale=7.0)
    assert short == pytest.approx(0.03 * 60.0, abs=1e-6)
    assert safety_stock(FILL_RATE, 0.97, 0.0, 0.0, 60.0) == 0.0
