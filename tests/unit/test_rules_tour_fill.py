"""Expected tours of a day against their exact law, and what they do to a forecast."""

from __future__ import annotations

import numpy as np
import pytest

from channelwright import read_scenario
from channelwright.model.market import CARRIERS
from channelwright.rules import tour_fill
from channelwright.rules.carrying import delivery_costs, drop_costs
from channelwright.rules.flows import expected_flows, uses_trucks
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def world():
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return pack.market, pack.designs["today"]


def exact(chance, share):
    """Return E[ceil(X)] of one day from the law of the number of drops, all of one share."""
    law = np.ones(1)
    for p in chance:
        law = np.convolve(law, [1 - p, p])
    return float(law @ np.ceil(np.arange(law.size) * share - 1e-9))


@pytest.mark.parametrize(
    ("drops", "chance", "within"),
    [
        (45, 1.0, 1e-9),
        (60, 0.75, 0.01),
        (60, 0.5, 0.01),
        (20, 0.3, 0.01),
        (200, 0.6, 0.01),
        # Nearly all come and fill a truck to the brim: the law leans to one side.
        (36, 0.95, 0.04),
    ],
)
def test_tours_are_near_the_exact_law(drops, chance, within):
    capacity = 34
    p, share = np.full(drops, chance), 1 / capacity
    mean, deviation = p.sum() * share, np.sqrt((p * (1 - p)).sum()) * share
    some = 1 - np.prod(1 - p)
    found = tour_fill._expected_ceiling(
        np.array([mean]), np.array([deviation]), np.array([some]), share / 2
    )[0]
    assert found == pytest.approx(exact(p, share), rel=within)


def test_one_drop_a_day_takes_a_tour_and_full_trucks_take_no_more(world, monkeypatch):
    market, design = world
    rows = np.flatnonzero(uses_trucks(market, design))[:1]
    monkeypatch.setattr(tour_fill, "_chances", lambda *_: np.ones((1, 6)))
    monkeypatch.setattr(tour_fill, "_levels", lambda *_: np.ones(1))
    few = tour_fill.tours_per_full_tour(
        market, design, rows, np.ones(1), np.array([0.05]), np.zeros(1, dtype=bool)
    )
    full = tour_fill.tours_per_full_tour(
        market, design, rows, np.ones(1), np.array([1.0]), np.zeros(1, dtype=bool)
    )
    assert few == pytest.approx(20.0)
    assert full == pytest.approx(1.0)


def test_a_drop_comes_on_the_working_day_after_its_call(world):
    market, design = world
    rows = np.flatnonzero(uses_trucks(market, design))
    orders = expected_flows(market, design).orders[rows]
    chance = tour_fill._chances(market, design, rows, orders)
    days = tour_fill._tour_days(market).tolist()
    assert np.allclose(chance.sum(axis=1), 4 * orders, rtol=1e-9)
    for k, row in enumerate(rows[:50].tolist()):
        bits = [d for d in range(28) if design.outlets.order_days[row] >> d & 1]
        due = {next(t % 28 for t in range(d + 1, d + 29) if t % 28 in days) for d in bits}
        assert {days[c] for c in np.flatnonzero(chance[k] > 0)} == due


def test_the_forecast_counts_whole_tours_and_the_choice_full_ones(world):
    market, design = world
    flows = expected_flows(market, design)
    trucks = uses_trucks(market, design)
    site = int(np.bincount(design.outlets.site[trucks]).argmax())
    rows = np.flatnonzero((design.outlets.site == site) & (design.outlets.mode >= 0))
    whole = delivery_costs(market, design, flows, rows, site)
    full = drop_costs(market, design, flows, rows, np.array([site]))[:, 0]
    assert (whole[trucks[rows]] > full[trucks[rows]] * 1.05).all()
    by_tariff = ~trucks[rows]
    assert market.modes.carrier[design.outlets.mode[rows[by_tariff]]].tolist() == [
        CARRIERS.index("tariff")
    ] * int(by_tariff.sum())
    assert whole[by_tariff].tolist() == full[by_tariff].tolist()
